//! The record as tables: what is written has the columns that are documented, for both engines, and `runs` lists it.

use std::collections::{BTreeMap, BTreeSet};

use idle_reaper::engine::history::runs::Listed;
use idle_reaper::run;
use serde_json::Value;

use crate::fake::{self, EVENING, Fault, Faults, Shape, World, at, block_on, instance, settings, with};

const TABLES: [&str; 5] = ["plans", "outcomes", "history", "verdicts", "runs"];

/// The lines of one table, by its name.
fn lines(world: &World, table: &str) -> Vec<Value> {
    let files = world.recorded(&format!("tables/{table}/date=2026-11-25/"));
    let text: String = files.into_iter().map(|(_, text)| text).collect();
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The columns that the statements of `docs/record.md` declare: by engine and table.
pub fn declared() -> BTreeMap<(&'static str, String), BTreeSet<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/record.md")).expect("the page");
    let mut declared = BTreeMap::new();
    for block in text.split("```sql\n").skip(1).filter_map(|block| block.split("```").next()) {
        let Some((head, rest)) = block.split_once("(\n") else { continue };
        let Some(name) = head.split('`').nth(1) else { continue };
        let engine = if rest.contains("SERDE") { "athena" } else { "bigquery" };
        let columns = rest.lines().take_while(|line| !line.starts_with(')'));
        let columns = columns.filter_map(|line| line.split('`').nth(1)).map(str::to_owned).collect();
        declared.insert((engine, name.rsplit('.').next().unwrap_or(name).to_owned()), columns);
    }
    declared
}

#[test]
fn what_is_written_has_the_columns_that_are_documented_for_both_engines() {
    let world = World::of([instance("i-1"), instance("i-2").untagged("Env")]);
    fake::apply(&world, &with(&[]), at(EVENING));
    let declared = declared();
    for table in TABLES {
        let lines = lines(&world, table);
        assert!(!lines.is_empty(), "{table}");
        for line in &lines {
            let columns: BTreeSet<String> = line.as_object().expect("an object").keys().cloned().collect();
            for engine in ["athena", "bigquery"] {
                assert_eq!(declared.get(&(engine, table.to_owned())), Some(&columns), "{engine} {table}");
            }
            let flat = line.as_object().expect("an object").values();
            assert!(flat.into_iter().all(|value| !value.is_object() && !value.is_array()), "{line}");
        }
    }
}

/// Digits of a second in every instant of these lines.
fn digits(lines: &[Value]) -> Vec<usize> {
    let instants = lines.iter().flat_map(|line| line.as_object().expect("an object").values());
    let fractions = instants.filter_map(|value| {
        let text = value.as_str().filter(|text| text.parse::<chrono::DateTime<chrono::Utc>>().is_ok())?;
        Some(text.split_once('.').map_or(0, |(_, rest)| rest.chars().take_while(char::is_ascii_digit).count()))
    });
    fractions.collect()
}

#[test]
fn no_instant_of_a_table_has_more_than_six_digits_of_a_second_whatever_the_clock_has() {
    // By the real clock, and by one of nine digits for certain.
    for now in [chrono::Utc::now(), at("2026-11-25T12:30:00.123456789Z")] {
        let launched = now - chrono::Duration::days(3);
        let machine = idle_reaper::engine::model::Instance { launch: Some(launched), ..instance("i-1") };
        // Hours that are over, whenever the test runs.
        let opens = (now + chrono::Duration::hours(12)).with_timezone(&chrono_tz::Asia::Tokyo);
        let hours =
            format!("mon-sun {}-{}", opens.format("%H:%M"), (opens + chrono::Duration::minutes(1)).format("%H:%M"));
        let world = World::of([machine]);
        let report = fake::apply(&world, &with(&[("mon-fri 09:00-18:00", &hours)]), now);
        assert_eq!((report.at, report.counts().stopped), (now, 1), "{:?}", report.notes);
        for table in TABLES {
            let files = world.recorded(&format!("tables/{table}/"));
            let text: String = files.into_iter().map(|(_, text)| text).collect();
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            assert!(digits(&lines).iter().all(|digits| *digits <= 6), "{table}: {text}");
            assert!(now != at("2026-11-25T12:30:00.123456789Z") || digits(&lines).contains(&6), "{table}: {text}");
        }
    }
}

#[test]
fn every_instance_every_step_every_outcome_and_every_run_has_its_line() {
    let fleet = [instance("i-1").tag("Owner", "ann").tag("Name", "web"), instance("i-2").tag("idle-reaper:keep", "")];
    let world = World::of(fleet);
    let report = fake::apply(&world, &with(&[]), at(EVENING));
    assert_eq!(TABLES.map(|table| lines(&world, table).len()), [1, 1, 1, 2, 1]);
    let outcome = &lines(&world, "outcomes")[0];
    for (column, wanted) in [
        ("run", "run-1"),
        ("account", "111111111111"),
        ("region", "ap-northeast-1"),
        ("id", "i-1"),
        ("name", "web"),
        ("policy", "dev"),
        ("action", "stop"),
        ("owner", "ann"),
        ("launched", "2026-11-25T00:30:00Z"),
    ] {
        assert_eq!(outcome[column], wanted, "{column}");
    }
    let run = &lines(&world, "runs")[0];
    assert_eq!((run["mode"].as_str(), run["health"].as_str()), (Some("apply"), Some("ok")));
    assert_eq!((run["found"].as_u64(), run["stopped"].as_u64()), (Some(2), Some(1)));
    assert_eq!(run["settings"].as_str(), Some(&*report.plan.settings));
    let kept = lines(&world, "verdicts").into_iter().find(|line| line["id"] == "i-2").expect("a line");
    assert_eq!((kept["verdict"].as_str(), kept["reason"].as_str()), (Some("skip"), Some("kept")));
}

#[test]
fn a_run_that_does_nothing_has_its_verdicts_and_its_line_and_no_plan() {
    let world = World::of([instance("i-1")]);
    fake::apply(&world, &with(&[("armed = true", "armed = false")]), at(EVENING));
    assert_eq!(TABLES.map(|table| lines(&world, table).len()), [0, 0, 0, 1, 1]);
}

#[test]
fn runs_are_listed_newest_first_and_one_that_broke_off_is_among_them() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    fake::apply(&world, &with(&[]), at(EVENING));
    let faults = Faults { no_writing: Some("tables/runs"), ..Faults::one("i-1", Fault::Protected) };
    let world = world.with_faults(faults);
    world.change("i-1", |one| instance(&one.id.name));
    fake::apply(&world, &with(&[]), at("2026-11-26T21:30:00+09:00"));
    let listed = |now: &str, days| block_on(run::runs(&world, at(now), days)).expect("the record");
    let runs = listed("2026-11-27T09:00:00+09:00", 7);
    assert_eq!(runs.iter().map(Listed::run).collect::<Vec<_>>(), ["run-2", "run-1"]);
    assert!(matches!(&runs[0], Listed::BrokeOff { steps: 1, mode, .. } if mode == "apply"), "{runs:?}");
    assert!(matches!(&runs[1], Listed::Ended(line) if line.counts.stopped == 2), "{runs:?}");
    assert_eq!(listed("2026-11-27T09:00:00+09:00", 1).len(), 1, "the evening before last is too long ago");
    assert_eq!(listed("2026-11-26T09:00:00+09:00", 7).len(), 1, "what is still to come is not listed");
}

#[test]
fn acts_tell_from_now_on_where_and_for_which_policy_and_older_ones_are_still_read() {
    let world = World::of([instance("i-1")]);
    fake::apply(&world, &settings(fake::SETTINGS), at(EVENING));
    let (_, text) = world.recorded("acts/").pop().expect("a file");
    let line: Value = serde_json::from_str(text.trim()).expect("a line");
    for (field, wanted) in
        [("account", "111111111111"), ("region", "ap-northeast-1"), ("policy", "dev"), ("run", "run-1")]
    {
        assert_eq!(line[field], wanted);
    }
    assert_eq!(line.get("undo"), None);
    let old = r#"{"id":"i-9","action":"stop","outcome":"stopped","at":"2026-11-25T10:00:00Z"}"#;
    world.put("acts/date=2026-11-25/20261125T100000Z-1a.jsonl", old);
    let history = block_on(run::history(&world, at(EVENING) + chrono::Duration::minutes(5))).expect("a record");
    assert_eq!((history.stops.iter().count(), history.today.by_account["111111111111"]), (2, 1));
}
