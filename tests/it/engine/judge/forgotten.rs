//! From found to stopped, as stories over the fake world: nobody is stopped who was not told.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::Lifted;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::model::{Instance, State, Subject};
use idle_reaper::engine::report::Report;

use crate::engine::evidence::idle::samples::Case;
use crate::fake::{EVENING, Fault, Faults, SETTINGS, Shape, World, apply, at, instance, plan, row, settings, with};

/// Owners by tag, `ana` with a channel and a second contact, the rest without; idle machines are stopped.
pub const TELLING: &str = r#"
[channels.ana]
sns = "arn:aws:sns:ap-northeast-1:999999999999:ana"
[channels.lead]
sns = "arn:aws:sns:ap-northeast-1:999999999999:lead"
[channels.ops]
sns = "arn:aws:sns:ap-northeast-1:999999999999:ops"
[owners]
tags = ["Owner"]
channels = { "ana" = "ana" }
second = { "ana" = "lead" }
[notify]
operator = "ops"
[idle]
[calendars.japan]"#;

pub fn telling() -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    settings(&text)
}

/// A Wednesday at noon: its office is open.
pub const NOON: &str = "2026-11-25T12:00:00+09:00";

/// A box of `ana` that has run for long and does nothing.
pub fn idle_box(id: &str) -> Instance {
    let case = Case::idle();
    case.instance.named(id).tag("Owner", "ana")
}

/// The same weeks of nothing, as they look at `now`.
pub fn rests(world: &World, id: &str, now: DateTime<Utc>) {
    let mut case = Case::idle();
    let by = now - case.now;
    for point in case.points.iter_mut().flatten().flatten() {
        point.0 += by;
    }
    world.now_measures(id, case.evidence());
}

/// A run at `now` in which `id` has done nothing until then.
pub fn run(world: &World, settings: &Settings, id: &str, now: &str) -> Report {
    rests(world, id, at(now));
    apply(world, settings, at(now))
}

/// What was said through a channel so far: subjects and ids.
pub fn heard(world: &World, channel: &str) -> Vec<(Subject, String)> {
    let said = world.said().into_iter().filter(|(name, _)| name == channel);
    said.flat_map(|(_, message)| message.named).map(|named| (named.subject, named.id.name.to_string())).collect()
}

pub fn waits(report: &Report, id: &str) -> Option<Cap> {
    report.plan.deferred.iter().find(|put_off| *put_off.id.name == *id).map(|put_off| put_off.because)
}

#[test]
fn the_first_stop_under_a_policy_is_announced_a_business_day_ahead_and_later_ones_are_silent() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    let first = apply(&world, &settings, at(EVENING));
    assert_eq!((waits(&first, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())]);
    let later = apply(&world, &settings, at("2026-11-26T20:00:00+09:00"));
    assert_eq!((waits(&later, "i-1"), world.rests("i-1")), (Some(Cap::Announced), State::Running));
    let due = apply(&world, &settings, at("2026-11-26T21:30:00+09:00"));
    assert_eq!(due.plan.deferred, [], "a business day later to the minute");
    assert_eq!(world.rests("i-1"), State::Stopped);
    world.change("i-1", |found| {
        found.state(State::Running).launched("2026-11-27T09:00:00+09:00").untagged("idle-reaper:stopped")
    });
    apply(&world, &settings, at("2026-11-27T20:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped, "the second night comes without a word");
    assert_eq!(heard(&world, "ana").len(), 1);
}

#[test]
fn an_owner_who_was_not_notified_is_not_stopped_however_long_the_channel_is_down() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    world.mute("ana");
    for day in ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"] {
        let report = apply(&world, &settings, at(&format!("{day}T21:30:00+09:00")));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
        assert!(report.troubled, "a channel that is down degrades health");
    }
    world.unmute();
    apply(&world, &settings, at("2026-12-01T21:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Running, "the day ahead begins with the first notice that was accepted");
    apply(&world, &settings, at("2026-12-02T21:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped);
}

#[test]
fn an_instance_without_an_owner_who_can_be_notified_is_never_acted_on_and_the_operator_hears_of_it() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ben")]), telling());
    for day in 0..10 {
        let report = apply(&world, &settings, at(EVENING) + Duration::days(day));
        assert!(report.plan.steps.is_empty(), "{day}");
    }
    assert_eq!(heard(&world, "ana"), []);
    let operator = heard(&world, "ops");
    assert_eq!(operator.iter().filter(|(subject, _)| *subject == Subject::FirstStop).count(), 1, "{operator:?}");
}

#[test]
fn a_notice_of_an_observed_policy_announces_nothing() {
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    let observed = SETTINGS
        .replace("[calendars.japan]", TELLING)
        .replace("unannounced = true", "")
        .replace("\"enforce\"", "\"observe\"");
    apply(&world, &settings(&observed), at(EVENING));
    let armed = apply(&world, &telling(), at("2026-12-10T21:30:00+09:00"));
    assert_eq!((waits(&armed, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
}

#[test]
fn an_idle_box_is_marked_its_owner_notified_and_after_five_business_days_stopped_for_good() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    let found = run(&world, &settings, "i-1", NOON);
    assert_eq!(waits(&found, "i-1"), Some(Cap::NotMarked), "{:?}", row(&found, "i-1").verdict);
    let mark = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
    assert!(mark.starts_with("2026-11-25T03:00:00Z not-before=2026-12-02T03:00:00Z policy=dev tier=strict "), "{mark}");
    assert_eq!(heard(&world, "ana"), [(Subject::Idle, "i-1".to_owned())]);
    let waiting = run(&world, &settings, "i-1", "2026-12-01T12:00:00+09:00");
    assert_eq!(waits(&waiting, "i-1"), Some(Cap::InGrace));
    assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), Some(&*mark), "the mark stays as it was");
    let due = run(&world, &settings, "i-1", "2026-12-02T12:00:00+09:00");
    assert_eq!(due.outcomes.iter().map(|o| o.outcome).collect::<Vec<_>>(), [OutcomeKind::Stopping]);
    assert_eq!(world.rests("i-1"), State::Stopped);
    let said: Vec<Subject> = heard(&world, "ana").into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(said, [Subject::Idle, Subject::Stopped], "no reminder beside what has been done");
    let morning = apply(&world, &settings, at("2026-12-03T09:10:00+09:00"));
    assert!(morning.plan.steps.is_empty(), "what was idle is not started at the opening");
}

#[test]
fn the_second_contact_is_notified_half_way_unless_somebody_has_seen_the_notice() {
    for (seen, expected) in [(false, 1), (true, 0)] {
        let (world, settings) = (World::of([idle_box("i-1")]), telling());
        run(&world, &settings, "i-1", NOON);
        if seen {
            world.change("i-1", |found| found.tag("idle-reaper:seen", ""));
        }
        run(&world, &settings, "i-1", "2026-11-27T12:00:00+09:00");
        assert_eq!(heard(&world, "lead").len(), 0, "two of five days");
        run(&world, &settings, "i-1", "2026-11-30T12:00:00+09:00");
        run(&world, &settings, "i-1", "2026-12-01T12:00:00+09:00");
        assert_eq!(heard(&world, "lead").len(), expected, "seen: {seen}");
    }
}

type Change = fn(Instance) -> Instance;

#[test]
fn a_sign_of_life_lifts_the_mark_and_an_owner_who_was_notified_is_notified_why() {
    let stories: [(Lifted, Change); 3] = [
        (Lifted::Retagged, |found| found.tag("Project", "revived")),
        (Lifted::Restarted, |found| found.launched("2026-11-26T10:00:00+09:00")),
        (Lifted::Kept, |found| found.tag("idle-reaper:keep", "")),
    ];
    for (why, change) in stories {
        let (world, settings) = (World::of([idle_box("i-1")]), telling());
        run(&world, &settings, "i-1", NOON);
        world.change("i-1", change);
        let report = run(&world, &settings, "i-1", "2026-11-26T12:00:00+09:00");
        let lifted: Vec<_> = report.plan.marks.iter().filter_map(|mark| mark.because).collect();
        assert_eq!(lifted, [why]);
        assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), None);
        assert_eq!(heard(&world, "ana").last(), Some(&(Subject::Lifted, "i-1".to_owned())), "{why:?}");
    }
}

#[test]
fn a_report_counts_the_marks_that_were_written_and_lifted_and_no_others() {
    let marks = |report: &Report| (report.counts().marked, report.counts().lifted);
    let (world, settings) = (World::of([idle_box("i-1"), idle_box("i-2")]), telling());
    rests(&world, "i-2", at(NOON));
    assert_eq!(marks(&run(&world, &settings, "i-1", NOON)), (2, 0));
    world.change("i-1", |found| found.tag("idle-reaper:keep", ""));
    let later = "2026-11-26T12:00:00+09:00";
    rests(&world, "i-2", at(later));
    assert_eq!(marks(&run(&world, &settings, "i-1", later)), (0, 1));
    let refused = World::of([idle_box("i-1")]).with_faults(Faults::one("i-1", Fault::TagRefused));
    assert_eq!(marks(&run(&refused, &settings, "i-1", NOON)), (0, 0));
}

#[test]
fn a_mark_edited_by_hand_begins_the_cycle_anew_for_that_one_alone() {
    let (world, settings) = (World::of([idle_box("i-1"), idle_box("i-2")]), telling());
    rests(&world, "i-2", at(NOON));
    run(&world, &settings, "i-1", NOON);
    world.change("i-1", |found| found.tag("idle-reaper:marked", "2026-02-30 soon"));
    for when in ["2026-11-30T12:00:00+09:00", "2026-12-02T12:00:00+09:00"] {
        rests(&world, "i-2", at(when));
        run(&world, &settings, "i-1", when);
    }
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Running, State::Stopped));
    assert!(world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").starts_with("2026-11-30"));
}

#[test]
fn a_dry_run_marks_nobody_and_tells_nobody() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    rests(&world, "i-1", at(NOON));
    let report = plan(&world, &settings, at(NOON));
    assert_eq!(report.plan.marks.len(), 1, "it would be marked");
    assert_eq!((world.said().len(), world.get("i-1").tags.get("idle-reaper:marked")), (0, None));
}

#[test]
fn an_owner_is_warned_before_a_keep_ends_once_and_the_notice_begins_anew() {
    let kept = instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", "2026-11-30");
    let (world, settings) = (World::of([kept]), telling());
    for day in ["2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"] {
        apply(&world, &settings, at(&format!("{day}T12:00:00+09:00")));
    }
    assert_eq!(heard(&world, "ana"), [(Subject::KeepEnds, "i-1".to_owned())]);
    let ended = apply(&world, &settings, at("2026-12-01T21:30:00+09:00"));
    assert_eq!((waits(&ended, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running));
}

#[test]
fn a_message_that_could_not_be_delivered_extends_the_grace() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    world.mute("ana");
    run(&world, &settings, "i-1", NOON);
    let mark = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
    assert!(mark.contains("not-before=2026-12-02T03:00:00Z"), "{mark}");
    world.unmute();
    run(&world, &settings, "i-1", "2026-11-30T12:00:00+09:00");
    assert_eq!(heard(&world, "ana"), [(Subject::Idle, "i-1".to_owned())]);
    for day in ["2026-12-02", "2026-12-04"] {
        let waiting = run(&world, &settings, "i-1", &format!("{day}T13:00:00+09:00"));
        assert_eq!((waits(&waiting, "i-1"), world.rests("i-1")), (Some(Cap::InGrace), State::Running), "{day}");
    }
    run(&world, &settings, "i-1", "2026-12-07T12:00:00+09:00");
    assert_eq!(world.rests("i-1"), State::Stopped, "five business days after the first message that was accepted");
}

#[test]
fn what_waits_for_people_is_counted_apart_from_what_waits_for_room() {
    let untold = apply(&World::of([instance("i-1").tag("Owner", "ana")]), &telling(), at(EVENING)).counts();
    assert_eq!((untold.deferred, untold.waiting), (1, 1));
    let marked = run(&World::of([idle_box("i-1")]), &telling(), "i-1", NOON).counts();
    assert_eq!((marked.deferred, marked.waiting), (1, 1));
    let capped = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let two = apply(&World::of([instance("i-1"), instance("i-2")]), &capped, at(EVENING)).counts();
    assert_eq!((two.deferred, two.waiting), (1, 0));
}

#[test]
fn what_waits_for_its_grace_says_until_when_and_what_waits_for_room_does_not() {
    let world = World::of([idle_box("i-1")]);
    run(&world, &telling(), "i-1", NOON);
    let report = run(&world, &telling(), "i-1", "2026-11-26T12:00:00+09:00");
    let until: Vec<_> = report.plan.deferred.iter().map(|one| one.until).collect();
    assert_eq!(until, [Some(at("2026-12-02T12:00:00+09:00"))]);
    let capped = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let report = apply(&World::of([instance("i-1"), instance("i-2")]), &capped, at(EVENING));
    assert_eq!(report.plan.deferred.iter().map(|one| one.until).collect::<Vec<_>>(), [None]);
}
