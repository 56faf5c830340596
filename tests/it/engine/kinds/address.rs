//! Elastic IP addresses.

use idle_reaper::engine::kinds::address::Address;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::model::{Tags, Unused, WhyUnused};

use super::found;

fn address() -> Address {
    Address {
        allocation: Some("eipalloc-1".into()),
        ip: "203.0.113.7".into(),
        pool: Some("amazon".into()),
        border_group: Some("eu-west-1".into()),
        ..Address::default()
    }
}

fn unused(address: Address) -> Option<Unused> {
    found(Facts::Address(address))
}

#[test]
fn an_address_without_association_is_found_with_its_command() {
    let one = unused(address()).expect("it is unassociated");
    assert_eq!((&one.why, one.managed.as_deref(), &*one.size), (&WhyUnused::Unassociated, None, "203.0.113.7"));
    assert_eq!(&*one.command, "aws ec2 release-address --allocation-id eipalloc-1 --region eu-west-1");
    assert_eq!(one.billed.len(), 1);
    let classic = Address { allocation: None, ..address() };
    assert!(unused(classic).unwrap().command.contains("--public-ip 203.0.113.7"));
}

#[test]
fn an_address_that_something_has_is_in_use_unless_that_is_a_stopped_instance() {
    let associated =
        || Address { association: Some("eipassoc-1".into()), interface: Some("eni-1".into()), ..address() };
    let of = |instance: &str| Address { instance: Some(instance.into()), ..associated() };
    assert_eq!(unused(associated()), None);
    assert_eq!(unused(Address { association: None, ..associated() }), None);
    assert_eq!(unused(of("i-running")), None);
    let one = unused(of("i-ours")).expect("its instance is stopped");
    let (instance, others) = ("i-ours".into(), Box::default());
    assert_eq!(one.why, WhyUnused::OfStopped { instance, others, by_reaper: true });
    assert!(one.command.starts_with("aws ec2 disassociate-address --association-id eipassoc-1"), "{}", one.command);
    assert!(one.command.ends_with("release-address --allocation-id eipalloc-1 --region eu-west-1"), "{}", one.command);
}

#[test]
fn addresses_of_aws_of_ones_own_and_those_that_others_rely_on_are_managed() {
    let tagged = |key: &str, value: &str| Address { tags: Tags::new([(key, value)]), ..address() };
    for (managed, word) in [
        (Address { service: Some("alb".into()), ..address() }, "alb"),
        (Address { pool: Some("ipv4pool-ec2-012345".into()), ..address() }, "ipv4pool-ec2-012345"),
        (Address { is_customer_owned: true, ..address() }, "Outpost"),
        (tagged("Name", "partner-Allowlist"), "partner-Allowlist"),
        (tagged("whitelisted-at", "bank"), "bank"),
        (tagged("role", "dr-standby"), "standby"),
        (tagged("kubernetes.io/cluster/prod", "owned"), "kubernetes.io/cluster/prod"),
    ] {
        let by = unused(managed).expect("it is found").managed.expect("it is managed");
        assert!(by.contains(word), "{by}");
    }
    for pool in [None, Some("amazon"), Some("")] {
        assert_eq!(unused(Address { pool: pool.map(Box::from), ..address() }).unwrap().managed, None, "{pool:?}");
    }
}

#[test]
fn what_a_hostile_answer_holds_stays_one_word_of_the_command() {
    let one = unused(Address { allocation: Some("x; rm -rf / '".into()), ..address() }).unwrap();
    assert_eq!(&*one.command, r"aws ec2 release-address --allocation-id 'x; rm -rf / '\''' --region eu-west-1");
}
