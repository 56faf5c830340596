//! One folder for each kind of resource, with the rules for that kind only. Rules for some of the kinds are beside them.

pub mod address;
pub mod cannot_stop;
pub mod database;
pub mod ec2;
pub mod eks;
pub mod gateway;
pub mod in_transition;
pub mod load_balancer;
pub mod reported;
pub mod service;
pub mod traffic;
pub mod volume;
