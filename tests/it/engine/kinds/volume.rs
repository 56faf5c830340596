//! EBS volumes.

use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::volume::Volume;
use idle_reaper::engine::model::{Product, Tags, Unused, WhyUnused};

use super::found;
use crate::fake::at;

fn volume() -> Volume {
    Volume {
        id: "vol-1".into(),
        kind: Some("gp3".into()),
        size: Some(100),
        iops: Some(3_000),
        throughput: Some(125),
        state: Some("available".into()),
        zone: Some("eu-west-1a".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        ..Volume::default()
    }
}

fn attached(to: &[Option<&str>]) -> Volume {
    let attached = to.iter().map(|id| id.map(Box::from)).collect();
    Volume { state: Some("in-use".into()), attached, ..volume() }
}

fn unused(volume: Volume) -> Option<Unused> {
    found(Facts::Volume(volume))
}

fn billed(volume: Volume) -> Vec<(Product, String, String)> {
    let one = unused(volume).expect("it is unused");
    one.billed.into_iter().map(|one| (one.product, one.kind.into(), one.quantity.normalize().to_string())).collect()
}

#[test]
fn a_volume_without_attachment_is_found_with_its_command() {
    let one = unused(volume()).expect("it is unattached");
    assert_eq!(
        (one.why, one.not_before, &*one.size),
        (WhyUnused::Unattached, Some(at("2026-01-05T08:00:00Z")), "100 GiB gp3")
    );
    assert_eq!(&*one.command, "aws ec2 delete-volume --volume-id vol-1 --region eu-west-1");
}

#[test]
fn a_volume_in_use_between_states_or_of_an_unknown_state_is_not_found() {
    for state in [None, Some("creating"), Some("deleting"), Some("deleted"), Some("error"), Some("in-use"), Some("new")]
    {
        let volume = Volume { state: state.map(Box::from), ..volume() };
        assert_eq!(unused(volume), None, "{state:?}");
    }
    // An answer that says both is not believed.
    assert_eq!(unused(Volume { state: Some("available".into()), ..attached(&[Some("i-1")]) }), None);
    for to in [&[Some("i-running")][..], &[Some("i-stopped"), Some("i-running")], &[None], &[Some("i-stopped"), None]] {
        assert_eq!(unused(attached(to)), None, "{to:?}");
    }
}

#[test]
fn a_volume_of_stopped_instances_says_who_stopped_them_and_since_when_it_can_be_so() {
    for (to, by_reaper) in [(&["i-stopped"][..], false), (&["i-ours"], true), (&["i-ours", "i-stopped"], false)] {
        let to: Vec<_> = to.iter().map(|id| Some(*id)).collect();
        let one = unused(attached(&to)).expect("all its instances are stopped");
        let instance = to[0].unwrap().into();
        let others = to.iter().skip(1).map(|id| id.unwrap().into()).collect();
        assert_eq!(one.why, WhyUnused::OfStopped { instance, others, by_reaper });
        assert_eq!(one.not_before, Some(at("2026-11-20T08:00:00Z")));
        assert_eq!(&*one.command, "aws ec2 describe-volumes --volume-ids vol-1 --region eu-west-1");
    }
}

#[test]
fn what_others_manage_is_found_and_named() {
    for tag in [
        "kubernetes.io/created-for/pvc/name",
        "kubernetes.io/cluster/prod",
        "CSIVolumeName",
        "ebs.csi.aws.com/cluster",
        "KubernetesCluster",
        "velero.io/backup",
        "aws:backup:source-resource",
        "aws:dlm:lifecycle-policy-id",
        "AWSElasticDisasterRecoveryManaged",
        "AWSApplicationMigrationServiceManaged",
    ] {
        let one = unused(Volume { tags: Tags::new([("Name", "data"), (tag, "x")]), ..volume() }).unwrap();
        assert_eq!(one.managed.as_deref(), Some(&*format!("tag `{tag}`")));
    }
    let of_service = Volume { operator: Some("emr.amazonaws.com".into()), ..volume() };
    assert!(unused(of_service).unwrap().managed.unwrap().contains("emr.amazonaws.com"));
    let of_build = Volume { tags: Tags::new([("Name", "Packer Builder")]), ..volume() };
    assert!(unused(of_build).unwrap().managed.is_some());
    // Tools that only made it do not need it again.
    for tag in ["aws:cloudformation:stack-name", "Terraform", "Owner"] {
        assert_eq!(unused(Volume { tags: Tags::new([(tag, "x")]), ..volume() }).unwrap().managed, None, "{tag}");
    }
}

#[test]
fn each_type_is_billed_for_what_it_has() {
    let text = |product, kind: &str, quantity: &str| (product, kind.to_owned(), quantity.to_owned());
    assert_eq!(billed(volume()), [text(Product::Storage, "gp3", "100")]);
    let fast = Volume { iops: Some(5_000), throughput: Some(253), ..volume() };
    let of_fast =
        [("gp3", Product::Storage, "100"), ("gp3", Product::Iops, "2000"), ("gp3", Product::Throughput, "0.125")];
    assert_eq!(billed(fast), of_fast.map(|(kind, product, quantity)| text(product, kind, quantity)));
    let io2 = Volume { kind: Some("io2".into()), iops: Some(40_000), ..volume() };
    let of_io2 =
        [("io2", Product::Storage, "100"), ("io2", Product::Iops, "32000"), ("io2.tier2", Product::Iops, "8000")];
    assert_eq!(billed(io2), of_io2.map(|(kind, product, quantity)| text(product, kind, quantity)));
    for (kind, iops) in [("gp2", Some(300)), ("st1", None), ("sc1", None), ("standard", None)] {
        let plain = Volume { kind: Some(kind.into()), iops, ..volume() };
        assert_eq!(billed(plain), [text(Product::Storage, kind, "100")]);
    }
}

#[test]
fn a_price_that_cannot_be_told_is_unknown_and_the_volume_is_found_all_the_same() {
    for volume in [
        Volume { size: None, ..volume() },
        Volume { kind: None, ..volume() },
        Volume { kind: Some("gp9".into()), ..volume() },
        Volume { iops: None, ..volume() },
        Volume { kind: Some("io1".into()), iops: None, ..volume() },
        Volume { on_outpost: true, ..volume() },
    ] {
        let one = unused(volume).expect("it is unattached");
        assert!(one.unpriced.is_some() && one.billed.is_empty(), "{one:?}");
    }
}

#[test]
fn a_volume_of_a_local_zone_is_priced_there() {
    for (zone, code) in
        [("eu-west-1a", "eu-west-1"), ("eu-west-1-dub-1a", "eu-west-1-dub-1"), ("us-east-1a", "eu-west-1")]
    {
        let one = unused(Volume { zone: Some(zone.into()), ..volume() }).unwrap();
        assert_eq!(&*one.priced_in, code, "{zone}");
    }
}

#[test]
fn gp2_in_use_is_advised_as_a_gp3_that_is_as_fast() {
    let gp2 = |size| Volume { kind: Some("gp2".into()), size: Some(size), ..attached(&[Some("i-running")]) };
    let one = unused(gp2(2_000)).expect("advice");
    assert!(one.is_advice());
    assert!(one.command.contains("modify-volume --volume-id vol-1 --volume-type gp3 --iops 6000 --throughput 250"));
    let text = |product, kind: &str, quantity: &str| (product, kind.to_owned(), quantity.to_owned());
    let difference = [
        text(Product::Storage, "gp2", "2000"),
        text(Product::Storage, "gp3", "-2000"),
        text(Product::Iops, "gp3", "-3000"),
        text(Product::Throughput, "gp3", "-0.1220703125"),
    ];
    assert_eq!(billed(gp2(2_000)), difference);
    let small = [text(Product::Storage, "gp2", "8"), text(Product::Storage, "gp3", "-8")];
    assert_eq!(billed(gp2(8)), small);
    // Of a stopped instance it is waste and no advice.
    let stopped = Volume { kind: Some("gp2".into()), ..attached(&[Some("i-stopped")]) };
    assert!(!unused(stopped).unwrap().is_advice());
}
