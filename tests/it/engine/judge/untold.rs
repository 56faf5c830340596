//! What would stop somebody who was not told, told as stories: the ledger lost or forged, the owner moved, a mark
//! copied. None of them stops anybody.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::Lifted;
use idle_reaper::engine::model::{Instance, Reason, State, Subject};
use idle_reaper::engine::report::Report;

use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, rests, run, telling, waits};
use crate::fake::{Change, EVENING, Fault, Faults, Shape, World, apply, at, instance, row, settings};

/// When the grace of what was marked at [`NOON`] is over.
const DUE: &str = "2026-12-02T12:00:00+09:00";

fn notified_at_noon() -> (World, Settings) {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    run(&world, &settings, "i-1", NOON);
    assert_eq!(heard(&world, "ana").len(), 1);
    (world, settings)
}

/// [`telling`] with one change.
pub fn changed(from: &str, to: &str) -> Settings {
    let text = crate::fake::SETTINGS.replace("[calendars.japan]", TELLING);
    let text = text.replace("unannounced = true", "idle = \"stop\"");
    assert!(text.contains(from), "{from}");
    settings(&text.replace(from, to))
}

fn ledger(world: &World) -> String {
    world.recorded("state/told.jsonl").pop().expect("a ledger").1
}

/// At the end of the grace nobody is stopped, and the owner is told anew.
#[track_caller]
fn is_notified_again(world: &World, settings: &Settings, channel: &str) -> Report {
    let before = heard(world, channel).len();
    let report = run(world, settings, "i-1", DUE);
    assert_eq!(world.rests("i-1"), State::Running, "{:?}", report.outcomes);
    let said = heard(world, channel);
    assert!(said[before..].iter().any(|(subject, _)| *subject == Subject::Idle), "{said:?}");
    report
}

#[test]
fn a_lost_ledger_tells_everybody_anew() {
    for text in ["", "\u{0}\u{1}", "{\"id\":\"i-1\",\"subject\":\"idle\"}"] {
        let (world, settings) = notified_at_noon();
        world.put("state/told.jsonl", text);
        is_notified_again(&world, &settings, "ana");
    }
}

#[test]
fn half_a_ledger_is_a_receipt_for_the_lines_that_are_whole() {
    let (world, settings) = notified_at_noon();
    let text = ledger(&world);
    world.put("state/told.jsonl", &text[..text.len() / 2]);
    is_notified_again(&world, &settings, "ana");
}

#[test]
fn a_receipt_from_the_future_is_none() {
    let (world, settings) = notified_at_noon();
    let text = ledger(&world).replace("2026-11-25T03:00:00Z", "2026-12-09T03:00:00Z");
    world.put("state/told.jsonl", &text);
    is_notified_again(&world, &settings, "ana");
}

#[test]
fn a_receipt_of_an_older_release_that_does_not_say_where_is_none() {
    let (world, settings) = notified_at_noon();
    let text = ledger(&world);
    let (from, to) = (text.find(",\"place\":").expect("a place"), text.find(",\"binding\"").expect("what follows"));
    world.put("state/told.jsonl", &format!("{}{}", &text[..from], &text[to..]));
    is_notified_again(&world, &settings, "ana");
}

#[test]
fn a_receipt_for_another_instance_is_none() {
    let (world, settings) = notified_at_noon();
    world.put("state/told.jsonl", &ledger(&world).replace("i-1", "i-2"));
    is_notified_again(&world, &settings, "ana");
}

#[test]
fn an_owner_whose_channel_leads_elsewhere_now_is_notified_there() {
    let (world, _) = notified_at_noon();
    is_notified_again(&world, &changed("999999999999:ana", "999999999999:anas-new-topic"), "ana");
    let (world, _) = notified_at_noon();
    is_notified_again(
        &world,
        &changed("channels = { \"ana\" = \"ana\" }", "channels = { \"ana\" = \"lead\" }"),
        "lead",
    );
}

#[test]
fn a_renamed_channel_has_notified_all_the_same() {
    let (world, _) = notified_at_noon();
    let text =
        TELLING.replace("[channels.ana]", "[channels.mail]").replace("{ \"ana\" = \"ana\" }", "{ \"ana\" = \"mail\" }");
    let text =
        crate::fake::SETTINGS.replace("[calendars.japan]", &text).replace("unannounced = true", "idle = \"stop\"");
    run(&world, &settings(&text), "i-1", DUE);
    assert_eq!(world.rests("i-1"), State::Stopped);
}

#[test]
fn a_new_owner_is_notified_whatever_the_one_before_received() {
    let by_account = |owner: &str| {
        let text = format!(
            "accounts = {{ \"111111111111\" = \"{owner}\" }}\nchannels = {{ \"ana\" = \"ana\", \"ben\" = \"ops\" }}"
        );
        changed("channels = { \"ana\" = \"ana\" }", &text)
    };
    let world = World::of([idle_box("i-1").untagged("Owner")]);
    run(&world, &by_account("ana"), "i-1", NOON);
    assert_eq!(heard(&world, "ana").len(), 1);
    is_notified_again(&world, &by_account("ben"), "ops");
}

#[test]
fn a_policy_of_another_name_begins_anew() {
    let (world, _) = notified_at_noon();
    is_notified_again(&world, &changed("name = \"dev\"", "name = \"development\""), "ana");
}

#[test]
fn a_mark_that_an_image_or_a_launch_template_has_copied_does_not_count() {
    let (world, settings) = notified_at_noon();
    let mark = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
    let copy = Instance { launch: Some(at("2026-11-26T12:00:00+09:00")), ..idle_box("i-2") };
    world.add(copy.tag("idle-reaper:marked", &mark));
    rests(&world, "i-2", at(DUE));
    run(&world, &settings, "i-1", DUE);
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Running));
    assert_eq!(heard(&world, "ana").iter().filter(|(_, id)| id == "i-2").count(), 0);
}

#[test]
fn a_mark_with_an_old_date_or_in_another_case_hurries_nothing() {
    for key in ["idle-reaper:marked", "Idle-Reaper:Marked"] {
        let (world, settings) = (World::of([idle_box("i-1"), idle_box("i-2")]), telling());
        run(&world, &settings, "i-1", NOON);
        let mark = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
        let forged = mark.replace("2026-11-25", "2026-11-02").replace("2026-12-02", "2026-11-09");
        world.change("i-2", |found| found.tag(key, &forged));
        for when in ["2026-11-30T12:00:00+09:00", "2026-12-02T12:00:00+09:00", "2026-12-04T12:00:00+09:00"] {
            rests(&world, "i-2", at(when));
            run(&world, &settings, "i-1", when);
        }
        assert_eq!(world.rests("i-2"), State::Running, "told on Monday, and five business days are next Monday");
    }
}

#[test]
fn a_mark_of_a_year_that_no_calendar_knows_stops_nothing() {
    let far = |found: Instance| Instance { launch: Some(at("2035-06-01T09:00:00+09:00")), ..found };
    let (world, settings) = (World::of([far(idle_box("i-1"))]), telling());
    for when in ["2035-12-27T12:00:00+09:00", "2035-12-28T12:00:00+09:00", "2036-01-10T12:00:00+09:00"] {
        run(&world, &settings, "i-1", when);
        assert_eq!(world.rests("i-1"), State::Running, "{when}");
    }
}

#[test]
fn a_schedule_that_its_team_has_set_since_lifts_the_mark() {
    let (world, settings) = notified_at_noon();
    world.change("i-1", |found| found.tag("idle-reaper:schedule", "mon-fri 08:00-22:00"));
    let report = run(&world, &settings, "i-1", "2026-11-26T12:00:00+09:00");
    let lifted: Vec<_> = report.plan.marks.iter().filter_map(|mark| mark.because).collect();
    assert_eq!(lifted, [Lifted::Retagged]);
}

#[test]
fn holidays_of_the_policy_count_even_where_a_tag_names_another_zone() {
    let tagged = idle_box("i-1").tag("idle-reaper:schedule", "mon-fri 00:00-23:00 @ UTC");
    let (world, settings) = (World::of([tagged]), telling());
    run(&world, &settings, "i-1", "2026-11-20T12:00:00+09:00");
    let mark = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
    assert!(mark.contains("not-before=2026-11-30T03:00:00Z"), "the 23rd is a holiday in Japan: {mark}");
}

#[test]
fn a_clock_that_goes_back_stops_nothing() {
    let (world, settings) = notified_at_noon();
    let early = run(&world, &settings, "i-1", "2026-11-24T12:00:00+09:00");
    assert!(early.plan.steps.is_empty(), "{:?}", early.plan.steps);
    run(&world, &settings, "i-1", "2026-11-25T12:00:00+09:00");
    assert_eq!(world.rests("i-1"), State::Running);
}

#[test]
fn what_changes_between_the_look_and_the_stop_is_overtaken() {
    for change in [Change::Kept, Change::Restarted, Change::Rescheduled, Change::Gone, Change::Terminated] {
        let (world, settings) = notified_at_noon();
        let world = world.with_faults(Faults::change("i-1", change));
        let report = run(&world, &settings, "i-1", DUE);
        let stopped = report.outcomes.iter().any(|one| matches!(one.outcome.as_str(), "stopped" | "stopping"));
        assert!(!stopped, "{change:?}: {:?}", report.outcomes);
    }
}

#[test]
fn a_busy_last_hour_or_none_at_all_lifts_or_waits() {
    use idle_reaper::engine::rules::case::Activity;
    let (busy, gap) = (Activity::of_cpu(80.0), Activity::Gap("throttled".to_owned()));
    for activity in [busy.clone(), Activity::of_cpu(f64::NAN), gap] {
        let (world, settings) = notified_at_noon();
        let world = world.with_activity("i-1", activity.clone());
        run(&world, &settings, "i-1", DUE);
        assert_eq!(world.rests("i-1"), State::Running, "{activity:?}");
        let marked = world.get("i-1").tags.get("idle-reaper:marked").is_some();
        assert_eq!(marked, activity != busy, "unknown changes nothing: {activity:?}");
    }
}

#[test]
fn who_cannot_be_marked_is_not_notified_of_a_mark_by_every_run() {
    let mends: [fn(&World); 2] = [|world| world.set_pause(Some("on")), |_| {}];
    for (paused, hinder) in mends.into_iter().enumerate() {
        let world = World::of([idle_box("i-1")]);
        let world = if paused == 0 { world } else { world.with_faults(Faults::one("i-1", Fault::TagRefused)) };
        hinder(&world);
        for hour in 10..16 {
            run(&world, &telling(), "i-1", &format!("2026-11-25T{hour}:00:00+09:00"));
        }
        assert_eq!(heard(&world, "ana"), [], "nothing was marked");
    }
}

#[test]
fn two_owners_by_tags_of_one_name_are_nobody_in_particular() {
    let (world, settings) = (World::of([idle_box("i-1").tag("owner", "ben")]), telling());
    for when in [NOON, DUE, "2026-12-09T12:00:00+09:00"] {
        run(&world, &settings, "i-1", when);
    }
    assert_eq!((world.rests("i-1"), heard(&world, "ana").len()), (State::Running, 0));
    assert!(!heard(&world, "ops").is_empty(), "the operator hears of it");
}

#[test]
fn twice_stopped_for_being_idle_and_twice_started_again_is_not_marked_a_third_time() {
    let (world, settings) = notified_at_noon();
    let stops = ["2026-04-01T03:00:00Z", "2026-07-01T03:00:00Z"];
    let line = |at: &str| format!("{{\"id\":\"i-1\",\"at\":\"{at}\"}}\n");
    world.put("state/idle-stops.jsonl", &stops.map(line).concat());
    let report = run(&world, &settings, "i-1", DUE);
    assert_eq!((row(&report, "i-1").verdict.reason(), world.rests("i-1")), (Reason::RestartFight, State::Running));
    assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), None, "its mark is lifted");
    let again = run(&world, &settings, "i-1", "2026-12-03T12:00:00+09:00");
    assert!(again.plan.marks.is_empty(), "{:?}", again.plan.marks);
}

#[test]
fn a_stop_for_being_idle_is_remembered_for_the_next_time() {
    let (world, settings) = notified_at_noon();
    run(&world, &settings, "i-1", DUE);
    assert_eq!(world.recorded("state/idle-stops.jsonl").len(), 1);
}

#[test]
fn of_two_runs_at_once_one_tells_and_marks() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    rests(&world, "i-1", at(NOON));
    let both = crate::fake::apply_both(&world, &settings, at(NOON));
    assert_eq!(both.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(heard(&world, "ana").len(), 1);
}

#[test]
fn a_record_that_refuses_the_ledger_degrades_and_stops_nobody() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    let world = world.with_faults(Faults { no_writing: Some("told"), ..Faults::default() });
    let first = run(&world, &settings, "i-1", NOON);
    assert!(first.troubled);
    let due = run(&world, &settings, "i-1", DUE);
    assert_eq!((waits(&due, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
}

#[test]
fn hours_need_a_receipt_of_this_policy_and_this_place_too() {
    for (from, to) in [("name = \"dev\"", "name = \"other\""), ("999999999999:ana", "999999999999:other")] {
        let world = World::of([instance("i-1").tag("Owner", "ana")]);
        apply(&world, &telling(), at(EVENING));
        let due = apply(&world, &changed(from, to), at("2026-11-26T21:30:00+09:00"));
        assert_eq!((waits(&due, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{from}");
    }
}
