//! One folder for each kind of resource, with the rules that only this kind needs.

pub mod ec2;
