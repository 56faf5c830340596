//! The plan: ordered steps, deferred steps with their causes, or a refusal. A dry run and a real run use the same
//! value.

pub mod caps;
pub mod pace;
pub mod restart;
pub mod undo_capacity;

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::engine::config::{AtOpening, Settings};
use crate::engine::history::Today;
use crate::engine::judge::{Gate, Interner, Ruling};
use crate::engine::model::{Action, Cap, Instance, MarkStep, ResourceId, Step, Verdict, placed, sane, sane_option};
use crate::engine::plan::caps::{CapBudget, Running};

/// How long a reviewed plan may be executed.
const LIFETIME_MINUTES: i64 = 60;

/// A step that is deferred to a later run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Deferred {
    /// The resource.
    #[serde(flatten, deserialize_with = "placed")]
    pub id: ResourceId,
    /// What would have been done.
    pub action: Action,
    /// The cause.
    pub because: Cap,
    /// The expected time, if it waits for people.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub until: Option<DateTime<Utc>>,
}

/// The steps to execute, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// A digest of the plan's contents.
    pub id: String,
    /// The time at which it was judged.
    #[serde(deserialize_with = "sane")]
    pub made_at: DateTime<Utc>,
    /// The time after which it cannot be executed.
    #[serde(deserialize_with = "sane")]
    pub expires: DateTime<Utc>,
    /// The hash of the settings that it was made with.
    pub settings: String,
    /// The steps, in order of execution.
    pub steps: Vec<Step>,
    /// The deferred steps.
    pub deferred: Vec<Deferred>,
    /// Marks to write or remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<MarkStep>,
    /// Tags to write that name the person who launched an instance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<MarkStep>,
    /// Why no step is executed, if the plan is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Plan {
    /// The part about one account, without what is said of everything.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Self {
        let here = |id: &ResourceId| *id.place.account == *account;
        let Self { id, made_at, expires, settings, steps, deferred, marks, labels, refused: _ } = self;
        Self {
            id: id.clone(),
            made_at: *made_at,
            expires: *expires,
            settings: settings.clone(),
            steps: steps.iter().filter(|step| here(&step.id)).cloned().collect(),
            deferred: deferred.iter().filter(|deferred| here(&deferred.id)).cloned().collect(),
            marks: marks.iter().filter(|mark| here(&mark.id)).cloned().collect(),
            labels: labels.iter().filter(|label| here(&label.id)).cloned().collect(),
            refused: None,
        }
    }
}

/// Why a reviewed plan cannot be executed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum PlanRefused {
    #[error(
        "the plan {id} expired at {expires}, an hour after it was made; make a new one with `idle-reaper plan --out`"
    )]
    Expired { id: String, expires: DateTime<Utc> },
    #[error("the plan {id} is from {made_at}, which is still to come; make a new one with `idle-reaper plan --out`")]
    FromTheFuture { id: String, made_at: DateTime<Utc> },
    #[error(
        "the plan {id} was made under other settings ({planned}, now {current}); make a new one with `idle-reaper plan --out`"
    )]
    OtherSettings { id: String, planned: String, current: String },
    #[error("the plan {id} was itself refused: {because}")]
    WasRefused { id: String, because: String },
}

/// A step before the caps are spent, with its sort criteria.
#[derive(Clone, Debug)]
pub struct Candidate {
    step: Step,
    failed_last: bool,
    since: DateTime<Utc>,
    gate: Gate,
    /// Its policy starts it again at the opening.
    starts_again: bool,
    licenses: Box<[Box<str>]>,
    tie: [u8; 8],
}

impl Candidate {
    /// The step for an armed ruling; `None` if the ruling needs no step.
    pub fn of(instance: &Instance, ruling: &Ruling, failed_last: bool, now: DateTime<Utc>) -> Option<Self> {
        let Ruling { verdict, policy, armed, not_after, gate, .. } = ruling;
        let action = verdict.action().filter(|_| *armed)?;
        let since = match verdict {
            Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => outside.since(),
            Verdict::Start(reopening) => reopening.stopped,
            Verdict::Idle(found) => found.marked.unwrap_or(now),
            Verdict::Skip(_) | Verdict::OutOfScope(_) => return None,
        };
        let step = Step {
            id: instance.id.clone(),
            action,
            policy: policy.as_ref()?.name.as_str().into(),
            reason: verdict.reason(),
            launched: instance.launch,
            not_after: *not_after,
        };
        let by_hours = matches!(verdict, Verdict::Stop(_) | Verdict::Hibernate(_));
        let starts_again = by_hours && policy.as_ref()?.at_opening != AtOpening::Nothing;
        let licenses = instance.details.licenses.clone();
        Some(Self { tie: tie(&step.id.name, now), step, failed_last, since, gate: *gate, starts_again, licenses })
    }

    /// Its step.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// Whether it is expected to start at the opening after its stop.
    pub fn starts_again(&self) -> bool {
        self.starts_again
    }

    /// The ARNs of the instance's licence configurations.
    pub fn licenses(&self) -> &[Box<str>] {
        &self.licenses
    }

    /// Defers its step, because the acting role could not start the instance again.
    pub fn hold(&mut self) {
        self.gate = Gate::Shut { because: Cap::CannotStart, until: None };
    }

    /// The stops within the caps, in the order of the plan.
    pub fn stops<'c>(
        settings: &Settings,
        candidates: &'c mut [Self],
        running: &Running,
        today: &Today,
    ) -> impl Iterator<Item = &'c mut Self> {
        Self::sort(candidates);
        let mut budget = CapBudget::new(settings.caps, running, today);
        let open = move |one: &&mut Self| {
            one.gate == Gate::Open && budget.spend(&one.step).is_ok() && one.step.action != Action::Start
        };
        candidates.iter_mut().filter(open)
    }

    /// Whether it is a stop that does not wait for people.
    pub fn is_open_stop(&self) -> bool {
        self.gate == Gate::Open && self.step.action != Action::Start
    }

    /// Longest outside hours first. Steps that failed last time come last, so that they do not block the others.
    fn sort(candidates: &mut [Self]) {
        candidates.sort_unstable_by(|a, b| {
            let key = |c: &Self| (c.failed_last, c.since, c.tie);
            key(a).cmp(&key(b)).then_with(|| a.step.id.cmp(&b.step.id))
        });
    }

    /// Replaces the policy name with the shared copy.
    pub fn share(mut self, interner: &mut Interner) -> Self {
        self.step.policy = interner.name(&self.step.policy);
        self
    }
}

/// Breaks ties by a hash of id and date, so that it is not always the same instance that waits.
fn tie(id: &str, now: DateTime<Utc>) -> [u8; 8] {
    let digest = Sha256::digest(format!("{id} {}", now.date_naive()).as_bytes());
    digest.first_chunk().copied().unwrap_or_default()
}

impl Plan {
    /// Orders the candidates, spends the caps, and defers the rest.
    pub fn make(
        settings: &Settings,
        now: DateTime<Utc>,
        mut candidates: Vec<Candidate>,
        running: &Running,
        today: &Today,
    ) -> Self {
        // Sorted and converted in place: with 100,000 candidates there is no memory for a second list.
        Candidate::sort(&mut candidates);
        let mut budget = CapBudget::new(settings.caps, running, today);
        let mut deferred = Vec::new();
        let steps = candidates.into_iter().filter_map(|candidate| {
            let Candidate { step, failed_last: _, since: _, gate, starts_again: _, licenses: _, tie: _ } = candidate;
            // A step that waits for people does not use up a cap.
            if let Gate::Shut { because, until } = gate {
                deferred.push(Deferred { until, ..put_off(step, because) });
                return None;
            }
            match budget.spend(&step) {
                Ok(()) => Some(step),
                Err(because) => {
                    deferred.push(put_off(step, because));
                    None
                }
            }
        });
        let steps = steps.collect();
        Self { deferred, ..Self::of(settings, now, steps) }
    }

    /// A plan of these steps, in this order, without caps.
    pub fn of(settings: &Settings, now: DateTime<Utc>, steps: Vec<Step>) -> Self {
        let mut plan = Self {
            id: String::new(),
            made_at: now,
            expires: now + Duration::minutes(LIFETIME_MINUTES),
            settings: settings.hash.clone(),
            steps,
            deferred: Vec::new(),
            marks: Vec::new(),
            labels: Vec::new(),
            refused: None,
        };
        plan.seal();
        plan
    }

    /// Sets the plan's id from its contents. Call it after every change to the plan.
    pub fn seal(&mut self) {
        self.id = self.digest();
    }

    /// A digest of everything that would be executed, of the time, and of the settings: this is what a person
    /// approves when reviewing the plan. It detects accidental changes only, because anyone who changes a plan on
    /// purpose can recompute it.
    pub(crate) fn digest(&self) -> String {
        let Self { id: _, made_at, expires, settings, steps, deferred: _, marks, labels, refused: _ } = self;
        let said = serde_json::to_string(&(made_at, expires, settings, steps, marks, labels)).unwrap_or_default();
        Sha256::digest(said).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The same plan with nothing to do: every step is deferred.
    #[must_use]
    pub fn refuse(mut self, why: String, because: Cap) -> Self {
        let steps = std::mem::take(&mut self.steps);
        self.deferred.extend(steps.into_iter().map(|step| put_off(step, because)));
        self.marks.clear();
        self.labels.clear();
        self.seal();
        self.refused = Some(why);
        self
    }

    /// The same plan without the steps that are missing in the reviewed plan: a run may only do less.
    #[must_use]
    pub fn at_most(mut self, reviewed: &Self) -> Self {
        // The approval covers the instance in its state at that time. If it was started since, the approval does not
        // apply.
        let agreed: HashMap<_, _> = reviewed.steps.iter().map(|step| (step.agreed(), step.not_after)).collect();
        let (mut steps, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.steps).into_iter().partition(|step| agreed.contains_key(&step.agreed()));
        for step in &mut steps {
            let then = agreed.get(&step.agreed()).copied().flatten();
            step.not_after = [step.not_after, then].into_iter().flatten().min();
        }
        self.marks.retain(|mark| reviewed.marks.iter().any(|seen| (&seen.id, seen.verb) == (&mark.id, mark.verb)));
        self.steps = steps;
        self.deferred.extend(rest.into_iter().map(|step| put_off(step, Cap::NotReviewed)));
        self.seal();
        self
    }

    /// Whether this plan, read from a file, may still be executed.
    ///
    /// # Errors
    /// [`PlanRefused`] if it has expired, was made with other settings, or was itself refused.
    pub fn check(&self, settings: &Settings, now: DateTime<Utc>) -> Result<(), PlanRefused> {
        let id = self.id.clone();
        if let Some(because) = &self.refused {
            return Err(PlanRefused::WasRefused { id, because: because.clone() });
        }
        if self.settings != settings.hash {
            let (planned, current) = (self.settings.clone(), settings.hash.clone());
            return Err(PlanRefused::OtherSettings { id, planned, current });
        }
        if self.made_at > now + Duration::minutes(1) {
            return Err(PlanRefused::FromTheFuture { id, made_at: self.made_at });
        }
        // The reader enforces the lifetime, so a later `expires` in an edited file has no effect.
        let expires = self.expires.min(self.made_at + Duration::minutes(LIFETIME_MINUTES));
        if now >= expires {
            return Err(PlanRefused::Expired { id, expires });
        }
        Ok(())
    }
}

fn put_off(step: Step, because: Cap) -> Deferred {
    let Step { id, action, policy: _, reason: _, launched: _, not_after: _ } = step;
    Deferred { id, action, because, until: None }
}
