//! A run in parts, one process each: what a part writes to the record for the next one, and how late a part may be. The
//! release that wrote a file reads it, within the hour.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::cost::spent::Spent;
use crate::engine::evidence::Sighting;
use crate::engine::history::uptimes::Uptime;
use crate::engine::judge::{Contacts, Known};
use crate::engine::model::{Account, Notes, Outcome, ResourceId, SkippedAccount, Target, Unlisted, Unreachable, sane};
use crate::engine::plan::Plan;
use crate::engine::plan::caps::Running;
use crate::engine::report::done::Done;
use crate::engine::report::snapshot::Saved;

/// The API usage of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Used {
    /// Calls to AWS APIs, including retries.
    pub calls: u64,
    /// The same by service and operation.
    pub by_api: BTreeMap<String, u64>,
    /// Metrics requested.
    pub metrics: u64,
}

impl Used {
    /// The usage of a port.
    pub fn of(calls: u64, spent: Spent) -> Self {
        let Spent { calls: by_api, metrics, usd: _ } = spent;
        Self { calls, by_api, metrics }
    }

    /// Adds the usage of another part.
    pub fn add(&mut self, other: &Self) {
        let Self { calls, by_api, metrics } = other;
        self.calls += calls;
        self.metrics += metrics;
        for (api, calls) in by_api {
            *self.by_api.entry(api.clone()).or_default() += calls;
        }
    }

    /// The same usage in dollars.
    pub fn spent(self) -> Spent {
        Spent::of(self.by_api, self.metrics)
    }
}

/// The start of a run: the data that all its parts share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Begun {
    /// The run's id.
    pub run: Arc<str>,
    /// The time at which everything is judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The wall clock at that moment. It differs from `at` only in rehearsals.
    #[serde(deserialize_with = "sane")]
    pub wall: DateTime<Utc>,
    /// The request, as it was sent.
    pub request: Box<str>,
    /// The release that started it.
    pub release: String,
    /// The hash of the settings: every part must have the same.
    pub settings: String,
    /// The accounts to scan, in batches of one child each.
    pub batches: Vec<Vec<Account>>,
    /// Accounts that are skipped on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Its usage.
    pub used: Used,
}

/// What one child found in its accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// Targets with their instances. A target whose scan broke off is also in `unreachable`.
    pub targets: Vec<Saved>,
    /// Targets that were unreachable.
    pub unreachable: Vec<Unreachable>,
    /// Targets in which another kind could not be listed.
    #[serde(default)]
    pub unlisted: Vec<Unlisted>,
    /// Targets that a policy of the organisation denies.
    pub denied: Vec<Target>,
    /// Accounts' alternate contacts, if owners may depend on them.
    pub contacts: Contacts,
    /// The measurements of candidates.
    pub known: Vec<(ResourceId, Known)>,
    /// Which instances were found active.
    pub sightings: Vec<Sighting>,
    /// What is known of the databases that were found, where that is kept.
    #[serde(default)]
    pub databases: Vec<(ResourceId, Uptime)>,
    /// Its usage.
    pub used: Used,
}

/// The decision for the whole organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decided {
    /// The single plan, with all caps.
    pub plan: Plan,
    /// Running instances in scope, the base of the cap in percent.
    pub running: Running,
    /// Whether it may be executed: there are steps, and no pause.
    pub acts: bool,
    /// Batches with something to do.
    pub batches: Vec<usize>,
    /// Outcomes that are already known: steps that a pause prevented, and steps of a reviewed plan that are not
    /// executed.
    pub outcomes: Vec<Outcome>,
    /// Notes so far.
    #[serde(flatten)]
    pub notes: Notes,
    /// Whether the pause switch held it back.
    pub paused: bool,
    /// Its usage.
    pub used: Used,
}

/// The result of one child in its accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Acted {
    /// The result of its part of the plan.
    pub done: Done,
    /// Its usage.
    pub used: Used,
}

/// Divides accounts into batches of at most `size`, keeping their order.
pub fn batches(accounts: Vec<Account>, size: u16) -> Vec<Vec<Account>> {
    accounts.chunks(usize::from(size.max(1))).map(<[Account]>::to_vec).collect()
}

/// A child that begins later than this after the run does not act: the state machine ends after two hours, and the
/// child and the conclusion take a quarter of an hour each.
const LATEST_MINUTES: i64 = 90;

/// Synchronised clocks differ by less than a second. If a clock is more than a minute behind, it is not synchronised,
/// and its time says nothing about how late the part is.
const BEHIND_MINUTES: i64 = 1;

/// Why a child does not act.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum TooLate {
    #[error("out of time: the run began more than {LATEST_MINUTES} minutes ago; the next run makes it up")]
    Late,
    #[error(
        "the clock of this part is {seconds} seconds behind that of the first one, so that nobody knows how long ago the run began; the next run makes it up"
    )]
    ClockBehind { seconds: i64 },
}

impl Begun {
    /// The time since the run began, at `wall` by the wall clock of a later part. If the clock went back, the result
    /// is zero: no part can begin before the run.
    pub fn ago(&self, wall: DateTime<Utc>) -> Std {
        (wall - self.wall).to_std().unwrap_or_default()
    }

    /// Whether a child that began at `wall` by its wall clock may still act. `now`: the time on the run's clock.
    ///
    /// # Errors
    /// [`TooLate`] if it begins too late, or if that cannot be determined.
    pub fn still_acts(&self, wall: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), TooLate> {
        let behind = self.wall - wall;
        if behind > Duration::minutes(BEHIND_MINUTES) {
            return Err(TooLate::ClockBehind { seconds: behind.num_seconds() });
        }
        if now - self.at > Duration::minutes(LATEST_MINUTES) { Err(TooLate::Late) } else { Ok(()) }
    }
}
