//! What can go wrong in the fake world.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use idle_reaper::engine::model::Target;
use idle_reaper::ports::Switch;

/// What an act on one instance comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Stop protection: a stop of it, alone or in company, is refused as a whole.
    Protected,
    /// A stop of it is accepted, and nothing happens.
    StopIgnored,
    /// A stop ends in a time-out and happens all the same.
    StopUnclearButDone,
    /// A stop ends in a time-out and does not happen.
    StopUnclear,
    /// Its tags may not be written.
    TagRefused,
    /// Writing its tag ends in a time-out and happens all the same.
    TagUnclearButDone,
    /// Writing its tag is confirmed, and nothing is written.
    TagIgnored,
    /// The same, the first time.
    TagIgnoredOnce,
    /// A look after its tag was written shows it as it was before, the first time.
    TagShownLate,
    /// Its tags may not be removed.
    UntagRefused,
    /// Removing its tag is confirmed, and nothing is removed.
    UntagIgnored,
    /// A stop is refused; removing its tag is confirmed, and nothing is removed.
    ProtectedUntagIgnored,
    /// The same, the first time.
    ProtectedUntagIgnoredOnce,
    /// A start of it is refused, alone or in company.
    StartRefused,
    /// The acting role may not start it.
    StartDenied,
    /// AWS has no capacity for it: a start of it, alone or in company, is refused.
    NoCapacity,
    /// What is suspended of its scalable target may not be changed.
    SuspendRefused,
    /// AWS is changing it, and refuses to stop or start it.
    InTransition,
    /// A stop of a database is accepted, and minutes later it is available again.
    StopFallsBack,
    /// It starts, and falls back to stopped.
    FallsBack,
    /// A start of it ends in a time-out, happens all the same, and falls back to stopped.
    FallsBackUnclear,
    /// A look shows it on two pages.
    ShownTwice,
}

/// What somebody does between the look and the re-check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Stops it and starts it again.
    Restarted,
    /// Starts it.
    Started,
    /// Tags it `keep`.
    Kept,
    /// Tags it with another schedule, which is open.
    Rescheduled,
    /// Terminates it; it is shown for a while.
    Terminated,
    /// Terminates it so early that it is not shown any more.
    Gone,
    /// Stops it.
    Stopped,
}

/// Everything that goes wrong in one world.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The accounts cannot be listed.
    pub no_accounts: bool,
    /// Targets that cannot be looked at; the Region `*` is an account that cannot be asked for its Regions.
    pub unreachable: BTreeSet<Target>,
    /// Targets that the organisation's policy closes.
    pub closed: BTreeSet<Target>,
    /// Targets whose look fails after so many instances.
    pub breaks_after: BTreeMap<Target, usize>,
    /// Targets whose databases may not be listed.
    pub unlisted: BTreeSet<Target>,
    /// Targets whose look never ends.
    pub hangs: BTreeSet<Target>,
    /// Targets that cannot be looked at again, once they have been seen.
    pub unreachable_again: BTreeSet<Target>,
    /// Nothing is said of any instance's last hour.
    pub unanswered: bool,
    /// Targets whose weeks of metrics are refused.
    pub unmeasured: BTreeSet<Target>,
    /// Targets whose load balancers may not be asked for.
    pub no_balancers: BTreeSet<Target>,
    /// Weeks of metrics take so long, on tokio's clock.
    pub slow_metrics: Duration,
    /// Faults of single instances.
    pub instances: BTreeMap<Box<str>, Fault>,
    /// What happens to single instances before they are looked at again.
    pub changes: BTreeMap<Box<str>, Change>,
    /// The pause switch answers this after so many answers of `Off`.
    pub switch: Option<(usize, Switch)>,
    /// Files of the record whose keys hold this cannot be written or created.
    pub no_writing: Option<&'static str>,
    /// The same, once they have been written.
    pub no_writing_again: Option<&'static str>,
    /// The run is killed when it writes a file of the record whose key holds this, the second time where that is asked for.
    pub killed_writing: Option<(&'static str, bool)>,
    /// The pause switch cannot be written.
    pub no_pausing: bool,
    /// The record cannot be read.
    pub no_reading: bool,
    /// While this run stops something, another takes the lock over and writes this.
    pub lock_taken_over: Option<&'static str>,
    /// How long a look at a target takes, in real time.
    pub slow: Duration,
}

impl Faults {
    /// One instance with one fault.
    pub fn one(id: &str, fault: Fault) -> Self {
        Self::default().and(id, fault)
    }

    /// One instance to which something happens before it is looked at again.
    pub fn change(id: &str, change: Change) -> Self {
        Self { changes: BTreeMap::from([(id.into(), change)]), ..Self::default() }
    }

    /// One more instance with a fault.
    pub fn and(mut self, id: &str, fault: Fault) -> Self {
        self.instances.insert(id.into(), fault);
        self
    }

    /// A pause switch that answers `switch` after `reads` answers of `Off`.
    pub fn paused_after(reads: usize, switch: Switch) -> Self {
        Self { switch: Some((reads, switch)), ..Self::default() }
    }

    pub(super) fn suffers(&self, id: &str, fault: Fault) -> bool {
        self.instances.get(id) == Some(&fault)
    }

    /// Takes this fault away from those of these that suffer it.
    pub(super) fn pass(&mut self, ids: &[Box<str>], fault: Fault) {
        self.instances.retain(|id, suffered| *suffered != fault || !ids.contains(id));
    }

    pub(super) fn has(&self, ids: &[Box<str>], fault: Fault) -> bool {
        ids.iter().any(|id| self.suffers(id, fault))
    }
}
