//! Every zone that there is, at every change of its clocks from 2024 to 2030 and at hours in between.

use chrono::{DateTime, Duration, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::reference::{Table, Window, changes, open_at, schedule, text};
use crate::fake::at;

const OFFICE: &[Window] = &[("mon tue wed thu fri", 540, 1080)];
const NIGHT: &[Window] = &[("fri sat sun mon", 1350, 135)];
const SUNDAY: &[Window] = &[("sun", 0, 1440)];

fn years(zone: Tz) -> Vec<DateTime<Utc>> {
    changes(zone, at("2024-01-01T00:00:00Z"), at("2030-12-31T00:00:00Z"))
}

#[test]
fn every_zone_has_the_right_answer_at_every_change_of_its_clocks_and_in_between() {
    let (mut changing, mut asked) = (0, 0);
    for zone in TZ_VARIANTS {
        let changes = years(zone);
        changing += usize::from(!changes.is_empty());
        let minutes = [-61, -31, -1, 0, 1, 29, 59, 60, 61];
        let nights = changes.iter().flat_map(|change| minutes.map(|minute| *change + Duration::minutes(minute)));
        let between = (0..14).map(|n| at("2024-01-03T02:17:00Z") + Duration::hours(n * 4391));
        let schedules = [OFFICE, NIGHT, SUNDAY].map(|windows| (windows, schedule(&text(windows), zone)));
        for instant in nights.chain(between) {
            for (windows, schedule) in &schedules {
                assert_eq!(schedule.is_open(instant), open_at(windows, zone, instant), "{zone} {instant}");
                asked += 1;
            }
        }
    }
    assert!(TZ_VARIANTS.len() > 590 && changing > 180, "{changing} of {} zones change", TZ_VARIANTS.len());
    assert!(asked > 80_000, "{asked}");
}

#[test]
fn closings_and_openings_of_every_zone_surround_the_instant() {
    for (n, zone) in TZ_VARIANTS.iter().enumerate() {
        let instant = years(*zone).into_iter().nth(n % 7).unwrap_or(at("2027-05-05T00:00:00Z")) + Duration::minutes(7);
        let said = schedule(&text(OFFICE), *zone).at(instant);
        let opens = said.opens.expect("office hours open every week");
        assert!(opens > instant && opens - instant < Duration::days(4), "{zone}");
        let local = (opens + offset(*zone, opens)).format("%H:%M").to_string();
        assert_eq!(local, "09:00", "{zone}");
        let Some(closed) = said.closed_since else { continue };
        assert!(!said.open && closed <= instant && instant - closed < Duration::days(4), "{zone}");
        assert_eq!((closed + offset(*zone, closed)).format("%H:%M").to_string(), "18:00", "{zone}");
    }
}

/// Windows of every day, and of the weekday of the change alone, that begin or end at what the wall clock shows right
/// before and right after a change.
fn at_the_change(zone: Tz, change: DateTime<Utc>) -> Vec<Vec<Window>> {
    use chrono::{Datelike, Timelike};
    const EVERY: &str = "mon tue wed thu fri sat sun";
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let before = change.naive_utc() + offset(zone, change - Duration::seconds(1));
    let after = change.naive_utc() + offset(zone, change);
    let minute = |local: chrono::NaiveDateTime| local.hour() * 60 + local.minute();
    let day = |local: chrono::NaiveDateTime| DAYS[local.weekday().num_days_from_monday() as usize];
    let mut all = Vec::new();
    for local in [before, after] {
        let (edge, eve) = (minute(local), day(local - Duration::days(1)));
        for days in [EVERY, day(local)] {
            all.push(vec![(days, edge, (edge + 240) % 1440)]);
            all.push(vec![(days, (edge + 1200) % 1440, edge)]);
        }
        all.push(vec![(eve, 1200, edge.max(1)), (day(local), edge, 1439)]);
    }
    let (first, last) = (minute(before).min(minute(after)), minute(before).max(minute(after)));
    all.push(vec![(EVERY, first, last)]);
    all.push(vec![(EVERY, first + 10, last - 10), (EVERY, last, last + 5)]);
    all
}

#[test]
fn what_begins_or_ends_at_a_change_of_clocks_agrees_with_the_second_opinion_in_every_zone() {
    let (mut seen, mut asked) = (std::collections::BTreeSet::new(), 0);
    for zone in TZ_VARIANTS {
        for change in changes(zone, at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")) {
            // Zones with the same clocks are asked once.
            let clocks = [change - Duration::seconds(1), change].map(|at| offset(zone, at).num_seconds());
            if !seen.insert((change, clocks)) {
                continue;
            }
            let begin = change - Duration::hours(30);
            for windows in at_the_change(zone, change) {
                let (schedule, table) = (schedule(&text(&windows), zone), Table::new(&windows, zone, begin, 3));
                for minutes in [-1700, -181, -61, -60, -31, -1, 0, 1, 29, 59, 60, 61, 179, 1441] {
                    let now = change + Duration::minutes(minutes);
                    let said = schedule.at(now);
                    assert_eq!(said.open, table.is_open(now), "{} in {zone} at {now}", schedule.name);
                    // Beyond the table it knows of no opening: then there is none within it.
                    let opens = table.next_opening(now);
                    let near = said.opens.filter(|opens| *opens < begin + Duration::days(3));
                    assert_eq!(near, opens, "{} in {zone} at {now}", schedule.name);
                    let closed = table.last_closing(now).filter(|_| !said.open);
                    let near = said.closed_since.filter(|closed| *closed > begin);
                    assert_eq!(near, closed, "{} in {zone} at {now}", schedule.name);
                    asked += 1;
                }
            }
        }
    }
    assert!(seen.len() > 30 && asked > 5_000, "{} changes, {asked}", seen.len());
}

fn offset(zone: Tz, at: DateTime<Utc>) -> Duration {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    Duration::seconds(i64::from(offset.local_minus_utc()))
}
