//! What earlier runs did, as one value that rules can ask.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::evidence::idle::Own;
use crate::engine::evidence::witness::Witness;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::notices::Ledger;
use crate::engine::history::today::Today;
use crate::engine::history::unverified::Unverified;
use crate::engine::history::weekly::Weekly;
use crate::engine::model::month::Month;
use crate::engine::model::{ByResource, ResourceId};

/// What earlier runs did, from the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// When the reaper stopped an instance.
    pub stops: ByResource<Vec<DateTime<Utc>>>,
    /// Stops of which nobody knows how they ended, by instance.
    pub unverified: ByResource<Vec<Unverified>>,
    /// When it was known that a start of the reaper's had not held, or that nobody knows whether it did.
    pub failed_starts: ByResource<Vec<DateTime<Utc>>>,
    /// Instances whose last start by the reaper failed, or fell back.
    pub start_failed: ByResource<FailedStart>,
    /// The reaper's own stops and starts of weeks, by which windows of evidence are counted.
    pub own: ByResource<Own>,
    /// How often what was idle was stopped.
    pub idle_stops: IdleStops,
    /// What earlier runs have seen active.
    pub witness: Witness,
    /// The month for which stock is to be taken by this run.
    pub stocktake: Option<Month>,
    /// The accounts whose stocktake of that month was sent by an earlier run.
    pub stocktake_sent: BTreeSet<Arc<str>>,
    /// What owners have been told.
    pub told: Ledger,
    /// Which week's digests were sent; `None` where the settings gather nothing.
    pub weekly: Option<Weekly>,
    /// Instances whose last step failed.
    pub failed_last: HashSet<ResourceId>,
    /// When somebody last set out to take a stop back, by instance.
    pub undone: ByResource<DateTime<Utc>>,
    /// What was stopped on the day of the run.
    pub today: Today,
    /// What in the record could not be read and was passed over, in words.
    pub unread: Vec<String>,
}

impl History {
    /// Whether the start of `id` at `launch` was the reaper's own: one that it saw through within the length of a
    /// run.
    pub fn is_own_start(&self, id: &ResourceId, launch: DateTime<Utc>) -> bool {
        let mut known = self.own.get(id).into_iter().flat_map(|own| &own.starts);
        known.any(|known| launch <= *known && *known - launch <= Duration::minutes(START_MINUTES))
    }
}

/// How long after the beginning of a start its end is known at the latest: no run lasts longer than the 900 s of a
/// Lambda function.
pub(crate) const START_MINUTES: i64 = 15;

/// A start that failed, and one after it whose end was not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedStart {
    /// When it was known.
    pub at: DateTime<Utc>,
    /// When a later one was given up watching.
    pub unverified: Option<DateTime<Utc>>,
}

impl FailedStart {
    /// Whether the instance, last started at `launch`, runs by the later start: then that one held.
    pub(crate) fn is_over(self, launch: Option<DateTime<Utc>>) -> bool {
        let began = |known: DateTime<Utc>| {
            launch.is_some_and(|at| at <= known && known - at <= Duration::minutes(START_MINUTES))
        };
        self.unverified.is_some_and(began)
    }
}
