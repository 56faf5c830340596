//! What is under `at-least` is gathered into a weekly digest, which counts as the notice; and the monthly stocktake is
//! sent once to each owner, whatever happens to another's.

use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Instance, State, Subject};

use crate::engine::judge::forgotten::{TELLING, heard, telling, waits};
use crate::engine::judge::untold::changed;
use crate::fake::{EVENING, SETTINGS, Shape, World, apply, at, instance, row, settings};

/// A running instance with a price of USD 73 a month.
fn priced(id: &str) -> Instance {
    let mut found = instance(id).tag("Owner", "ana");
    found.details.usage = Some("RunInstances".into());
    found
}

#[test]
fn what_is_under_at_least_waits_for_the_weekly_digest_which_counts_as_the_notice() {
    let settings = changed("operator = \"ops\"", "operator = \"ops\"\nat-least = 100");
    let world = World::of([priced("i-1")]);
    for night in [EVENING, "2026-11-26T21:30:00+09:00", "2026-11-27T21:30:00+09:00", "2026-11-29T21:30:00+09:00"] {
        let report = apply(&world, &settings, at(night));
        assert!(row(&report, "i-1").monthly.is_some(), "its price is known");
        assert_eq!(heard(&world, "ana"), [], "{night}");
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{night}");
    }
    for monday in ["2026-11-30T20:30:00+09:00", "2026-11-30T22:30:00+09:00"] {
        apply(&world, &settings, at(monday));
        assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())], "{monday}");
        assert_eq!(world.rests("i-1"), State::Running, "a business day begins");
    }
    apply(&world, &settings, at("2026-12-01T21:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped);
}

#[test]
fn the_weekly_digest_comes_on_the_first_business_day_of_a_week() {
    let settings = changed("operator = \"ops\"", "operator = \"ops\"\nat-least = 100");
    let world = World::of([priced("i-1").launched("2026-11-19T09:30:00+09:00")]);
    // Monday, 23 November 2026, is a holiday in Japan.
    for (now, count) in [
        ("2026-11-20T21:30:00+09:00", 0),
        ("2026-11-22T21:30:00+09:00", 0),
        ("2026-11-23T21:30:00+09:00", 0),
        ("2026-11-24T00:10:00+09:00", 1),
        ("2026-11-24T20:10:00+09:00", 1),
    ] {
        apply(&world, &settings, at(now));
        assert_eq!(heard(&world, "ana").len(), count, "{now}");
    }
}

#[test]
fn a_weekly_digest_that_a_channel_did_not_accept_is_sent_by_the_next_run_and_no_other_is() {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    let text = text.replace("operator = \"ops\"", "operator = \"ops\"\nat-least = 100");
    let settings = settings(&text.replace("{ \"ana\" = \"ana\" }", "{ \"ana\" = \"ana\", \"ben\" = \"lead\" }"));
    let of_ben = |id: &str| priced(id).untagged("Owner").tag("Owner", "ben");
    let world = World::of([priced("i-1"), of_ben("i-2")]);
    apply(&world, &settings, at(EVENING));
    world.mute("ana");
    apply(&world, &settings, at("2026-11-30T20:30:00+09:00"));
    assert_eq!((heard(&world, "ana").len(), heard(&world, "lead").len()), (0, 1));
    world.unmute();
    world.add(of_ben("i-3"));
    apply(&world, &settings, at("2026-12-01T20:30:00+09:00"));
    assert_eq!((heard(&world, "ana").len(), heard(&world, "lead").len()), (1, 1), "i-3 waits for next week");
    apply(&world, &settings, at("2026-12-07T20:30:00+09:00"));
    assert!(heard(&world, "lead").contains(&(Subject::FirstStop, "i-3".to_owned())));
}

#[test]
fn an_owner_without_a_subscriber_keeps_nobody_elses_stocktake_coming_again() {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    let accounts = "accounts = { \"111111111111\" = \"ana\", \"222222222222\" = \"ben\" }\nchannels = { \"ana\" = \"ana\", \"ben\" = \"lead\" }";
    let settings = settings(&text.replace("channels = { \"ana\" = \"ana\" }", accounts));
    let world = World::of([instance("i-1").account("111111111111"), instance("i-2").account("222222222222")]);
    let stocktakes = |channel: &str| {
        let said = world.said().into_iter().filter(|(name, _)| name == channel);
        said.filter(|(_, message)| message.body.contains("The whole list")).count()
    };
    world.mute("lead");
    for night in [EVENING, "2026-11-25T22:30:00+09:00", "2026-11-26T20:30:00+09:00"] {
        let report = apply(&world, &settings, at(night));
        assert_eq!((stocktakes("ana"), stocktakes("lead")), (1, 0), "{night}");
        assert!(report.troubled, "{night}: a stocktake could not be sent");
    }
    world.unmute();
    for night in ["2026-11-26T22:30:00+09:00", "2026-11-27T20:30:00+09:00"] {
        apply(&world, &settings, at(night));
        assert_eq!((stocktakes("ana"), stocktakes("lead")), (1, 1), "{night}");
    }
    apply(&world, &settings, at("2026-12-01T20:30:00+09:00"));
    assert_eq!(stocktakes("lead"), 2, "the next month");
}

#[test]
fn a_foreign_object_beside_the_launches_is_passed_over_and_reported_and_sends_nothing_twice() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    let foreign = ["README.txt", "old/111111111111.jsonl", "11111111111.jsonl", "abcdefabcdef.jsonl", "x.jsonl"];
    foreign.iter().for_each(|name| world.put(&format!("state/launched/{name}"), "not ours\n"));
    let first = apply(&world, &settings, at(EVENING));
    assert!(!first.troubled, "{:?}", first.notes);
    let note = first.notes.iter().find(|note| note.contains("state/launched")).expect("a note");
    assert!(foreign.iter().all(|name| note.contains(name)), "{note}");
    let sent = world.said().len();
    apply(&world, &settings, at("2026-11-25T22:30:00+09:00"));
    assert_eq!(world.said().len(), sent);
    for name in foreign {
        assert_eq!(world.recorded(&format!("state/launched/{name}"))[0].1, "not ours\n");
    }
}
