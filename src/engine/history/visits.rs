//! What a run did with the targets that were due: which were scanned, and what was found there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::model::Target;

/// What a run did with the targets that were due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visits(pub(super) BTreeMap<Arc<str>, AccountVisit>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AccountVisit {
    /// Whether its Regions could be listed; `None` if they were not asked for.
    pub(super) listed: Option<bool>,
    /// Its targets, and the result of each scan that ended.
    pub(super) targets: BTreeMap<Arc<str>, Option<Visit>>,
}

/// How a scan of one target ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// It was scanned completely, and something was found or not.
    Complete(bool),
    /// Its instances were scanned, another kind could not be listed, and something was found or not.
    Partial(bool),
    /// It was scanned in part or not at all, and something was found or not.
    Failed(bool),
    /// The organisation denies it.
    Denied,
}

impl Visits {
    /// Notes whether the Regions of an account could be listed.
    pub fn listed(&mut self, account: &Arc<str>, listed: bool) {
        self.0.entry(account.clone()).or_default().listed = Some(listed);
    }

    /// Notes that a target is to be scanned.
    pub fn begin(&mut self, target: &Target) {
        self.0.entry(target.account.clone()).or_default().targets.entry(target.region.clone()).or_default();
    }

    /// Whether a target was to be scanned, or the Regions of a whole account to be listed.
    pub fn has(&self, target: &Target) -> bool {
        let known = |visit: &AccountVisit| {
            if target.is_whole_account() { visit.listed.is_some() } else { visit.targets.contains_key(&target.region) }
        };
        self.0.get(&target.account).is_some_and(known)
    }

    /// The number of accounts whose targets, if there were any, are all among `these`.
    pub fn accounts_within(&self, these: &BTreeSet<Target>) -> usize {
        let within = |(account, visit): &(&Arc<str>, &AccountVisit)| {
            let mut targets = visit.targets.keys().map(|region| Target::new((*account).clone(), region.clone()));
            !visit.targets.is_empty() && targets.all(|target| these.contains(&target))
        };
        self.0.iter().filter(within).count()
    }

    /// Notes how the scan of a target ended.
    pub fn end(&mut self, target: &Target, visit: Visit) {
        self.0.entry(target.account.clone()).or_default().targets.insert(target.region.clone(), Some(visit));
    }
}
