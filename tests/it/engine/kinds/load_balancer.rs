//! Load balancers.

use idle_reaper::engine::kinds::load_balancer::{LoadBalancer, counters};
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::traffic::Traffic;
use idle_reaper::engine::model::{Product, Tags, Unused, WhyUnused};

use super::found;
use crate::fake::at;

fn balancer() -> LoadBalancer {
    LoadBalancer {
        id: "app/old/50dc6c495c0c9188".into(),
        arn: Some("arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/old/50dc6c495c0c9188".into()),
        kind: "application".into(),
        state: Some("active".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        is_public: true,
        zones: 2,
        has_targets: Some(false),
        traffic: Traffic::Silent,
        ..LoadBalancer::default()
    }
}

fn classic() -> LoadBalancer {
    LoadBalancer { id: "old".into(), arn: None, kind: "classic".into(), state: None, ..balancer() }
}

fn unused(balancer: LoadBalancer) -> Option<Unused> {
    found(Facts::LoadBalancer(balancer))
}

#[test]
fn a_load_balancer_without_targets_and_requests_is_found_with_its_addresses_and_its_command() {
    let one = unused(balancer()).expect("it does nothing");
    assert_eq!((&one.why, &*one.size), (&WhyUnused::NoTargets { days: 14 }, "application"));
    assert_eq!(
        &*one.command,
        "aws elbv2 delete-load-balancer --load-balancer-arn \
         arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/old/50dc6c495c0c9188 --region eu-west-1"
    );
    let billed: Vec<_> = one.billed.iter().map(|one| (one.product, &*one.kind, one.quantity.to_string())).collect();
    assert_eq!(
        billed,
        [(Product::LoadBalancer, "application", "1".to_owned()), (Product::PublicAddress, "InUse", "2".to_owned())]
    );
    let one = unused(classic()).expect("it does nothing");
    assert_eq!(&*one.command, "aws elb delete-load-balancer --load-balancer-name old --region eu-west-1");
    for kind in ["network", "gateway"] {
        let internal = LoadBalancer { kind: kind.into(), is_public: false, ..balancer() };
        assert_eq!(unused(internal).expect("it does nothing").billed.len(), 1);
    }
}

#[test]
fn one_with_targets_or_requests_or_of_which_either_is_unknown_is_not_found() {
    for balancer in [balancer(), classic()] {
        for other in [
            // Instances, addresses and functions are targets alike; a redirect needs none, and is a request.
            LoadBalancer { has_targets: Some(true), ..balancer.clone() },
            LoadBalancer { has_targets: None, ..balancer.clone() },
            LoadBalancer { traffic: Traffic::Carried, ..balancer.clone() },
            LoadBalancer { traffic: Traffic::Unknown("refused".into()), ..balancer.clone() },
            LoadBalancer { traffic: Traffic::default(), ..balancer.clone() },
            LoadBalancer { kind: "quantum".into(), ..balancer.clone() },
        ] {
            assert_eq!(unused(other.clone()), None, "{other:?}");
        }
    }
    for state in [None, Some("provisioning"), Some("active_impaired"), Some("failed")] {
        assert_eq!(unused(LoadBalancer { state: state.map(Box::from), ..balancer() }), None, "{state:?}");
    }
}

#[test]
fn only_one_that_is_older_than_the_window_is_asked_about() {
    let now = at("2026-11-25T12:00:00Z");
    for (created, is_asked) in [
        (Some("2026-11-11T12:00:00Z"), true),
        (Some("2026-11-11T12:00:01Z"), false),
        (Some("2027-01-01T00:00:00Z"), false),
        (None, false),
    ] {
        let created = created.map(at);
        assert_eq!(LoadBalancer { created, ..balancer() }.needs_metrics(now), is_asked, "{created:?}");
    }
    assert!(!LoadBalancer { has_targets: Some(true), ..classic() }.needs_metrics(now), "no metric is paid for");
}

#[test]
fn redirects_and_fixed_responses_are_counted_for_they_need_no_target() {
    let names = |kind: &str| counters(kind).iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names("application"), ["RequestCount", "HTTP_Redirect_Count", "HTTP_Fixed_Response_Count"]);
    assert_eq!(names("network"), ["ProcessedBytes"]);
    assert_eq!(names("gateway"), ["ProcessedBytes"]);
    assert_eq!(names("classic"), ["RequestCount"]);
}

#[test]
fn what_others_manage_is_found_and_named() {
    for tag in [
        "elbv2.k8s.aws/cluster",
        "ingress.k8s.aws/stack",
        "service.k8s.aws/stack",
        "kubernetes.io/service-name",
        "kubernetes.io/cluster/prod",
        "elasticbeanstalk:environment-id",
    ] {
        for one in [balancer(), classic()] {
            let one = unused(LoadBalancer { tags: Tags::new([(tag, "x")]), ..one }).unwrap();
            assert_eq!(one.managed.as_deref(), Some(&*format!("tag `{tag}`")));
        }
    }
    let standby = LoadBalancer { tags: Tags::new([("purpose", "dr-standby")]), ..balancer() };
    assert!(unused(standby).unwrap().managed.is_some());
}
