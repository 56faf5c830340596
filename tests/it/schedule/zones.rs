//! Every zone that there is, at every change of its clocks from 2024 to 2030 and at hours in between.

use chrono::{DateTime, Duration, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::reference::{Window, changes, open_at, schedule, text};
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

fn offset(zone: Tz, at: DateTime<Utc>) -> Duration {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    Duration::seconds(i64::from(offset.local_minus_utc()))
}
