//! The hours of a day in every zone, compared with the other direction of the conversion: from local time to UTC.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, MappedLocalTime, NaiveDate, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::schedule::DayNote;
use idle_reaper::engine::trends::HeatMap;

use crate::fake::{at, settings, with};
use crate::laws::arbitrary::for_all;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The beginnings and ends of the hours of a day.
fn hours(zone: Tz, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let map = HeatMap::open_hours(zone, &[], day, day);
    assert_eq!(map.days.len(), 1);
    map.hours().map(|hour| (hour.starts, hour.ends)).collect()
}

/// The same by asking for every local minute at which instants the clocks show it.
fn reference(zone: Tz, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut hours: BTreeMap<(u32, i32), (DateTime<Utc>, DateTime<Utc>)> = BTreeMap::new();
    for minute in 0..24 * 60 {
        let local = day.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let found = match zone.from_local_datetime(&local) {
            MappedLocalTime::None => vec![],
            MappedLocalTime::Single(one) => vec![one],
            MappedLocalTime::Ambiguous(one, other) => vec![one, other],
        };
        for instant in found {
            let (key, utc) = ((local.hour(), instant.offset().fix().local_minus_utc()), instant.to_utc());
            let known = hours.entry(key).or_insert((utc, utc));
            *known = (known.0.min(utc), known.1.max(utc + Duration::minutes(1)));
        }
    }
    let mut hours: Vec<_> = hours.into_values().collect();
    hours.sort();
    hours
}

/// Zones that change by an hour, by half an hour, at midnight, never, and far from whole hours.
const ZONES: [Tz; 12] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Tokyo,
    Tz::America__Santiago,
    Tz::America__Havana,
    Tz::Asia__Beirut,
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Pacific__Chatham,
    Tz::Asia__Kathmandu,
    Tz::Antarctica__Troll,
];

#[test]
fn the_hours_of_every_day_are_those_that_clocks_show() {
    let first = date("2020-01-01");
    for_all(400, (0..ZONES.len(), 0..365 * 16_u64), |(zone, day)| {
        let (zone, day) = (ZONES[zone], first + Days::new(day));
        assert_eq!(hours(zone, day), reference(zone, day), "{} {}", zone, day);
    });
}

#[test]
fn on_each_day_on_which_clocks_change_the_hours_are_right() {
    for zone in ZONES {
        let length = |day: &NaiveDate| {
            let begin = |day: NaiveDate| zone.offset_from_utc_date(&day).fix().local_minus_utc();
            begin(*day) != begin(*day + Days::new(2))
        };
        for day in date("2026-01-01").iter_days().take(2 * 365).filter(length).flat_map(|day| [day, day + Days::new(1)])
        {
            assert_eq!(hours(zone, day), reference(zone, day), "{zone} {day}");
        }
    }
}

#[test]
fn days_have_23_24_or_25_hours() {
    let cases = [
        (Tz::Europe__Berlin, "2026-03-29", 23),
        (Tz::Europe__Berlin, "2026-10-25", 25),
        (Tz::America__New_York, "2026-03-08", 23),
        (Tz::America__New_York, "2026-11-01", 25),
        (Tz::Australia__Lord_Howe, "2026-10-04", 24),
        (Tz::Australia__Lord_Howe, "2026-04-05", 25),
        (Tz::Asia__Tokyo, "2026-03-29", 24),
        (Tz::Asia__Tokyo, "2026-11-01", 24),
    ];
    for (zone, day, count) in cases {
        assert_eq!(hours(zone, date(day)).len(), count, "{zone} {day}");
    }
    let half = |(starts, ends): &(DateTime<Utc>, DateTime<Utc>)| *ends - *starts == Duration::minutes(30);
    for (day, length) in [("2026-10-04", 47), ("2026-04-05", 49)] {
        let hours = hours(Tz::Australia__Lord_Howe, date(day));
        assert_eq!(hours.iter().filter(|hour| half(hour)).count(), 1, "{day}");
        assert_eq!(hours.last().unwrap().1 - hours[0].0, Duration::minutes(30 * length), "{day}");
    }
}

#[test]
fn a_repeated_hour_is_there_twice_and_a_skipped_one_not_at_all() {
    let shown = |zone: Tz, day: &str| -> Vec<u32> {
        hours(zone, date(day)).iter().map(|(starts, _)| starts.with_timezone(&zone).hour()).collect()
    };
    assert_eq!(shown(Tz::Europe__Berlin, "2026-10-25")[..5], [0, 1, 2, 2, 3]);
    assert_eq!(shown(Tz::Europe__Berlin, "2026-03-29")[..4], [0, 1, 3, 4]);
}

#[test]
fn the_days_of_a_map_follow_each_other_without_a_gap() {
    for zone in ZONES {
        let map = HeatMap::open_hours(zone, &[], date("2026-03-01"), date("2026-04-10"));
        let hours: Vec<_> = map.hours().collect();
        assert_eq!(map.days.len(), 41, "{zone}");
        assert!(hours.windows(2).all(|pair| pair[0].ends == pair[1].starts), "{zone}");
    }
}

#[test]
fn a_range_that_ends_before_it_begins_is_empty_and_a_long_one_has_an_end() {
    let map = |first, last| HeatMap::open_hours(Tz::UTC, &[], date(first), date(last)).days.len();
    assert_eq!((map("2026-03-02", "2026-03-01"), map("2026-01-01", "2036-01-01")), (0, 62));
    assert_eq!(map("1970-01-01", "1970-01-02"), 2);
    for absurd in [NaiveDate::MIN, NaiveDate::MAX] {
        assert_eq!(HeatMap::open_hours(Tz::UTC, &[], absurd, absurd).days.len(), 0);
    }
}

#[test]
fn open_hours_are_those_of_any_of_the_schedules() {
    let settings = with(&[]);
    let schedules = [settings.schedules["office"].clone(), settings.schedules["night"].clone()];
    let map = HeatMap::open_hours(Tz::Asia__Tokyo, &schedules, date("2026-11-25"), date("2026-11-25"));
    let open: Vec<u32> =
        map.hours().filter(|hour| hour.open).map(|h| h.starts.with_timezone(&map.zone).hour()).collect();
    assert_eq!(open, [0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23]);
    assert_eq!(map.schedules, ["office", "night"]);
    assert!(map.hours().all(|hour| hour.running.is_none() && !hour.at_least && hour.events.is_empty()));
}

#[test]
fn an_hour_is_open_if_half_of_it_is() {
    let open = |window: &str| {
        let text = format!("version = 1\n[schedules.it]\nzone = \"Asia/Tokyo\"\nopen = [\"{window}\"]\n");
        let schedule = settings(&text).schedules["it"].clone();
        let map = HeatMap::open_hours(Tz::Asia__Tokyo, &[schedule], date("2026-11-25"), date("2026-11-25"));
        map.hours().filter(|hour| hour.open).count()
    };
    assert_eq!([open("wed 09:30-18:30"), open("wed 09:45-18:15"), open("wed all-day")], [10, 8, 24]);
}

#[test]
fn the_days_of_a_calendar_have_their_names() {
    let text = "version = 1\n[calendars.it]\nholidays = [\"jp\"]\nclosed = [\"2026-11-24\"]\n\
        like = { \"2026-11-28\" = \"mon\" }\nfreeze = [\"2026-11-25..2026-11-26\"]\n\
        [schedules.it]\nzone = \"Asia/Tokyo\"\ncalendar = \"it\"\nopen = [\"mon-fri 09:00-18:00\"]\n";
    let schedule = settings(text).schedules["it"].clone();
    let twice = [schedule.clone(), schedule];
    let map = HeatMap::open_hours(Tz::Asia__Tokyo, &twice, date("2026-11-22"), date("2026-11-28"));
    let notes: Vec<_> = map.days.iter().map(|day| day.notes.clone()).collect();
    assert_eq!((notes[0].len(), notes[1].len()), (0, 1));
    assert!(matches!(&notes[1][0], DayNote::Holiday { provisional: false, .. }), "{:?}", notes[1]);
    assert_eq!(notes[2], [DayNote::Closed]);
    assert!(matches!(&notes[3][..], [DayNote::Freeze(_)]) && notes[4] == notes[3] && notes[5].is_empty());
    assert_eq!(notes[6], [DayNote::WorksLike(chrono::Weekday::Mon.into())]);
    let beyond = HeatMap::open_hours(Tz::Asia__Tokyo, &twice, date("2199-01-01"), date("2199-01-01"));
    assert_eq!(beyond.days[0].notes, [DayNote::Beyond]);
    assert!(beyond.hours().all(|hour| !hour.open));
    assert_eq!(at("2026-11-22T00:00:00+09:00"), map.hours().next().unwrap().starts);
}
