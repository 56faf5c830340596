//! The report's views: every instance counted once by account, by Region, by policy and by owner.

use std::collections::BTreeMap;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Reason, State};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::views::{Tally, Views};
use idle_reaper::render::{Style, json, markdown, table};
use serde_json::{Value, json};

use crate::engine::judge::forgotten::{NOON, idle_box, rests, telling};
use crate::fake::{EVENING, HERE, SETTINGS, Shape, THERE, World, at, instance, plan, with};

/// Two accounts, some machines of some owners, an evening.
fn fleet() -> World {
    let fleet = [
        instance("i-1").tag("Owner", "ann"),
        instance("i-2").tag("OWNER", "ann").tag("idle-reaper:keep", ""),
        instance("i-3").tag("owner", "bob").tag("idle-reaper:keep-until", "2026-12-01"),
        instance("i-4").tag("Owner", "").tag("idle-reaper:keep-until", "some day"),
        instance("i-5").account(THERE.0).region(THERE.1).state(State::Stopped),
        instance("i-6").account(THERE.0).region(THERE.1).untagged("Env").tag("Owner", "bob"),
        instance("i-7").account(THERE.0).tag("idle-reaper:schedule", "night").reaped(),
    ];
    World::of(fleet).with_account(THERE.0, Some("shop | dev"), None)
}

fn report() -> Report {
    plan(&fleet(), &with(&[]), at(EVENING))
}

fn views(report: &Report) -> Value {
    serde_json::from_str::<Value>(&json(report, false).expect("JSON")).expect("JSON")["views"].clone()
}

fn reasons(report: &Report) -> BTreeMap<Reason, usize> {
    let mut reasons = BTreeMap::new();
    for row in report.rows.iter().filter(|row| matches!(row.verdict.as_str(), "skip" | "out-of-scope")) {
        *reasons.entry(row.verdict.reason()).or_default() += 1;
    }
    reasons
}

#[test]
fn an_account_is_counted_with_its_name_and_its_reasons() {
    let expected = json!([
        {"account": HERE.0, "name": null, "found": 4, "running": 4, "outside-hours": 1, "idle": 0, "kept": 3,
         "skipped": {"kept": 1, "kept-until": 1, "keep-unreadable": 1}},
        {"account": THERE.0, "name": "shop | dev", "found": 3, "running": 1, "outside-hours": 0, "idle": 0, "kept": 0,
         "skipped": {"no-policy": 1, "not-running": 1}},
    ]);
    assert_eq!(views(&report())["accounts"], expected);
}

#[test]
fn what_does_nothing_is_counted_as_idle() {
    let world = World::of([idle_box("i-1"), idle_box("i-2"), instance("i-3")]);
    for id in ["i-1", "i-2"] {
        rests(&world, id, at(NOON));
    }
    let views = views(&plan(&world, &telling(), at(NOON)));
    assert_eq!((&views["accounts"][0]["idle"], &views["accounts"][0]["found"]), (&json!(2), &json!(3)));
}

#[test]
fn regions_policies_and_owners_are_counted_alike_and_none_is_null() {
    let views = views(&report());
    let figures = |view: &str, key: &str| -> Vec<(Value, Value)> {
        let lines = views[view].as_array().expect("a list").iter();
        lines.map(|line| (line[key].clone(), line["found"].clone())).collect()
    };
    let pairs = |pairs: &[(Value, usize)]| pairs.iter().map(|(key, n)| (key.clone(), json!(n))).collect::<Vec<_>>();
    assert_eq!(figures("regions", "region"), pairs(&[(json!("ap-northeast-1"), 5), (json!("us-east-1"), 2)]));
    assert_eq!(figures("policies", "policy"), pairs(&[(json!(null), 1), (json!("dev"), 6)]));
    let owners = [(json!(null), 3), (json!("ann"), 2), (json!("bob"), 2)];
    assert_eq!(figures("owners", "owner"), pairs(&owners), "an owner's key in any case, an empty value is nobody");
}

#[test]
fn the_settings_name_the_owners_tag() {
    let settings = with(&[("[busy]", "[tags]\nowner = \"cost-centre\"\n\n[busy]")]);
    let world = World::of([instance("i-1").tag("Cost-Centre", "4711").tag("Owner", "ann")]);
    let report = plan(&world, &settings, at(EVENING));
    assert_eq!(report.rows[0].owner.known(), Some("4711"));
    for wrong in [String::new(), "x".repeat(129)] {
        let text = format!("{SETTINGS}\n[tags]\nowner = \"{wrong}\"\n");
        let complaints = Settings::parse("reaper.toml", &text).expect_err("a complaint").to_string();
        assert!(complaints.contains("cannot be a tag's key"), "{complaints}");
    }
}

#[test]
fn every_view_counts_every_instance_once() {
    let report = report();
    let Views { accounts, regions, policies, owners } = Views::of(&report.rows, &report.names);
    let accounts: Vec<Tally> = accounts.into_values().map(|(_, tally)| tally).collect();
    let views =
        [accounts, regions.into_values().collect(), policies.into_values().collect(), owners.into_values().collect()];
    let starts = report.rows.iter().filter(|row| row.verdict.as_str() == "start").count();
    assert_eq!(starts, 1);
    for view in views {
        let mut skipped: BTreeMap<Reason, usize> = BTreeMap::new();
        let (mut seen, mut left) = (0, 0);
        for tally in view {
            assert!(tally.kept <= tally.left_alone() && tally.running <= tally.found, "{tally:?}");
            seen += tally.found;
            left += tally.found - tally.left_alone() - tally.outside_hours;
            tally.skipped.into_iter().for_each(|(reason, n)| *skipped.entry(reason).or_default() += n);
        }
        assert_eq!((seen, left), (report.rows.len(), starts));
        assert_eq!(skipped, reasons(&report));
    }
}

#[test]
fn people_see_a_table_by_account_where_there_are_two() {
    let style = Style { colour: false, width: None };
    let line = |text: &str, with: &str| text.lines().map(squeeze).find(|line| line.starts_with(with));
    let report = report();
    let shown = table(&report, style);
    assert!(line(&shown, "account found running outside hours").is_some(), "{shown}");
    assert_eq!(line(&shown, "shop | dev").as_deref(), Some("shop | dev 222222222222 3 1 0 0 2"));
    assert_eq!(
        line(&markdown(&report), r"| shop \| dev 222222222222 | 3").as_deref(),
        Some(r"| shop \| dev 222222222222 | 3 | 1 | 0 | 0 | 2 |")
    );

    let one = plan(&World::of([instance("i-1")]), &with(&[]), at(EVENING));
    assert_eq!(line(&table(&one, style), "account found"), None, "of a single account the headline tells enough");
    assert!(!markdown(&one).contains("By account"));
}

fn squeeze(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
