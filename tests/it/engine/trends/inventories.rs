//! What saved inventories show of the time before them, and two settings side by side.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, State, Usd};
use idle_reaper::engine::trends::{Comparison, Inventories, Presence, Sample, Trends};
use proptest::collection::vec;

use crate::engine::trends::{figure, sample};
use crate::fake::{EVENING, Shape, at, here, instance, with};
use crate::laws::arbitrary::for_all;

fn ran(settings: &Settings, found: &[(Instance, DateTime<Utc>)]) -> Vec<Presence> {
    let schedule = &settings.schedules["office"];
    found.iter().filter_map(|(instance, at)| Presence::of(instance, schedule, *at)).collect()
}

fn trends(settings: &Settings, samples: Vec<Sample>, ran: Vec<Presence>) -> Trends {
    Inventories { settings, samples, ran }.trends()
}

#[test]
fn an_instance_ran_since_its_start_or_from_its_start_to_its_stop() {
    let (settings, now) = (with(&[]), at(EVENING));
    let stopped =
        Instance { transition: Some(at("2026-11-24T20:30:00+09:00")), ..instance("i-2").state(State::Stopped) };
    let found = [
        (instance("i-1").launched("2026-11-24T18:30:00+09:00"), now),
        (stopped.launched("2026-11-23T09:00:00+09:00"), now),
    ];
    let shown = trends(&settings, vec![sample(now, 1)], ran(&settings, &found));
    let (map, shown_weeks) = (shown.heat.unwrap(), shown.weeks);
    let expected = [
        ("2026-11-23T08:30:00+09:00", None),            // nobody knows what else ran
        ("2026-11-23T12:30:00+09:00", Some((1, true))), // a holiday
        ("2026-11-24T12:30:00+09:00", None),            // open
        ("2026-11-24T18:10:00+09:00", Some((2, true))), // both in the second half
        ("2026-11-24T20:10:00+09:00", Some((2, true))),
        ("2026-11-24T21:10:00+09:00", Some((1, true))),
        ("2026-11-25T21:30:00+09:00", Some((1, false))), // the inventory itself
        ("2026-11-25T22:30:00+09:00", None),
    ];
    for (instant, figures) in expected {
        assert_eq!(figure(&map, at(instant)), figures, "{instant}");
    }
    assert_eq!(shown_weeks, []);
}

#[test]
fn what_is_not_known_of_an_instance_shows_nothing() {
    let (schedule, now) = (with(&[]).schedules["office"].clone(), at(EVENING));
    let shows = |instance: Instance| Presence::of(&instance, &schedule, now).is_some();
    assert!(shows(instance("i-1")));
    assert!(!shows(Instance { launch: None, ..instance("i-1") }));
    assert!(!shows(instance("i-1").launched("2026-11-26T00:00:00+09:00")), "a launch in the future");
    for state in [State::Stopped, State::Pending, State::Unknown] {
        assert!(!shows(instance("i-1").state(state)), "{state}");
    }
}

/// An instance that was found in several inventories, each of which knows some hours of it.
#[test]
fn an_instance_in_several_inventories_counts_once_in_every_quarter_of_an_hour() {
    let settings = with(&[("[\"mon-fri 09:00-18:00\"]", "[\"sun 00:00-00:01\"]")]);
    let schedule = settings.schedules["office"].clone();
    let begin = at("2026-11-24T00:00:00+09:00");
    let one = (0..3_u8, 0..40_i64, 1..30_i64);
    for_all(80, vec(one, 0..12), |times| {
        let instant = |quarters: i64| begin + Duration::minutes(15 * quarters);
        let presence = |(n, from, length): &(u8, i64, i64)| Presence {
            id: here(&format!("i-{n}")),
            schedule: schedule.clone(),
            from: instant(*from),
            to: instant(*from + *length),
        };
        let samples = vec![Sample { closed: [("Asia/Tokyo".to_owned(), 1)].into(), ..sample(instant(200), 0) }];
        let shown = trends(&settings, samples, times.iter().map(presence).collect());
        let map = shown.heat.unwrap();
        for hour in 0..18 {
            let machines = |quarter: i64| {
                let runs = times.iter().filter(|(_, from, length)| *from <= quarter && quarter < from + length);
                runs.map(|(n, _, _)| *n).collect::<BTreeSet<u8>>().len() as u32
            };
            let most = (hour * 4..hour * 4 + 4).map(machines).max().unwrap();
            assert_eq!(figure(&map, instant(hour * 4)), (most > 0).then_some((most, true)), "{hour}");
        }
    });
}

#[test]
fn two_settings_stand_side_by_side_with_their_difference_in_dollars() {
    let (old, new) = (with(&[]), with(&[("mon-fri 09:00-18:00", "mon-fri 09:00-22:00")]));
    let night = |waste: &str, tokyo: u32| Sample { waste: Usd::parse(waste), ..sample(at(EVENING), tokyo) };
    let side = |settings, samples| Inventories { settings, samples, ran: Vec::new() };
    let earlier = Sample { waste: Usd::parse("0"), ..sample(at(EVENING) - Duration::days(1), 0) };
    let old = side(&old, vec![night("1", 3), earlier]);
    let new = side(&new, vec![night("0.5", 0)]);
    let compared = Comparison::of(&old, &new).unwrap();
    assert_eq!(compared.old.zone, compared.new.zone);
    assert_eq!(
        (figure(&compared.old, at(EVENING)), figure(&compared.new, at(EVENING))),
        (Some((3, false)), Some((0, false)))
    );
    let open = |map: &idle_reaper::engine::trends::HeatMap| crate::engine::trends::hour(map, at(EVENING)).open;
    assert_eq!((open(&compared.old), open(&compared.new)), (false, true));
    assert_eq!((compared.old_usd, compared.new_usd), (Usd::parse("365"), Usd::parse("365")));
    assert_eq!(compared.difference(), Some(0.into()));
    let unknown = side(new.settings, vec![sample(at(EVENING), 0)]);
    assert_eq!(Comparison::of(&old, &unknown).unwrap().difference(), None);
    assert_eq!(Comparison::of(&side(old.settings, vec![]), &side(new.settings, vec![])), None);
}
