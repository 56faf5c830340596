//! What the parts of one run leave to each other in the record. It is read by the same release that wrote it, within
//! the hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::cost::spent::Spent;
use crate::engine::evidence::witness::Sighting;
use crate::engine::judge::Known;
use crate::engine::judge::owner::Contacts;
use crate::engine::model::{Account, Notes, Outcome, ResourceId, SkippedAccount, Target, Unreachable, sane};
use crate::engine::plan::Plan;
use crate::engine::report::done::Done;
use crate::engine::report::snapshot::Saved;

/// What a part called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Used {
    /// Calls of AWS's APIs, retries included.
    pub calls: u64,
    /// The same by service and operation.
    pub by_api: BTreeMap<String, u64>,
    /// Metrics asked for.
    pub metrics: u64,
}

impl Used {
    /// What a port has called.
    pub fn of(calls: u64, spent: Spent) -> Self {
        let Spent { calls: by_api, metrics, usd: _ } = spent;
        Self { calls, by_api, metrics }
    }

    /// Adds what another part called.
    pub fn add(&mut self, other: &Self) {
        let Self { calls, by_api, metrics } = other;
        self.calls += calls;
        self.metrics += metrics;
        for (api, calls) in by_api {
            *self.by_api.entry(api.clone()).or_default() += calls;
        }
    }

    /// The same in dollars.
    pub fn spent(self) -> Spent {
        Spent::of(self.by_api, self.metrics)
    }
}

/// A run that has begun: what all its parts go by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Begun {
    /// The run's id.
    pub run: Arc<str>,
    /// The instant by which everything is judged.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The wall clock then; the same but for rehearsals.
    #[serde(deserialize_with = "sane")]
    pub wall: DateTime<Utc>,
    /// The request, as it was sent.
    pub request: Box<str>,
    /// The release that began it.
    pub release: String,
    /// The hash of the settings: every part must be under the same.
    pub settings: String,
    /// The accounts to look at, in batches of a child each.
    pub batches: Vec<Vec<Account>>,
    /// Accounts left out on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// What it called.
    pub used: Used,
}

/// What one child has seen of its accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Part {
    /// Targets, with what was seen there: also of one that broke off, which is then unreachable too.
    pub targets: Vec<Saved>,
    /// Targets that could not be looked at.
    pub unreachable: Vec<Unreachable>,
    /// Targets that the organisation's policy closes.
    pub denied: Vec<Target>,
    /// Accounts' alternate contacts, where owners may depend on them.
    pub contacts: Contacts,
    /// What was measured of candidates.
    pub known: Vec<(ResourceId, Known)>,
    /// What was seen active.
    pub sightings: Vec<Sighting>,
    /// What it called.
    pub used: Used,
}

/// What was decided for the whole organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decided {
    /// The one plan, with all caps.
    pub plan: Plan,
    /// Running instances in scope, by which the cap in per cent was reckoned.
    pub running: usize,
    /// Whether it may be carried out: something is to be done, and nobody has paused.
    pub acts: bool,
    /// Batches in which there is something to do.
    pub batches: Vec<usize>,
    /// What is known already of steps: those not tried for a pause, and those of a reviewed plan that are not done.
    pub outcomes: Vec<Outcome>,
    /// Notes so far.
    #[serde(flatten)]
    pub notes: Notes,
    /// Whether the pause switch held it back.
    pub paused: bool,
    /// What it called.
    pub used: Used,
}

/// What one child has done in its accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Acted {
    /// How its part of the plan ended.
    pub done: Done,
    /// What it called.
    pub used: Used,
}

/// Divides accounts into batches of at most `size`, in their order.
pub fn batches(accounts: Vec<Account>, size: u16) -> Vec<Vec<Account>> {
    accounts.chunks(usize::from(size.max(1))).map(<[Account]>::to_vec).collect()
}
