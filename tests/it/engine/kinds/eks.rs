//! EKS clusters.

use idle_reaper::engine::kinds::eks::Cluster;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::model::{Tags, Unused, WhyUnused};

use super::found;
use crate::fake::at;

fn cluster() -> Cluster {
    Cluster {
        name: "old".into(),
        status: Some("ACTIVE".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        has_nodes: Some(false),
        is_serverless: Some(false),
        ..Cluster::default()
    }
}

fn unused(cluster: Cluster) -> Option<Unused> {
    found(Facts::EksCluster(cluster))
}

#[test]
fn a_cluster_without_nodes_is_found_with_its_command() {
    let one = unused(cluster()).expect("it has no nodes");
    assert_eq!((&one.why, one.managed.as_deref(), one.billed.len()), (&WhyUnused::NoNodes, None, 1));
    assert_eq!(&*one.command, "aws eks delete-cluster --name old --region eu-west-1");
}

#[test]
fn nodes_and_what_works_without_them_protect_and_so_does_what_is_unknown() {
    for other in [
        Cluster { has_nodes: Some(true), ..cluster() },
        Cluster { has_nodes: None, ..cluster() },
        Cluster { is_serverless: Some(true), ..cluster() },
        Cluster { is_serverless: None, ..cluster() },
        Cluster { status: None, ..cluster() },
        Cluster { status: Some("CREATING".into()), ..cluster() },
        Cluster { status: Some("DELETING".into()), ..cluster() },
    ] {
        assert_eq!(unused(other.clone()), None, "{other:?}");
    }
}

#[test]
fn karpenter_and_standbys_are_named() {
    for (key, value) in [("karpenter.sh/discovery", "old"), ("purpose", "dr-standby")] {
        let one = unused(Cluster { tags: Tags::new([(key, value)]), ..cluster() }).unwrap();
        assert!(one.managed.expect("it is managed").contains(key), "{key}");
    }
}
