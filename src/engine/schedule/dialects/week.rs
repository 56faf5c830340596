//! A week as its 10,080 minutes, and the shortest windows that say the same. Other tools describe edges ("stop at
//! 19:00") or periods; both become a week, and a week becomes an expression.

#![expect(clippy::arithmetic_side_effects, reason = "every number here is a minute or a day of one week")]

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::engine::schedule::expr::DAY_MINUTES;
use crate::engine::schedule::{Hours, Part, Schedule};

/// The days of a week, Monday first.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const DAY: usize = DAY_MINUTES as usize;
const WEEK: usize = DAYS.len() * DAY;

/// Which minutes of a week are open, from Monday 00:00 in local time.
#[derive(Clone, PartialEq, Eq)]
pub struct Week(Box<[bool]>);

impl Week {
    /// The week in which every minute is as `open` says: day 0 is Monday.
    pub fn of(open: impl Fn(usize, usize) -> bool) -> Self {
        Self((0..WEEK).map(|minute| open(minute / DAY, minute % DAY)).collect())
    }

    /// The week between edges, each a day and a minute: open from an `on` until the next `off`. Where both are at the
    /// same minute, `off` wins. `None` where the rest has no `on`, or there is no `off`.
    pub fn between(on: &Edges, off: &Edges) -> Option<Self> {
        let at = |edges: &Edges| -> BTreeSet<usize> { edges.iter().map(|(day, minute)| day * DAY + minute).collect() };
        let (on, off) = (at(on), at(off));
        let last_on = on.difference(&off).last()?;
        let mut open = last_on > off.last()?;
        let minutes = (0..WEEK).map(|minute| {
            open = !off.contains(&minute) && (open || on.contains(&minute));
            open
        });
        Some(Self(minutes.collect()))
    }

    /// Whether it is closed already before a minute with both edges. What a tool does there depends on which of its two
    /// actions comes first.
    pub(super) fn is_doubtful(&self, on: &Edges, off: &Edges) -> bool {
        on.intersection(off).any(|(day, minute)| !self.is_open(day * DAY + minute + WEEK - 1))
    }

    /// The week of these hours; `None` where they differ from week to week.
    pub fn of_hours(hours: &Hours) -> Option<Self> {
        let parts = vec![Part { hours: hours.clone(), zone: Tz::UTC, calendar: None }];
        let schedule = Schedule { name: String::new(), parts, also_frozen_by: Vec::new() };
        let monday = NaiveDate::from_ymd_opt(2026, 6, 1)?.and_time(NaiveTime::MIN).and_utc();
        let week = |n: i64| {
            let at = |day: usize, minute: usize| -> DateTime<Utc> {
                monday + Duration::weeks(n) + Duration::minutes((day * DAY + minute) as i64)
            };
            Self::of(|day, minute| schedule.is_open(at(day, minute)))
        };
        let first = week(0);
        (1..=5).all(|n| week(n) == first).then_some(first)
    }

    /// The same without closures of a single minute.
    pub(super) fn glued(&self) -> Self {
        let open = |minute: usize| self.is_open(minute) || self.is_open(minute + WEEK - 1) && self.is_open(minute + 1);
        Self((0..WEEK).map(open).collect())
    }

    /// Where it opens, and where it closes.
    pub fn edges(&self) -> (Edges, Edges) {
        let changes = |to: bool| {
            let at = |minute: &usize| self.is_open(*minute) == to && self.is_open(minute + WEEK - 1) != to;
            (0..WEEK).filter(at).map(|minute| (minute / DAY, minute % DAY)).collect()
        };
        (changes(true), changes(false))
    }

    /// Whether a minute is open. The week after the last minute is the same week.
    fn is_open(&self, minute: usize) -> bool {
        self.0.get(minute % WEEK).copied().unwrap_or_default()
    }

    /// Its windows by their hours, in the order in which they begin. What is open for a day or longer is cut at
    /// midnight, because a window ends within 24 hours.
    fn windows(&self) -> Vec<(usize, usize, BTreeSet<usize>)> {
        let mut windows: Vec<(usize, usize, BTreeSet<usize>)> = Vec::new();
        let mut add = |day: usize, begin: usize, end: usize| match windows
            .iter_mut()
            .find(|(b, e, _)| (*b, *e) == (begin, end))
        {
            Some((.., days)) => _ = days.insert(day % DAYS.len()),
            None => windows.push((begin, end, BTreeSet::from([day % DAYS.len()]))),
        };
        for (day, begin) in self.edges().0 {
            let open = (day * DAY + begin..).take_while(|minute| self.is_open(*minute)).count();
            let end = begin + open;
            if open < DAY {
                add(day, begin, if end > DAY { end - DAY } else { end });
                continue;
            }
            add(day, begin, DAY);
            for later in 1..=(end - 1) / DAY {
                add(day + later, 0, DAY.min(end - later * DAY));
            }
        }
        windows
    }
}

/// Days, Monday first, each with a minute after midnight.
pub type Edges = BTreeSet<(usize, usize)>;

impl fmt::Display for Week {
    /// The expression without a zone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.0.first()
            && self.0.iter().all(|open| open == first)
        {
            return f.write_str(if *first { "always" } else { "closed" });
        }
        for (n, (begin, end, on)) in self.windows().iter().enumerate() {
            write!(f, "{}{} ", if n == 0 { "" } else { " + " }, days(on))?;
            match (*begin, *end) {
                (0, DAY) => f.write_str("all-day")?,
                (b, e) => write!(f, "{:02}:{:02}-{:02}:{:02}", b / 60, b % 60, e / 60, e % 60)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Week({self})")
    }
}

/// `mon-fri`, `sat-mon`, `mon.wed`: three days in a row or more are a range.
fn days(on: &BTreeSet<usize>) -> String {
    let has = |day: usize| on.contains(&(day % DAYS.len()));
    let name = |day: usize| DAYS.get(day % DAYS.len()).copied().unwrap_or_default();
    if on.len() == DAYS.len() {
        return "mon-sun".to_owned();
    }
    let begins = on.iter().filter(|day| !has(*day + DAYS.len() - 1));
    let runs = begins.map(|begin| {
        let run: Vec<&str> = (*begin..).take_while(|day| has(*day)).map(name).collect();
        match run.as_slice() {
            [first, _, .., last] => format!("{first}-{last}"),
            short => short.join("."),
        }
    });
    runs.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::schedule::Expr;

    #[test]
    fn windows_are_grouped_and_cut_at_midnight() {
        for text in [
            "mon-fri 07:00-19:00",
            "mon-fri 06:00-21:00 + sun 10:00-18:00",
            "mon-thu 08:00-02:00 + fri 08:00-24:00 + sat.sun all-day + mon 00:00-02:00",
            "sat-mon 09:00-19:00",
            "mon.wed 09:00-18:30",
            "mon-sun 23:30-07:00",
            "mon 04:30-24:00 + tue-fri all-day + sat 00:00-05:30",
            "mon.thu-sat all-day",
            "always",
            "closed",
        ] {
            let week = Week::of_hours(&Expr::parse(text).unwrap().hours).unwrap();
            assert_eq!(week.to_string(), text);
        }
    }

    #[test]
    fn exactly_a_day_is_cut_because_no_window_ends_at_its_own_begin() {
        let week = Week::between(&Edges::from([(0, 480)]), &Edges::from([(1, 480)])).unwrap();
        assert_eq!(week.to_string(), "mon 08:00-24:00 + tue 00:00-08:00");
    }
}
