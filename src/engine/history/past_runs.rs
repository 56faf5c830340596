//! What earlier runs did, as one value that rules read.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::engine::evidence::idle::Own;
use crate::engine::evidence::witness::Witness;
use crate::engine::history::deliveries::Deliveries;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::last_scans::Cadence;
use crate::engine::history::notices::Ledger;
use crate::engine::history::today::Today;
use crate::engine::history::unverified::Unverified;
use crate::engine::history::uptimes::{OwnActs, Uptime, Uptimes};
use crate::engine::history::weekly::Weekly;
use crate::engine::model::month::Month;
use crate::engine::model::{ByResource, DatabaseEvent, Instance, ResourceId};

/// What earlier runs did, from the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// When the reaper stopped an instance.
    pub stops: ByResource<Vec<DateTime<Utc>>>,
    /// When a start by the reaper, and not for an undo, took effect.
    pub starts: ByResource<Vec<DateTime<Utc>>>,
    /// The instances whose step was given up because something had changed, by the day.
    pub overtaken: BTreeSet<(NaiveDate, ResourceId)>,
    /// Stops with an unknown result, by instance.
    pub unverified: ByResource<Vec<Unverified>>,
    /// When a start by the reaper was found to have failed, or its result was found to be unknown.
    pub failed_starts: ByResource<Vec<DateTime<Utc>>>,
    /// Instances whose last start by the reaper failed, or fell back.
    pub start_failed: ByResource<FailedStart>,
    /// Instances that others stopped, and that the acting role was not allowed to start, and when.
    pub start_denied: ByResource<DateTime<Utc>>,
    /// The reaper's own stops and starts of the last weeks, used to count windows of evidence.
    pub own: ByResource<Own>,
    /// How often idle instances were stopped.
    pub idle_stops: IdleStops,
    /// Since when databases run. `None`: nobody keeps that, and they are judged by their creation.
    pub databases: Option<Uptimes>,
    /// Which instances earlier runs found active.
    pub witness: Witness,
    /// The month for which this run makes the stocktake.
    pub stocktake: Option<Month>,
    /// The accounts whose stocktake of that month an earlier run sent.
    pub stocktake_sent: BTreeSet<Arc<str>>,
    /// Which targets this run scans; `None`: all of them.
    pub cadence: Option<Cadence>,
    /// The settings changed since the first part of a divided run.
    pub settings_changed: bool,
    /// The notices that owners have received.
    pub notified: Ledger,
    /// The week of the last digests; `None` if the settings do not collect news.
    pub weekly: Option<Weekly>,
    /// Which channels have got the digest of the day.
    pub deliveries: Deliveries,
    /// Instances whose last step failed.
    pub failed_last: HashSet<ResourceId>,
    /// When a person last began to undo a stop, by instance.
    pub undone: ByResource<DateTime<Utc>>,
    /// What was stopped on the day of the run.
    pub today: Today,
    /// Which parts of the record were unreadable and ignored, as text.
    pub unread: Vec<String>,
}

impl History {
    /// Adds to a database when it was started last, if that is kept.
    pub fn date(&self, found: &mut Instance, now: DateTime<Utc>, stopped: &str) -> Option<Uptime> {
        let known = self.databases.as_ref()?;
        known.date(found, self.own_acts(&found.id), now, stopped)
    }

    /// What the reaper did with a resource since it was found last.
    pub fn own_acts(&self, id: &ResourceId) -> OwnActs {
        let Some(since) = self.databases.as_ref().and_then(|known| known.found(id)) else { return OwnActs::default() };
        let open = || self.unverified.get(id).into_iter().flatten();
        let stops = open().filter(|step| step.action.is_stop()).map(|step| step.at);
        let stops = stops.chain(self.stops.get(id).into_iter().flatten().copied());
        let stop = stops.max();
        // A start that is still open may be older: it was found starting meanwhile.
        let starts = self.starts.get(id).into_iter().flatten().copied().filter(|at| *at >= since);
        let start = starts.chain(self.open_starts(id)).max();
        let last_open = open().filter(|step| !step.action.is_stop()).map(|step| step.at).max();
        let tried = last_open.max(start);
        let is_open = last_open.is_some() && last_open == tried;
        let is_last = |start: &DateTime<Utc>| stop.is_none_or(|stop| stop < *start);
        let start = start.filter(is_last);
        // A stop that is still open may be older: it was found stopping meanwhile.
        let was_down = self.databases.as_ref().is_some_and(|known| !known.was_up(id));
        let is_open_stop = |at: &DateTime<Utc>| open().any(|step| step.action.is_stop() && step.at == *at);
        let is_new = |at: &DateTime<Utc>| *at >= since || was_down && is_open_stop(at);
        OwnActs { stop: stop.filter(|at| is_new(at) && start.is_none()), start, tried: tried.filter(is_last), is_open }
    }

    /// Explains a change by the events of its target. Without them, a person made it.
    pub fn explain(&self, seen: Uptime, found: &mut Instance, events: Option<&[DatabaseEvent]>) -> Uptime {
        match (&self.databases, events) {
            (Some(known), Some(events)) => known.explain(seen, found, self.own_acts(&found.id), events),
            (Some(_) | None, _) => seen.without_events(found),
        }
    }

    /// Whether the start of `id` at `launch` was the reaper's own: the reaper confirmed a start within the length of
    /// a run.
    pub fn is_own_start(&self, id: &ResourceId, launch: DateTime<Utc>) -> bool {
        let confirmed = self.own.get(id).into_iter().flat_map(|own| &own.starts);
        let confirmed = confirmed.chain(self.starts.get(id).into_iter().flatten()).copied();
        confirmed
            .chain(self.open_starts(id))
            .any(|known| launch <= known && known - launch <= Duration::minutes(START_MINUTES))
    }

    /// Starts by the reaper, and not for an undo, whose end is not known yet.
    fn open_starts(&self, id: &ResourceId) -> impl Iterator<Item = DateTime<Utc>> {
        let open = self.unverified.get(id).into_iter().flatten();
        open.filter(|step| !step.action.is_stop() && step.undo.is_none()).map(|step| step.at)
    }
}

/// The result of a start is known at most this many minutes after its beginning: no run lasts longer than the 900 s
/// of a Lambda function.
pub(crate) const START_MINUTES: i64 = 15;

/// A failed start, and a later one with an unknown result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedStart {
    /// When it was known.
    pub at: DateTime<Utc>,
    /// When a run stopped waiting for the result of a later start.
    pub unverified: Option<DateTime<Utc>>,
}

impl FailedStart {
    /// Whether the instance, last started at `launch`, runs because of the later start, so that the failure is over.
    pub(crate) fn is_over(self, launch: Option<DateTime<Utc>>) -> bool {
        let began = |known: DateTime<Utc>| {
            launch.is_some_and(|at| at <= known && known - at <= Duration::minutes(START_MINUTES))
        };
        self.unverified.is_some_and(began)
    }
}
