//! Since when databases run, by what runs have found.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::history::History;
use idle_reaper::engine::history::unverified::Unverified;
use idle_reaper::engine::history::uptimes::{OwnActs, Uptimes};
use idle_reaper::engine::model::{Action, ByResource, Database, Instance, Reason};
use proptest::sample::select;

use crate::engine::rules::case::Case;
use crate::fake::{EVENING, SETTINGS, at, db, db_facts, for_every_kind};
use crate::laws::arbitrary::for_all;

/// The key of the stop tag.
const KEY: &str = "idle-reaper:stopped";

fn found(status: &str, restarts: Option<DateTime<Utc>>) -> Instance {
    let facts = Database { status: status.into(), restarts, ..db_facts("postgres") };
    let plain = db("orders");
    Instance::database(plain.id, "db.t3.medium", Some(plain.tags), facts)
}

/// What is known after runs at these instants have found the database in these statuses, and the last database.
fn after(found_at: &[(&str, &str, Option<&str>)]) -> (Uptimes, Instance) {
    let (mut known, mut last) = (Uptimes::default(), db("orders"));
    for (when, status, restarts) in found_at {
        last = found(status, restarts.map(at));
        let seen = known.date(&mut last, OwnActs::default(), at(when), KEY).expect("a database");
        let text = known.text_with(&[(last.id.clone(), seen)], at(when));
        known = Uptimes::parse(&text, at(when));
    }
    (known, last)
}

#[test]
fn a_start_counts_from_the_first_run_that_found_it_up() {
    let up = |found_at: &[(&str, &str, Option<&str>)]| after(found_at).1.launch;
    let (one, two, three) = ("2026-11-25T19:00:00+09:00", "2026-11-25T19:15:00+09:00", "2026-11-25T19:30:00+09:00");
    assert_eq!(up(&[(one, "available", None)]), Some(at(one)), "anybody may have started it just now");
    assert_eq!(up(&[(one, "available", None), (two, "available", None)]), Some(at(one)));
    assert_eq!(up(&[(one, "stopped", None), (two, "starting", None), (three, "available", None)]), Some(at(three)));
    assert_eq!(up(&[(one, "available", None), (two, "backing-up", None), (three, "available", None)]), Some(at(one)));
    assert_eq!(up(&[(one, "available", None), (two, "stopping", None)]), Some(at(one)), "its last start");
    assert_eq!(up(&[(one, "stopped", None)]), db("orders").launch, "nobody has seen it up");
    let later = "2026-11-27T19:00:00+09:00";
    assert_eq!(up(&[(one, "available", None), (later, "available", None)]), Some(at(later)), "two days unseen");
}

#[test]
fn the_start_that_aws_announced_is_nobodys() {
    let (stopped, due) = ("2026-11-25T18:00:00+09:00", "2026-11-25T20:40:00+09:00");
    let by_aws = |when: &str, due: Option<&str>| {
        after(&[(stopped, "stopped", due), (when, "available", None)])
            .1
            .database
            .is_some_and(|one| one.restarted_by_aws)
    };
    assert!(by_aws("2026-11-25T21:15:00+09:00", Some(due)));
    assert!(!by_aws("2026-11-25T19:15:00+09:00", Some(due)), "long before AWS would");
    assert!(!by_aws("2026-11-25T20:39:00+09:00", Some(due)), "a minute before AWS would");
    assert!(!by_aws("2026-11-25T22:15:00+09:00", Some(due)), "long after");
    assert!(!by_aws("2026-11-25T21:15:00+09:00", None), "AWS announced nothing");
}

#[test]
fn a_person_gets_overtime_and_aws_does_not() {
    let reason = |due: Option<&str>| {
        let seen = [("2026-11-25T19:00:00+09:00", "stopped", due), ("2026-11-25T21:00:00+09:00", "available", None)];
        let instance = after(&seen).1;
        Case { settings: for_every_kind(SETTINGS), instance, ..Case::candidates() }.verdict().reason()
    };
    assert_eq!(at(EVENING) - at("2026-11-25T21:00:00+09:00"), Duration::minutes(30));
    assert_eq!(reason(None), Reason::Overtime);
    assert_eq!(reason(Some("2026-11-25T20:30:00+09:00")), Reason::OutsideHours);
}

#[test]
fn a_start_is_never_dated_before_the_last_time_it_was_found_down() {
    let statuses = ["available", "stopped", "stopping", "starting", "backing-up", "deleting", ""];
    let scan = (select(statuses.to_vec()), 1..3000i64);
    for_all(200, proptest::collection::vec(scan, 1..12), |scans| {
        let (mut known, mut now, mut down) = (Uptimes::default(), at(EVENING), None);
        for (status, minutes) in scans {
            now += Duration::minutes(minutes);
            let mut one = found(status, None);
            let seen = known.date(&mut one, OwnActs::default(), now, KEY).expect("a database");
            let is_up = matches!(status, "available" | "backing-up");
            if is_up {
                assert!(one.launch.is_some_and(|launch| launch <= now && down.is_none_or(|down| launch > down)));
            } else {
                down = Some(now);
            }
            known = Uptimes::parse(&known.text_with(&[(one.id, seen)], now), now);
        }
    });
}

#[test]
fn what_cannot_be_read_protects() {
    for text in [
        "{",
        "null\n",
        "{\"id\":\"db:orders\"}",
        "{\"id\":\"db:orders\",\"found\":\"2126-11-25T00:00:00Z\",\"up\":true}",
    ] {
        let known = Uptimes::parse(text, at(EVENING));
        let mut one = found("available", None);
        known.date(&mut one, OwnActs::default(), at(EVENING), KEY);
        assert_eq!(one.launch, Some(at(EVENING)), "{text}");
    }
}

#[test]
fn a_start_that_takes_longer_than_until_the_next_run_is_the_reapers_own() {
    let (evening, begun, later) =
        ("2026-11-25T18:00:00+09:00", "2026-11-25T19:00:00+09:00", "2026-11-25T19:15:00+09:00");
    let (known, one) = after(&[(evening, "stopped", None), (later, "starting", None)]);
    let step = |action, when: &str| Unverified {
        run: "r".into(),
        action,
        at: at(when),
        policy: None,
        undo: None,
        narrow: false,
    };
    let own = |steps: Vec<Unverified>| {
        let unverified = ByResource::from_iter([(one.id.clone(), steps)]);
        History { databases: Some(known.clone()), unverified, ..History::default() }.own_acts(&one.id)
    };
    let start = step(Action::Start, begun);
    assert_eq!(own(vec![start.clone()]).start, Some(at(begun)));
    let undo = Unverified { undo: Some("other".to_owned()), ..start.clone() };
    assert_eq!((own(vec![undo.clone()]).start, own(vec![undo]).tried), (None, Some(at(begun))));
    let stopped = own(vec![start, step(Action::Stop, "2026-11-25T19:20:00+09:00")]);
    assert_eq!((stopped.start, stopped.tried, stopped.stop), (None, None, Some(at("2026-11-25T19:20:00+09:00"))));
}
