//! Limits the number of actions: spends the caps of the settings, step by step.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::config::Caps;
use crate::engine::history::Today;
use crate::engine::model::{Action, Cap, Kind, Step, Target};
use crate::engine::plan::undo_capacity::startable_within;

/// The remaining caps. Used for the plan and again during execution.
#[derive(Clone, Debug)]
pub struct CapBudget {
    caps: Caps,
    by_percent: u32,
    startable: u32,
    stops: u32,
    of_kind: HashMap<Kind, u32>,
    starts: u32,
    by_account: HashMap<Arc<str>, u32>,
    by_target: HashMap<Arc<Target>, u32>,
    today: Today,
}

impl CapBudget {
    /// The remaining caps for a run with `running` running instances in scope. `today`: what other runs of the same
    /// day have spent.
    pub fn new(caps: Caps, running: usize, today: &Today) -> Self {
        let share = (running as u64 * u64::from(caps.stops_percent)).div_ceil(100);
        let by_account = if today.as_own { today.narrow.clone() } else { HashMap::new() };
        let stops = by_account.values().fold(0_u32, |sum, stops| sum.saturating_add(*stops));
        Self {
            caps,
            // The percentage applies to what this run finds. Instances that other runs stopped are not among them.
            by_percent: u32::try_from(share).unwrap_or(u32::MAX).saturating_add(stops),
            startable: startable_within(caps.tolerated_undo),
            stops,
            of_kind: HashMap::new(),
            starts: 0,
            by_account,
            by_target: HashMap::new(),
            today: today.clone(),
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
        let in_account = self.by_account.entry(step.id.place.account.clone()).or_default();
        let in_target = self.by_target.entry(step.id.place.clone()).or_default();
        let account_today = self.today.by_account.entry(step.id.place.account.clone()).or_default();
        let policy_today = self.today.by_policy.entry(policy).or_default();
        if self.stops >= self.caps.stops_per_run {
            return Err(Cap::StopsPerRun);
        }
        if self.stops >= self.by_percent {
            return Err(Cap::StopsPercent);
        }
        if *in_account >= self.caps.stops_per_account {
            return Err(Cap::StopsPerAccount);
        }
        if *in_target >= self.startable {
            return Err(Cap::ToleratedUndo);
        }
        let of_kind = self.of_kind.entry(step.id.kind).or_default();
        match step.id.kind {
            Kind::Database if *of_kind >= self.caps.databases_per_run => return Err(Cap::DatabasesPerRun),
            Kind::Service if *of_kind >= self.caps.services_per_run => return Err(Cap::ServicesPerRun),
            Kind::Instance | Kind::Database | Kind::Service => {}
        }
        if *account_today >= self.caps.stops_per_account_per_day {
            return Err(Cap::StopsPerAccountPerDay);
        }
        if *policy_today >= self.caps.stops_per_policy_per_day {
            return Err(Cap::StopsPerPolicyPerDay);
        }
        for count in [in_account, in_target, account_today, policy_today, of_kind, &mut self.stops] {
            *count += 1;
        }
        Ok(())
    }
}
