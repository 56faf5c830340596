//! Law 13: what the reaper stops, it can start again with the roles it has; where it cannot, it does not stop, or says so
//! before.

use std::collections::BTreeSet;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::plan::restart::{Key, Volumes};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::Mode;
use idle_reaper::local::inventory::Recorded;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::for_all;
use crate::fake::{
    Ask, Deed, EVENING, Fault, Faults, Parts, SETTINGS, Shape, THERE, World, apply, at, in_parts, instance, outcome_of,
    plan, plan_over, planned, settings, with,
};

const NAMED: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/11111111-named";
const OTHER: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/22222222-other";
const FOREIGN: &str = "arn:aws:kms:ap-northeast-1:999999999999:key/33333333-foreign";
const LICENSE: &str = "arn:aws:license-manager:ap-northeast-1:111111111111:license-configuration:lic-named";
const UNNAMED: &str = "arn:aws:license-manager:ap-northeast-1:111111111111:license-configuration:lic-other";

/// [`SETTINGS`], which name one key and one licence configuration.
fn named() -> Settings {
    let restart = format!("[restart]\nkms-keys = [\"{NAMED}\"]\nlicense-configurations = [\"{LICENSE}\"]\n");
    settings(&(SETTINGS.to_owned() + &restart))
}

fn keys(keys: &[Key]) -> Volumes {
    Volumes::Keys(keys.iter().cloned().collect())
}

fn customer(arn: &str) -> Key {
    Key::CustomerManaged(arn.into())
}

fn aws() -> Key {
    Key::AwsManaged("arn:aws:kms:ap-northeast-1:111111111111:key/aws-ebs".into())
}

/// What may be known of an instance's volumes.
fn any_volumes() -> impl Strategy<Value = Volumes> {
    let key = select(vec![aws(), customer(NAMED), customer(OTHER), customer(FOREIGN), Key::Unknown("denied".into())]);
    prop_oneof![
        8 => prop::collection::btree_set(key, 0..3).prop_map(Volumes::Keys),
        1 => Just(Volumes::Unknown("denied".to_owned())),
    ]
}

fn licensed(id: &str, licenses: &[&str]) -> Instance {
    let mut found = instance(id);
    found.details.licenses = licenses.iter().map(|arn| Box::from(*arn)).collect();
    found
}

/// An instance, whether its policy starts it again, and what is known of its volumes.
type Machine = (Vec<&'static str>, bool, Volumes);

fn any_machines() -> impl Strategy<Value = Vec<Machine>> {
    let licenses = prop_oneof![6 => Just(vec![]), 1 => Just(vec![LICENSE]), 1 => Just(vec![UNNAMED])];
    prop::collection::vec((licenses, any::<bool>(), any_volumes()), 1..12)
}

/// A world of these, in which the acting role may use what the settings name and nothing else.
fn world(machines: &[Machine], seed: u64) -> World {
    let id = |n: usize| format!("i-{n:03}");
    let one = |(n, (licenses, again, _)): (usize, &Machine)| {
        licensed(&id(n), licenses).tag("Env", if *again { "dev" } else { "stg" })
    };
    let world = World::of(machines.iter().enumerate().map(one)).shuffled_by(seed).with_usable(&[NAMED, LICENSE]);
    machines.iter().enumerate().fold(world, |world, (n, (.., volumes))| world.with_volumes(&id(n), volumes.clone()))
}

/// The same settings with a second policy, which starts nothing again.
fn with_second() -> Settings {
    let second = "[[policies]]\nname = \"stg\"\nstage = \"enforce\"\nmatch = { tags = [\"Env=stg\"] }\nschedule = \"office\"\n\
                  outside = \"stop\"\nunannounced = true\n";
    let restart = format!("[restart]\nkms-keys = [\"{NAMED}\"]\nlicense-configurations = [\"{LICENSE}\"]\n");
    settings(&(SETTINGS.to_owned() + second + &restart))
}

fn held(report: &Report) -> BTreeSet<String> {
    let held = report.plan.deferred.iter().filter(|one| one.because == Cap::CannotStart);
    held.map(|one| one.id.name.to_string()).collect()
}

#[test]
fn what_is_stopped_under_a_policy_that_starts_again_is_running_after_the_opening() {
    let (stopped, kept) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    for_all(150, (any_machines(), any::<u64>()), |(machines, seed)| {
        let (world, settings) = (world(&machines, seed), with_second());
        let evening = apply(&world, &settings, at(EVENING));
        let morning = apply(&world, &settings, at("2026-11-26T09:15:00+09:00"));
        assert_eq!(morning.counts().failed, 0, "{:?}", morning.outcomes);
        for found in world.all().iter().filter(|found| found.tags.get("Env") == Some("dev")) {
            assert_eq!(world.rests(&found.id.name), State::Running, "{} stays dark: {evening:?}", found.id.name);
        }
        let said = evening.notes.join("\n");
        for outcome in
            evening.outcomes.iter().filter(|one| matches!(one.outcome, OutcomeKind::Stopped | OutcomeKind::Stopping))
        {
            stopped.set(stopped.get() + 1);
            let machine = &machines[outcome.id.name[2..].parse::<usize>().expect("a number")];
            let startable = machine.0 != [UNNAMED]
                && matches!(&machine.2, Volumes::Keys(keys) if keys.iter().all(|key| *key == aws() || *key == customer(NAMED)));
            assert!(startable || said.contains("cannot be undone"), "{} was stopped without a word", outcome.id.name);
        }
        kept.set(kept.get() + held(&evening).len());
    });
    assert!(stopped.get() > 300 && kept.get() > 100, "{} stopped, {} held", stopped.get(), kept.get());
}

#[test]
fn each_way_in_which_a_start_would_fail_holds_the_stop_and_the_report_says_why() {
    for (volumes, licenses, word) in [
        (keys(&[customer(OTHER)]), vec![], OTHER),
        (keys(&[aws(), customer(FOREIGN)]), vec![], FOREIGN),
        (keys(&[Key::Unknown("kms:ListAliases was denied".to_owned())]), vec![], "kms:ListAliases was denied"),
        (Volumes::Unknown("ec2:DescribeVolumes was denied".to_owned()), vec![], "ec2:DescribeVolumes was denied"),
        (keys(&[]), vec![UNNAMED], UNNAMED),
        (keys(&[]), vec![LICENSE, ""], "licence configuration ``"),
    ] {
        let world = World::of([licensed("i-1", &licenses), instance("i-2")]).with_volumes("i-1", volumes);
        for report in [plan(&world, &named(), at(EVENING)), apply(&world, &named(), at(EVENING))] {
            assert_eq!(
                (held(&report), planned(&report)),
                (["i-1".to_owned()].into(), vec!["i-2".to_owned()]),
                "{word}"
            );
            assert!(
                report.notes.iter().any(|note| note.contains("`i-1`") && note.contains(word)),
                "{:?}",
                report.notes
            );
            assert_eq!(report.health(), Health::Ok);
        }
        assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Running, State::Stopped), "{word}");
    }
}

#[test]
fn what_aws_manages_what_the_settings_name_and_what_is_not_encrypted_is_stopped() {
    for volumes in [keys(&[]), keys(&[aws()]), keys(&[customer(NAMED)]), keys(&[aws(), customer(NAMED)])] {
        let world = World::of([licensed("i-1", &[LICENSE])]).with_volumes("i-1", volumes.clone());
        let report = apply(&world, &named(), at(EVENING));
        assert_eq!((world.rests("i-1"), &report.notes), (State::Stopped, &Vec::<String>::new()), "{volumes:?}");
    }
}

#[test]
fn only_the_volumes_of_stops_are_asked_for_and_an_unarmed_run_asks_for_none() {
    let fleet = || {
        World::of([
            instance("i-1"),
            instance("i-2").region(THERE.1),
            instance("i-3").tag("idle-reaper:keep", ""),
            instance("i-4").reaped(),
        ])
    };
    let asked = |world: &World| -> Vec<String> {
        let calls = world.calls(|deed| deed == Deed::AskVolumes);
        let mut ids: Vec<String> = calls.iter().flat_map(|call| &call.ids).map(ToString::to_string).collect();
        ids.sort();
        ids
    };
    let world = fleet();
    apply(&world, &with(&[]), at(EVENING));
    assert_eq!(asked(&world), ["i-1", "i-2"]);
    for unarmed in [with(&[("armed = true", "armed = false")]), with(&[("stage = \"enforce\"", "stage = \"observe\"")])]
    {
        let world = fleet();
        apply(&world, &unarmed, at(EVENING));
        assert_eq!(asked(&world), Vec::<String>::new());
    }
}

#[test]
fn instances_that_cannot_be_started_again_do_not_take_the_others_places_under_a_cap() {
    let old = (0..20).map(|n| instance(&format!("i-old-{n:02}")).launched("2026-11-20T09:30:00+09:00"));
    let new = (0..3).map(|n| instance(&format!("i-new-{n}")));
    let world = World::of(old.chain(new));
    let world = (0..20).fold(world, |world, n| world.with_volumes(&format!("i-old-{n:02}"), keys(&[customer(OTHER)])));
    let report = apply(&world, &with(&[("stops-per-run = 1000", "stops-per-run = 3")]), at(EVENING));
    assert_eq!(planned(&report), ["i-new-0", "i-new-1", "i-new-2"]);
    let (held, deferred) = (held(&report).len(), report.plan.deferred.len());
    assert!(held > 10 && deferred == 20, "{held} held of {deferred}");
    let more = report.notes.iter().any(|note| note.contains(&format!("and {} more", held - 10)));
    assert!(more, "a note names ten and counts the rest: {:?}", report.notes);
}

#[test]
fn a_start_that_fell_back_is_remembered_until_one_succeeds() {
    let world = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", Fault::FallsBack));
    let morning = apply(&world, &with(&[]), at("2026-11-25T09:15:00+09:00"));
    assert_eq!(outcome_of(&morning, "i-1"), OutcomeKind::Failed);
    world.mend();
    let by_hand = |launched: &'static str| {
        move |found: Instance| found.state(State::Running).launched(launched).untagged("idle-reaper:stopped")
    };
    world.change("i-1", by_hand("2026-11-25T09:30:00+09:00"));
    let evening = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((held(&evening), world.rests("i-1")), (["i-1".to_owned()].into(), State::Running));
    assert!(
        evening.notes.iter().any(|note| note.contains("the last start failed at 2026-11-25 00:15 UTC")),
        "{:?}",
        evening.notes
    );
    let later = apply(&world, &with(&[]), at(EVENING) + Duration::days(12));
    assert_eq!(later.counts().stopped, 1, "after nine days nobody remembers it");
    let morning = apply(&world, &with(&[]), at("2026-12-08T09:15:00+09:00"));
    assert_eq!(outcome_of(&morning, "i-1"), OutcomeKind::Started);
    let evening = apply(&world, &with(&[]), at("2026-12-08T21:30:00+09:00"));
    assert_eq!(evening.counts().stopped, 1, "the last start succeeded");
}

#[test]
fn a_run_in_parts_holds_the_same() {
    let fleet = || World::of([instance("i-1"), instance("i-2")]).with_volumes("i-1", keys(&[customer(OTHER)]));
    let (one, parts) = (fleet(), fleet());
    let whole = apply(&one, &with(&[]), at(EVENING));
    let ask = Ask::at(at(EVENING));
    let divided =
        in_parts(&parts, &with(&[]), Mode::Apply, &ask, &Parts { size: 1, ..Parts::default() }).expect("a report");
    assert_eq!((held(&divided), planned(&divided)), (held(&whole), planned(&whole)));
    assert_eq!((parts.rests("i-1"), parts.rests("i-2")), (State::Running, State::Stopped));
    assert!(divided.notes.iter().any(|note| note.contains(OTHER)), "{:?}", divided.notes);
}

#[test]
fn over_an_inventory_the_verdict_stands_and_the_report_says_that_nobody_asked() {
    let text = r#"{"Reservations": [{"OwnerId": "111111111111", "Instances": [{"InstanceId": "i-1", "State": {"Name": "running"},
        "InstanceType": "t3.micro", "LaunchTime": "2026-11-25T00:30:00+00:00", "RootDeviceType": "ebs",
        "Placement": {"AvailabilityZone": "ap-northeast-1a"}, "Tags": [{"Key": "Env", "Value": "dev"}]}]}]}"#;
    let inventory = Recorded::parse("fleet.json", text, &with(&[])).expect("an inventory");
    let report = plan_over(&inventory, &with(&[]), at(EVENING));
    assert_eq!(planned(&report), ["i-1"]);
    assert!(
        report.notes.iter().any(|note| note.contains("a saved inventory has no keys of volumes")),
        "{:?}",
        report.notes
    );
}
