//! Noise is a defect: what an owner gets in a month in which everything happens that can.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, Timelike, Utc};
use chrono_tz::Asia::Tokyo;
use idle_reaper::engine::model::{Instance, State, Subject};

use crate::engine::judge::forgotten::{idle_box, rests, telling};
use crate::fake::{Shape, World, apply, at, instance};

/// Machines that somebody starts at half past nine and forgets in the evening.
const NIGHTLY: [&str; 6] = ["i-n1", "i-n2", "i-n3", "i-n4", "i-n5", "i-n6"];

/// Boxes that do nothing. The first is kept by its team when its mark is a day old.
pub const IDLE: [&str; 4] = ["i-d1", "i-d2", "i-d3", "i-d4"];

pub fn fleet() -> Vec<Instance> {
    let nightly = NIGHTLY.map(|id| instance(id).state(State::Stopped));
    let kept = instance("i-k1").tag("idle-reaper:keep-until", "2026-11-20");
    let wrong = instance("i-w1").tag("idle-reaper:keep-until", "next Tuesday");
    let others = [kept, wrong].into_iter().chain(nightly).map(|one| one.tag("Owner", "ana"));
    IDLE.map(idle_box).into_iter().chain(others).collect()
}

/// What people do in the three hours before a run.
pub fn people(world: &World, now: DateTime<Utc>) {
    let local = now.with_timezone(&Tokyo);
    if local.hour() == 9 && local.weekday().num_days_from_monday() < 5 {
        for id in NIGHTLY {
            let down = world.rests(id) == State::Stopped;
            world
                .change(id, |found| if down { found.state(State::Running).launched(&now.to_rfc3339()) } else { found });
        }
    }
    if local.date_naive() == at("2026-11-05T12:00:00+09:00").with_timezone(&Tokyo).date_naive() {
        world.change(IDLE[0], |found| found.tag("idle-reaper:keep", ""));
    }
}

#[test]
fn in_a_month_of_runs_day_and_night_an_owner_of_a_dozen_machines_gets_a_dozen_messages() {
    let (world, settings) = (World::of(fleet()), telling());
    let (mut now, end) = (at("2026-11-02T00:30:00+09:00"), at("2026-12-02T00:00:00+09:00"));
    let mut stops = 0;
    while now < end {
        people(&world, now);
        IDLE.iter().for_each(|id| rests(&world, id, now));
        stops += apply(&world, &settings, now).counts().stopped;
        now += Duration::hours(3);
    }
    let said = world.said();
    let to = |name: &str| said.iter().filter(|(channel, _)| channel == name).count();
    let mut told: BTreeMap<(String, Subject), usize> = BTreeMap::new();
    for named in said.iter().filter(|(channel, _)| channel == "ana").flat_map(|(_, message)| &message.named) {
        *told.entry((named.id.name.to_string(), named.subject)).or_default() += 1;
    }
    println!(
        "messages in a month: {} to the owner, {} to her second, {} to the operator; {stops} stops",
        to("ana"),
        to("lead"),
        to("ops")
    );
    // Everything happened: the nights' stops, the idle ones' stops, and each kind of news.
    assert!(stops > 100, "{stops}");
    for subject in
        [Subject::FirstStop, Subject::Idle, Subject::Lifted, Subject::Stopped, Subject::KeepEnds, Subject::Attention]
    {
        assert!(told.keys().any(|(_, said)| *said == subject), "{subject:?} was never told");
    }
    // Of one thing nobody hears more than once, and once more a week while it waits for an answer.
    for ((id, subject), count) in &told {
        let most = match subject {
            Subject::Attention => 5,
            Subject::Idle => 2,
            _ => 1,
        };
        assert!(*count <= most, "{id} {subject:?}: {count}");
    }
    assert!(to("ana") <= 12, "{} messages in a month", to("ana"));
    // The second contact once, for three boxes at half-grace; the operator for the stocktakes of two months.
    assert!(to("lead") <= 1 && to("ops") <= 2, "{} and {}", to("lead"), to("ops"));
}
