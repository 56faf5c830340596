//! The report: one value, many output formats. Every instance that was found has a line.

pub mod difference;
pub mod digest;
pub mod done;
pub mod fan_out;
pub mod forgotten;
pub mod groups;
mod host;
pub mod labels;
pub mod morning;
pub mod news;
pub mod past;
mod row;
mod sample;
pub mod slice;
pub mod snapshot;
pub mod stocktake;
pub mod views;
pub mod waiting;

pub use crate::engine::report::row::Row;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::config::{Links, Money};
use crate::engine::cost::bill::{EffectiveRates, Net};
use crate::engine::cost::budgets::{GroupCost, Running, with_budgets};
use crate::engine::cost::savings::{Saved, Savings};
use crate::engine::cost::spent::Spent;
use crate::engine::cost::waste::Waste;
use crate::engine::model::month::Month;
use crate::engine::model::{
    Action, Counts, Health, Kind, Locale, MarkEnd, MarkVerb, NotDue, Notes, Outcome, OutcomeKind, ResourceId,
    SkippedAccount, Target, Unlisted, Unreachable, Usd,
};
use crate::engine::plan::Plan;
use crate::engine::report::done::Done;
use crate::engine::request::Mode;
use crate::engine::trends::LastWeeks;

/// What notes about [`Report::unlisted`] have in common. A page says the same in a list.
pub const UNLISTED: &str = "s could not be listed in";

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The run's id.
    pub run: Arc<str>,
    /// The requested mode.
    pub mode: Mode,
    /// The time at which everything was judged.
    pub at: DateTime<Utc>,
    /// One line for each instance found, by account, Region and id.
    pub rows: Vec<Row>,
    /// What is to be done.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
    /// The results of the marks.
    pub marks: Vec<MarkEnd>,
    /// Messages that a channel accepted.
    pub messages: usize,
    /// What the run itself cost.
    pub cost: Spent,
    /// Targets that were unreachable.
    pub unreachable: Vec<Unreachable>,
    /// Targets in which another kind could not be listed. Their instances were scanned.
    pub unlisted: Vec<Unlisted>,
    /// Targets that a policy of the organisation denies.
    pub denied: Vec<Target>,
    /// Targets that were not due.
    pub not_due: Vec<NotDue>,
    /// The number of targets that were scanned completely.
    pub scanned: usize,
    /// Accounts that were skipped on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Names of the scanned accounts, if known.
    pub names: BTreeMap<Arc<str>, String>,
    /// Other information for people, as text.
    pub notes: Vec<String>,
    /// The pause switch held it back.
    pub paused: bool,
    /// Past savings, and every stop that still saves money; `None` if savings are not counted or the record was
    /// unreadable.
    pub saved: Option<Savings>,
    /// The effective rate of each account in which it is known, for net amounts.
    pub rates: EffectiveRates,
    /// The second currency for all amounts.
    pub money: Money,
    /// Whether the prices of the rows were looked up.
    pub priced: bool,
    /// The date of the bundled price list, if prices of it are in the rows.
    pub bundled_prices: Option<NaiveDate>,
    /// What is only reported besides instances; `None` where the settings name nothing, or the run selects instances.
    pub forgotten: Option<forgotten::Forgotten>,
    /// What happened over the last weeks; `None` if there is no record, or it could not be read.
    pub trends: Option<LastWeeks>,
    /// Something besides outcomes and unreachable targets went wrong; the notes have the details.
    pub troubled: bool,
    /// Calls to AWS APIs, including retries.
    pub calls: u64,
    /// How resources and runs are linked, if they are.
    pub links: Option<Arc<Links>>,
    /// The language of its text.
    pub locale: Locale,
}

impl Report {
    /// The same report with all times in one zone.
    #[must_use]
    pub fn shown_in(mut self, zone: Tz) -> Self {
        for row in &mut self.rows {
            row.zone = zone;
            row.verdict.show_in(zone);
        }
        self
    }

    /// The report with the result of executing its plan.
    #[must_use]
    pub fn after(mut self, done: Done) -> Self {
        let Done { outcomes, marks, notes, stop_tags: _ } = done;
        self.outcomes.extend(outcomes);
        self.marks.extend(marks);
        self.noting(notes)
    }

    /// The report with these notes added.
    #[must_use]
    pub fn noting(mut self, notes: Notes) -> Self {
        let Notes { lines, troubled } = notes;
        self.notes.extend(lines);
        self.troubled |= troubled;
        self
    }

    /// Whether other resources than instances were found.
    pub fn has_others(&self) -> bool {
        self.rows.iter().any(|row| row.id.kind != Kind::Instance)
    }

    /// The console page of a resource, where the settings have links.
    pub fn link(&self, id: &ResourceId) -> Option<String> {
        self.links.as_ref()?.resource(id)
    }

    /// The counts.
    pub fn counts(&self) -> Counts {
        let ended = |wanted: &[OutcomeKind]| self.outcomes.iter().filter(|o| wanted.contains(&o.outcome)).count();
        let candidates = |row: &&Row| matches!(row.verdict.action(), Some(Action::Stop | Action::Hibernate));
        Counts {
            found: self.rows.len(),
            candidates: self.rows.iter().filter(candidates).count(),
            stopped: ended(&[OutcomeKind::Stopped, OutcomeKind::Stopping]),
            started: ended(&[OutcomeKind::Started, OutcomeKind::Starting]),
            failed: ended(&[OutcomeKind::Failed, OutcomeKind::Unverified]),
            deferred: self.plan.deferred.len(),
            waiting: self.plan.deferred.iter().filter(|put_off| put_off.because.is_waiting()).count(),
            marked: self.marks_of(MarkVerb::Put),
            lifted: self.marks_of(MarkVerb::Lift),
            messages: self.messages,
            unreachable: self.unreachable.len(),
            denied: self.denied.len(),
            calls: self.calls,
        }
    }

    /// The month of the run in UTC, and the known savings in it so far.
    pub fn saved(&self) -> Option<(Month, Saved)> {
        let month = Month::at(self.at, Tz::UTC);
        self.saved.as_ref().map(|savings| (month, savings.total(month)))
    }

    /// The net of those savings; `None` if no effective rate is known in an account with savings.
    pub fn saved_net(&self) -> Option<Net> {
        let (savings, (month, _)) = self.saved.as_ref().zip(self.saved())?;
        let accounts = savings.by(month, |whose| &whose.account);
        self.rates
            .net(accounts.into_iter().map(|(account, saved)| (account, saved.usd)).filter(|(_, usd)| *usd > Usd::ZERO))
    }

    /// The monthly cost of instances that are idle or outside their hours; `None` if no prices were looked up.
    pub fn waste(&self) -> Option<Waste<'_>> {
        self.priced.then(|| self.rows.iter().filter_map(Row::wasted).collect())
    }

    /// What runs in scope by owner and by the tag by which costs are grouped, where there is a budget; empty if no prices
    /// were looked up.
    pub fn budgets<'a>(&'a self) -> Vec<GroupCost> {
        let running = self.rows.iter().filter(|row| self.priced && row.running_in_scope);
        let of = |row: &'a Row| Running { owner: row.owner.known(), tag: row.group.as_deref(), monthly: row.monthly };
        with_budgets(&self.money, running.map(of))
    }

    fn marks_of(&self, verb: MarkVerb) -> usize {
        self.marks.iter().filter(|end| end.failed.is_none() && end.step.verb == verb).count()
    }

    /// Degraded if something failed or was unreachable.
    pub fn health(&self) -> Health {
        let counts = self.counts();
        let unmarked = self.marks.iter().any(|end| end.failed.is_some());
        if counts.failed > 0 || counts.unreachable > 0 || unmarked || !self.unlisted.is_empty() || self.troubled {
            Health::Degraded
        } else {
            Health::Ok
        }
    }
}
