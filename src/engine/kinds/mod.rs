//! One folder for each kind of resource, with the rules for that kind only.

pub mod address;
pub mod database;
pub mod ec2;
pub mod eks;
pub mod gateway;
pub mod load_balancer;
pub mod reported;
pub mod traffic;
pub mod volume;
