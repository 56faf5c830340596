//! The figures of days and weeks, from the lines of runs.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::history::weekly::monday;
use crate::engine::model::Usd;
use crate::engine::trends::Week;
use crate::engine::trends::log::{Day, Log};

/// Between two runs that are farther apart, it is unknown when something was saved.
const APART_HOURS: i64 = 48;

/// The weeks that are shown: a year.
const WEEKS: usize = 53;

/// What the runs of one day found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Figures {
    /// Hours in which a run scanned.
    hours: u32,
    /// Their waste; `None` where no prices were looked up.
    waste: Option<Usd>,
    /// What was saved; `None` where that is unknown.
    saved: Option<Usd>,
    /// Stops that people took back.
    false_stops: u32,
    /// The most steps that a guard held back in one run.
    held_back: u32,
    /// The most instances in one run that only a mistyped tag protected.
    typo_tags: u32,
}

impl Log {
    /// The figures of each day of which there are runs.
    pub(super) fn figures(&self) -> BTreeMap<NaiveDate, Figures> {
        let mut days: BTreeMap<NaiveDate, Figures> = BTreeMap::new();
        let mut hours: BTreeMap<(NaiveDate, i64), Vec<Usd>> = BTreeMap::new();
        let mut before: Option<(DateTime<Utc>, Usd)> = None;
        for sample in self.samples.values() {
            let (at, date) = (sample.at, sample.at.date_naive());
            hours.entry((date, at.timestamp().div_euclid(3600))).or_default().extend(sample.waste);
            let day = days.entry(date).or_default();
            day.held_back = day.held_back.max(sample.held_back);
            day.typo_tags = day.typo_tags.max(sample.typo_tags);
            let Some(saved) = sample.saved else { continue };
            // A smaller sum is that of a new beginning.
            let since = before.filter(|(then, sum)| at - *then <= Duration::hours(APART_HOURS) && *sum <= saved);
            day.saved = plus(day.saved, since.map(|(_, sum)| Usd(saved.0.saturating_sub(sum.0))), Usd::plus);
            before = Some((at, saved));
        }
        for ((date, _), rates) in hours {
            let day = days.entry(date).or_default();
            day.hours += 1;
            let runs = Decimal::from(rates.len());
            let rate = rates.into_iter().sum::<Usd>().0.checked_div(runs);
            day.waste = plus(day.waste, rate.map(Usd), Usd::plus);
        }
        for (at, _) in &self.false_stops {
            days.entry(at.date_naive()).or_default().false_stops += 1;
        }
        days
    }

    /// The weeks until `now`, from the first of which anything is known.
    pub(super) fn weeks(&self, now: DateTime<Utc>) -> Vec<Week> {
        let current = monday(now.date_naive());
        let first = current.checked_sub_days(Days::new(7 * (WEEKS as u64 - 1))).unwrap_or(current);
        let mut days: BTreeMap<NaiveDate, Day> = self.days.clone();
        for (date, figures) in self.figures() {
            days.entry(date).or_default().figures.get_or_insert(figures);
        }
        days.retain(|date, _| first <= *date && *date <= now.date_naive());
        let known = days.keys().next().map(|date| monday(*date));
        let mondays = known.into_iter().flat_map(|known| known.iter_weeks()).take_while(|monday| *monday <= current);
        let mut weeks: BTreeMap<NaiveDate, Week> =
            mondays.map(|monday| (monday, Week { monday, ..Week::default() })).collect();
        for (date, day) in days {
            if let Some(week) = weeks.get_mut(&monday(date)) {
                week.add(&day);
            }
        }
        weeks.into_values().collect()
    }
}

impl Week {
    fn add(&mut self, day: &Day) {
        let Day { stops, overtaken, figures } = day;
        let sum = |one, other| plus(one, other, u32::saturating_add);
        self.stops = sum(self.stops, *stops);
        self.near_misses.overtaken = sum(self.near_misses.overtaken, *overtaken);
        let Some(Figures { hours, waste, saved, false_stops, held_back, typo_tags }) = *figures else { return };
        self.undone_or_restarted = self.undone_or_restarted.saturating_add(false_stops);
        self.saved_usd = plus(self.saved_usd, saved, Usd::plus);
        self.waste_usd = plus(self.waste_usd, waste, Usd::plus);
        self.hours_known = self.hours_known.saturating_add(hours);
        if hours > 0 {
            self.near_misses.held_back = self.near_misses.held_back.max(Some(held_back));
            self.near_misses.typo_tags = self.near_misses.typo_tags.max(Some(typo_tags));
        }
    }
}

fn plus<T>(one: Option<T>, other: Option<T>, add: fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(add(one, other)),
        (one, other) => one.or(other),
    }
}
