//! The nights on which clocks change: named examples, and every minute against the second opinion.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::reference::{Table, Window, changes, schedule, text};
use crate::fake::{Shape, at};

/// When a schedule opens and closes from `from` on, as instants.
fn flips(expr: &str, zone: Tz, from: &str, hours: i64) -> Vec<DateTime<Utc>> {
    let (schedule, from) = (schedule(expr, zone), at(from));
    let open = |minute: i64| schedule.is_open(from + Duration::minutes(minute));
    let flips = (1..hours * 60).filter(|minute| open(*minute) != open(*minute - 1));
    flips.map(|minute| from + Duration::minutes(minute)).collect()
}

fn instants(texts: &[&str]) -> Vec<DateTime<Utc>> {
    texts.iter().map(|text| at(text)).collect()
}

#[test]
fn a_window_that_the_spring_night_swallows_stays_closed_that_day() {
    // Berlin, 29 March 2026: 02:00 is 03:00.
    assert_eq!(flips("sun 02:00-03:00", Tz::Europe__Berlin, "2026-03-29T00:00:00+01:00", 24).len(), 0);
    let next = schedule("sun 02:00-03:00", Tz::Europe__Berlin).next_opening(at("2026-03-28T12:00:00+01:00"));
    assert_eq!(next, Some(at("2026-04-05T02:00:00+02:00")));
}

#[test]
fn a_window_that_begins_in_the_gap_opens_where_the_clock_goes_on() {
    let expected = instants(&["2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"]);
    assert_eq!(flips("sun 02:30-04:00", Tz::Europe__Berlin, "2026-03-29T00:00:00+01:00", 24), expected);
    let before = at("2026-03-28T23:00:00+01:00");
    assert_eq!(schedule("sun 02:30-04:00", Tz::Europe__Berlin).next_opening(before), Some(expected[0]));
}

#[test]
fn a_window_that_ends_in_the_gap_closes_where_the_gap_begins() {
    let expected = instants(&["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]);
    assert_eq!(flips("sun 01:00-02:30", Tz::Europe__Berlin, "2026-03-29T00:00:00+01:00", 24), expected);
    let later = schedule("sun 01:00-02:30", Tz::Europe__Berlin).at(at("2026-03-29T12:00:00+02:00"));
    assert_eq!(later.closed_since, Some(expected[1]));
}

#[test]
fn the_hour_that_comes_twice_is_open_both_times() {
    // Berlin, 25 October 2026: 03:00 is 02:00 again.
    let whole = instants(&["2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"]);
    assert_eq!(flips("sun 02:00-03:00", Tz::Europe__Berlin, "2026-10-25T00:00:00+02:00", 24), whole);
    let part = instants(&[
        "2026-10-25T02:15:00+02:00",
        "2026-10-25T02:45:00+02:00",
        "2026-10-25T02:15:00+01:00",
        "2026-10-25T02:45:00+01:00",
    ]);
    assert_eq!(flips("sun 02:15-02:45", Tz::Europe__Berlin, "2026-10-25T00:00:00+02:00", 24), part);
    // Between the two it says that it closed at the first and opens at the second.
    let between = schedule("sun 02:15-02:45", Tz::Europe__Berlin).at(at("2026-10-25T02:50:00+02:00"));
    assert_eq!((between.closed_since, between.opens), (Some(part[1]), Some(part[2])));
}

#[test]
fn a_change_of_half_an_hour_is_half_an_hour() {
    // Lord Howe, 5 April 2026: 02:00 is 01:30 again; 4 October 2026: 02:00 is 02:30.
    let zone = Tz::Australia__Lord_Howe;
    let autumn = instants(&["2026-04-05T01:00:00+11:00", "2026-04-05T02:00:00+10:30"]);
    assert_eq!(flips("sun 01:00-02:00", zone, "2026-04-05T00:00:00+11:00", 24), autumn);
    assert_eq!(autumn[1] - autumn[0], Duration::minutes(90));
    let spring = instants(&["2026-10-04T01:00:00+10:30", "2026-10-04T03:00:00+11:00"]);
    assert_eq!(flips("sun 01:00-03:00", zone, "2026-10-04T00:00:00+10:30", 24), spring);
    assert_eq!(spring[1] - spring[0], Duration::minutes(90));
}

#[test]
fn a_day_without_a_midnight_begins_an_hour_late() {
    // Beirut, 29 March 2026: 00:00 is 01:00. Havana, 8 March 2026, and Santiago, 6 September 2026, likewise.
    for (zone, before, first) in [
        (Tz::Asia__Beirut, "2026-03-28T12:00:00+02:00", "2026-03-29T01:00:00+03:00"),
        (Tz::America__Havana, "2026-03-07T12:00:00-05:00", "2026-03-08T01:00:00-04:00"),
        (Tz::America__Santiago, "2026-09-05T12:00:00-04:00", "2026-09-06T01:00:00-03:00"),
    ] {
        for expr in ["sun all-day", "sun 00:00-12:00", "sun 00:30-12:00"] {
            let sunday = schedule(expr, zone);
            assert_eq!(sunday.next_opening(at(before)), Some(at(first)), "{expr} in {zone}");
            assert!(!sunday.is_open(at(first) - Duration::minutes(1)) && sunday.is_open(at(first)));
        }
        assert_eq!(flips("sat 20:00-00:30", zone, before, 24).last(), Some(&at(first)), "{zone}");
    }
}

#[test]
fn a_midnight_that_comes_twice_ends_the_day_once_and_for_all() {
    // Cairo, 30 October 2026: the Friday's 00:00 is Thursday's 23:00 again. Havana, 1 November: 01:00 is 00:00 again.
    let thursday = flips("thu all-day", Tz::Africa__Cairo, "2026-10-28T12:00:00+03:00", 48);
    assert_eq!(thursday, instants(&["2026-10-29T00:00:00+03:00", "2026-10-30T00:00:00+02:00"]));
    assert_eq!(thursday[1] - thursday[0], Duration::hours(25));
    let sunday = flips("sun all-day", Tz::America__Havana, "2026-10-31T12:00:00-04:00", 48);
    assert_eq!(sunday, instants(&["2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"]));
    let twice = flips("sun 00:00-00:30", Tz::America__Havana, "2026-10-31T12:00:00-04:00", 48);
    assert_eq!(twice.len(), 4);
}

#[test]
fn an_overnight_window_lasts_an_hour_more_or_less_on_those_nights() {
    let zone = Tz::America__New_York;
    let hours = |from: &str| {
        let flips = flips("sat 22:00-06:00", zone, from, 36);
        (flips[1] - flips[0]).num_hours()
    };
    assert_eq!(hours("2026-03-07T12:00:00-05:00"), 7);
    assert_eq!(hours("2026-10-31T12:00:00-04:00"), 9);
    assert_eq!(hours("2026-11-14T12:00:00-05:00"), 8);
}

#[test]
fn what_opens_or_closes_where_clocks_are_changed_is_found_there() {
    // New York, 14 March 2027: 02:00 is 03:00, at 07:00 UTC.
    let said = schedule("sun 02:00-06:00", Tz::America__New_York).at(at("2027-03-14T06:59:00Z"));
    assert_eq!((said.open, said.opens), (false, Some(at("2027-03-14T07:00:00Z"))));
    // Berlin, 28 March 2027: 02:00 is 03:00, at 01:00 UTC.
    let said = schedule("sat 20:00-02:30", Tz::Europe__Berlin).at(at("2027-03-29T00:59:00Z"));
    assert_eq!(said.closed_since, Some(at("2027-03-28T01:00:00Z")));
    for (hours, from) in [(-26, -26), (-1, -1), (0, -1), (1, 1), (23, 23)] {
        let now = at("2027-03-14T07:00:00Z") + Duration::hours(hours) - Duration::seconds(i64::from(hours == 0));
        let opens = schedule("sun 02:00-06:00", Tz::America__New_York).next_opening(now);
        let expected = if from < 0 { "2027-03-14T07:00:00Z" } else { "2027-03-21T06:00:00Z" };
        assert_eq!(opens, Some(at(expected)), "{now}");
    }
}

#[test]
fn an_instance_whose_hours_begin_where_clocks_are_changed_is_left_running_before_them() {
    let found = crate::fake::instance("i-1").launched("2027-03-12T09:00:00Z");
    let found = found.tag("idle-reaper:schedule", "sun 02:00-06:00 @ America/New_York");
    let verdict = crate::fake::judge(&crate::fake::with(&[]), &found, at("2027-03-14T06:59:00Z")).verdict;
    assert_eq!(verdict.reason(), idle_reaper::engine::model::Reason::Reopening, "{verdict:?}");
}

#[test]
fn a_day_that_a_zone_leaves_out_opens_and_closes_nothing() {
    // Apia went over the date line: after 29 December 2011 comes the 31st, at 10:00 UTC.
    let apia = Tz::Pacific__Apia;
    let said = schedule("fri all-day", apia).at(at("2011-12-30T12:00:00Z"));
    assert_eq!((said.open, said.opens), (false, Some(at("2012-01-05T10:00:00Z"))));
    assert_eq!(said.closed_since, Some(at("2011-12-24T10:00:00Z") + Duration::hours(0)));
    let night = schedule("thu 20:00-05:00 + sat 05:00-06:00", apia).at(at("2011-12-30T10:00:00Z"));
    assert_eq!((night.open, night.closed_since), (false, Some(at("2011-12-30T10:00:00Z"))));
    assert_eq!(night.opens, Some(at("2011-12-30T15:00:00Z")));
}

#[test]
fn no_year_is_too_far_for_a_schedule() {
    let office = crate::fake::with(&[]).schedules["office"].clone();
    let texts = ["always", "closed", "sun 02:00-06:00", "mon-fri 20:00-05:00", "mon-sun all-day"];
    let zones = [Tz::UTC, Tz::Pacific__Kiritimati, Tz::Etc__GMTPlus12, Tz::America__New_York, Tz::Asia__Manila];
    let all = zones.iter().flat_map(|zone| texts.map(|text| schedule(text, *zone)));
    let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let years = [-262_142, -10_000, -1, 0, 1, 9_999, 10_000, 262_142].map(|year| {
        chrono::NaiveDate::from_ymd_opt(year, 1, 1)
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .expect("a date")
            .and_utc()
    });
    let begun = std::time::Instant::now();
    for schedule in all.chain([(*office).clone()]) {
        for now in years.into_iter().chain([least, least + Duration::days(1), most - Duration::days(1), most]) {
            let said = schedule.at(now);
            assert!(said.opens.is_none_or(|opens| opens > now), "{} at {now}", schedule.name);
            assert_eq!(said.open, schedule.is_open(now));
            assert!(schedule.business_days_after(now, 60).is_none_or(|due| due > now), "{} at {now}", schedule.name);
            let _ = schedule.business_days_before(now, 60);
            for date in [chrono::NaiveDate::MIN, now.date_naive(), chrono::NaiveDate::MAX] {
                let _ = (schedule.keeps_through(date, now), schedule.keep_ends(date));
            }
        }
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

const DAILY: &str = "mon tue wed thu fri sat sun";

/// Windows that meet every hour in which clocks are changed.
const SHAPES: &[&[Window]] = &[
    &[("mon tue wed thu fri", 540, 1080)],
    &[(DAILY, 75, 170)],
    &[(DAILY, 1320, 150), (DAILY, 200, 230)],
    &[("sat sun", 0, 1440)],
    &[(DAILY, 1439, 1), (DAILY, 60, 90)],
];

const ZONES: &[Tz] = &[
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Dublin,
    Tz::America__New_York,
    Tz::America__Santiago,
    Tz::America__Havana,
    Tz::America__Nuuk,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Auckland,
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Asia__Beirut,
];

fn agrees(windows: &[Window], zone: Tz, change: DateTime<Utc>) {
    let schedule = schedule(&text(windows), zone);
    let table = Table::new(windows, zone, change - Duration::days(8), 16);
    let near = (-300..300).map(|minute| change + Duration::minutes(minute));
    for instant in near.chain((-20..20).map(|n| change + Duration::minutes(n * 211))) {
        assert_eq!(schedule.is_open(instant), table.is_open(instant), "{} at {instant}", schedule.name);
    }
    for n in -30..30 {
        let instant = change + Duration::seconds(n * 3181);
        let said = schedule.at(instant);
        if !table.is_open(instant) {
            assert_eq!(said.closed_since, table.last_closing(instant), "{} at {instant}", schedule.name);
        }
        let near = said.opens.filter(|opens| *opens < change + Duration::days(8));
        assert_eq!(near, table.next_opening(instant), "{} at {instant}", schedule.name);
    }
}

#[test]
fn every_zone_agrees_with_the_second_opinion_around_every_change_of_a_year() {
    for zone in ZONES {
        let changes = changes(*zone, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        assert_eq!(changes.len(), 2, "{zone}");
        for change in changes {
            SHAPES.iter().for_each(|windows| agrees(windows, *zone, change));
        }
    }
}

#[test]
fn a_schedule_of_several_zones_is_open_while_any_of_its_parts_is() {
    let text = crate::fake::SETTINGS.replace(
        "open = [\"mon-fri 20:00-05:00\"]",
        "open = [\"mon-fri 09:00-17:00\", \"mon-fri 09:00-17:00 @ Europe/Berlin\", \
            \"mon-fri 09:00-17:00 @ America/New_York\"]",
    );
    let settings = crate::fake::settings(&text);
    let sun = &settings.schedules["night"];
    for hour in 0..24 * 21 {
        let instant = at("2026-10-19T00:30:00Z") + Duration::hours(hour); // three weeks, two changes of clocks
        let zones = [Tz::Asia__Tokyo, Tz::Europe__Berlin, Tz::America__New_York];
        let any = zones.iter().any(|zone| schedule("mon-fri 09:00-17:00", *zone).is_open(instant));
        assert_eq!(sun.is_open(instant), any, "{instant}");
    }
    assert_eq!(sun.zone(), Tz::Asia__Tokyo, "times are shown in the first part's zone");
}

#[test]
fn a_fraction_of_a_second_moves_no_opening_and_no_closing() {
    let office = schedule("mon-fri 09:00-18:00", Tz::Asia__Tokyo);
    let (opening, closing) = (at("2026-11-25T09:00:00+09:00"), at("2026-11-25T18:00:00+09:00"));
    for fraction in [1, 500_000_000, 999_999_999].map(Duration::nanoseconds) {
        assert_eq!(office.next_opening(opening - fraction), Some(opening), "{fraction} before");
        assert_eq!(office.next_opening(opening + fraction), Some(at("2026-11-26T09:00:00+09:00")), "{fraction} after");
        let (before, after) = (office.at(closing - fraction), office.at(closing + fraction));
        assert_eq!((before.open, before.closed_since), (true, None), "{fraction} before");
        assert_eq!((after.open, after.closed_since), (false, Some(closing)), "{fraction} after");
    }
}
