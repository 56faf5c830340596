//! A database that only AWS starts, every seventh day: after eight weeks its owner is asked whether it is still wanted.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Happened, State};
use idle_reaper::engine::report::Report;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{Deed, SETTINGS, Shape, World, apply, at, db, for_databases, row};

/// A Wednesday evening. Every run is at this time of a day.
const FIRST: &str = "2026-01-07T22:00:00+09:00";

fn settings() -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", &TELLING.replace("[idle]\n", ""));
    for_databases(&text.replace("at-opening = \"start-reaped\"", "at-opening = \"nothing\""))
}

fn day(day: i64) -> DateTime<Utc> {
    at(FIRST) + Duration::days(day)
}

/// AWS starts it on every seventh day, half an hour before the run.
fn seventh_day(world: &World, today: i64) {
    if today > 0 && today % 7 == 0 {
        world.change("db:orders", |found| found.state(State::Running));
        let started = (day(today) - Duration::minutes(30)).to_rfc3339();
        world.now_says(&[("db:orders", &started, Happened::StartedByAws)]);
    }
}

/// The report of each day, and how many questions were sent on it.
fn daily(world: &World, days: std::ops::Range<i64>, mut before: impl FnMut(i64)) -> Vec<(i64, Report, usize)> {
    let asked = || world.said().iter().filter(|(_, message)| message.body.contains("is it still wanted?")).count();
    let of_day = |today: i64| {
        seventh_day(world, today);
        before(today);
        let earlier = asked();
        let report = apply(world, &settings(), day(today));
        (today, report, asked() - earlier)
    };
    days.map(of_day).collect()
}

fn questions(days: &[(i64, Report, usize)]) -> Vec<i64> {
    days.iter().filter(|(_, _, asked)| *asked > 0).map(|(day, ..)| *day).collect()
}

fn is_remarked(report: &Report) -> bool {
    row(report, "db:orders").remarks.iter().any(|remark| remark.as_str() == "still-wanted")
}

fn stopped() -> World {
    World::of([db("orders").tag("Owner", "ana").state(State::Stopped)])
}

#[test]
fn its_owner_is_asked_after_eight_weeks_and_not_again_before_four_more() {
    let world = stopped();
    let days = daily(&world, 0..90, |_| ());
    assert_eq!(questions(&days), [56, 84]);
    for (day, report, _) in &days {
        assert_eq!(is_remarked(report), *day >= 56, "day {day}");
    }
    let stops: Vec<i64> =
        days.iter().filter(|(_, report, _)| !report.outcomes.is_empty()).map(|(day, ..)| *day).collect();
    assert!(stops.iter().all(|day| day % 7 == 0) && stops.len() == 12, "stopped again every seventh day: {stops:?}");
    let findings = world.recorded("state/findings.jsonl").pop().expect("the file").1;
    assert!(findings.contains("still-wanted"), "{findings}");
    assert!(world.calls(|deed| deed == Deed::Start).is_empty(), "a question is never an action");
}

#[test]
fn what_a_person_has_started_rests_anew() {
    let world = stopped();
    let days = daily(&world, 0..100, |today| {
        if today == 40 {
            let started = (day(40) - Duration::hours(5)).to_rfc3339();
            world.now_says(&[("db:orders", &started, Happened::Started)]);
            world.change("db:orders", |found| found.state(State::Running));
        }
    });
    let first = questions(&days)[0];
    assert!((96..=98).contains(&first), "eight weeks after it was down again: {first}");
}

#[test]
fn nobody_is_asked_of_what_is_known_or_was_not_scanned_meanwhile() {
    let seen = stopped();
    seen.change("db:orders", |found| found.tag("idle-reaper:seen", ""));
    assert_eq!(questions(&daily(&seen, 0..60, |_| ())), [0_i64; 0]);
    let kept = stopped();
    kept.change("db:orders", |found| found.tag("idle-reaper:keep", ""));
    assert_eq!(questions(&daily(&kept, 0..60, |_| ())), [0_i64; 0]);
    let gap = stopped();
    daily(&gap, 0..30, |_| ());
    let after = daily(&gap, 33..70, |_| ());
    assert_eq!(questions(&after), [0_i64; 0], "somebody may have used it in three days without a scan");
}
