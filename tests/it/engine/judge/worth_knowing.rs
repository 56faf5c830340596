//! What a report tells beside its verdicts: whether stops held, what runs for too long, what is wasted and saved. And
//! that a notice does not count for ever.

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::evidence::idle::{Evidence, Reading};
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{ByResource, Details, Instance, Locale, Remark, Starter, State, Subject, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::render::{Style, json, markdown, remark, table};
use serde_json::Value;

use crate::engine::evidence::idle::samples::METRICS;
use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, rests, run, telling, waits};
use crate::engine::rules::case::Case;
use crate::fake::{
    Ask, Back, EVENING, Faults, SETTINGS, Shape, World, apply, at, here, instance, plan, row, settings, try_apply,
    try_undo, with,
};

fn remarks(report: &Report, id: &str) -> Vec<Remark> {
    row(report, id).remarks.clone()
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&json(report, false).expect("a report")).expect("JSON")
}

fn in_table(report: &Report) -> String {
    table(report, Style { colour: false, width: None })
}

/// One that the reaper stopped yesterday evening, and that was started again at this instant.
fn again(started: &str) -> Instance {
    Instance { transition: None, ..instance("i-1").reaped().state(State::Running).launched(started) }
}

#[test]
fn of_a_stop_that_holds_the_line_of_the_instance_tells() {
    let report = plan(&World::of([instance("i-1").reaped()]), &with(&[]), at(EVENING));
    let [Remark::Holds(stop)] = &remarks(&report, "i-1")[..] else { panic!("{:?}", row(&report, "i-1")) };
    assert_eq!((stop.run.as_str(), stop.at), ("run-0", at("2026-11-24T12:30:00Z")));
    assert!(!in_table(&report).contains("holds"), "it is no news");
    let line = &value(&report)["resources"][0]["remarks"][0];
    assert_eq!((&line["remark"], &line["run"]), (&"holds".into(), &"run-0".into()));
}

#[test]
fn of_a_stop_that_did_not_hold_every_report_of_a_week_tells_when_it_was_started() {
    let started = "2026-11-24T22:10:00+09:00";
    let world = World::of([again(started)]);
    for (days, told) in [(0, 1), (6, 1), (8, 0)] {
        let report = plan(&world, &with(&[]), at(EVENING) + Duration::days(days));
        let found = remarks(&report, "i-1");
        assert_eq!(found.len(), told, "{days}: {found:?}");
        for shown in [in_table(&report), markdown(&report), value(&report).to_string()] {
            assert_eq!(shown.contains("started-again"), told == 1, "{shown}");
        }
        let [Remark::StartedAgain { at: when, by, stopped: _ }] = &found[..] else { continue };
        assert_eq!((*when, by), (at(started), &Starter::Unknown));
    }
}

#[test]
fn a_start_within_its_hours_is_what_hours_are_for() {
    let report = plan(&World::of([again("2026-11-25T09:05:00+09:00")]), &with(&[]), at(EVENING));
    assert_eq!(remarks(&report, "i-1"), []);
}

#[test]
fn what_was_stopped_for_being_idle_has_no_hours_to_be_started_in() {
    let tag = "2026-11-24T12:30:00Z run=run-0 policy=dev because=idle";
    let found = again("2026-11-25T09:05:00+09:00").tag("idle-reaper:stopped", tag);
    let report = plan(&World::of([found]), &with(&[]), at(EVENING));
    assert!(matches!(remarks(&report, "i-1")[..], [Remark::StartedAgain { .. }]));
}

#[test]
fn a_start_at_the_opening_itself_is_one_within_its_hours() {
    let found = |started: &str| remarks(&plan(&World::of([again(started)]), &with(&[]), at(EVENING)), "i-1").len();
    assert_eq!((found("2026-11-25T08:59:59+09:00"), found("2026-11-25T09:00:00+09:00")), (1, 0));
}

#[test]
fn only_what_is_up_and_was_started_after_the_stop_was_started_again() {
    let touched = |found: Instance| Instance { transition: Some(at("2026-11-25T20:00:00+09:00")), ..found };
    for (odd, why) in [
        (again("2026-11-24T22:10:00+09:00").state(State::Stopped), "somebody has stopped it since"),
        (again("2026-11-24T12:30:00Z"), "its start is the instant of the stop"),
        (again("2026-11-24T09:30:00+09:00"), "its start lies before the stop"),
    ] {
        let report = plan(&World::of([touched(odd)]), &with(&[]), at(EVENING));
        assert_eq!(remarks(&report, "i-1"), [], "{why}");
    }
}

#[test]
fn a_start_within_a_quarter_of_an_hour_after_an_undo_is_the_undos() {
    let undone = at("2026-11-24T22:00:00+09:00");
    for (after, by) in [(-1, Starter::Unknown), (0, Starter::Undo), (15 * 60, Starter::Undo), (901, Starter::Unknown)] {
        let mut case = Case::candidates();
        case.instance = again(&(undone + Duration::seconds(after)).to_rfc3339());
        case.history.undone = ByResource::from_iter([(here("i-1"), undone)]);
        let found = case.seen_by_rules(|case| idle_reaper::engine::judge::remarks::remarks(case, false));
        let [Remark::StartedAgain { by: told, .. }] = &found[..] else { panic!("{after}: {found:?}") };
        assert_eq!(*told, by, "{after} seconds");
    }
}

#[test]
fn a_launch_time_from_the_future_tells_nothing() {
    let report = plan(&World::of([again("2026-12-24T22:10:00+09:00")]), &with(&[]), at(EVENING));
    assert_eq!(remarks(&report, "i-1"), []);
}

#[test]
fn what_runs_for_longer_than_max_age_with_a_default_owner_is_reported_and_not_stopped_for_it() {
    let text = SETTINGS.replace(
        "[calendars.japan]",
        "[idle]\nmax-age = \"30d\"\n[owners]\ntags = [\"Owner\"]\ndefault = \"platform\"\n[calendars.japan]",
    );
    let settings = settings(&text);
    let old = |id: &str| instance(id).launched("2026-10-01T09:00:00+09:00");
    let world = World::of([old("i-1"), old("i-2").tag("Owner", "ana"), instance("i-3")]);
    let report = plan(&world, &settings, at(NOON));
    assert!(matches!(remarks(&report, "i-1")[..], [Remark::Aged { .. }]));
    assert_eq!((remarks(&report, "i-2"), remarks(&report, "i-3")), (vec![], vec![]), "owned, and young");
    let aged = |started: chrono::DateTime<chrono::Utc>| {
        let found = instance("i-4").launched(&started.to_rfc3339());
        !remarks(&plan(&World::of([found]), &settings, at(NOON)), "i-4").is_empty()
    };
    let limit = at(NOON) - Duration::days(30);
    assert_eq!((aged(limit), aged(limit - Duration::seconds(1))), (false, true), "longer than 30 days");
    assert_eq!(row(&report, "i-1").verdict.action(), None);
    for shown in [in_table(&report), markdown(&report), value(&report).to_string()] {
        assert!(shown.contains("aged") && shown.contains("max-age"), "{shown}");
    }
}

fn with_money() -> Settings {
    let text =
        TELLING.replace("[idle]", "[idle]\n[money]\ncurrency = \"JPY\"\nrate = \"155.20\"\ndate = \"2026-11-20\"");
    settings(&SETTINGS.replace("[calendars.japan]", &text))
}

/// One of `owner`'s whose price the list knows.
pub fn priced(id: &str, owner: &str) -> Instance {
    let plain = instance(id).tag("Owner", owner);
    let details = Details { usage: Some("RunInstances".into()), ..plain.details };
    Instance { details, tenancy: Some("default".into()), kind: "m5.large".into(), ..plain }
}

#[test]
fn a_report_tells_what_is_wasted_by_account_policy_and_owner_in_both_currencies() {
    let world = World::of([priced("i-1", "ana"), priced("i-2", "ben")]);
    let report = apply(&world, &with_money(), at(EVENING));
    // 0.10 dollars an hour, 730 hours a month, two of them.
    let yen = "USD 146.00 (JPY 22,659 at 155.20 of 2026-11-20)";
    for shown in [in_table(&report), markdown(&report)] {
        assert!(shown.contains(yen) && shown.contains("list price"), "{shown}");
        assert!(shown.contains("ana") && shown.contains("ben"), "{shown}");
    }
    let money = &value(&report)["money"];
    assert_eq!((&money["waste"]["monthly"], &money["waste"]["instances"]), (&"146.00".into(), &2.into()));
    let names = |group: &str| -> Vec<Value> {
        money["waste"][group].as_array().expect("a list").iter().map(|line| line["name"].clone()).collect()
    };
    assert_eq!((names("accounts"), names("owners")), (vec!["111111111111".into()], vec!["ana".into(), "ben".into()]));
    assert_eq!((&money["currency"]["code"], &money["currency"]["rate"]), (&"JPY".into(), &"155.20".into()));
}

#[test]
fn a_report_tells_what_was_saved_this_month_and_a_dry_run_knows_it_too() {
    let (world, settings) = (World::of([priced("i-1", "ana")]), with_money());
    apply(&world, &settings, at(EVENING));
    let ten_hours_later = at(EVENING) + Duration::hours(10);
    for report in [plan(&world, &settings, ten_hours_later), apply(&world, &settings, ten_hours_later)] {
        assert!(in_table(&report).contains("Saved in 2026-11"), "{}", in_table(&report));
    }
    let report = apply(&world, &settings, ten_hours_later + Duration::hours(1));
    let saved = &value(&report)["money"]["saved"];
    assert_eq!((&saved["month"], &saved["owners"][0]["name"]), (&"2026-11".into(), &"ana".into()));
    let hours: f64 = saved["hours"].as_str().expect("a text").parse().expect("a number");
    assert!((10.9..=11.0).contains(&hours), "{saved}");
}

#[test]
fn a_dry_run_without_prices_in_the_record_says_nothing_of_money() {
    let report = plan(&World::of([instance("i-1")]), &with(&[]), at(EVENING));
    assert_eq!((value(&report).get("money"), in_table(&report).contains("USD")), (None, false));
}

#[test]
fn a_dry_run_knows_prices_where_the_record_has_some_and_nowhere_else() {
    let (world, settings) = (World::of([priced("i-1", "ana")]), with_money());
    assert_eq!(plan(&world, &settings, at(EVENING)).waste(), None);
    apply(&world, &settings, at(EVENING));
    assert!(plan(&world, &settings, at(EVENING) + Duration::hours(1)).waste().is_some());
}

#[test]
fn a_first_notice_that_no_stop_has_followed_for_a_month_is_given_anew() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    apply(&world, &settings, at(EVENING));
    let later = |days: i64| at(EVENING) + Duration::days(days);
    world.change("i-1", |found| found.launched("2026-12-29T09:30:00+09:00"));
    let report = apply(&world, &settings, later(35));
    assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned()), (Subject::FirstStop, "i-1".to_owned())]);
}

#[test]
fn a_notice_that_stops_have_followed_stays_in_force() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    apply(&world, &settings, at(EVENING));
    for days in [2, 20, 40, 60] {
        let day = at("2026-11-25T09:30:00+09:00") + Duration::days(days);
        world.change("i-1", |found| found.state(State::Running).launched(&day.to_rfc3339()));
        let report = apply(&world, &settings, at(EVENING) + Duration::days(days));
        assert_eq!(world.rests("i-1"), State::Stopped, "{days}: {:?}", report.plan.deferred);
    }
    assert_eq!(heard(&world, "ana").len(), 1, "nightly stops are silent");
}

#[test]
fn what_somebody_took_back_is_spared_before_anybody_asks_whether_it_is_idle() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    run(&world, &settings, "i-1", NOON);
    let due = at("2026-12-02T12:00:00+09:00");
    rests(&world, "i-1", due);
    let named = Some("20261202T030000Z-1a2b3c4d");
    let stops = try_apply(&world, &settings, &Ask { named, ..Ask::at(due) }).expect("a report");
    world.change("i-1", |found| found.state(State::Stopped));
    let back =
        Back { undoes: stops.run.to_string(), at: at("2026-12-02T13:00:00+09:00"), apply: true, ..Back::default() };
    try_undo(&world, &settings, &back).expect("an undo");
    // Were it not for the undo, it would be idle: its start is made to lie as far back as its evidence does.
    world.change("i-1", |found| Instance { launch: idle_box("i-1").launch, ..found });
    let report = run(&world, &settings, "i-1", "2026-12-02T14:00:00+09:00");
    assert_eq!(row(&report, "i-1").verdict.reason().as_str(), "undone", "{:?}", row(&report, "i-1").verdict);
}

#[test]
fn a_run_whose_plan_was_refused_notifies_nobody_of_a_mark() {
    let dark = ["eu-west-1", "us-east-1", "us-west-2"].map(|region| Target::new("111111111111", region));
    let faults = Faults { unreachable: dark.iter().cloned().collect(), ..Faults::default() };
    let world = dark
        .iter()
        .fold(World::of([idle_box("i-1")]), |world, target| world.with_target(&target.account, &target.region));
    let (world, settings) = (world.with_faults(faults), telling());
    let report = run(&world, &settings, "i-1", NOON);
    assert!(report.plan.refused.is_some(), "{report:?}");
    assert_eq!(heard(&world, "ana"), []);
    assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), None);
}

#[test]
fn what_somebody_writes_into_a_tag_moves_no_cursor() {
    let tag = "2026-11-24T12:30:00Z run=\u{1b}[2Jrun-0 policy=dev";
    let found = again("2026-11-24T22:10:00+09:00").tag("idle-reaper:stopped", tag);
    let report = plan(&World::of([found]), &with(&[]), at(EVENING));
    let row = row(&report, "i-1");
    let said = remark(&row.remarks[0], row.zone, Locale::En);
    assert!(said.contains("run-0") && !said.contains(char::is_control), "{said:?}");
}

#[test]
fn refusals_by_the_hundred_are_a_few_notes_and_every_line_has_its_own() {
    let boxes: Vec<String> = (0..8).map(|n| format!("i-{n}")).collect();
    let world = World::of(boxes.iter().map(|id| idle_box(id)));
    for (n, id) in boxes.iter().enumerate() {
        // Two share a cause; each other has the id of its own request in it.
        let cause = format!("AccessDenied (request {})", n.max(1));
        world.now_measures(id, Evidence::of(METRICS.map(|metric| (metric, Reading::Gap(cause.clone())))));
    }
    let report = plan(&world, &telling(), at(NOON));
    let notes: Vec<&String> =
        report.notes.iter().filter(|note| note.contains("is unknown") || note.contains("further")).collect();
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert!(notes[0].starts_with("whether 2 instances do nothing is unknown: AccessDenied (request 1)"), "{notes:?}");
    assert!(notes[3].contains("of 4 more, for 4 further causes"), "{notes:?}");
    assert!(boxes.iter().all(|id| row(&report, id).undetermined.is_some()));
}
