//! The part of a report that is about one account. Its readers belong to that account, so nothing of another one is in it,
//! and nothing about the organisation.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::cost::bill::EffectiveRates;
use crate::engine::cost::spent::Spent;
use crate::engine::judge::Owner;
use crate::engine::judge::owner::OwnedBy;
use crate::engine::model::{
    MarkEnd, Outcome, OutcomeKind, ResourceId, Skipped, Target, Unlisted, Unreachable, Verdict, without_other_accounts,
};
use crate::engine::report::{Report, Row};

/// The accounts in which these steps did something, or tried to. A run that is paused tries nothing.
pub fn tried(outcomes: &[Outcome]) -> BTreeSet<Arc<str>> {
    let is_tried = |kind| match kind {
        OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Started | OutcomeKind::Starting => true,
        OutcomeKind::Failed | OutcomeKind::Unverified => true,
        OutcomeKind::Already | OutcomeKind::Overtaken | OutcomeKind::NotTried => false,
    };
    outcomes.iter().filter(|one| is_tried(one.outcome)).map(|one| one.id.place.account.clone()).collect()
}

/// The outcomes in one account.
pub(crate) fn outcomes_of(outcomes: &[Outcome], account: &str) -> Vec<Outcome> {
    let own = outcomes.iter().filter(|one| *one.id.place.account == *account);
    own.map(|one| Outcome { detail: without_other_accounts(&one.detail, account), ..one.clone() }).collect()
}

/// What could not be scanned in one account.
pub(crate) fn unreachable_of(all: &[Unreachable], account: &str) -> Vec<Unreachable> {
    let own = all.iter().filter(|one| *one.account == *account);
    own.map(|one| Unreachable { cause: without_other_accounts(&one.cause, account), ..one.clone() }).collect()
}

/// A row without the ids of other accounts in what AWS answered.
fn row_of(row: &Row, account: &str) -> Row {
    let mut row = row.clone();
    if let Verdict::Skip(
        Skipped::SessionsUnknown { why: cause }
        | Skipped::Unmeasured { gap: cause }
        | Skipped::Unjudged { panic: cause },
    ) = &mut row.verdict
    {
        *cause = without_other_accounts(cause, account);
    }
    if let OwnedBy::Unresolved(cause) = &row.owner.by {
        let by = OwnedBy::Unresolved(without_other_accounts(cause, account));
        row.owner = Arc::new(Owner { by, ..(*row.owner).clone() });
    }
    row
}

impl Report {
    /// The accounts in which this run did something, or tried to.
    pub fn touched(&self) -> BTreeSet<Arc<str>> {
        let marks = self.marks.iter().map(|end| end.step.id.place.account.clone());
        tried(&self.outcomes).into_iter().chain(marks).collect()
    }

    /// The part about one account. Notes and a refusal of the plan are texts about everything, so they are left out, and
    /// so is what is counted for the whole organisation. Numbers of other accounts are no secrets, names and ids are.
    #[must_use]
    pub fn of_account(&self, account: &Arc<str>) -> Self {
        let here = |id: &ResourceId| id.place.account == *account;
        let is_account = |other: &str| *other == **account;
        let own = |target: &&Target| is_account(&target.account);
        let rows: Vec<_> = self.rows.iter().filter(|row| here(&row.id)).map(|row| row_of(row, account)).collect();
        let unlisted_of =
            |one: &Unlisted| Unlisted { cause: without_other_accounts(&one.cause, account), ..one.clone() };
        let mark_of = |end: &MarkEnd| MarkEnd {
            failed: end.failed.as_deref().map(|why| without_other_accounts(why, account)),
            ..end.clone()
        };
        let found: BTreeSet<&Target> = rows.iter().map(|row| &*row.id.place).collect();
        Self {
            scanned: found.len(),
            run: self.run.clone(),
            mode: self.mode,
            at: self.at,
            rows,
            plan: self.plan.of_account(account),
            outcomes: outcomes_of(&self.outcomes, account),
            marks: self.marks.iter().filter(|end| here(&end.step.id)).map(mark_of).collect(),
            messages: 0,
            cost: Spent::default(),
            unreachable: unreachable_of(&self.unreachable, account),
            unlisted: self.unlisted.iter().filter(|one| is_account(&one.account)).map(unlisted_of).collect(),
            denied: self.denied.iter().filter(own).cloned().collect(),
            not_due: self.not_due.iter().filter(|one| is_account(&one.account)).cloned().collect(),
            skipped: Vec::new(),
            names: self
                .names
                .iter()
                .filter(|(id, _)| is_account(id))
                .map(|(id, name)| (id.clone(), name.clone()))
                .collect(),
            notes: Vec::new(),
            paused: self.paused,
            saved: None,
            rates: EffectiveRates::default(),
            // Budgets of owners and tags are those of the whole organisation.
            money: self.money.of_account(),
            priced: self.priced,
            bundled_prices: self.bundled_prices,
            trends: None,
            forgotten: self.forgotten.as_ref().map(|found| found.within(account)),
            troubled: false,
            calls: 0,
            links: self.links.as_ref().map(|links| Arc::new(links.within(account))),
            locale: self.locale,
        }
    }
}
