//! The report: one value, many renderings. Everything seen has its line here.

pub mod difference;
pub mod digest;
pub mod done;
pub mod fan_out;
pub mod labels;
pub mod news;
pub mod past;
pub mod snapshot;
pub mod stocktake;
pub mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::engine::config::{Money, Notify, Policy};
use crate::engine::cost::price::PriceKey;
use crate::engine::cost::savings::{Saved, Savings};
use crate::engine::cost::spent::Spent;
use crate::engine::cost::waste::{Waste, Wasted};
use crate::engine::evidence::idle::Missing;
use crate::engine::judge::Ruling;
use crate::engine::judge::interner::Interner;
use crate::engine::judge::marking::Marking;
use crate::engine::judge::owner::Owner;
use crate::engine::judge::topics::Talk;
use crate::engine::model::month::Month;
use crate::engine::model::{
    Action, Counts, Ending, Health, Instance, Locale, MarkEnd, MarkVerb, NotArmed, Notes, Outcome, Remark, ResourceId,
    SkippedAccount, State, Target, Unreachable, Usd, Verdict,
};
use crate::engine::plan::Plan;
use crate::engine::report::done::Done;
use crate::engine::request::Mode;

/// One line: an instance and its verdict.
#[derive(Clone, Debug)]
pub struct Row {
    /// Which instance.
    pub id: ResourceId,
    /// The `Name` tag, or nothing.
    pub name: Box<str>,
    /// The policy that matches first.
    pub policy: Option<Arc<Policy>>,
    /// What to do, or why not.
    pub verdict: Verdict,
    /// Whether both keys are turned, for a verdict that acts.
    pub armed: bool,
    /// Why it is not, for a verdict that would act.
    pub not_armed: Option<NotArmed>,
    /// Whether it is in state `running`.
    pub running: bool,
    /// Whether it counts as running in scope, for the cap in per cent.
    pub running_in_scope: bool,
    /// Who owns it, and how that is known.
    pub owner: Arc<Owner>,
    /// Instance type.
    pub kind: Arc<str>,
    /// State when seen.
    pub state: State,
    /// When it was started last.
    pub launch: Option<DateTime<Utc>>,
    /// Whether the reaper stopped it and nobody has touched it since.
    pub ours: bool,
    /// Who launched it, where an event told.
    pub launched_by: Option<Arc<str>>,
    /// Whether it lacks the tag that says so. What was not seen whole is not known to.
    pub unlabelled: bool,
    /// What else there is to know about it.
    pub remarks: Vec<Remark>,
    /// What is missing to tell whether it does anything, where weeks of evidence were asked for.
    pub undetermined: Option<Box<Missing>>,
    /// The zone of its hours.
    pub zone: Tz,
    /// Whether it is to be marked.
    pub marks: bool,
    /// What there is to say about it.
    pub talk: Talk,
    /// How much its money counts.
    pub weight: Decimal,
    /// What its price is looked up by, or why there is none; for what runs.
    pub price: Option<Arc<Result<PriceKey, String>>>,
    /// What it costs a month by list price; `None` where that is unknown or was not asked for.
    pub monthly: Option<Usd>,
}

impl Row {
    /// The line for a ruling.
    pub fn new(instance: &Instance, ruling: Ruling, notify: &Notify, interner: &mut Interner) -> Self {
        let Ruling {
            verdict,
            policy,
            armed,
            not_armed,
            not_after: _,
            gate: _,
            marking,
            talk,
            owner,
            zone,
            kept: _,
            ours,
            remarks,
            undetermined,
        } = ruling;
        let in_scope = !matches!(verdict, Verdict::OutOfScope(_));
        let running = instance.state == State::Running;
        Self {
            id: instance.id.clone(),
            name: instance.name().into(),
            policy,
            verdict,
            armed,
            not_armed,
            running,
            running_in_scope: in_scope && running,
            owner: interner.owner(owner),
            kind: interner.name(&instance.kind),
            state: instance.state,
            launch: instance.launch,
            ours,
            launched_by: None,
            unlabelled: false,
            remarks,
            undetermined: undetermined.map(Box::new),
            zone,
            marks: matches!(marking, Some(Marking::Put(_))),
            talk,
            weight: notify.weight(&instance.tags),
            price: (running && in_scope).then(|| interner.price(PriceKey::of(instance))),
            monthly: None,
        }
    }
}

impl Row {
    /// What it wastes, where it is idle or runs outside its hours.
    fn wasted(&self) -> Option<Wasted<'_>> {
        match &self.verdict {
            Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Report(_) | Verdict::Idle(_) => Some(Wasted {
                account: &self.id.place.account,
                owner: self.owner.known(),
                policy: self.policy.as_ref().map(|policy| policy.name.as_str()),
                monthly: self.monthly,
            }),
            Verdict::Start(_) | Verdict::Skip(_) | Verdict::OutOfScope(_) => None,
        }
    }
}

/// Everything a run has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// The run's id.
    pub run: Arc<str>,
    /// What was asked for.
    pub mode: Mode,
    /// The instant by which everything was judged.
    pub at: DateTime<Utc>,
    /// One line for each instance seen, by account, Region and id.
    pub rows: Vec<Row>,
    /// What is to be done.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
    /// What became of the marks.
    pub marks: Vec<MarkEnd>,
    /// Messages that a channel accepted.
    pub messages: usize,
    /// What the run cost itself.
    pub cost: Spent,
    /// What could not be looked at.
    pub unreachable: Vec<Unreachable>,
    /// What the organisation's policy closes on purpose.
    pub denied: Vec<Target>,
    /// Targets that were scanned to their end.
    pub scanned: usize,
    /// Accounts that were not looked at on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Names of the accounts looked at, where known.
    pub names: BTreeMap<Arc<str>, String>,
    /// What else people should know, in words.
    pub notes: Vec<String>,
    /// The pause switch held it back.
    pub paused: bool,
    /// What was saved, and every stop that still saves; `None` where nobody counts or the record could not tell.
    pub saved: Option<Savings>,
    /// The second currency in which every figure is shown too.
    pub money: Money,
    /// Whether anybody looked up what the rows cost.
    pub priced: bool,
    /// Something beside outcomes and unreachable targets went wrong; the notes say what.
    pub troubled: bool,
    /// Calls of AWS's APIs, retries included.
    pub calls: u64,
    /// The language in which it speaks to people.
    pub locale: Locale,
}

impl Report {
    /// The same with every instant in one zone.
    #[must_use]
    pub fn shown_in(mut self, zone: Tz) -> Self {
        for row in &mut self.rows {
            row.zone = zone;
            row.verdict.show_in(zone);
        }
        self
    }

    /// The report of a run that has also done this.
    #[must_use]
    pub fn after(mut self, done: Done) -> Self {
        let Done { outcomes, marks, notes } = done;
        self.outcomes.extend(outcomes);
        self.marks.extend(marks);
        self.noting(notes)
    }

    /// The report of a run that has also this to say.
    #[must_use]
    pub fn noting(mut self, notes: Notes) -> Self {
        let Notes { lines, troubled } = notes;
        self.notes.extend(lines);
        self.troubled |= troubled;
        self
    }

    /// The figures.
    pub fn counts(&self) -> Counts {
        let ended = |wanted: &[Ending]| self.outcomes.iter().filter(|o| wanted.contains(&o.outcome)).count();
        let candidates = |row: &&Row| matches!(row.verdict.action(), Some(Action::Stop | Action::Hibernate));
        Counts {
            found: self.rows.len(),
            candidates: self.rows.iter().filter(candidates).count(),
            stopped: ended(&[Ending::Stopped, Ending::Stopping]),
            started: ended(&[Ending::Started]),
            failed: ended(&[Ending::Failed, Ending::Unverified]),
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

    /// The month of the run in UTC, and what is known to have been saved in it so far.
    pub fn saved(&self) -> Option<(Month, Saved)> {
        let month = Month::at(self.at, Tz::UTC);
        self.saved.as_ref().map(|savings| (month, savings.total(month)))
    }

    /// What idle instances and those outside their hours come to a month; `None` where nobody looked up prices.
    pub fn waste(&self) -> Option<Waste<'_>> {
        self.priced.then(|| self.rows.iter().filter_map(Row::wasted).collect())
    }

    fn marks_of(&self, verb: MarkVerb) -> usize {
        self.marks.iter().filter(|end| end.failed.is_none() && end.step.verb == verb).count()
    }

    /// Degraded when something failed or could not be looked at.
    pub fn health(&self) -> Health {
        let counts = self.counts();
        let unmarked = self.marks.iter().any(|end| end.failed.is_some());
        if counts.failed > 0 || counts.unreachable > 0 || unmarked || self.troubled {
            Health::Degraded
        } else {
            Health::Ok
        }
    }
}
