//! Values of other tools' tags, and what they mean: most were run against those tools. The compiler from edges to
//! windows is compared with a clock that walks through a week, minute by minute.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use idle_reaper::engine::schedule::dialects::instance_scheduler::{Period, Untranslatable, by_hand, week, zone};
use idle_reaper::engine::schedule::dialects::{Dialect, Meaning, Week};
use idle_reaper::engine::schedule::{Expr, ExprError};
use proptest::prelude::*;

use super::reference;
use crate::laws::arbitrary::for_all;

fn c7n(value: &str) -> Result<Meaning, ExprError> {
    Dialect::parse("c7n").unwrap().read(value)
}

fn hours(text: &str) -> Meaning {
    Meaning::Hours(text.to_owned())
}

#[test]
fn what_cloud_custodian_understands_means_the_same() {
    let new_york = "mon-fri 07:00-19:00 @ America/New_York";
    for (value, meaning) in [
        ("off=(m-f,19);on=(m-f,7)", new_york),
        ("on=(m-f,7);off=(m-f,19)", new_york),
        ("OFF=(M-F,19);On=(m-f,07)", new_york),
        ("'off=(m-f,19);on=(m-f,7)'", new_york),
        ("\"off=(m-f,19);on=(m-f,7)\"", new_york),
        ("off=(m-f,19);on=(m-f,7);", new_york),
        ("off=(m-f,19);;on=(m-f,7)", new_york),
        ("off=m-f,19;on=[m-f,7]", new_york),
        ("off=(m-f,19);on=(m-f,7);tz=", new_york),
        ("off=(m-f,19);on=(m-f,7);tz=est", new_york),
        ("off=(m-f,19)", new_york),
        ("on=(m-f,7)", new_york),
        ("offu3du28m-fu2c19u29u3bonu3du28M-Fu2c7u29", new_york),
        ("offu3du28mu2dfu2c19u29u3btzu3dasiau2ftokyo", "mon-fri 07:00-19:00 @ Asia/Tokyo"),
        ("off=(m-f,19);on=(m-f,7);tz=Asia/Tokyo", "mon-fri 07:00-19:00 @ Asia/Tokyo"),
        ("off=(m-f,19);on=(m-f,7);tz=america/port-au-prince", "mon-fri 07:00-19:00 @ America/Port-au-Prince"),
        ("off=(m-f,19);tz=ist", "mon-fri 07:00-19:00 @ Europe/Dublin"),
        ("off=(m-f,19);tz=it", "mon-fri 07:00-19:00 @ Asia/Kolkata"),
        ("tz=nzst;on=(m-f,9)", "mon-fri 09:00-19:00 @ Pacific/Auckland"),
        (
            "off=[(m-f,21),(u,18)];on=[(m-f,6),(u,10)];tz=pt",
            "mon-fri 06:00-21:00 + sun 10:00-18:00 @ America/Los_Angeles",
        ),
        ("off=(m-h,19),(f,17);on=(m-f,9);tz=cet", "mon-thu 09:00-19:00 + fri 09:00-17:00 @ Europe/Berlin"),
        (
            "on=(m-f,8);off=(m-f,2);tz=utc",
            "mon-thu 08:00-02:00 + fri 08:00-24:00 + sat.sun all-day + mon 00:00-02:00 @ Etc/UTC",
        ),
        ("off=(f,19);on=(m,7)", "mon 07:00-24:00 + tue-thu all-day + fri 00:00-19:00 @ America/New_York"),
        ("off=(s-m,19);on=(s-m,9);tz=utc", "sat-mon 09:00-19:00 @ Etc/UTC"),
        ("off=[(m-f,19),(w,12)];on=[(m-f,7),(w,12)];tz=utc", "mon.tue.thu.fri 07:00-19:00 + wed 07:00-12:00 @ Etc/UTC"),
        ("off=(m-u,0);on=(m-u,12);tz=utc", "mon-sun 12:00-24:00 @ Etc/UTC"),
    ] {
        assert_eq!(c7n(value), Ok(hours(meaning)), "{value}");
        let (body, zone) = meaning.split_once(" @ ").unwrap();
        assert_eq!(Expr::parse(meaning).unwrap().zone, zone.parse::<Tz>().ok(), "{body}");
    }
    for value in ["off", "OFF", "Off", "'off'", "\"off\""] {
        assert_eq!(c7n(value), Ok(Meaning::Keep), "{value}");
    }
    for value in ["", "on", "ON", "''"] {
        assert_eq!(c7n(value), Ok(Meaning::Policy(None)), "{value}");
    }
    for (value, zone) in [("tz=jst", Tz::Asia__Tokyo), ("TZ=Europe/Paris", Tz::Europe__Paris)] {
        assert_eq!(c7n(value), Ok(Meaning::Policy(Some(zone))), "{value}");
    }
}

#[test]
fn what_is_not_understood_exactly_is_an_error() {
    for value in [
        "never",
        "false",
        "no",
        " off ",
        "off;",
        "on;",
        ";",
        " ",
        "off=(m-f,19); on=(m-f,7)",
        "off=(m-f, 19);on=(m-f,7)",
        "off=(m-f,90);on=(m-f,7)",
        "off=(m-f,24);on=(m-f,7)",
        "off=(m-f,);on=(m-f,7)",
        "off=(mon-fri,19);on=(m-f,7)",
        "off=(m-x-f,19);on=(m-f,7)",
        "off=(m-f,19:30);on=(m-f,7)",
        "off=(m-f,１９);on=(m-f,7)",
        "off=(m-f,19,20);on=(m-f,7)",
        "off=();on=(m-f,7)",
        "off=;on=(m-f,7)",
        "off=(m-f,19);off=(m-f,20)",
        "off=(m-f,19);on=(m-f,7);zone=utc",
        "off=(m-f,19);on",
        "off=(m-f,19)=;on=(m-f,7)",
        "Off = (m-f,19)",
        "off=(mm,19)",
    ] {
        assert!(matches!(c7n(value), Err(ExprError::OffHours(_))), "{value}: {:?}", c7n(value));
    }
    for value in ["tz=utc+5", "tz=tokyo", "tz=", "off=(m-f,19);tz=", "off=(m-f,19);on=(m-f,7);tz=nowhere/at-all"] {
        assert!(matches!(c7n(value), Err(ExprError::Zone(_))), "{value}: {:?}", c7n(value));
    }
    // Running until then, it is stopped. Stopped already, Cloud Custodian may start it.
    let same = "off=[(m-f,19),(f,20)];on=[(m-f,7),(f,20)]";
    assert_eq!(c7n(same), Err(ExprError::SameHour(same.to_owned())));
    let never = "off=(m-f,7);on=(m-f,7)";
    assert_eq!(c7n(never), Err(ExprError::NoOpening(never.to_owned())));
}

#[test]
fn a_policy_gives_the_other_hour_and_the_zone() {
    let reader = Dialect::parse("c7n mon-sun 08:00-20:30 @ Asia/Tokyo").unwrap();
    for (value, meaning) in [
        ("off=(m-f,19);on=(m-f,7)", "mon-fri 07:00-19:00 @ Asia/Tokyo"),
        ("on=(m-f,9)", "mon-fri 09:00-20:30 @ Asia/Tokyo"),
        ("off=(m-u,22);tz=utc", "mon-sun 08:00-22:00 @ Etc/UTC"),
    ] {
        assert_eq!(reader.read(value), Ok(hours(meaning)), "{value}");
    }
    // `weekends-only`: off on Friday evening, on on Monday morning.
    let weekend = "mon 07:00-24:00 + tue-thu all-day + fri 00:00-19:00 @ Europe/Paris";
    let reader = Dialect::parse(&format!("c7n {weekend}")).unwrap();
    assert_eq!(reader.read("off=(f,19)"), Ok(hours(weekend)));
    for wrong in ["c7n mon-fri 07:00-19:00", "c7n always", "c7n closed", "c7n 7-19 @ UTC", "c7n ", "C7N", "custodian"] {
        assert!(Dialect::parse(wrong).is_err(), "{wrong}");
    }
}

/// Walks through three weeks, so that the state at the begin no longer matters, and shows the last one.
fn walked(on: &BTreeSet<usize>, off: &BTreeSet<usize>) -> Vec<bool> {
    let (mut running, mut week) = (false, Vec::new());
    for minute in 0..3 * 10_080 {
        if on.contains(&(minute % 10_080)) {
            running = true;
        }
        if off.contains(&(minute % 10_080)) {
            running = false;
        }
        if minute >= 2 * 10_080 {
            week.push(running);
        }
    }
    week
}

#[test]
fn edges_become_windows_that_say_the_same_in_every_minute_of_a_week() {
    let edges = || prop::collection::btree_set(0..10_080usize, 0..8);
    let days = |set: &BTreeSet<usize>| set.iter().map(|minute| (minute / 1440, minute % 1440)).collect();
    for_all(400, (edges(), edges(), any::<bool>()), |(on, off, hourly)| {
        let round = |set: BTreeSet<usize>| set.into_iter().map(|m| if hourly { m / 60 * 60 } else { m }).collect();
        let (on, off): (BTreeSet<usize>, BTreeSet<usize>) = (round(on), round(off));
        let week = Week::between(&days(&on), &days(&off));
        if on.is_subset(&off) || off.is_empty() {
            return assert_eq!(week, None);
        }
        let text = week.unwrap().to_string();
        let schedule = reference::schedule(&text, Tz::UTC);
        let monday = crate::fake::at("2026-06-01T00:00:00Z");
        for (minute, running) in walked(&on, &off).into_iter().enumerate() {
            let at = monday + chrono::Duration::minutes(minute.try_into().unwrap());
            assert_eq!(schedule.is_open(at), running, "{text} at {at}");
        }
        assert!(text.len() <= 400, "{text}");
    });
}

/// A period: begin, end and weekdays; an empty text is absent.
fn period(name: &str, begin: &str, end: &str, weekdays: &str) -> Period {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let weekdays = some(weekdays).into_iter().collect();
    Period { name: name.to_owned(), begintime: some(begin), endtime: some(end), weekdays, ..Period::default() }
}

#[test]
fn the_periods_of_instance_scheduler_mean_the_same() {
    for (periods, hours) in [
        (vec![("09:00", "17:00", "mon-fri")], "mon-fri 09:00-17:00"),
        (vec![("9:00", "17:00", "Mon-Fri")], "mon-fri 09:00-17:00"),
        (vec![("09:00", "17:00", "0-4")], "mon-fri 09:00-17:00"),
        (vec![("09:00", "17:00", "0, 2,friday")], "mon.wed.fri 09:00-17:00"),
        (vec![("08:00", "20:00", "sat-mon")], "sat-mon 08:00-20:00"),
        (vec![("08:00", "20:00", "5-0")], "sat-mon 08:00-20:00"),
        (vec![("", "", "mon-fri")], "mon-fri all-day"),
        (vec![("", "", "*")], "always"),
        (vec![("09:00", "17:00", "")], "mon-sun 09:00-17:00"),
        (vec![("09:00", "23:59", "mon-fri")], "mon-fri 09:00-23:59"),
        (vec![("10:00", "10:00", "")], "closed"),
        (vec![("20:00", "23:59", "mon-fri"), ("00:00", "05:00", "tue-sat")], "mon-fri 20:00-05:00"),
        (vec![("09:00", "12:00", "mon-fri"), ("12:01", "17:00", "mon-fri")], "mon-fri 09:00-17:00"),
        (vec![("09:00", "12:00", "mon"), ("12:02", "17:00", "mon")], "mon 09:00-12:00 + mon 12:02-17:00"),
        (vec![("00:00", "23:59", ""), ("10:00", "11:00", "sat")], "always"),
        (vec![("09:00", "17:00", "mon-fri"), ("16:00", "20:00", "fri")], "mon-thu 09:00-17:00 + fri 09:00-20:00"),
    ] {
        let all: Vec<Period> = periods.iter().map(|(begin, end, days)| period("p", begin, end, days)).collect();
        assert_eq!(week(&all).map(|week| week.to_string()), Ok(hours.to_owned()), "{periods:?}");
    }
    for (old, now) in [("US/Pacific", "America/Los_Angeles"), ("Europe/London", "Europe/London"), ("UTC", "UTC")] {
        assert_eq!(zone(old).map(|zone| zone.name()), Some(now));
    }
    assert_eq!((zone("us/pacific"), zone("PST"), zone("")), (None, None, None));
}

#[test]
fn what_is_not_the_same_in_every_week_is_proposed_to_be_written_by_hand() {
    let of_month = |monthdays: &str, weekdays: &str| Period {
        monthdays: vec![monthdays.to_owned()],
        ..period("p", "09:00", "17:00", weekdays)
    };
    for (periods, hours) in [
        (vec![period("p", "09:00", "17:00", "mon#1")], Some("1st-mon 09:00-17:00")),
        (vec![period("p", "9:00", "17:00", "Sat#2,friL")], Some("2nd-sat.last-fri 09:00-17:00")),
        (vec![period("p", "09:00", "17:00", "0#5, wed")], Some("5th-mon.wed 09:00-17:00")),
        (
            vec![of_month("1-3", ""), period("q", "08:00", "12:00", "sat-mon")],
            Some("day-1.day-2.day-3 09:00-17:00 + sat.sun.mon 08:00-12:00"),
        ),
        (vec![of_month("15", "*")], Some("day-15 09:00-17:00")),
        (vec![of_month("15", "mon")], None),
        (vec![of_month("L", "")], None),
        (vec![of_month("15W", "")], None),
        (vec![of_month("1/5", "")], None),
        (vec![of_month("32", "")], None),
        (vec![Period { months: vec!["jan".to_owned()], ..of_month("1", "") }], None),
        (vec![period("p", "09:00", "17:00", "mon#6")], None),
        (vec![period("p", "09:00", "17:00", "l")], None),
        (vec![period("p", "20:00", "23:59", "mon#1")], None),
        (vec![period("p", "09:00", "", "mon#1")], None),
    ] {
        assert_eq!(by_hand(&periods).as_deref(), hours, "{periods:?}");
    }
}

#[test]
fn periods_without_an_exact_translation_say_why() {
    let name = || "p".to_owned();
    let days = |days: &str| period("p", "09:00", "17:00", days);
    let weekday = |text: &str| Untranslatable::Weekday(name(), text.to_owned());
    let of_months = |monthdays: &str, months: &str| Period {
        monthdays: [monthdays].iter().filter(|text| !text.is_empty()).map(|text| (*text).to_owned()).collect(),
        months: [months].iter().filter(|text| !text.is_empty()).map(|text| (*text).to_owned()).collect(),
        ..period("p", "09:00", "17:00", "")
    };
    for (period, why) in [
        (period("p", "", "19:00", "mon-fri"), Untranslatable::OneSided(name())),
        (period("p", "09:00", "", ""), Untranslatable::OneSided(name())),
        (of_months("1-5", ""), Untranslatable::NotWeekly(name())),
        (of_months("L", ""), Untranslatable::NotWeekly(name())),
        (of_months("15W", "*"), Untranslatable::NotWeekly(name())),
        (of_months("", "jan"), Untranslatable::NotWeekly(name())),
        (days("mon#1"), weekday("mon#1")),
        (days("L"), weekday("L")),
        (days("friL"), weekday("friL")),
        (days("mon-fri/2"), weekday("mon-fri/2")),
        (days("7"), weekday("7")),
        (days("mo"), weekday("mo")),
        (days("mon,"), weekday("")),
        (period("p", "9", "17:00", ""), Untranslatable::Time(name(), "9".to_owned())),
        (period("p", "09:00", "24:00", ""), Untranslatable::Time(name(), "24:00".to_owned())),
        (period("p", "09:00", "9:5", ""), Untranslatable::Time(name(), "9:5".to_owned())),
        (period("p", "17:00", "09:00", ""), Untranslatable::Reversed(name())),
        (period("p", "", "", ""), Untranslatable::Empty(name())),
    ] {
        assert_eq!(week(std::slice::from_ref(&period)), Err(why), "{period:?}");
    }
    assert!(week(&[of_months("*", "?")]).is_ok());
}
