//! The map of one instance: what the record of acts shows, and what it does not.

use chrono::{DateTime, Utc};
use idle_reaper::engine::model::State;
use idle_reaper::engine::trends::{Act, Found, HeatMap, What};

use crate::engine::trends::{figure, hour};
use crate::fake::{at, with};

fn tokyo(text: &str) -> DateTime<Utc> {
    at(&format!("2026-11-{text}:00+09:00"))
}

fn act(at: &str, what: What, launched: Option<&str>) -> Act {
    Act { at: tokyo(at), what, launched: launched.map(tokyo) }
}

/// Stopped on the 24th, started in the morning of the 25th, and stopped again in the evening.
fn acts() -> Vec<Act> {
    vec![
        act("24T18:05", What::Stopped, Some("24T07:30")),
        act("25T08:47", What::Started, None),
        act("25T18:05", What::Stopped, Some("25T08:46")),
    ]
}

fn map(acts: &[Act], state: State, launch: &str, ours: bool) -> HeatMap {
    let found = Found { at: tokyo("26T02:10"), state, launch: Some(tokyo(launch)), ours };
    HeatMap::of_instance(&with(&[]).schedules["office"].clone(), acts, found)
}

fn known(map: &HeatMap, at: &str) -> Option<u32> {
    figure(map, tokyo(at)).map(|(running, _)| running)
}

#[test]
fn it_ran_from_its_start_to_its_stop_and_stayed_stopped_until_the_reaper_started_it() {
    let map = map(&acts(), State::Stopped, "25T08:46", true);
    let expected = [
        ("24T06:30", None),
        ("24T07:40", Some(1)), // started before the opening
        ("24T09:30", Some(0)), // it ran in open hours
        ("24T18:30", Some(1)),
        ("24T19:30", Some(0)),
        ("25T07:30", Some(0)),
        ("25T12:30", Some(0)),
        ("25T18:30", Some(1)),
        ("25T23:30", Some(0)),
        ("26T01:30", Some(0)),
        ("26T05:30", None), // is still to come
        ("20T12:30", None),
    ];
    for (at, running) in expected {
        assert_eq!(known(&map, at), running, "{at}");
    }
    let events: Vec<_> = map.hours().flat_map(|hour| &hour.events).map(|event| (event.at, event.what)).collect();
    let expected = [
        (tokyo("24T07:30"), What::StartedByOthers),
        (tokyo("24T18:05"), What::Stopped),
        (tokyo("25T08:47"), What::Started),
        (tokyo("25T18:05"), What::Stopped),
    ];
    assert_eq!(events, expected);
    assert_eq!(hour(&map, tokyo("24T18:05")).events.len(), 1);
}

#[test]
fn what_others_started_ran_from_then_on_and_before_that_nothing_is_certain() {
    let map = map(&acts(), State::Running, "25T22:20", false);
    let expected = [("25T19:30", None), ("25T21:30", None), ("25T22:30", Some(1)), ("26T01:30", Some(1))];
    for (at, running) in expected {
        assert_eq!(known(&map, at), running, "{at}");
    }
    assert_eq!(hour(&map, tokyo("25T22:20")).events[0].what, What::StartedByOthers);
}

#[test]
fn what_others_have_stopped_is_unknown_since() {
    let map = map(&acts(), State::Stopped, "25T22:20", false);
    assert_eq!(known(&map, "25T23:30"), None);
}

#[test]
fn an_undo_shows_that_it_was_stopped_until_then_and_its_start_is_not_one_of_others() {
    let mut acts = acts();
    acts.push(act("25T20:32", What::Undone, None));
    let map = map(&acts, State::Running, "25T20:31", false);
    for (at, running) in [("25T19:30", Some(0)), ("25T20:30", Some(1)), ("26T00:30", Some(1))] {
        assert_eq!(known(&map, at), running, "{at}");
    }
    let events: Vec<_> = hour(&map, tokyo("25T20:32")).events.iter().map(|event| event.what).collect();
    assert_eq!(events, [What::Undone]);
}

#[test]
fn without_acts_only_its_last_start_is_known() {
    let map = map(&[], State::Running, "25T08:30", false);
    assert_eq!((known(&map, "25T07:30"), known(&map, "25T08:30"), known(&map, "25T12:30")), (None, Some(1), Some(0)));
    assert_eq!(map.days.len(), 31);
}
