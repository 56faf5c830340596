//! NAT gateways.

use idle_reaper::engine::kinds::gateway::Gateway;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::traffic::Traffic;
use idle_reaper::engine::model::{Product, Tags, Unused, WhyUnused};

use super::found;
use crate::fake::at;

fn gateway() -> Gateway {
    Gateway {
        id: "nat-1".into(),
        state: Some("available".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        addresses: 1,
        traffic: Traffic::Silent,
        routed: Some(false),
        ..Gateway::default()
    }
}

fn unused(gateway: Gateway) -> Option<Unused> {
    found(Facts::NatGateway(gateway))
}

#[test]
fn a_gateway_without_packets_is_found_in_two_tiers_with_its_address_and_its_command() {
    let one = unused(gateway()).expect("no packet and no route");
    assert_eq!(one.why, WhyUnused::NoTraffic { days: 32, routed: false });
    assert!(!one.may_be_standby());
    assert_eq!(&*one.command, "aws ec2 delete-nat-gateway --nat-gateway-id nat-1 --region eu-west-1");
    let billed: Vec<_> = one.billed.iter().map(|one| (one.product, &*one.kind, one.quantity.to_string())).collect();
    assert_eq!(billed, [(Product::NatGateway, "", "1".to_owned()), (Product::PublicAddress, "InUse", "1".to_owned())]);
    let standby = unused(Gateway { routed: Some(true), ..gateway() }).expect("no packet, and a route");
    assert!(standby.may_be_standby());
    // A private one has no public address.
    assert_eq!(unused(Gateway { addresses: 0, ..gateway() }).unwrap().billed.len(), 1);
}

#[test]
fn what_is_used_young_between_states_or_unknown_is_not_found() {
    let unknown = Traffic::Unknown("`ActiveConnectionCount` has values for 3 of 767 hours".into());
    for other in [
        Gateway { traffic: Traffic::Carried, ..gateway() },
        Gateway { traffic: unknown, ..gateway() },
        Gateway { traffic: Traffic::default(), ..gateway() },
        Gateway { routed: None, ..gateway() },
        Gateway { has_appliance: true, ..gateway() },
        Gateway { state: None, ..gateway() },
        Gateway { state: Some("pending".into()), ..gateway() },
        Gateway { state: Some("deleting".into()), ..gateway() },
        Gateway { state: Some("failed".into()), ..gateway() },
    ] {
        assert_eq!(unused(other.clone()), None, "{other:?}");
    }
    let now = at("2026-11-25T12:00:00Z");
    assert!(gateway().needs_metrics(now));
    for created in [None, Some(at("2026-10-25T12:00:00Z")), Some(at("2026-12-25T12:00:00Z"))] {
        assert!(!Gateway { created, ..gateway() }.needs_metrics(now), "{created:?}");
    }
    assert!(Gateway { created: Some(at("2026-10-24T12:00:00Z")), ..gateway() }.needs_metrics(now));
}

#[test]
fn what_others_manage_or_keep_as_a_standby_is_found_and_named() {
    for (key, value) in [
        ("kubernetes.io/cluster/prod", "owned"),
        ("KubernetesCluster", "prod"),
        ("Name", "dr-standby-nat"),
        ("partner-allowlist", "bank"),
    ] {
        let one = unused(Gateway { tags: Tags::new([(key, value)]), ..gateway() }).unwrap();
        assert!(one.managed.expect("it is managed").contains(key), "{key}");
    }
    assert_eq!(unused(Gateway { tags: Tags::new([("Terraform", "true")]), ..gateway() }).unwrap().managed, None);
}

#[test]
fn the_price_of_a_regional_gateway_is_unknown() {
    let one = unused(Gateway { is_regional: true, ..gateway() }).unwrap();
    assert!(one.unpriced.is_some() && one.billed.is_empty(), "{one:?}");
}
