//! The file behind the trends: one line for each run of the last weeks, and one for each day of the last year. It may be
//! lost: then earlier weeks are unknown. The order of its lines makes no difference, nor does a line that is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::history::History;
use crate::engine::model::{Outcome, OutcomeKind, ResourceId, Usd, json_lines, sane};
use crate::engine::trends::false_stops::false_stops;
use crate::engine::trends::weeks::Figures;

/// Where the record keeps it.
pub const FILE: &str = "state/trend.jsonl.gz";

/// Runs older than this are only in the figures of their days. A map shows 31 days.
const RUN_DAYS: u64 = 33;

/// The most runs, if there are more than one every five minutes.
const MOST_RUNS: usize = 10_000;

/// The days that are kept: 54 weeks.
const DAYS: u64 = 54 * 7;

/// What one run found that was not narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sample {
    /// The run's id.
    pub run: Arc<str>,
    /// The time at which everything was judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// Machines that ran while their own hours were closed, by the time zone of these hours. There are none in the others.
    #[serde(default)]
    pub closed: BTreeMap<String, u32>,
    /// The cost per hour of what was idle or ran outside its hours; `None` where no price of it is known.
    pub waste: Option<Usd>,
    /// All savings that were ever counted.
    pub saved: Option<Usd>,
    /// Targets that could not be scanned.
    #[serde(default)]
    pub unreachable: u32,
    /// Targets that were not due.
    #[serde(default)]
    pub not_due: u32,
    /// Steps that a guard held back.
    #[serde(default)]
    pub held_back: u32,
    /// Instances that only a mistyped tag protected.
    #[serde(default)]
    pub typo_tags: u32,
}

/// One day, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Day {
    /// Stops that took effect; `None` where the outcomes of that day were not read.
    pub(super) stops: Option<u32>,
    /// Instances whose step was given up.
    pub(super) overtaken: Option<u32>,
    /// The figures of its runs, once their lines are gone.
    pub(super) figures: Option<Figures>,
}

/// One line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
pub(crate) enum Line {
    /// A run.
    Run(Sample),
    /// A day.
    Day {
        day: NaiveDate,
        #[serde(flatten)]
        known: Day,
    },
    /// A stop that a person took back.
    FalseStop {
        #[serde(deserialize_with = "sane")]
        at: DateTime<Utc>,
        #[serde(flatten)]
        id: ResourceId,
    },
}

/// The content of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// By instant and id.
    pub(super) samples: BTreeMap<(DateTime<Utc>, Arc<str>), Sample>,
    pub(super) days: BTreeMap<NaiveDate, Day>,
    /// When the stop was made, and of which instance.
    pub(super) false_stops: BTreeSet<(DateTime<Utc>, ResourceId)>,
}

impl Log {
    /// Reads the file. A line that cannot be read counts for nothing.
    pub fn parse(text: &str) -> Self {
        let mut log = Self::default();
        for line in json_lines::readable(text) {
            match line {
                Line::Run(sample) => log.add(sample),
                Line::Day { day, known } => log.days.entry(day).or_default().merge(known),
                Line::FalseStop { at, id } => drop(log.false_stops.insert((at, id))),
            }
        }
        log
    }

    /// The lines of the file.
    pub fn lines(&self) -> impl Iterator<Item = impl Serialize> {
        let runs = self.samples.values().cloned().map(Line::Run);
        let days = self.days.iter().map(|(day, known)| Line::Day { day: *day, known: known.clone() });
        let stops = self.false_stops.iter().cloned().map(|(at, id)| Line::FalseStop { at, id });
        runs.chain(days).chain(stops)
    }

    /// Adds a run.
    pub fn add(&mut self, sample: Sample) {
        self.samples.entry((sample.at, sample.run.clone())).or_insert(sample);
    }

    /// Counts the stops of each day since `since`, from where on `history` has every outcome, until `at`. `outcomes` are
    /// those of the run itself. A day before anything is known stays unknown.
    pub fn count(&mut self, history: &History, outcomes: &[Outcome], since: NaiveDate, at: DateTime<Utc>) {
        let known = history.stops.iter().flat_map(|(id, stops)| stops.iter().map(move |at| (*at, id.clone())));
        let mut stops: BTreeSet<(DateTime<Utc>, ResourceId)> = known.collect();
        let mut overtaken = history.overtaken.clone();
        for Outcome { id, action, outcome, detail: _, at } in outcomes {
            if action.is_stop() && matches!(outcome, OutcomeKind::Stopped | OutcomeKind::Stopping) {
                stops.insert((*at, id.clone()));
            } else if *outcome == OutcomeKind::Overtaken {
                overtaken.insert((at.date_naive(), id.clone()));
            }
        }
        let dates = || stops.iter().map(|(at, _)| at.date_naive()).chain(overtaken.iter().map(|(date, _)| *date));
        let earlier = self.samples.keys().map(|(at, _)| at.date_naive()).chain(self.days.keys().copied());
        let today = at.date_naive();
        let first = dates().chain(earlier).chain([today]).min().map_or(today, |first| first.max(since));
        for date in first.iter_days().take_while(|date| *date <= today) {
            let stops = count(stops.iter().filter(|(at, _)| at.date_naive() == date));
            let overtaken = count(overtaken.iter().filter(|(of, _)| *of == date));
            let known = Day { stops: Some(stops), overtaken: Some(overtaken), figures: None };
            self.days.entry(date).or_default().merge(known);
        }
    }

    /// Notes which stop of `id` a person took back, if the record of earlier runs shows one.
    pub fn note_false_stops(&mut self, history: &History, id: &ResourceId, launch: Option<DateTime<Utc>>) {
        self.false_stops.extend(false_stops(history, id, launch).into_iter().map(|stop| (stop, id.clone())));
    }

    /// Replaces runs that are too old by the figures of their days, and forgets days that are too old. Nothing from a
    /// clock that was ahead is kept.
    pub fn tidy(&mut self, now: DateTime<Utc>) {
        let (today, soon) = (now.date_naive(), now + Duration::hours(1));
        self.samples.retain(|(at, _), _| *at <= soon);
        self.false_stops.retain(|(at, _)| *at <= soon);
        let too_many = self.samples.keys().rev().nth(MOST_RUNS).map(|(at, _)| at.date_naive() + Days::new(1));
        let since = days_before(today, RUN_DAYS).max(too_many.unwrap_or(NaiveDate::MIN));
        for (date, figures) in self.figures().into_iter().take_while(|(date, _)| *date < since) {
            self.days.entry(date).or_default().figures.get_or_insert(figures);
        }
        // The runs just before show what was saved between them and the first run of the first day.
        let before = days_before(since, 2);
        self.samples.retain(|(at, _), _| at.date_naive() >= before);
        self.false_stops.retain(|(at, _)| at.date_naive() >= since);
        self.days.retain(|date, _| *date >= days_before(today, DAYS) && *date <= soon.date_naive());
    }

    /// What was known at an earlier instant.
    #[must_use]
    pub fn until(mut self, at: DateTime<Utc>) -> Self {
        self.samples.retain(|(of, _), _| *of <= at);
        self.false_stops.retain(|(of, _)| *of <= at);
        self.days.retain(|date, _| *date <= at.date_naive());
        self
    }
}

impl Day {
    /// What two lines about one day say. Counts of a day only grow while its outcomes arrive.
    fn merge(&mut self, other: Self) {
        let Self { stops, overtaken, figures } = other;
        self.stops = self.stops.max(stops);
        self.overtaken = self.overtaken.max(overtaken);
        self.figures = self.figures.take().max(figures);
    }
}

fn days_before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}
