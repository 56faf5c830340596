//! One folder for each kind of resource, with the rules for that kind only.

pub mod ec2;
