//! How many at most: spends the caps of the settings, one step after another.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::settings::Caps;
use crate::words::Action;

/// What put a step off to a later run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cap {
    /// `stops-per-run`
    StopsPerRun,
    /// `stops-per-account`
    StopsPerAccount,
    /// `stops-percent`
    StopsPercent,
    /// `starts-per-run`
    StartsPerRun,
    /// Too many blind spots: nothing is acted on.
    TooBlind,
    /// Far more than the same weekday ever had: nothing is acted on until somebody acknowledges it.
    SuddenChange,
    /// A reviewed plan does not hold it; a run may only do less.
    NotReviewed,
}

impl Cap {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopsPerRun => "stops-per-run",
            Self::StopsPerAccount => "stops-per-account",
            Self::StopsPercent => "stops-percent",
            Self::StartsPerRun => "starts-per-run",
            Self::TooBlind => "too-blind",
            Self::SuddenChange => "sudden-change",
            Self::NotReviewed => "not-reviewed",
        }
    }
}

/// What is left of the caps. Used when planning and once more when acting.
#[derive(Clone, Debug)]
pub struct Purse {
    caps: Caps,
    by_percent: u32,
    stops: u32,
    starts: u32,
    by_account: HashMap<Arc<str>, u32>,
}

impl Purse {
    /// Full caps for a run that sees `running` running instances in scope.
    pub fn new(caps: Caps, running: usize) -> Self {
        let share = (running as u64 * u64::from(caps.stops_percent)).div_ceil(100);
        let by_percent = u32::try_from(share).unwrap_or(u32::MAX);
        Self { caps, by_percent, stops: 0, starts: 0, by_account: HashMap::new() }
    }

    /// Spends one step, or names the cap that is spent.
    ///
    /// # Errors
    /// The cap that forbids it.
    pub fn spend(&mut self, action: Action, account: &Arc<str>) -> Result<(), Cap> {
        match action {
            Action::Start if self.starts >= self.caps.starts_per_run => Err(Cap::StartsPerRun),
            Action::Start => {
                self.starts += 1;
                Ok(())
            }
            Action::Stop | Action::Hibernate => self.spend_stop(account),
        }
    }

    fn spend_stop(&mut self, account: &Arc<str>) -> Result<(), Cap> {
        let in_account = self.by_account.entry(account.clone()).or_default();
        if self.stops >= self.caps.stops_per_run {
            return Err(Cap::StopsPerRun);
        }
        if self.stops >= self.by_percent {
            return Err(Cap::StopsPercent);
        }
        if *in_account >= self.caps.stops_per_account {
            return Err(Cap::StopsPerAccount);
        }
        *in_account += 1;
        self.stops += 1;
        Ok(())
    }
}
