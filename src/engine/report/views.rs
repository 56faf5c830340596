//! The report from a distance: the same figures by account, by Region, by policy and by owner.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::model::{Reason, Verdict};
use crate::engine::report::Row;

/// The figures of one group of instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Instances found.
    pub found: usize,
    /// Those in state `running`, in scope or not.
    pub running: usize,
    /// Those that run outside their hours and that no rule skips: to be stopped, hibernated or reported.
    pub outside_hours: usize,
    /// Those that run and do nothing: to be stopped after grace, or reported.
    pub idle: usize,
    /// Those that a tag keeps.
    pub kept: usize,
    /// Those left alone, the kept ones and those out of scope included, by the rule that decided. With
    /// `outside_hours`, `idle` and the ones to be started they make up everything found.
    pub skipped: BTreeMap<Reason, usize>,
}

/// Every row, grouped in four ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views<'a> {
    /// By account id, with the account's name where it is known.
    pub accounts: BTreeMap<&'a str, (Option<&'a str>, Tally)>,
    /// By Region.
    pub regions: BTreeMap<&'a str, Tally>,
    /// By the policy that matches first; `None`, which comes first, where none does.
    pub policies: BTreeMap<Option<&'a str>, Tally>,
    /// By owner; `None`, which comes first, where nobody is known.
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
    /// Everything left alone, whatever the reason.
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
