//! Rules for EC2 instances only. Rules for every kind are in `engine/rules`; `engine/judge/order.rs` defines the
//! order of all rules.

pub mod appliance;
pub mod auto_scaling_member;
pub mod cannot_hibernate;
pub mod container_host;
pub mod instance_store;
pub mod kubernetes_node;
pub mod managed_service;
pub mod no_saving;
pub mod spot;
