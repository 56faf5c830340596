//! The part of a report that is about one account. Its readers belong to that account, so nothing of another one is in it,
//! and nothing about the organisation.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::config::Money;
use crate::engine::cost::bill::EffectiveRates;
use crate::engine::cost::spent::Spent;
use crate::engine::model::{OutcomeKind, ResourceId, Target};
use crate::engine::plan::Plan;
use crate::engine::report::Report;

impl Report {
    /// The accounts in which this run did something, or tried to. While it is paused, it tries nothing.
    pub fn touched(&self) -> BTreeSet<Arc<str>> {
        let tried = |kind| match kind {
            OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Started => true,
            OutcomeKind::Failed | OutcomeKind::Unverified => true,
            OutcomeKind::Already | OutcomeKind::Overtaken | OutcomeKind::NotTried => false,
        };
        let acts = self.outcomes.iter().filter(|outcome| tried(outcome.outcome)).map(|outcome| &outcome.id);
        let marks = self.marks.iter().map(|end| &end.step.id);
        acts.chain(marks).map(|id| id.place.account.clone()).collect()
    }

    /// The part about one account. Notes and a refusal of the plan are texts about everything, so they are left out, and
    /// so is what is counted for the whole organisation. Numbers of other accounts are no secrets, names and ids are.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Self {
        let here = |id: &ResourceId| *id.place.account == *account;
        let is_account = |other: &str| other == account;
        let Plan { id, made_at, expires, settings, steps, deferred, marks, labels, refused: _ } = &self.plan;
        let plan = Plan {
            id: id.clone(),
            made_at: *made_at,
            expires: *expires,
            settings: settings.clone(),
            steps: steps.iter().filter(|step| here(&step.id)).cloned().collect(),
            deferred: deferred.iter().filter(|deferred| here(&deferred.id)).cloned().collect(),
            marks: marks.iter().filter(|mark| here(&mark.id)).cloned().collect(),
            labels: labels.iter().filter(|label| here(&label.id)).cloned().collect(),
            refused: None,
        };
        let own = |target: &&Target| is_account(&target.account);
        let rows: Vec<_> = self.rows.iter().filter(|row| here(&row.id)).cloned().collect();
        let found: BTreeSet<&Target> = rows.iter().map(|row| &*row.id.place).collect();
        Self {
            scanned: found.len(),
            run: self.run.clone(),
            mode: self.mode,
            at: self.at,
            rows,
            plan,
            outcomes: self.outcomes.iter().filter(|outcome| here(&outcome.id)).cloned().collect(),
            marks: self.marks.iter().filter(|end| here(&end.step.id)).cloned().collect(),
            messages: 0,
            cost: Spent::default(),
            unreachable: self.unreachable.iter().filter(|one| is_account(&one.account)).cloned().collect(),
            unlisted: self.unlisted.iter().filter(|one| is_account(&one.account)).cloned().collect(),
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
            // Budgets of tags are those of the whole organisation.
            money: Money { tag_budgets: Vec::new(), ..self.money.clone() },
            priced: self.priced,
            bundled_prices: self.bundled_prices,
            trends: None,
            forgotten: self.forgotten.as_ref().map(|found| found.within(account)),
            troubled: false,
            calls: 0,
            // The record's own account is the hub's; the resources are this account's.
            links: self.links.clone(),
            locale: self.locale,
        }
    }
}
