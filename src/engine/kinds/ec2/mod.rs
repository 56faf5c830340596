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

use crate::engine::model::{Instance, Marker};

/// The evidence that Auto Scaling, Kubernetes, ECS, Batch or another service manages an instance. The rule `not-running`
/// comes before the rules about that, so the verdict of a stopped instance does not say it.
pub fn manager(instance: &Instance) -> Option<Marker> {
    let group = instance.tags.get(auto_scaling_member::GROUP);
    let group = group.map(|_| Marker::Tag(auto_scaling_member::GROUP.to_owned()));
    let tells = [kubernetes_node::tell, container_host::tell, managed_service::tell];
    group.or_else(|| tells.iter().find_map(|tell| tell(instance)))
}
