//! What the record contains about whole runs: one line each, and which of them broke off.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize, Serializer};

use crate::engine::model::{Counts, Health, sane};
use crate::engine::request::Mode;

/// One run, as a line of the table `runs`. Enum values stay strings, because another release may have others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    /// The run's id.
    pub run: String,
    /// The time at which everything was judged.
    #[serde(deserialize_with = "sane", serialize_with = "micros")]
    pub at: DateTime<Utc>,
    /// The requested mode.
    pub mode: String,
    /// `ok` or `degraded`.
    pub health: String,
    /// What it found and did. For an undo, `found` are the instances that the other run was to stop.
    #[serde(flatten)]
    pub counts: Counts,
    /// Steps of the plan.
    pub steps: u64,
    /// Why the run was refused.
    pub refused: Option<String>,
    /// The run that it undid.
    pub undoes: Option<String>,
    /// The hash of the settings.
    pub settings: String,
}

/// A time as the tables store it: BigQuery reads at most six fractional digits of a second, and a clock has nine.
pub(crate) fn micros<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    at.trunc_subsecs(6).serialize(serializer)
}

/// The same for a time that may be unknown.
pub(crate) fn micros_or_null<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.trunc_subsecs(6)).serialize(serializer)
}

impl RunLine {
    /// The line of a run.
    pub fn new(run: &str, at: DateTime<Utc>, mode: Mode, health: Health, counts: Counts) -> Self {
        let (run, mode, health) = (run.to_owned(), mode.as_str().to_owned(), health.as_str().to_owned());
        Self { run, at, mode, health, counts, steps: 0, refused: None, undoes: None, settings: String::new() }
    }
}

/// What a line of the table `plans` contains about its run.
#[derive(Clone, Debug, Deserialize)]
pub struct Intended {
    /// The run's id.
    pub run: String,
    /// The time at which everything was judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The requested mode.
    pub mode: String,
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Listed {
    /// It completed.
    Ended(Box<RunLine>),
    /// It recorded its plan but no result: it broke off, or is still running.
    BrokeOff { run: String, at: DateTime<Utc>, mode: String, steps: u64 },
}

impl Listed {
    /// The run's id.
    pub fn run(&self) -> &str {
        match self {
            Self::Ended(line) => &line.run,
            Self::BrokeOff { run, .. } => run,
        }
    }

    /// The time at which it judged.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Ended(line) => line.at,
            Self::BrokeOff { at, .. } => *at,
        }
    }
}

/// All recorded runs, newest first. `plans`: the lines of the table `plans`.
pub fn list(ended: Vec<RunLine>, plans: Vec<Intended>) -> Vec<Listed> {
    let mut runs: BTreeMap<String, Listed> = BTreeMap::new();
    for Intended { run, at, mode } in plans {
        let entry = runs.entry(run.clone()).or_insert(Listed::BrokeOff { run, at, mode, steps: 0 });
        if let Listed::BrokeOff { steps, .. } = entry {
            *steps += 1;
        }
    }
    runs.extend(ended.into_iter().map(|line| (line.run.clone(), Listed::Ended(Box::new(line)))));
    let mut runs: Vec<Listed> = runs.into_values().collect();
    runs.sort_by(|a, b| (b.at(), b.run()).cmp(&(a.at(), a.run())));
    runs
}
