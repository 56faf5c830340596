//! Every form of hours together: windows under calendars of their own, in zones of their own, with dates of every year
//! that are closed, short days, and a period that is open once. An oracle that never tests an instant says the same at
//! every minute around each change of clocks, and so does the same schedule in another spelling.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use idle_reaper::engine::schedule::Schedule;

use super::periods::{Periods, centers, dates, named, period};
use crate::fake::settings;

/// Two zones, and the year in which they are checked: half an hour of summer time in the south; changes at midnight; no
/// summer time, at a quarter of an hour; a day that does not exist; winter time within the summer of the others.
const ZONES: [(Tz, Tz, i32); 5] = [
    (Tz::Australia__Lord_Howe, Tz::Asia__Tokyo, 2026),
    (Tz::America__Santiago, Tz::America__New_York, 2026),
    (Tz::America__Havana, Tz::Asia__Kathmandu, 2026),
    (Tz::Pacific__Apia, Tz::UTC, 2011),
    (Tz::Africa__Casablanca, Tz::Europe__Berlin, 2026),
];

/// Days, begin and end of a window, and its dates of every year that are closed, as month and day.
type Form = (&'static str, i64, i64, &'static [[(u32, u32); 2]]);

const FORMS: [[Form; 2]; 3] = [
    [("mon-fri.2nd-sat", 480, 1140, &[[(3, 7), (3, 9)], [(12, 29), (1, 3)]]), ("sun", 1320, 180, &[[(4, 5), (4, 5)]])],
    [("last-sun.day-31.day-1", 1380, 150, &[[(10, 31), (11, 1)]]), ("sat.sun", 90, 150, &[[(2, 29), (3, 8)]])],
    [("day-29.day-30.1st-sun", 0, 1440, &[]), ("mon-sun", 0, 30, &[[(9, 1), (9, 6)], [(12, 31), (12, 31)]])],
];

fn weekdays(days: &str) -> String {
    days.replace("mon-fri", "mon.tue.wed.thu.fri").replace("mon-sun", "mon.tue.wed.thu.fri.sat.sun")
}

fn is_closed(date: NaiveDate, closed: &[[(u32, u32); 2]]) -> bool {
    let day = (date.month(), date.day());
    closed.iter().any(
        |[first, last]| {
            if first <= last { *first <= day && day <= *last } else { *first <= day || day <= *last }
        },
    )
}

/// The first days of clock changes of the zones, on which work ends at noon.
fn is_short(date: NaiveDate) -> bool {
    matches!((date.month(), date.day()), (3 | 11, 8) | (4, 4) | (9, 6) | (12, 29))
}

fn periods((days, begin, end, closed): Form, zone: Tz, year: i32, is_first: bool) -> Periods {
    let mut local = Vec::new();
    for date in named(&weekdays(days), year).into_iter().filter(|date| !is_closed(*date, closed)) {
        let (from, to) = period(date, begin, end);
        let (least, most) = period(date, 0, 720);
        let cut = if is_first && is_short(date) { (from.max(least), to.min(most)) } else { (from, to) };
        local.extend((cut.0 < cut.1).then_some(cut));
    }
    Periods::new(&local, zone, year)
}

fn time(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The schedule of two forms, in one of two spellings.
fn schedule(forms: &[Form; 2], zones: [Tz; 2], year: i32, extra: &str, is_other: bool) -> Schedule {
    let (mut text, mut open) = ("version = 1\n".to_owned(), Vec::new());
    let short = |date: NaiveDate| {
        let day = date.weekday().to_string().to_lowercase();
        // A date that is closed every year may be worked like itself only where it is not closed here.
        format!("\"{date}\" = \"{day} 00:00-12:00\"")
    };
    for (n, ((days, begin, end, closed), zone)) in forms.iter().zip(zones).enumerate() {
        let range = |[(m, d), (to, day)]: &[(u32, u32); 2]| format!("\"{m:02}-{d:02}..{to:02}-{day:02}\"");
        let ranges: Vec<String> = closed.iter().map(range).collect();
        let like: Vec<String> =
            dates(year).filter(|date| n == 0 && is_short(*date) && !is_closed(*date, closed)).map(short).collect();
        text += &format!("[calendars.c{n}]\nclosed = [{}]\nlike = {{ {} }}\n", ranges.join(", "), like.join(", "));
        let hours = |days: &str, from: i64, to: i64| format!("{days} {}-{}", time(from), time(to));
        let spelled = if is_other {
            // Cut into two, in another order and another case; a night is not cut at midnight, because of the calendar.
            let middle = if end > begin { begin + (end - begin) / 2 } else { begin + (1440 - begin) / 2 };
            let days = weekdays(days).to_uppercase().replace("DAY-", "day-");
            format!("{} + {}", hours(&days, middle, *end), hours(&days, *begin, middle))
        } else {
            hours(days, *begin, *end)
        };
        open.push(format!("{{ open = \"{spelled} @ {zone}\", calendar = \"c{n}\" }}"));
    }
    if is_other {
        open.reverse();
    }
    text += &format!("[schedules.it]\nzone = \"{}\"\nopen = [{}]\nextra = [\"{extra}\"]\n", zones[0], open.join(", "));
    (*settings(&text).schedules["it"]).clone()
}

#[test]
fn all_forms_together_agree_with_the_oracle_and_with_another_spelling_around_each_change_of_clocks() {
    for (zone, other, year) in ZONES {
        for forms in &FORMS {
            for center in centers(zone, year) {
                let date = center.with_timezone(&zone).date_naive();
                let once = period(date, 75, 200);
                let extra = format!("{}..{}", once.0.format("%Y-%m-%d %H:%M"), once.1.format("%Y-%m-%d %H:%M"));
                let oracle = periods(forms[0], zone, year, true)
                    .with(periods(forms[1], other, year, false))
                    .with(Periods::new(&[once], zone, year));
                let first = schedule(forms, [zone, other], year, &extra, false);
                oracle.check(&first, center, &format!("{forms:?} in {zone} and {other}"));
                let second = schedule(forms, [zone, other], year, &extra, true);
                for now in (-40..40).map(|n| center + chrono::Duration::minutes(n * 71)) {
                    let (one, two) = (first.at(now), second.at(now));
                    let facts =
                        |at: idle_reaper::engine::schedule::HoursAt| (at.open, at.closed_since, at.opens, at.frozen);
                    assert_eq!(facts(one), facts(two), "{forms:?} in {zone} and {other} at {now}");
                }
            }
        }
    }
}
