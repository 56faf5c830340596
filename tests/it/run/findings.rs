//! What a person has to mend, from the run that finds it first to the one that verifies that it is gone.

use std::collections::{BTreeMap, BTreeSet};

use idle_reaper::engine::history::findings::{Finding, Findings};
use idle_reaper::engine::model::Target;
use serde_json::Value;

use crate::engine::judge::forgotten::telling;
use crate::fake::{Faults, HERE, SETTINGS, Shape, World, apply, at, db, for_databases, instance};

/// The steps of the only finding in the record.
fn steps(world: &World) -> Vec<&'static str> {
    let file = world.recorded("state/findings.jsonl").pop().expect("the file").1;
    let line: Value = serde_json::from_str(file.trim()).expect("one line");
    assert_eq!((&line["id"], &line["what"]), (&"i-1".into(), &"keep-unreadable".into()));
    ["found", "notified", "mended", "verified"].into_iter().filter(|step| line[step].is_string()).collect()
}

#[test]
fn a_finding_is_found_notified_mended_and_verified_and_the_next_stocktake_shows_it() {
    let world = World::of([instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", "some day")]);
    world.put("state/stocktake", "2026-11\n");
    let settings = telling();
    apply(&world, &settings, at("2026-11-25T12:00:00+09:00"));
    assert_eq!(steps(&world), ["found"]);
    apply(&world, &settings, at("2026-11-25T13:00:00+09:00"));
    assert_eq!(steps(&world), ["found", "notified"]);
    world.change("i-1", |one| one.untagged("idle-reaper:keep-until"));
    apply(&world, &settings, at("2026-11-25T14:00:00+09:00"));
    assert_eq!(steps(&world), ["found", "notified", "mended"]);
    apply(&world, &settings, at("2026-11-25T15:00:00+09:00"));
    assert_eq!(steps(&world), ["found", "notified", "mended", "verified"]);
    apply(&world, &settings, at("2026-12-01T12:00:00+09:00"));
    let stock = |kind: &str| world.recorded(&format!("stocktake/month=2026-12/111111111111.{kind}")).pop().unwrap().1;
    let json: Value = serde_json::from_str(&stock("json")).unwrap();
    assert_eq!(json["findings"][0]["verified"], "2026-11-25T06:00:00Z");
    assert!(stock("md").contains("1 found, 1 notified, 1 mended, 1 of them verified"), "{}", stock("md"));
    assert!(stock("html").contains("<td>keep-unreadable</td>"));
}

#[test]
fn a_finding_about_a_database_stays_while_databases_cannot_be_listed() {
    let world = World::of([db("orders").tag("Owner", "ana").tag("idle-reaper:keep-until", "some day")]);
    let channel = "[notify]\noperator = \"ops\"\n[channels.ops]\nsns = \"arn:aws:sns:eu-west-1:999999999999:ops\"\n\n";
    let settings = for_databases(&SETTINGS.replace("[calendars.japan]", &format!("{channel}[calendars.japan]")));
    let file = |world: &World| world.recorded("state/findings.jsonl").pop().expect("the file").1;
    apply(&world, &settings, at("2026-11-25T12:00:00+09:00"));
    let before = file(&world);
    assert!(before.contains("keep-unreadable"), "{before}");
    let unlisted = BTreeSet::from([Target::new(HERE.0, HERE.1)]);
    let world = world.with_faults(Faults { unlisted, ..Faults::default() });
    apply(&world, &settings, at("2026-11-25T13:00:00+09:00"));
    assert_eq!(file(&world), before);
}

#[test]
fn what_no_scan_reached_stays_and_what_is_found_again_begins_anew() {
    let place = Target::new("111111111111", "ap-northeast-1");
    let finding = Finding { place, id: "i-1".into(), what: "tag-unknown".into() };
    let (found, none) = (BTreeMap::from([(finding.clone(), None)]), BTreeMap::new());
    let (first, later) = (at("2026-11-25T12:00:00Z"), at("2026-11-26T12:00:00Z"));
    let mut findings = Findings::default();
    findings.observe(&found, |_| Some(first), first);
    let before = findings.clone();
    findings.observe(&none, |_| None, later);
    assert_eq!(findings, before, "nothing is known of it");
    findings.observe(&none, |_| Some(later), later);
    assert_eq!(Findings::parse(&findings.text()), findings);
    findings.observe(&none, |_| Some(later), later + chrono::Duration::hours(1));
    let life = |findings: &Findings| *findings.of_account("111111111111").next().expect("one").1;
    assert_eq!(
        (life(&findings).mended, life(&findings).verified),
        (Some(later), None),
        "the same scan verifies nothing"
    );
    findings.observe(&found, |_| Some(later), later + chrono::Duration::hours(2));
    assert_eq!((life(&findings).found, life(&findings).mended), (later + chrono::Duration::hours(2), None));
    findings.observe(&none, |_| Some(later + chrono::Duration::days(1)), later + chrono::Duration::days(1));
    findings.observe(&none, |_| Some(later + chrono::Duration::days(2)), later + chrono::Duration::days(2));
    assert!(life(&findings).verified.is_some());
    findings.observe(&none, |_| None, later + chrono::Duration::days(60));
    assert_eq!(findings, Findings::default());
}
