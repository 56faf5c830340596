//! A second opinion: what a schedule says, worked out minute by minute in the plainest way there is.

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::schedule::{Expr, Part, Schedule};

/// A schedule of one expression in one zone, without a calendar.
pub fn schedule(text: &str, zone: Tz) -> Schedule {
    let hours = Expr::parse(text).unwrap_or_else(|wrong| panic!("`{text}`: {wrong}")).hours;
    let parts = vec![Part { hours, zone, calendar: None }];
    Schedule { name: text.to_owned(), parts, also_frozen_by: Vec::new() }
}

/// Days by their three letters, begin and end in minutes; an end that is not after the begin is the next day's.
pub type Window = (&'static str, u32, u32);

/// The same windows as an expression.
pub fn text(windows: &[Window]) -> String {
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let one = |(days, begin, end): &Window| format!("{} {}-{}", days.replace(' ', "."), time(*begin), time(*end));
    windows.iter().map(one).collect::<Vec<_>>().join(" + ")
}

/// Whether a window holds the minute that the wall clock shows: no arithmetic on instants.
pub fn open_at(windows: &[Window], zone: Tz, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&zone).naive_local();
    let (date, minute) = (local.date(), local.hour() * 60 + local.minute());
    let on = |days: &str, date: NaiveDate| days.contains(&*date.weekday().to_string().to_lowercase());
    windows.iter().any(|(days, begin, end)| {
        let today = on(days, date) && minute >= *begin && (minute < *end || end <= begin);
        let eve = date.pred_opt().expect("a day before");
        today || (end <= begin && on(days, eve) && minute < *end)
    })
}

/// Every minute of some days, and whether it is open.
pub struct Table {
    begin: DateTime<Utc>,
    minutes: Vec<bool>,
}

impl Table {
    /// The minutes from `begin` on, for so many days.
    pub fn new(windows: &[Window], zone: Tz, begin: DateTime<Utc>, days: i64) -> Self {
        let minutes = (0..days * 1440).map(|minute| open_at(windows, zone, begin + Duration::minutes(minute)));
        Self { begin, minutes: minutes.collect() }
    }

    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.minutes[self.place(at)]
    }

    fn place(&self, at: DateTime<Utc>) -> usize {
        usize::try_from((at - self.begin).num_minutes()).expect("an instant within the table")
    }

    fn instant(&self, place: usize) -> DateTime<Utc> {
        self.begin + Duration::minutes(i64::try_from(place).expect("a short table"))
    }

    /// The first minute after `at` that is open while the one before it is not.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let from = self.place(at) + 1;
        (from..self.minutes.len()).find(|n| self.minutes[*n] && !self.minutes[*n - 1]).map(|n| self.instant(n))
    }

    /// The last minute up to `at` that is closed while the one before it is open.
    pub fn last_closing(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last = self.place(at);
        (1..=last).rev().find(|n| !self.minutes[*n] && self.minutes[*n - 1]).map(|n| self.instant(n))
    }
}

/// Every change of clocks in `zone` between two instants, to the minute.
pub fn changes(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    use chrono::{Offset, TimeZone};
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let mut changes = Vec::new();
    let (mut known, step) = (from, Duration::days(9));
    while known < to {
        let (mut low, mut high) = (known, (known + step).min(to));
        known = high;
        if offset(low) == offset(high) {
            continue;
        }
        while high - low > Duration::minutes(1) {
            let middle = low + Duration::minutes((high - low).num_minutes() / 2);
            if offset(middle) == offset(low) { low = middle } else { high = middle }
        }
        changes.push(high);
    }
    changes
}
