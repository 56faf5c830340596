//! ROOM engine::kinds::ec2

pub mod appliance;
pub mod auto_scaling_member;
pub mod cannot_hibernate;
pub mod container_host;
pub mod instance_store;
pub mod kubernetes_node;
pub mod managed_service;
pub mod no_saving;
pub mod spot;
