//! `maintenance-window`: a stopped database gets no maintenance. Where the policy asks for it, a database that AWS has started
//! after seven days runs through its next maintenance window, and is stopped after it.

use chrono::{DateTime, Datelike, Days, Utc, Weekday};

use crate::engine::config::Maintenance;
use crate::engine::model::{Reason, Skipped, State, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::MaintenanceWindow, judge, inputs };

const MINUTES_OF_DAY: i64 = 24 * 60;
const MINUTES_OF_WEEK: i64 = 7 * MINUTES_OF_DAY;

/// A window that recurs each week, in minutes since Monday 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    begins: i64,
    lasts: i64,
}

/// `sun:05:00` as minutes since Monday 00:00.
fn minute(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(':')?;
    let day = Some(day).filter(|day| day.len() == 3)?.parse::<Weekday>().ok()?;
    let (hour, minute) = time.split_once(':')?;
    let number = |text: &str, below: i64| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| is_number && *number < below)
    };
    let (hour, minute) = (number(hour, 24)?, number(minute, 60)?);
    Some(i64::from(day.num_days_from_monday()) * MINUTES_OF_DAY + hour * 60 + minute)
}

impl Window {
    /// Reads `ddd:hh24:mi-ddd:hh24:mi`; a window may begin on Sunday and end on Monday. `None`: it cannot be read.
    fn parse(text: &str) -> Option<Self> {
        let (begins, ends) = text.trim().split_once('-')?;
        let (begins, ends) = (minute(begins)?, minute(ends)?);
        let lasts = (ends - begins).rem_euclid(MINUTES_OF_WEEK);
        (lasts > 0).then_some(Self { begins, lasts })
    }

    /// The end of the first window that begins at `from` or later.
    fn end_after(self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let passed = Days::new(from.weekday().num_days_from_monday().into());
        let monday = from.date_naive().checked_sub_days(passed)?.and_time(chrono::NaiveTime::MIN).and_utc();
        let begins = monday + chrono::Duration::minutes(self.begins);
        let begins = if begins < from { begins + chrono::Duration::weeks(1) } else { begins };
        Some(begins + chrono::Duration::minutes(self.lasts))
    }
}

/// The window of a database that must run through it, as AWS writes it.
fn awaited<'a>(case: &Case<'a>) -> Option<Option<&'a str>> {
    let allows = case.policy.is_some_and(|(policy, _)| policy.maintenance == Maintenance::Allow);
    let waits = allows && case.is_restarted_by_aws() && case.instance.state == State::Running;
    let facts = case.instance.database.as_ref().filter(|_| waits)?;
    Some(facts.maintenance.as_deref())
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let text = awaited(case)?;
    let until = text.and_then(Window::parse).zip(case.instance.launch).and_then(|(window, at)| window.end_after(at));
    if until.is_some_and(|until| case.now >= until) {
        return None;
    }
    let zone = case.policy?.1.at.zone;
    Some(Verdict::Skip(Skipped::MaintenanceWindow { window: text.map(str::to_owned), until, zone }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let window = case.instance.database.as_ref().and_then(|facts| facts.maintenance.as_deref()).map(str::to_owned);
    Inputs::MaintenanceWindow { awaited: awaited(case).is_some(), window }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(window: &str, from: &str) -> Option<String> {
        let from = from.parse().expect("an instant");
        Some(Window::parse(window)?.end_after(from)?.to_rfc3339())
    }

    #[test]
    fn the_window_is_the_first_that_begins_after_the_start() {
        let window = "wed:05:00-wed:05:30"; // 2026-11-25 is a Wednesday
        assert_eq!(end(window, "2026-11-25T04:59:00Z").as_deref(), Some("2026-11-25T05:30:00+00:00"));
        assert_eq!(
            end(window, "2026-11-25T05:10:00Z").as_deref(),
            Some("2026-12-02T05:30:00+00:00"),
            "half of it is gone"
        );
        assert_eq!(end(window, "2026-11-30T00:00:00Z").as_deref(), Some("2026-12-02T05:30:00+00:00"));
        let over_midnight = "Sun:23:45-mon:00:15";
        assert_eq!(end(over_midnight, "2026-11-29T23:45:00Z").as_deref(), Some("2026-11-30T00:15:00+00:00"));
        assert_eq!(end(over_midnight, "2026-11-30T00:05:00Z").as_deref(), Some("2026-12-07T00:15:00+00:00"));
    }

    #[test]
    fn what_is_no_window_is_not_guessed() {
        for text in [
            "",
            "sun",
            "sun:05:00",
            "sun:5:00-sun:05:30",
            "sun:24:00-sun:24:30",
            "sun:05:60-sun:06:00",
            "sun:05:00-sun:05:00",
            "so:05:00-so:05:30",
            "sunday:05:00-sunday:05:30",
            "sun:+5:00-sun:06:00",
            "sun:05:00-05:30",
        ] {
            assert_eq!(Window::parse(text), None, "{text}");
        }
    }
}
