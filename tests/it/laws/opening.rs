//! `at-opening = "start"`: what others stopped before an opening is started once for it, whatever becomes of the runs.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Action, Instance, OutcomeKind, Reason, State, Subject};
use proptest::prelude::*;

use super::arbitrary::for_all;
use crate::engine::judge::forgotten::{heard, telling};
use crate::fake::{Deed, Fault, Faults, SETTINGS, Shape, World, apply, at, instance, judge, row, settings, with};

fn starting(lead: u32) -> Settings {
    let opening = format!("at-opening = \"start\"\nstart-lead = \"{lead}m\"");
    with(&[("at-opening = \"start-reaped\"", &opening), ("outside = \"stop\"", "outside = \"report\"")])
}

/// Stopped by a person at this time, after a start long before.
fn stopped(when: &str) -> Instance {
    let found = instance("i-1").launched("2026-11-20T09:00:00+09:00").state(State::Stopped);
    Instance { transition: Some(at(when)), ..found }
}

/// What happens at a minute.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A run whose start succeeds. Whether its record is kept makes no difference here: none is ever read.
    Run,
    /// A run whose start falls back after a while, and whether EC2 then shows the time of the stop before.
    Falls(bool),
    /// A run that never happens.
    Lost,
    Stop,
    Start,
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Run),
        2 => any::<bool>().prop_map(Event::Falls),
        2 => Just(Event::Lost),
        3 => Just(Event::Stop),
        2 => Just(Event::Start),
    ]
}

/// The opening of Tokyo's office for which `now` may start something; counted by hand.
fn opening_of(now: DateTime<Utc>, lead: u32) -> Option<DateTime<Utc>> {
    let days = ["2026-11-25", "2026-11-26", "2026-11-27"].map(|day| at(&format!("{day}T09:00:00+09:00")));
    days.into_iter().find(|nine| *nine - Duration::minutes(lead.into()) <= now && now <= *nine + Duration::hours(4))
}

#[test]
fn nothing_is_started_twice_for_one_opening_nor_after_a_person_stopped_it() {
    let steps = prop::collection::vec((1..90i64, any_event()), 1..60);
    let leads = prop::sample::select(vec![0u32, 15, 60, 180]);
    let started = std::cell::Cell::new(0);
    for_all(600, (steps, leads), |(steps, lead)| {
        let settings = starting(lead);
        let mut machine = stopped("2026-11-24T22:00:00+09:00");
        let mut now = at("2026-11-25T04:00:00+09:00");
        let mut starts: BTreeMap<DateTime<Utc>, u32> = BTreeMap::new();
        let mut by_person = machine.transition.expect("a time");
        for (minutes, event) in steps {
            now += Duration::minutes(minutes);
            match event {
                Event::Lost => {}
                Event::Stop if machine.state == State::Running => {
                    machine = Instance { transition: Some(now), ..machine.state(State::Stopped) };
                    by_person = now;
                }
                Event::Start if machine.state == State::Stopped => {
                    machine = Instance { launch: Some(now), transition: None, ..machine.state(State::Running) };
                }
                Event::Stop | Event::Start => {}
                Event::Run | Event::Falls(_) => {
                    if judge(&settings, &machine, now).verdict.action() != Some(Action::Start) {
                        continue;
                    }
                    let opening = opening_of(now, lead).unwrap_or_else(|| panic!("started at {now}"));
                    let count = starts.entry(opening).or_default();
                    *count += 1;
                    assert_eq!(*count, 1, "started again at {now} for {opening}");
                    assert!(by_person < opening, "stopped by a person at {by_person}, started at {now}");
                    started.set(started.get() + 1);
                    let before = machine.transition;
                    machine = match event {
                        Event::Falls(shown) => Instance {
                            launch: Some(now),
                            transition: before.filter(|_| shown),
                            ..machine.state(State::Stopped)
                        },
                        _ => Instance { launch: Some(now), transition: None, ..machine.state(State::Running) },
                    };
                }
            }
        }
    });
    assert!(started.get() > 300, "only {} starts", started.get());
}

#[test]
fn what_is_stopped_at_the_opening_is_started_and_what_is_stopped_after_it_is_not() {
    for (stop, now, starts) in [
        ("2026-11-24T20:00:00+09:00", "2026-11-25T08:44:59+09:00", false), // before the lead
        ("2026-11-24T20:00:00+09:00", "2026-11-25T08:45:00+09:00", true),
        ("2026-11-24T20:00:00+09:00", "2026-11-25T13:00:00+09:00", true),
        ("2026-11-24T20:00:00+09:00", "2026-11-25T13:00:01+09:00", false), // too late
        ("2026-11-25T08:50:00+09:00", "2026-11-25T08:55:00+09:00", false), // stopped within the lead
        ("2026-11-25T08:50:00+09:00", "2026-11-25T09:00:00+09:00", true),
        ("2026-11-25T09:00:00+09:00", "2026-11-25T09:05:00+09:00", false),
        ("2026-11-25T10:00:00+09:00", "2026-11-25T10:05:00+09:00", false),
        ("2026-11-25T10:00:00+09:00", "2026-11-26T09:00:00+09:00", true), // at the next opening
        ("2026-11-20T20:00:00+09:00", "2026-11-23T09:00:00+09:00", false), // a holiday
    ] {
        let verdict = judge(&starting(15), &stopped(stop), at(now)).verdict;
        assert_eq!(verdict.action() == Some(Action::Start), starts, "stopped {stop}, {now}: {verdict:?}");
    }
}

#[test]
fn what_is_unknown_or_for_others_to_start_stays_stopped() {
    let now = at("2026-11-25T09:00:00+09:00");
    let before = stopped("2026-11-24T20:00:00+09:00");
    let reason = |found: &Instance| judge(&starting(15), found, now).verdict.reason();
    assert_eq!(reason(&before), Reason::Reopening);
    let unknown = [
        Instance { transition: None, ..before.clone() },
        Instance { launch: None, ..before.clone() },
        before.clone().launched("2026-11-25T08:50:00+09:00"), // started for this opening
        before.clone().tag("idle-reaper:stopped", "2026-11-24T11:00:00Z run=run-0 policy=dev because=idle"),
        before.clone().tag("idle-reaper:stopped", "2026-11-24T11:00:00Z run=run-0 policy=dev hub=other"),
        before.clone().tag("aws:autoscaling:groupName", "web"),
        before.clone().tag("idle-reaper:schedule", "whenever"),
        before.clone().tag("idle-reaper:schedule", "always"),
        before.clone().untagged("Env"),
    ];
    for found in unknown {
        assert_eq!(judge(&starting(15), &found, now).verdict.action(), None, "{:?}", found.tags);
    }
    // What others stopped and somebody keeps is left as it is.
    for (key, value, why) in [
        ("idle-reaper:keep", "", Reason::Kept),
        ("idle-reaper:keep-until", "2026-12-31", Reason::KeptUntil),
        ("idle-reaper:keep-until", "soon", Reason::KeepUnreadable),
    ] {
        assert_eq!(reason(&before.clone().tag(key, value)), why, "{key} {value}");
    }
    let frozen =
        SETTINGS.replace("holidays = [\"jp\"]", "freeze = [\"2026-11-25\"]").replace("\"start-reaped\"", "\"start\"");
    assert_eq!(judge(&settings(&frozen), &before, now).verdict.reason(), Reason::Frozen);
    let reaped = judge(&starting(15), &instance("i-1").reaped(), now).verdict;
    assert_eq!(reaped.action(), Some(Action::Start), "what the reaper stopped is started as under `start-reaped`");
    let only_reaped = judge(&with(&[]), &before, now).verdict;
    assert_eq!(only_reaped.reason(), Reason::NotRunning);
}

/// The outcomes of a run, and how often it wrote a tag.
fn run(world: &World, now: &str) -> (Vec<(OutcomeKind, String)>, usize) {
    let report = apply(world, &starting(15), at(now));
    let ends = report.outcomes.iter().map(|outcome| (outcome.outcome, outcome.detail.clone())).collect();
    (ends, world.calls(|deed| deed == Deed::Tag).len())
}

#[test]
fn a_run_starts_what_others_stopped_and_writes_no_tag() {
    let world = World::of([stopped("2026-11-24T20:00:00+09:00")]);
    let (ends, tags) = run(&world, "2026-11-25T09:00:00+09:00");
    assert_eq!((world.rests("i-1"), ends.len(), ends[0].0, tags), (State::Running, 1, OutcomeKind::Started, 0));
    assert_eq!(run(&world, "2026-11-25T09:15:00+09:00").0.len(), 0);
}

#[test]
fn a_start_that_falls_back_leaves_no_tag_and_is_not_repeated_for_this_opening() {
    let falls = || Faults::one("i-1", Fault::FallsBack);
    let world = World::of([stopped("2026-11-24T20:00:00+09:00")]).with_faults(falls());
    let (ends, tags) = run(&world, "2026-11-25T08:45:00+09:00");
    assert_eq!((ends[0].0, tags, world.rests("i-1")), (OutcomeKind::Failed, 0, State::Stopped));
    assert_eq!(world.get("i-1").tags.get("idle-reaper:stopped"), None);
    assert_eq!(run(&world, "2026-11-25T09:15:00+09:00").0.len(), 0);
    // What the reaper stopped itself gets its tag back, as ever.
    let world = World::of([instance("i-1").reaped()]).with_faults(falls());
    run(&world, "2026-11-25T09:00:00+09:00");
    assert!(world.get("i-1").tags.get("idle-reaper:stopped").is_some());
}

#[test]
fn a_start_that_the_role_may_not_make_says_what_it_lacks_and_is_tried_once_a_day() {
    let world = World::of([stopped("2026-11-24T20:00:00+09:00")]).with_faults(Faults::one("i-1", Fault::StartDenied));
    let (ends, tags) = run(&world, "2026-11-25T08:45:00+09:00");
    assert_eq!((ends[0].0, tags), (OutcomeKind::Failed, 0));
    assert!(ends[0].1.contains("`StartAtOpening` of spoke.yaml"), "{}", ends[0].1);
    for later in ["2026-11-25T09:00:00+09:00", "2026-11-25T12:00:00+09:00"] {
        assert_eq!(run(&world, later).0.len(), 0, "{later}");
    }
    assert_eq!(run(&world, "2026-11-26T08:45:00+09:00").0.len(), 1, "the next day");
    // A missing permission for others' instances says nothing about those that idle-reaper stops itself.
    let ours = World::of([instance("i-1").reaped()]).with_faults(Faults::one("i-1", Fault::StartDenied));
    let (ends, _) = run(&ours, "2026-11-25T09:00:00+09:00");
    assert!(ends[0].1.starts_with("not allowed: ") && !ends[0].1.contains("StartAtOpening"), "{}", ends[0].1);
}

#[test]
fn under_observe_and_in_a_dry_run_nothing_is_started_and_the_cap_of_a_run_holds() {
    let world = || {
        World::of(
            (1..=3).map(|n| Instance { id: instance(&format!("i-{n}")).id, ..stopped("2026-11-24T20:00:00+09:00") }),
        )
    };
    let observed = with(&[("at-opening = \"start-reaped\"", "at-opening = \"start\""), ("\"enforce\"", "\"observe\"")]);
    let quiet = world();
    let report = apply(&quiet, &observed, at("2026-11-25T09:00:00+09:00"));
    assert_eq!((report.plan.steps.len(), quiet.calls(|deed| deed == Deed::Start).len()), (0, 0));
    let few = with(&[
        ("at-opening = \"start-reaped\"", "at-opening = \"start\""),
        ("stops-percent = 100", "stops-percent = 100\nstarts-per-run = 2"),
    ]);
    let capped = world();
    let first = apply(&capped, &few, at("2026-11-25T09:00:00+09:00"));
    assert_eq!((first.plan.steps.len(), first.plan.deferred.len()), (2, 1));
    let second = apply(&capped, &few, at("2026-11-25T09:15:00+09:00"));
    assert_eq!((second.plan.steps.len(), second.plan.deferred.len()), (1, 0), "what was beyond the cap is made up");
}

#[test]
fn its_owner_hears_of_the_first_start_a_business_day_ahead() {
    let world = World::of([stopped("2026-11-24T20:00:00+09:00").tag("Owner", "ana")]);
    let text = "at-opening = \"start-reaped\"";
    let telling = || {
        let mut settings = telling();
        for policy in &mut settings.policies {
            let policy = std::sync::Arc::make_mut(policy);
            policy.at_opening = idle_reaper::engine::config::AtOpening::Start;
        }
        settings
    };
    assert!(SETTINGS.contains(text));
    let first = apply(&world, &telling(), at("2026-11-25T09:00:00+09:00"));
    assert_eq!((world.rests("i-1"), first.plan.steps.len()), (State::Stopped, 0), "{:?}", row(&first, "i-1").verdict);
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStart, "i-1".to_owned())]);
    let (_, message) = world.said().into_iter().find(|(channel, _)| channel == "ana").expect("a message");
    assert!(message.body.contains("will start it at openings from"), "{}", message.body);
    apply(&world, &telling(), at("2026-11-25T09:15:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped);
    apply(&world, &telling(), at("2026-11-26T09:05:00+09:00"));
    assert_eq!((world.rests("i-1"), heard(&world, "ana").len()), (State::Running, 1));
}
