//! Who launched what: told by events, remembered in the record, shown to people, read by no rule.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::launches::{Launches, key};
use idle_reaper::engine::model::{Instance, Remark, Starter, State, Target};
use idle_reaper::engine::report::stocktake::Line;
use idle_reaper::engine::request::events::{Event, Launched};
use idle_reaper::render::{Style, json, markdown, table};
use idle_reaper::run::launches::remember;
use serde_json::Value;

use crate::engine::judge::forgotten::telling;
use crate::fake::{
    Ask, Deed, EVENING, Fault, Faults, HERE, Shape, THERE, World, apply, at, block_on, here, instance, plan, row,
    try_apply, with,
};

fn launched(instances: &[&str], by: &str) -> Launched {
    Launched {
        account: HERE.0.to_owned(),
        region: HERE.1.to_owned(),
        instances: instances.iter().map(|id| (*id).to_owned()).collect(),
        by: by.to_owned(),
        at: at("2026-11-25T01:02:03Z"),
        event: "e-1".to_owned(),
        again: false,
    }
}

fn note(world: &World, launched: &Launched) -> usize {
    block_on(remember(world, launched)).expect("it is remembered")
}

#[test]
fn an_event_that_comes_twice_is_remembered_once_and_what_was_said_first_stays() {
    let world = World::of([]);
    assert_eq!(note(&world, &launched(&["i-1", "i-2"], "ana")), 2);
    let before = world.recorded("state/");
    assert_eq!(note(&world, &launched(&["i-1", "i-2"], "ana")), 0);
    assert_eq!(note(&world, &launched(&["i-2"], "mallory")), 0);
    assert_eq!(world.recorded("state/"), before);
    assert_eq!(note(&world, &launched(&["i-2", "i-3"], "ben")), 1);
    let known = Launches::parse(HERE.0, &world.recorded("state/")[0].1);
    let by = |id: &str| known.find(&here(id)).map(|launch| launch.by.to_string());
    assert_eq!((by("i-1"), by("i-2"), by("i-3")), (Some("ana".into()), Some("ana".into()), Some("ben".into())));
}

#[test]
fn an_account_speaks_for_its_own_instances_alone() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0).region(THERE.1)]);
    let (account, region) = (THERE.0.to_owned(), THERE.1.to_owned());
    note(&world, &Launched { account, region, ..launched(&["i-1", "i-2"], "mallory") });
    let report = plan(&world, &with(&[]), at(EVENING));
    assert_eq!(row(&report, "i-1").launched_by, None);
    assert_eq!(row(&report, "i-2").launched_by.as_deref(), Some("mallory"));
}

#[test]
fn two_events_at_once_are_both_remembered() {
    let world = World::of([]);
    let (one, two) = (launched(&["i-1"], "ana"), launched(&["i-2"], "ben"));
    let both = block_on(async { tokio::join!(remember(&world, &one), remember(&world, &two)) });
    assert_eq!((both.0.expect("one"), both.1.expect("the other")), (1, 1));
    assert_eq!(Launches::parse(HERE.0, &world.recorded("state/")[0].1).text().lines().count(), 2);
}

#[test]
fn it_waits_for_no_run_and_a_run_that_is_under_way_loses_nothing() {
    let world = World::of([instance("i-1")]);
    world.put("acting.lock", r#"{"run":"run-9","until":"2026-11-25T12:31:00Z"}"#);
    assert_eq!(note(&world, &launched(&["i-1"], "ana")), 1);
}

#[test]
fn a_report_says_who_launched_it_and_no_verdict_changes() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    let before = plan(&world, &with(&[]), at(EVENING));
    note(&world, &launched(&["i-1"], "ana@example.com"));
    let report = plan(&world, &with(&[]), at(EVENING));
    let whole: Value = serde_json::from_str(&json(&report, false).expect("JSON")).expect("JSON");
    assert_eq!(whole["resources"][0]["launched-by"], "ana@example.com");
    assert_eq!(whole["resources"][1].get("launched-by"), None);
    for text in [table(&report, Style { colour: false, width: None }), markdown(&report)] {
        assert!(text.contains("(Launched by: ana@example.com)"), "{text}");
    }
    let said = |report: &idle_reaper::engine::report::Report| {
        report.rows.iter().map(|row| (row.id.name.clone(), row.verdict.clone(), row.armed)).collect::<Vec<_>>()
    };
    assert_eq!(said(&report), said(&before));
    assert_eq!(world.calls(Deed::acts), []);
}

/// One that the reaper stopped yesterday evening, started again an hour later.
fn restarted(id: &str) -> Instance {
    let down = instance(id).reaped().state(State::Running).launched("2026-11-24T22:30:20+09:00");
    Instance { transition: None, ..down }
}

#[test]
fn a_stop_that_did_not_hold_names_who_started_it_and_another_start_names_nobody() {
    let world = World::of([restarted("i-1"), restarted("i-2"), restarted("i-3")]);
    let start = |ids: &[&str], by: &str, when: &str| Launched { again: true, at: at(when), ..launched(ids, by) };
    note(&world, &start(&["i-1", "i-2"], "ben", "2026-11-20T22:30:00+09:00"));
    assert_eq!(note(&world, &start(&["i-1"], "ana", "2026-11-24T22:30:00+09:00")), 1, "the last one counts");
    assert_eq!(note(&world, &start(&["i-1"], "carl", "2026-11-21T22:30:00+09:00")), 0, "an older one is late");
    let report = plan(&world, &with(&[]), at(EVENING));
    let by = |id: &str| match &row(&report, id).remarks[..] {
        [Remark::StartedAgain { by, .. }] => by.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((by("i-1"), by("i-2"), by("i-3")), (Starter::Person("ana".into()), Starter::Unknown, Starter::Unknown));
    assert_eq!(row(&report, "i-1").launched_by, None, "a start is no launch");
    let whole: Value = serde_json::from_str(&json(&report, false).expect("JSON")).expect("JSON");
    assert_eq!(whole["resources"][0]["remarks"][0]["by"], "ana");
    assert!(table(&report, Style { colour: false, width: None }).contains("by ana"));
}

#[test]
fn a_record_that_does_not_tell_is_a_note_and_stops_no_look() {
    let world = World::of([instance("i-1")]);
    note(&world, &launched(&["i-1"], "ana"));
    let world = world.with_faults(Faults { no_reading: true, ..Faults::default() });
    let report = plan(&world, &with(&[]), at(EVENING));
    assert_eq!((report.rows.len(), row(&report, "i-1").launched_by.as_deref()), (1, None));
    assert!(report.notes.iter().any(|note| note.contains("who launched what")), "{:?}", report.notes);
}

#[test]
fn a_broken_line_is_about_one_instance_and_nobody_else() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    note(&world, &launched(&["i-1", "i-2"], "ana"));
    let (file, text) = world.recorded("state/").remove(0);
    world.put(&file, &text.replacen("{\"id\":\"i-1\"", "{\"id\":", 1));
    let report = plan(&world, &with(&[]), at(EVENING));
    assert_eq!(
        (row(&report, "i-1").launched_by.as_deref(), row(&report, "i-2").launched_by.as_deref()),
        (None, Some("ana"))
    );
}

#[test]
fn the_stocktake_names_who_launched_each_and_forgets_what_is_long_gone() {
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    note(&world, &launched(&["i-1", "i-young"], "ana"));
    note(&world, &Launched { at: at("2026-06-01T00:00:00Z"), ..launched(&["i-gone"], "ben") });
    apply(&world, &telling(), at(EVENING));
    let csv = world.recorded("stocktake/").into_iter().find(|(key, _)| key.ends_with(".csv")).expect("a stocktake").1;
    let cell = |line: usize, column: &str| {
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let at = lines.next().and_then(|head| head.iter().position(|name| *name == column)).expect("a column");
        lines.nth(line).map(|cells| cells[at].to_owned())
    };
    assert_eq!((cell(0, "id"), cell(0, "launched_by")), (Some("i-1".to_owned()), Some("ana".to_owned())));
    let left = Launches::parse(HERE.0, &world.recorded("state/launched").remove(0).1);
    let known = |id: &str| left.find(&here(id)).is_some();
    assert_eq!((known("i-1"), known("i-young"), known("i-gone")), (true, true, false));
}

#[test]
fn of_an_account_that_was_not_seen_whole_nothing_is_forgotten() {
    let world = World::of([instance("i-1").tag("Owner", "ana"), instance("i-2").region(THERE.1)]);
    note(&world, &Launched { at: at("2026-06-01T00:00:00Z"), ..launched(&["i-gone"], "ben") });
    let world = world.with_faults(Faults { unreachable: [Target::new(HERE.0, THERE.1)].into(), ..Faults::default() });
    apply(&world, &telling(), at(EVENING));
    assert!(Launches::parse(HERE.0, &world.recorded("state/launched").remove(0).1).find(&here("i-gone")).is_some());
}

#[test]
fn a_name_of_any_length_is_kept_short_and_a_file_reads_back_as_it_was_written() {
    let mut launches = Launches::default();
    launches.remember(&launched(&["i-1"], &"x".repeat(5_000)));
    launches.remember(&launched(&["i-2"], "quote \" and\nbreak"));
    assert!(launches.find(&here("i-1")).expect("known").by.len() <= 200);
    assert_eq!(Launches::parse(HERE.0, &launches.text()), launches);
    assert_eq!(key(HERE.0), "state/launched/111111111111.jsonl");
    let _: fn(&Line) -> Option<&String> = |line| line.launched_by.as_ref();
    assert!(matches!(Event::parse(&Value::Null), Ok(None)));
}

const LABEL: &str = "idle-reaper:launched-by";

/// Armed and enforced, and asked to write the tag.
fn labelling(changes: &[(&str, &str)]) -> Settings {
    let mut all = vec![("[caps]", "[tags]\nlaunched-by = true\n\n[caps]")];
    all.extend(changes);
    with(&all)
}

fn label(world: &World, id: &str) -> Option<String> {
    world.get(id).tags.get(LABEL).map(str::to_owned)
}

/// In the morning, when nothing is stopped.
const MORNING: &str = "2026-11-25T10:30:00+09:00";

#[test]
fn the_tag_is_written_where_the_settings_ask_for_it_and_arm_it_and_once() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    note(&world, &launched(&["i-1"], "ana & ben <ana@example.com>"));
    let dry = plan(&world, &labelling(&[]), at(MORNING));
    assert_eq!((dry.plan.labels.len(), label(&world, "i-1")), (1, None), "a dry run says it and writes nothing");
    for settings in [
        with(&[]),
        labelling(&[("armed = true", "armed = false")]),
        labelling(&[("stage = \"enforce\"\n", "")]),
        labelling(&[("record = \"record\"", "")]),
    ] {
        apply(&world, &settings, at(MORNING));
        assert_eq!((label(&world, "i-1"), world.calls(Deed::acts)), (None, vec![]));
    }
    world.set_pause(Some("on"));
    apply(&world, &labelling(&[]), at(MORNING));
    assert_eq!(world.calls(Deed::acts), [], "a paused reaper writes nothing");
    world.set_pause(None);
    let report = apply(&world, &labelling(&[]), at(MORNING));
    assert_eq!(label(&world, "i-1").as_deref(), Some("ana _ ben _ana@example.com_"));
    assert_eq!((label(&world, "i-2"), report.health().as_str()), (None, "ok"));
    world.forget();
    let again = apply(&world, &labelling(&[]), at("2026-11-25T10:45:00+09:00"));
    assert_eq!((again.plan.labels.len(), world.calls(Deed::acts)), (0, vec![]));
}

#[test]
fn a_tag_that_is_there_and_what_nobody_may_touch_is_left_alone() {
    let world = World::of([
        instance("i-1").tag("Idle-Reaper:Launched-By", "somebody else"),
        instance("i-2").tag("idle-reaper:keep", ""),
        instance("i-3").untagged("Env"),
        instance("i-4").account(THERE.0).region(THERE.1),
        instance("i-5").state(State::Stopped),
    ]);
    note(&world, &launched(&["i-1", "i-2", "i-3", "i-5"], "ana"));
    note(&world, &Launched { account: THERE.0.to_owned(), ..launched(&["i-4"], "ana") });
    let never = format!("[never]\naccounts = [\"{}\"]\n\n[calendars.japan]", THERE.0);
    let report = apply(&world, &labelling(&[("[calendars.japan]", &never)]), at(MORNING));
    assert_eq!((report.plan.labels.len(), world.calls(Deed::acts)), (0, vec![]));
}

#[test]
fn a_role_that_may_not_write_it_is_a_note_and_the_rest_of_the_run_goes_on() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    note(&world, &launched(&["i-1"], "ana"));
    let world = world.with_faults(Faults::one("i-1", Fault::TagRefused));
    let report = apply(&world, &labelling(&[]), at(MORNING));
    assert_eq!((label(&world, "i-1"), report.health().as_str()), (None, "ok"));
    assert!(report.notes.iter().any(|note| note.contains(LABEL)), "{:?}", report.notes);
}

#[test]
fn a_refused_plan_writes_no_tag_and_a_reviewed_one_no_other() {
    let world = World::of([instance("i-1"), instance("i-2").region(THERE.1)]);
    note(&world, &launched(&["i-1"], "ana"));
    let reviewed = plan(&world, &labelling(&[]), at(MORNING)).plan;
    note(&world, &launched(&["i-2"], "ben"));
    let settings = labelling(&[]);
    try_apply(&world, &settings, &Ask { reviewed: Some(reviewed), ..Ask::at(at(MORNING)) }).expect("a report");
    assert_eq!((label(&world, "i-1").as_deref(), label(&world, "i-2")), (Some("ana"), None));
    let world = world.with_faults(Faults { unreachable: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() });
    let report = apply(&world, &settings, at("2026-11-25T10:45:00+09:00"));
    assert!(report.plan.refused.is_some());
    assert_eq!(label(&world, "i-2"), None);
}
