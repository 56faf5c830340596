//! Rules that only EC2 instances need. Rules for every kind are in `engine/rules`; the order of all is in
//! `engine/judge/order.rs`.

pub mod appliance;
pub mod auto_scaling_member;
pub mod cannot_hibernate;
pub mod container_host;
pub mod instance_store;
pub mod kubernetes_node;
pub mod managed_service;
pub mod no_saving;
pub mod spot;
