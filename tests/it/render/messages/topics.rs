//! What is news about one instance: to whom it was said before, and what begins anew.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::topics::{Talk, Topic};
use idle_reaper::engine::model::Lifted;
use idle_reaper::engine::model::{Contact, Instance, Item, Receipt, Subject};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::news::news;
use idle_reaper::engine::rules::case::Activity;

use crate::engine::judge::forgotten::{NOON, heard, idle_box, rests, run, telling};
use crate::engine::judge::untold::changed;
use crate::fake::{EVENING, Fault, Faults, Shape, World, apply, at, here, instance, judge_with, row};

fn talk(settings: &Settings, found: &Instance, history: &History, now: DateTime<Utc>) -> Talk {
    judge_with(settings, found, &Activity::of_cpu(0.5), history, now).talk
}

fn about(talk: &Talk, subject: Subject) -> Option<&Topic> {
    talk.topics.iter().find(|topic| topic.subject == subject)
}

fn forgets(talk: &Talk, subject: Subject) -> bool {
    talk.forget.iter().any(|forgotten| forgotten == subject)
}

fn receipt(subject: Subject, at: DateTime<Utc>) -> Receipt {
    Receipt {
        id: here("i-1"),
        subject,
        policy: "dev".to_owned(),
        owner: "ana".into(),
        channel: "ana".into(),
        place: "arn:aws:sns:ap-northeast-1:999999999999:ana".into(),
        contact: Contact::First,
        binding: true,
        due: None,
        at,
    }
}

fn told(receipt: &Receipt) -> History {
    let mut history = History::default();
    history.notified.accept(receipt);
    history
}

#[test]
fn an_owner_who_was_notified_of_another_policy_elsewhere_or_of_nothing_binding_is_notified_at_once() {
    let (settings, found, now) = (telling(), instance("i-1").tag("Owner", "ana"), at(EVENING));
    let said = receipt(Subject::FirstStop, now - Duration::hours(1));
    assert_eq!(about(&talk(&settings, &found, &told(&said), now), Subject::FirstStop), None, "it was said");
    for other in [
        Receipt { owner: "ben".into(), ..said.clone() },
        Receipt { place: "arn:aws:sns:ap-northeast-1:999999999999:other".into(), ..said.clone() },
        Receipt { policy: "other".to_owned(), ..said.clone() },
        Receipt { binding: false, ..said.clone() },
    ] {
        let talk = talk(&settings, &found, &told(&other), now);
        let topic = about(&talk, Subject::FirstStop).unwrap_or_else(|| panic!("{other:?}"));
        assert!(!topic.reminder && topic.due.is_some(), "{other:?}: {topic:?}");
    }
}

#[test]
fn what_is_only_reported_is_said_without_a_day_and_said_again_after_a_week() {
    let observed = changed("\"enforce\"", "\"observe\"");
    let found = instance("i-1").tag("Owner", "ana");
    let first = talk(&observed, &found, &History::default(), at(EVENING));
    let topic = about(&first, Subject::FirstStop).expect("it is said");
    assert_eq!((topic.due, topic.reminder), (None, false));
    let said = Receipt { binding: false, ..receipt(Subject::FirstStop, at(EVENING)) };
    for (after, reminder) in [(Duration::days(7) - Duration::seconds(1), None), (Duration::days(7), Some(true))] {
        let talk = talk(&observed, &found, &told(&said), at(EVENING) + after);
        assert_eq!(about(&talk, Subject::FirstStop).map(|topic| topic.reminder), reminder, "{after}");
    }
}

#[test]
fn an_owner_is_warned_three_business_days_before_a_keep_ends_to_the_second() {
    let ends = "2026-12-01T12:00:00+09:00"; // a Tuesday: Monday, Friday and Thursday lie between
    let found = instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", ends);
    let warned = |now: DateTime<Utc>| {
        let talk = talk(&telling(), &found, &History::default(), now);
        assert_ne!(about(&talk, Subject::KeepEnds).is_some(), forgets(&talk, Subject::KeepEnds), "one of both");
        about(&talk, Subject::KeepEnds).map(|topic| topic.due)
    };
    let from = at("2026-11-26T12:00:00+09:00");
    assert_eq!(warned(from - Duration::days(2)), None);
    assert_eq!(warned(from - Duration::seconds(1)), None);
    assert_eq!(warned(from), Some(Some(at(ends))));
    assert_eq!(warned(from + Duration::days(2)), Some(Some(at(ends))));
}

#[test]
fn what_somebody_should_look_at_is_said_until_it_is_mended_and_begins_anew_then() {
    let (settings, now) = (telling(), at(EVENING));
    let unreadable = instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", "some day");
    let odd = talk(&settings, &unreadable, &History::default(), now);
    let topic = about(&odd, Subject::Attention).expect("it is said");
    assert_eq!((topic.due, forgets(&odd, Subject::Attention)), (None, false));
    let mended = talk(&settings, &unreadable.tag("idle-reaper:keep-until", "2026-12-20"), &History::default(), now);
    assert_eq!((about(&mended, Subject::Attention), forgets(&mended, Subject::Attention)), (None, true));
}

#[test]
fn of_what_runs_for_too_long_is_said_since_when() {
    let settings = changed("tags = [\"Owner\"]", "tags = [\"Owner\"]\ndefault = \"ana\"");
    let started = "2026-06-01T09:00:00+09:00";
    let aged = |found: Instance| {
        let talk = talk(&settings, &found, &History::default(), at(NOON));
        about(&talk, Subject::Aged).map(|topic| topic.since)
    };
    assert_eq!(aged(instance("i-1").launched(started)), Some(Some(at(started))));
    assert_eq!(aged(instance("i-1").launched(started).tag("Owner", "ana")), None, "somebody stands behind it");
}

fn items(report: &Report, subject: Subject) -> Vec<Item> {
    news(report).into_iter().map(|news| news.item).filter(|item| item.subject == subject).collect()
}

#[test]
fn news_of_an_idle_one_tell_since_when_it_is_marked_and_from_when_it_is_stopped() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    let found = items(&run(&world, &settings, "i-1", NOON), Subject::Idle);
    let said: Vec<_> = found.iter().map(|item| (item.since, item.due, item.reminder)).collect();
    assert_eq!(said, [(Some(at(NOON)), Some(at("2026-12-02T12:00:00+09:00")), false)]);
}

#[test]
fn what_is_said_again_says_that_it_is_a_reminder() {
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    let observed = changed("\"enforce\"", "\"observe\"");
    for (days, reminder) in [(0, false), (7, true)] {
        let report = apply(&world, &observed, at(EVENING) + Duration::days(days));
        let said: Vec<bool> = items(&report, Subject::FirstStop).iter().map(|item| item.reminder).collect();
        assert_eq!(said, [reminder], "after {days} days");
    }
}

#[test]
fn news_of_a_lifted_mark_say_why() {
    let (world, settings) = (World::of([idle_box("i-1")]), telling());
    run(&world, &settings, "i-1", NOON);
    world.change("i-1", |found| found.tag("idle-reaper:keep", ""));
    let report = run(&world, &settings, "i-1", "2026-11-26T12:00:00+09:00");
    let topic = about(&row(&report, "i-1").talk, Subject::Lifted).expect("it is said");
    assert_eq!(topic.lifted, Some(Lifted::Kept));
    let notes: Vec<String> = items(&report, Subject::Lifted).into_iter().map(|item| item.note).collect();
    assert_eq!(notes, [Lifted::Kept.as_str()]);
}

#[test]
fn an_unarmed_run_says_that_a_box_is_idle_and_announces_nothing() {
    let world = World::of([idle_box("i-1")]);
    let report = run(&world, &changed("armed = true", "armed = false"), "i-1", NOON);
    let said: Vec<_> = items(&report, Subject::Idle).iter().map(|item| (item.since, item.due)).collect();
    assert_eq!(said, [(None, None)]);
    assert_eq!(heard(&world, "ana"), [(Subject::Idle, "i-1".to_owned())]);
}

#[test]
fn a_mark_that_cannot_be_written_keeps_nobody_from_hearing_of_the_hours() {
    let world = World::of([idle_box("i-1")]).with_faults(Faults::one("i-1", Fault::TagRefused));
    rests(&world, "i-1", at(EVENING));
    let report = run(&world, &telling(), "i-1", EVENING);
    assert!(row(&report, "i-1").marks, "it was to be marked");
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())]);
}
