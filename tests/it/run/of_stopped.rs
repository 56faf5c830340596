//! Volumes and addresses of stopped instances: what protects the instance protects them, and what a scan found of it is
//! compared with the instance in every run.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::kinds::address::Address;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::volume::Volume;
use idle_reaper::engine::model::{Instance, ReportOnly, State, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::render;

use crate::fake::{self, EVENING, Faults, HERE, Shape, World, at, instance, with};

const LATER: &str = "2026-12-10T21:30:00+09:00";

fn wanted() -> Settings {
    let channel =
        "[channels.ops]\nsns = \"arn:aws:sns:ap-northeast-1:111111111111:ops\"\n\n[notify]\noperator = \"ops\"";
    let more = format!("{channel}\n\n[never]\ntags = [\"Tier=core\"]\n\n[forgotten]\nafter = \"14d\"\n\n[busy]");
    with(&[("armed = true", "armed = false"), ("[busy]", &more)])
}

fn stopped(id: &str) -> Instance {
    Instance { state: State::Stopped, launch: Some(at("2026-09-01T09:00:00Z")), ..instance(id) }
}

/// These instances, with an untagged volume attached to these, and an address of the first.
fn world(instances: impl IntoIterator<Item = Instance>, to: &[&str]) -> World {
    let world = World::of(instances);
    let here = Target::new(HERE.0, HERE.1);
    let volume = Volume {
        id: "vol-1".into(),
        kind: Some("gp3".into()),
        size: Some(100),
        iops: Some(3_000),
        throughput: Some(125),
        state: Some("in-use".into()),
        attached: to.iter().map(|id| Some((*id).into())).collect(),
        ..Volume::default()
    };
    let address = Address {
        allocation: Some("eipalloc-1".into()),
        ip: "203.0.113.7".into(),
        association: Some("eipassoc-1".into()),
        instance: to.first().map(|id| (*id).into()),
        ..Address::default()
    };
    world.now_holds(&here, ReportOnly::Volume, Ok(vec![Facts::Volume(volume)]));
    world.now_holds(&here, ReportOnly::Address, Ok(vec![Facts::Address(address)]));
    world
}

fn standings(report: &Report) -> Vec<(&str, &str)> {
    let found = report.forgotten.as_ref().expect("the section");
    let mut all: Vec<_> = found.lines.iter().map(|line| (&*line.id().id, line.standing.as_str())).collect();
    all.sort_unstable();
    all
}

fn both(standing: &str) -> Vec<(&str, &str)> {
    vec![("eipalloc-1", standing), ("vol-1", standing)]
}

/// Messages with a command about the volume or the address. The stocktake's have none.
fn told(world: &World) -> Vec<String> {
    let bodies = world.said().into_iter().map(|(_, message)| message.body);
    bodies.filter(|body| body.contains("aws ec2")).collect()
}

/// Two runs, the second when `after` is over.
fn later(world: &World) -> Report {
    fake::apply(world, &wanted(), at(EVENING));
    fake::apply(world, &wanted(), at(LATER))
}

#[test]
fn what_protects_a_stopped_instance_protects_what_hangs_on_it() {
    let untagged = world([stopped("i-1")], &["i-1"]);
    assert_eq!(standings(&later(&untagged)), both("forgotten"));
    assert_eq!(told(&untagged).len(), 1, "{:?}", told(&untagged));
    for (key, value, standing) in [
        ("idle-reaper:keep", "", "kept"),
        ("idle-reaper:kepe", "", "kept"),
        ("idle-reaper:keep-until", "when it is done", "kept"),
        ("idle-reaper:keep-until", "2027-01-31", "kept"),
        ("Tier", "core", "kept"),
        ("aws:autoscaling:groupName", "web", "managed"),
        ("eks:cluster-name", "shop", "managed"),
        ("AmazonECSManaged", "true", "managed"),
        ("elasticbeanstalk:environment-id", "e-1", "managed"),
        ("Vendor", "Databricks", "managed"),
    ] {
        let world = world([stopped("i-1").tag(key, value)], &["i-1"]);
        let report = later(&world);
        assert_eq!(standings(&report), both(standing), "{key}={value}");
        assert_eq!(told(&world), Vec::<String>::new(), "{key}={value}");
        let page = render::markdown(&report);
        assert!(page.contains("2 more not in the sum") && !page.contains("release-address"), "{key}={value}: {page}");
    }
}

#[test]
fn an_instance_that_aws_manages_or_no_policy_matches_protects_it_as_well() {
    let managed = Instance { operator: Some("workspaces.amazonaws.com".into()), ..stopped("i-1") };
    let report = fake::plan(&world([managed], &["i-1"]), &wanted(), at(EVENING));
    assert_eq!(standings(&report), both("managed"));
    assert!(render::markdown(&report).contains("AWS (`workspaces.amazonaws.com`)"));
    let of_group = stopped("i-1").tag("Env", "prod").tag("aws:autoscaling:groupName", "web");
    assert_eq!(standings(&fake::plan(&world([of_group], &["i-1"]), &wanted(), at(EVENING))), both("managed"));
}

#[test]
fn a_shared_volume_is_protected_by_each_of_its_instances() {
    let shared = world([stopped("i-1"), stopped("i-2").tag("idle-reaper:keep", "")], &["i-1", "i-2"]);
    let report = fake::apply(&shared, &wanted(), at(EVENING));
    assert_eq!(standings(&report), [("eipalloc-1", "forgotten"), ("vol-1", "kept")]);
    shared.change("i-2", |one| Instance { state: State::Running, ..one });
    let report = fake::apply(&shared, &wanted(), at(EVENING) + chrono::Duration::minutes(15));
    assert_eq!(standings(&report), [("eipalloc-1", "forgotten")]);
}

#[test]
fn a_line_is_gone_once_its_instance_is_no_longer_stopped() {
    let world = world([stopped("i-1")], &["i-1"]);
    assert_eq!(standings(&fake::apply(&world, &wanted(), at(EVENING))), both("forgotten"));
    for state in [State::Pending, State::Running, State::Stopping, State::Terminated] {
        world.change("i-1", |one| Instance { state, ..one });
        // No target is due so soon: the record still has what the scan found.
        let report = fake::apply(&world, &wanted(), at(EVENING) + chrono::Duration::minutes(1));
        assert_eq!(standings(&report), [], "{state}");
        assert!(world.recorded("state/forgotten.jsonl")[0].1.contains("vol-1"), "{state}");
    }
}

#[test]
fn what_hangs_on_an_instance_that_the_run_did_not_find_is_shown_without_command_and_message() {
    let world = world([stopped("i-1")], &["i-1"]).with_target(fake::THERE.0, fake::THERE.1);
    fake::apply(&world, &wanted(), at(EVENING));
    world.set_faults(Faults { unreachable: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() });
    let report = fake::apply(&world, &wanted(), at(LATER));
    assert_eq!(standings(&report), both("unconfirmed"));
    assert_eq!(told(&world), Vec::<String>::new());
    let page = render::markdown(&report);
    assert!(page.contains("2 more not in the sum: 2 of instances that this run could not check"), "{page}");
    assert!(!render::json(&report, false).unwrap().contains("aws ec2"), "no command");
    world.set_faults(Faults::default());
    let report = fake::apply(&world, &wanted(), at(LATER) + chrono::Duration::minutes(15));
    assert_eq!(standings(&report), both("forgotten"));
    assert_eq!(told(&world).len(), 1);
}

#[test]
fn no_command_or_message_terminates_an_instance_for_a_volume() {
    let world = world([stopped("i-1")], &["i-1"]);
    let report = later(&world);
    let (page, told) = (render::markdown(&report), told(&world).concat());
    for text in [&page, &told] {
        assert!(text.contains("aws ec2 describe-volumes --volume-ids vol-1 --region ap-northeast-1"), "{text}");
        assert!(text.contains("detach it and delete it, or terminate the instance"), "{text}");
        assert!(!text.contains("terminate-instances") && !text.contains("delete-volume"), "{text}");
    }
}
