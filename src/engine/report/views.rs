//! Summaries of the report: the same numbers by account, by Region, by policy and by owner.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::model::{Reason, Verdict};
use crate::engine::report::Row;

/// The numbers of one group of instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// Instances found.
    pub found: usize,
    /// Instances in state `running`, in scope or not.
    pub running: usize,
    /// Instances that run outside their hours and that no rule skips: to be stopped, hibernated or reported.
    pub outside_hours: usize,
    /// Idle instances: to be stopped after the grace period, or reported.
    pub idle: usize,
    /// Instances that a tag keeps.
    pub kept: usize,
    /// Skipped instances, including those that are kept or out of scope, by the rule that decided. Together with
    /// `outside_hours`, `idle` and the instances to start, they are everything found.
    pub skipped: BTreeMap<Reason, usize>,
}

/// Every row, in four groupings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views<'a> {
    /// By account id, with the account's name if known.
    pub accounts: BTreeMap<&'a str, (Option<&'a str>, Tally)>,
    /// By Region.
    pub regions: BTreeMap<&'a str, Tally>,
    /// By the first policy that matches; `None`, which comes first, if none does.
    pub policies: BTreeMap<Option<&'a str>, Tally>,
    /// By owner; `None`, which comes first, if unknown.
    pub owners: BTreeMap<Option<&'a str>, Tally>,
}

impl<'a> Views<'a> {
    /// Counts every row once in each view.
    pub fn of(rows: &'a [Row], names: &'a BTreeMap<Arc<str>, String>) -> Self {
        let mut views = Self::default();
        for row in rows {
            let account = &row.id.place.account;
            let named = || (names.get(account).map(String::as_str), Tally::default());
            views.accounts.entry(account).or_insert_with(named).1.add(row);
            views.regions.entry(&row.id.place.region).or_default().add(row);
            let policy = row.policy.as_ref().map(|policy| policy.name.as_str());
            views.policies.entry(policy).or_default().add(row);
            views.owners.entry(row.owner.known()).or_default().add(row);
        }
        views
    }
}

impl Tally {
    /// The number of skipped instances, for any reason.
    pub fn left_alone(&self) -> usize {
        self.skipped.values().sum()
    }

    fn add(&mut self, row: &Row) {
        self.found += 1;
        self.running += usize::from(row.running);
        match &row.verdict {
            Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Report(_) => self.outside_hours += 1,
            Verdict::Idle(_) => self.idle += 1,
            Verdict::Start(_) => {}
            Verdict::Skip(_) | Verdict::OutOfScope(_) => {
                let reason = row.verdict.reason();
                let kept =
                    matches!(reason, Reason::Kept | Reason::KeptUntil | Reason::KeepUnreadable | Reason::TagUnknown);
                self.kept += usize::from(kept);
                *self.skipped.entry(reason).or_default() += 1;
            }
        }
    }
}
