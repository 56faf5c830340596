//! How many at most: spends the caps of the settings, one step after another.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::config::Caps;
use crate::engine::model::{Action, Target};
use crate::engine::plan::Step;
use crate::engine::plan::undo_capacity::startable_within;

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
    /// `stops-per-account-per-day`
    StopsPerAccountPerDay,
    /// `stops-per-policy-per-day`
    StopsPerPolicyPerDay,
    /// `tolerated-undo`: more could not be started again within that time.
    ToleratedUndo,
    /// `starts-per-run`
    StartsPerRun,
    /// Too many blind spots: nothing is acted on.
    TooBlind,
    /// Far more than the same weekday ever had: nothing is acted on until somebody acknowledges it.
    SuddenChange,
    /// A reviewed plan does not hold it; a run may only do less.
    NotReviewed,
    /// The acting role could not start it again, and its policy starts what it stops.
    CannotStart,
    /// Its owner has not been told.
    NotTold,
    /// Its owner was told of the first stop, and the business day ahead is not over.
    Announced,
    /// It is idle, and not marked yet.
    NotMarked,
    /// It is marked, its owner was told, and the grace is not over.
    InGrace,
    /// Its owner or schedule tag changed too often since its notice: the operator decides.
    TagsChanged,
}

impl Cap {
    /// Whether the step waits for people, and not for room under a cap.
    pub fn is_waiting(self) -> bool {
        match self {
            Self::CannotStart
            | Self::NotTold
            | Self::Announced
            | Self::NotMarked
            | Self::InGrace
            | Self::TagsChanged => true,
            Self::StopsPerRun
            | Self::StopsPerAccount
            | Self::StopsPercent
            | Self::StopsPerAccountPerDay
            | Self::StopsPerPolicyPerDay
            | Self::ToleratedUndo
            | Self::StartsPerRun
            | Self::TooBlind
            | Self::SuddenChange
            | Self::NotReviewed => false,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StopsPerRun => "stops-per-run",
            Self::StopsPerAccount => "stops-per-account",
            Self::StopsPercent => "stops-percent",
            Self::StopsPerAccountPerDay => "stops-per-account-per-day",
            Self::StopsPerPolicyPerDay => "stops-per-policy-per-day",
            Self::ToleratedUndo => "tolerated-undo",
            Self::StartsPerRun => "starts-per-run",
            Self::TooBlind => "too-blind",
            Self::SuddenChange => "sudden-change",
            Self::NotReviewed => "not-reviewed",
            Self::CannotStart => "cannot-start",
            Self::NotTold => "not-told",
            Self::Announced => "announced",
            Self::NotMarked => "not-marked",
            Self::InGrace => "in-grace",
            Self::TagsChanged => "tags-changed",
        }
    }
}

/// What earlier runs of the same day have stopped: the days of UTC, by which the record is divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Stops and hibernations by account.
    pub by_account: HashMap<Arc<str>, u32>,
    /// The same by policy.
    pub by_policy: HashMap<Box<str>, u32>,
    /// The same by account, of narrowed runs alone.
    pub narrow: HashMap<Arc<str>, u32>,
    /// The run is a narrowed one and counts those as its own: many events and many requests, each with a run of its own,
    /// stop no more than one run may.
    pub as_own: bool,
}

impl Today {
    /// Counts one stop; `narrow`: by a narrowed run. What an older release recorded without account and policy counts for
    /// neither.
    pub fn count(&mut self, account: Option<Arc<str>>, policy: Option<Box<str>>, narrow: bool) {
        if narrow {
            *self.narrow.entry(account.clone().unwrap_or_default()).or_default() += 1;
        }
        if let Some(account) = account {
            *self.by_account.entry(account).or_default() += 1;
        }
        if let Some(policy) = policy {
            *self.by_policy.entry(policy).or_default() += 1;
        }
    }
}

/// What is left of the caps. Used when planning and once more when acting.
#[derive(Clone, Debug)]
pub struct Purse {
    caps: Caps,
    by_percent: u32,
    startable: u32,
    stops: u32,
    starts: u32,
    by_account: HashMap<Arc<str>, u32>,
    by_target: HashMap<Target, u32>,
    today: Today,
}

impl Purse {
    /// What is left for a run that sees `running` running instances in scope, on a day on which others have spent
    /// `today`.
    pub fn new(caps: Caps, running: usize, today: &Today) -> Self {
        let share = (running as u64 * u64::from(caps.stops_percent)).div_ceil(100);
        let by_account = if today.as_own { today.narrow.clone() } else { HashMap::new() };
        let stops = by_account.values().fold(0_u32, |sum, stops| sum.saturating_add(*stops));
        Self {
            caps,
            // A share of what this run sees: what others have stopped is none of it.
            by_percent: u32::try_from(share).unwrap_or(u32::MAX).saturating_add(stops),
            startable: startable_within(caps.tolerated_undo),
            stops,
            starts: 0,
            by_account,
            by_target: HashMap::new(),
            today: today.clone(),
        }
    }

    /// Spends one step, or names the cap that is spent.
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
        let in_account = self.by_account.entry(step.account.clone()).or_default();
        let in_target = self.by_target.entry(step.target()).or_default();
        let account_today = self.today.by_account.entry(step.account.clone()).or_default();
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
        if *account_today >= self.caps.stops_per_account_per_day {
            return Err(Cap::StopsPerAccountPerDay);
        }
        if *policy_today >= self.caps.stops_per_policy_per_day {
            return Err(Cap::StopsPerPolicyPerDay);
        }
        for count in [in_account, in_target, account_today, policy_today, &mut self.stops] {
            *count += 1;
        }
        Ok(())
    }
}
