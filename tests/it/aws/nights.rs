//! Several runs after one another: mornings, restarts, overtime.

use serde_json::{Value, json};

use super::world::{World, row};

fn one_machine() -> Value {
    json!({
        "hub": "platform", "external-id": "demo-external-id", "now": "2026-11-25T18:05:00+09:00",
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [
            {"story": "web", "tags": {"Env": "dev"}},
            {"story": "stopped-by-hand", "state": "stopped", "tags": {"Env": "dev"}},
        ],
    })
}

/// Without the last hour's CPU, and with the whole of a small organisation allowed to stop.
const PLAIN: &[(&str, &str)] = &[
    ("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", "[busy]\noff = true\n"),
    ("stops-percent = 40", "stops-percent = 100"),
];

#[test]
fn what_was_stopped_for_the_hours_sake_is_started_at_opening_and_nothing_else_is() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    world.apply(&settings, "2026-11-25T18:05:00+09:00");
    assert_eq!(world.state("web"), "stopped");
    world.apply(&settings, "2026-11-26T08:30:00+09:00");
    assert_eq!(world.state("web"), "stopped", "too early");
    let report = world.apply(&settings, "2026-11-26T08:46:00+09:00");
    assert_eq!(world.state("web"), "running");
    assert_eq!(report["counts"]["started"], 1);
    assert_eq!(world.tag("web", "idle-reaper:stopped"), None);
    assert_eq!(world.state("stopped-by-hand"), "stopped");
    let report = world.apply(&settings, "2026-11-26T08:50:00+09:00");
    assert_eq!(
        row(&report, &world.id("web"))["verdict"],
        "skip",
        "what was just started is not stopped before the opening"
    );
    let night = world.apply(&settings, "2026-11-26T18:05:00+09:00");
    assert_eq!(night["counts"]["stopped"], 1, "and the next evening it is stopped again");
}

#[test]
fn nothing_is_started_on_a_holiday_or_after_a_person_had_a_hand_in_it() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    // 2027-01-11 is Coming of Age Day, a Monday.
    world.clock("2027-01-08T18:05:00+09:00");
    world.post("/instance", &json!({"story": "web", "person-starts": "2027-01-08T09:00:00+09:00"}));
    world.apply(&settings, "2027-01-08T18:05:00+09:00");
    assert_eq!(world.state("web"), "stopped");
    let report = world.apply(&settings, "2027-01-11T10:00:00+09:00");
    assert_eq!(world.state("web"), "stopped", "{}", row(&report, &world.id("web")));
    world.post("/instance", &json!({"story": "web", "person-starts": "2027-01-11T11:00:00+09:00"}));
    world.post("/instance", &json!({"story": "web", "person-stops": "2027-01-11T12:00:00+09:00"}));
    world.apply(&settings, "2027-01-12T09:05:00+09:00");
    assert_eq!(world.state("web"), "stopped", "a person stopped it last");
}

#[test]
fn a_late_start_is_respected_for_the_overtime_and_two_restarts_end_the_fight() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    world.apply(&settings, "2026-11-25T18:05:00+09:00");
    world.post("/instance", &json!({"story": "web", "person-starts": "2026-11-25T18:30:00+09:00"}));
    let report = world.apply(&settings, "2026-11-25T20:29:00+09:00");
    assert_eq!(row(&report, &world.id("web"))["reason"], "overtime");
    world.apply(&settings, "2026-11-25T20:30:00+09:00");
    assert_eq!(world.state("web"), "stopped", "overtime is over");
    world.post("/instance", &json!({"story": "web", "person-starts": "2026-11-25T20:45:00+09:00"}));
    let report = world.apply(&settings, "2026-11-25T23:30:00+09:00");
    let row = row(&report, &world.id("web"));
    assert_eq!((&row["verdict"], &row["reason"]), (&json!("skip"), &json!("restart-fight")));
    assert_eq!(row["attention"], true);
    assert_eq!(world.state("web"), "running");
    let next = world.apply(&settings, "2026-11-26T18:30:00+09:00");
    assert_eq!(next["counts"]["stopped"], 1, "the next closed period begins anew");
}

#[test]
fn a_missed_run_is_made_up_by_the_next() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    let report = world.apply(&settings, "2026-11-26T03:17:00+09:00");
    assert_eq!(report["counts"]["stopped"], 1);
    let report = world.apply(&settings, "2026-11-26T16:40:00+09:00");
    assert_eq!(report["counts"]["started"], 1, "a missed morning as well");
}

#[test]
fn a_run_that_died_after_its_tag_leaves_nothing_that_the_next_cannot_mend() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    // The tag was written and the process killed before the stop.
    world.post(
        "/instance",
        &json!({"story": "web", "tags": {
        "idle-reaper:stopped": "2026-11-25T09:05:00Z run=20261125T090500Z-dead policy=dev-office-hours"}}),
    );
    let report = world.apply(&settings, "2026-11-25T18:20:00+09:00");
    assert_eq!(report["counts"]["stopped"], 1);
    assert!(world.tag("web", "idle-reaper:stopped").unwrap().contains(report["run"].as_str().unwrap()));
}
