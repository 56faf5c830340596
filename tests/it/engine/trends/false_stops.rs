//! Which stops count as false.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::history::History;
use idle_reaper::engine::model::ByResource;
use idle_reaper::engine::trends::{FALSE_STOP_HOURS, Log, Trends};

use crate::engine::trends::sample;
use crate::fake::{at, here, with};

const STOP: &str = "2026-11-25T18:05:00+09:00";

fn after(minutes: i64) -> DateTime<Utc> {
    at(STOP) + Duration::minutes(minutes)
}

/// Stopped once; started by the reaper and undone at these minutes after that.
fn history(starts: &[i64], undone: Option<i64>) -> History {
    let one = |times: Vec<DateTime<Utc>>| ByResource::from_iter([(here("i-1"), times)]);
    History {
        stops: one(vec![at(STOP)]),
        starts: one(starts.iter().map(|minutes| after(*minutes)).collect()),
        undone: undone.map(|minutes| (here("i-1"), after(minutes))).into_iter().collect(),
        ..History::default()
    }
}

/// The false stops and the rate of the week, if the instance was last started at this minute after its stop.
fn counted(history: &History, launch: i64) -> (u32, Option<String>) {
    let (mut log, now) = (Log::default(), after(600));
    log.add(sample(now, 0));
    for _ in 0..2 {
        log.note_false_stops(history, &here("i-1"), Some(after(launch)));
        log.note_false_stops(history, &here("i-2"), Some(after(launch)));
        log.count(history, &[], now.date_naive(), now);
    }
    let week = Trends::of(log, &with(&[]), now).weeks.pop().unwrap();
    assert_eq!(week.stops, Some(1));
    (week.undone_or_restarted, week.false_stop_rate().map(|rate| rate.to_string()))
}

#[test]
fn a_start_by_others_within_four_hours_makes_a_stop_false() {
    let limit = FALSE_STOP_HOURS * 60;
    for (launch, expected) in [(-1, 0), (0, 1), (1, 1), (limit, 1), (limit + 1, 0)] {
        assert_eq!(counted(&history(&[], None), launch).0, expected, "{launch}");
    }
    assert_eq!(counted(&history(&[], None), 10), (1, Some("100".to_owned())));
    assert_eq!(counted(&history(&[], None), 300), (0, Some("0".to_owned())));
}

#[test]
fn an_undo_within_four_hours_makes_a_stop_false_and_counts_once_with_its_start() {
    let limit = FALSE_STOP_HOURS * 60;
    for (undone, expected) in [(0, 1), (limit, 1), (limit + 1, 0)] {
        assert_eq!(counted(&history(&[], Some(undone)), -30).0, expected, "{undone}");
    }
    assert_eq!(counted(&history(&[], Some(20)), 21).0, 1);
}

#[test]
fn a_start_by_the_reaper_takes_no_stop_back() {
    assert_eq!(counted(&history(&[61], None), 60).0, 0, "its own, known a minute later");
    assert_eq!(counted(&history(&[60], None), 90).0, 0, "the reaper had started it before");
    assert_eq!(counted(&history(&[200], None), 60).0, 1, "its own came later");
    let failed =
        History { failed_starts: ByResource::from_iter([(here("i-1"), vec![after(61)])]), ..history(&[], None) };
    assert_eq!(counted(&failed, 60).0, 0, "a start of which nobody knows how it ended was its own, too");
}

#[test]
fn without_a_stop_there_is_no_rate() {
    let (mut log, now) = (Log::default(), after(0));
    log.add(sample(now, 0));
    let week = |log: &Log| Trends::of(log.clone(), &with(&[]), now).weeks.pop().unwrap();
    assert_eq!((week(&log).stops, week(&log).false_stop_rate()), (None, None));
    log.count(&History::default(), &[], now.date_naive(), now);
    assert_eq!((week(&log).stops, week(&log).false_stop_rate()), (Some(0), None));
}

#[test]
fn of_several_stops_the_last_before_the_start_is_false() {
    let stops = vec![at(STOP) - Duration::days(1), at(STOP), after(600)];
    let history = History { stops: ByResource::from_iter([(here("i-1"), stops)]), ..History::default() };
    let (mut log, now) = (Log::default(), after(700));
    log.add(sample(now, 0));
    log.note_false_stops(&history, &here("i-1"), Some(after(30)));
    log.count(&history, &[], at("2026-11-20T00:00:00Z").date_naive(), now);
    let week = Trends::of(log, &with(&[]), now).weeks.pop().unwrap();
    assert_eq!((week.stops, week.undone_or_restarted), (Some(3), 1));
    assert_eq!(week.false_stop_rate().unwrap().to_string(), "33.3");
}
