//! Limits the number of actions: spends the caps of the settings, step by step.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::config::Caps;
use crate::engine::history::Today;
use crate::engine::model::{Action, Cap, Kind, Step, Target};
use crate::engine::plan::undo_capacity::startable_within;

/// How many resources of each kind run in scope. `stops-percent` counts each kind by itself: many instances must not
/// allow the stop of all databases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Running(BTreeMap<Kind, u64>);

impl FromIterator<Kind> for Running {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        let mut counts = BTreeMap::new();
        kinds.into_iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
        Self(counts)
    }
}

/// The remaining caps. Used for the plan and again during execution.
#[derive(Clone, Debug)]
pub struct CapBudget {
    caps: Caps,
    running: Running,
    stops: u32,
    starts: u32,
    by_kind: BTreeMap<Kind, KindStops>,
    by_account: HashMap<Arc<str>, u32>,
    by_target: HashMap<(Arc<Target>, Kind), u32>,
    today: Today,
}

/// The stops of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct KindStops {
    /// In this run, and in those that count as its own.
    all: u32,
    /// In this run's share of what it finds running. What other runs stopped is not among that.
    share: u32,
}

impl CapBudget {
    /// The remaining caps for a run with `running` resources in scope. `today`: what other runs of the same day have
    /// spent.
    pub fn new(caps: Caps, running: &Running, today: &Today) -> Self {
        let (mut by_account, mut by_kind): (HashMap<Arc<str>, u32>, BTreeMap<Kind, KindStops>) = Default::default();
        let mut stops = 0_u32;
        for ((account, kind), count) in today.narrow.iter().filter(|_| today.as_own) {
            let in_account = by_account.entry(account.clone()).or_default();
            let of_kind = &mut by_kind.entry(*kind).or_default().all;
            for sum in [in_account, of_kind, &mut stops] {
                *sum = sum.saturating_add(*count);
            }
        }
        let (running, today) = (running.clone(), today.clone());
        Self { caps, running, stops, starts: 0, by_kind, by_account, by_target: HashMap::new(), today }
    }

    /// The stops of this kind that one run may make.
    fn limit(&self, kind: Kind) -> Option<(u32, Cap)> {
        match kind {
            Kind::Instance => None,
            Kind::Database => Some((self.caps.databases_per_run, Cap::DatabasesPerRun)),
            Kind::Service => Some((self.caps.services_per_run, Cap::ServicesPerRun)),
        }
    }

    /// Spends one step, or returns the cap that is used up.
    ///
    /// # Errors
    /// The cap that forbids it.
    pub fn spend(&mut self, step: &Step) -> Result<(), Cap> {
        match step.action {
            Action::Start if self.starts >= self.caps.starts_per_run => Err(Cap::StartsPerRun),
            Action::Start => {
                self.starts += 1;
                Ok(())
            }
            Action::Stop | Action::Hibernate => self.spend_stop(step),
        }
    }

    fn spend_stop(&mut self, step: &Step) -> Result<(), Cap> {
        let policy: Box<str> = (*step.policy).into();
        let kind = step.id.kind;
        let running = self.running.0.get(&kind).copied().unwrap_or_default();
        let share = running.saturating_mul(u64::from(self.caps.stops_percent)).div_ceil(100);
        let limit = self.limit(kind);
        let of_kind = self.by_kind.entry(kind).or_default();
        let in_account = self.by_account.entry(step.id.place.account.clone()).or_default();
        let in_target = self.by_target.entry((step.id.place.clone(), kind)).or_default();
        let account_today = self.today.by_account.entry(step.id.place.account.clone()).or_default();
        let policy_today = self.today.by_policy.entry(policy).or_default();
        if self.stops >= self.caps.stops_per_run {
            return Err(Cap::StopsPerRun);
        }
        if u64::from(of_kind.share) >= share {
            return Err(Cap::StopsPercent);
        }
        if *in_account >= self.caps.stops_per_account {
            return Err(Cap::StopsPerAccount);
        }
        if *in_target >= startable_within(kind, self.caps.tolerated_undo) {
            return Err(Cap::ToleratedUndo);
        }
        if let Some((_, cap)) = limit.filter(|(limit, _)| of_kind.all >= *limit) {
            return Err(cap);
        }
        if *account_today >= self.caps.stops_per_account_per_day {
            return Err(Cap::StopsPerAccountPerDay);
        }
        if *policy_today >= self.caps.stops_per_policy_per_day {
            return Err(Cap::StopsPerPolicyPerDay);
        }
        let KindStops { all, share } = of_kind;
        for count in [in_account, in_target, account_today, policy_today, all, share, &mut self.stops] {
            *count += 1;
        }
        Ok(())
    }
}
