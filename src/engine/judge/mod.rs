//! Judges instances one by one. The state of a schedule is computed once for all instances under it.

pub mod explain;
mod hours;
pub mod interner;
pub mod last_hour;
pub mod marking;
pub mod marks;
pub mod near_miss;
pub mod notice_gate;
pub mod order;
pub mod owner;
pub mod remarks;
pub mod retagged;
mod ruling;
pub mod topics;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::engine::config::{Fit, IdleDeed, Policy, Settings, Stage};
use crate::engine::evidence::idle::{Idleness, Missing};
use crate::engine::history::notices::Said;
use crate::engine::history::past_runs::History;
use crate::engine::judge::hours::ByTag;
use crate::engine::judge::marking::{Finding, finding, marking};
use crate::engine::judge::notice_gate::gate;
use crate::engine::judge::order::verdict;
use crate::engine::judge::remarks::remarks;
use crate::engine::judge::topics::{Ruled, talk};
use crate::engine::model::panic::contained;
use crate::engine::model::{Account, Action, Instance, Kind, NotArmed, State, Tags, UnknownFact, Verdict};
use crate::engine::request::Scope;
use crate::engine::rules::case::{Hours, own_tag};
use crate::engine::rules::{Activity, Case};
use crate::engine::tags::Kept;

pub use crate::engine::judge::interner::Interner;
pub use crate::engine::judge::marking::Marking;
pub use crate::engine::judge::notice_gate::Gate;
pub use crate::engine::judge::owner::{Contacts, OwnedBy, Owner, Reach};
pub use crate::engine::judge::retagged::Retag;
pub use crate::engine::judge::ruling::{Known, Ruling};
pub use crate::engine::judge::topics::Talk;

/// A policy and its index in the settings.
type Numbered<'a> = (usize, &'a Arc<Policy>);

/// The alternate contacts if none were requested.
static NO_CONTACTS: Contacts = Contacts::new();

/// Judges every instance of a run with the same settings at the same time.
pub struct Judge<'a> {
    settings: &'a Settings,
    scope: &'a Scope,
    history: &'a History,
    contacts: &'a Contacts,
    now: DateTime<Utc>,
    by_policy: Vec<Arc<Hours>>,
    by_tag: HashMap<ByTag, Arc<Hours>>,
}

impl<'a> Judge<'a> {
    /// A judge for one point in time.
    pub fn new(settings: &'a Settings, scope: &'a Scope, history: &'a History, now: DateTime<Utc>) -> Self {
        let mut by_schedule: HashMap<&str, Arc<Hours>> = HashMap::new();
        let by_policy = settings.policies.iter().map(|policy| {
            let schedule = &policy.schedule;
            let hours = by_schedule.entry(&schedule.name).or_insert_with(|| {
                Arc::new(Hours { schedule: schedule.clone(), at: schedule.at(now), unreadable: None })
            });
            hours.clone()
        });
        let by_policy = by_policy.collect();
        Self { settings, scope, history, contacts: &NO_CONTACTS, now, by_policy, by_tag: HashMap::new() }
    }

    /// The same judge with the accounts' alternate contacts.
    #[must_use]
    pub fn with_contacts(self, contacts: &'a Contacts) -> Self {
        Self { contacts, ..self }
    }

    /// The ruling for one instance. There is always one.
    pub fn rule(&mut self, instance: &Instance, account: &Account, activity: &Activity) -> Ruling {
        self.rule_known(instance, account, &Known::activity(activity.clone()))
    }

    /// The ruling for one instance with all evidence. If judging it panics, the instance is skipped and shown.
    pub fn rule_known(&mut self, instance: &Instance, account: &Account, known: &Known) -> Ruling {
        contained("judge", &instance.id.name, || self.judged(instance, account, known)).unwrap_or_else(Ruling::unjudged)
    }

    fn judged(&mut self, instance: &Instance, account: &Account, known: &Known) -> Ruling {
        let (matched, match_unknown) = self.matched(instance, account);
        let hours = matched.and_then(|(index, policy)| Some((policy, self.hours(index, instance)?)));
        let policy = hours.as_ref().map(|(policy, hours)| (&***policy, &**hours));
        let case = Case { match_unknown, ..self.case(instance, account, known, policy) };
        let verdict = verdict(&case);
        let owner = owner::resolve(self.settings, &instance.tags, account, self.contacts);
        let reach = Reach::of(self.settings, &owner);
        let not_armed = self.not_armed(matched.map(|(_, policy)| &**policy));
        let marking = finding(&case, &verdict).and_then(|finding| marking(&case, finding));
        let said = Said::of(&case, &owner);
        let of_account = || owner::resolve(self.settings, &Tags::default(), account, self.contacts);
        let operator = self.settings.notify.operator.is_some();
        let retag = Retag::of(&case, &said, operator || Reach::of(self.settings, &of_account()).is_some());
        let gate = gate(&case, &verdict, marking.as_ref(), reach, retag);
        let ruled = Ruled {
            verdict: &verdict,
            armed: not_armed.is_none(),
            gate,
            marking: marking.as_ref(),
            reach,
            by_default: owner.is_default(),
            retag,
            of_account: &of_account,
        };
        let talk = talk(&case, &ruled);
        let remarks = remarks(&case, owner.is_default());
        let zone = case.policy.map_or(Tz::UTC, |(_, hours)| hours.at.zone);
        let sure = |hours: &&Hours| hours.unreadable.is_none() && hours.at.exhausted.is_none();
        let schedule = case.policy.map(|(_, hours)| hours).filter(sure).map(|hours| hours.schedule.clone());
        let ours = case.own_tag().is_some_and(|tag| case.is_ours_since(&tag));
        let kept = case.kept;
        let policy = matched.map(|(_, policy)| policy.clone());
        Ruling {
            armed: verdict.action().is_some() && not_armed.is_none(),
            not_armed: not_armed.filter(|_| verdict.action().is_some()),
            not_after: not_after(&verdict, policy.as_deref(), instance.id.kind),
            gate,
            marking: marking.filter(|_| not_armed.is_none()),
            talk,
            policy,
            verdict,
            owner,
            zone,
            schedule,
            kept,
            ours,
            remarks,
            undetermined: undetermined(&known.idleness),
        }
    }

    /// Whether weeks of evidence can change the result for an instance: its policy wants them, and no rule skips it
    /// anyway.
    pub fn wants_evidence(&mut self, instance: &Instance, account: &Account) -> bool {
        let (known, asked) = (Known::NOTHING, self.settings.idle.is_some() && instance.id.kind != Kind::Service);
        let wants = |case: &Case<'_>| {
            let policy = case.policy.is_some_and(|(policy, _)| policy.idle != IdleDeed::Ignore);
            let verdict = verdict(case);
            policy && case.instance.state == State::Running && finding(case, &verdict) == Some(Finding::Unknown)
        };
        let ask = || self.with_case(instance, account, &known, wants);
        asked && contained("judge", &instance.id.name, ask).unwrap_or(false) // its ruling reports the panic
    }

    /// Passes the case of one instance to `look`, for an explanation.
    pub fn with_case<T>(
        &mut self,
        instance: &Instance,
        account: &Account,
        known: &Known,
        look: impl FnOnce(&Case<'_>) -> T,
    ) -> T {
        let (matched, match_unknown) = self.matched(instance, account);
        let hours = matched.and_then(|(index, policy)| Some((policy, self.hours(index, instance)?)));
        let policy = hours.as_ref().map(|(policy, hours)| (&***policy, &**hours));
        look(&Case { match_unknown, ..self.case(instance, account, known, policy) })
    }

    fn case<'b>(
        &'b self,
        instance: &'b Instance,
        account: &'b Account,
        known: &'b Known,
        policy: Option<(&'b Policy, &'b Hours)>,
    ) -> Case<'b> {
        let Self { settings, scope, history, contacts: _, now, by_policy: _, by_tag: _ } = self;
        let Known { activity, idleness } = known;
        let match_unknown = None;
        let hours = policy.map(|(_, hours)| &*hours.schedule);
        let kept = Kept::read(&instance.tags, &settings.tags, instance.details.created, hours, *now);
        Case { settings, scope, account, instance, policy, match_unknown, kept, activity, idleness, history, now: *now }
    }

    /// Which place is not enabled: the policy, the run, or a record to write to.
    fn not_armed(&self, policy: Option<&Policy>) -> Option<NotArmed> {
        let run = &self.settings.run;
        match policy.map(|policy| policy.stage) {
            None | Some(Stage::Observe) => Some(NotArmed::Observes),
            Some(Stage::Enforce) if !run.armed => Some(NotArmed::Run),
            Some(Stage::Enforce) if run.record.is_none() => Some(NotArmed::NoRecord),
            Some(Stage::Enforce) => None,
        }
    }

    /// The first policy that matches. If that is unknown: also the first that may match, and the unknown fact. If the
    /// reaper stopped the instance under a policy that may match, that policy stays, so that the instance is started
    /// again.
    fn matched(
        &self,
        instance: &Instance,
        account: &Account,
    ) -> (Option<Numbered<'a>>, Option<(&'a str, UnknownFact)>) {
        let policies = &self.settings.policies;
        let (mut matched, mut doubtful) = (None, Vec::new());
        for (index, policy) in policies.iter().enumerate() {
            match policy.matcher.fit(instance, account) {
                Fit::No => {}
                Fit::Unknown(fact) => doubtful.push(((index, policy), fact)),
                Fit::Yes => {
                    matched = Some((index, policy));
                    break;
                }
            }
        }
        let Some(((_, first), fact)) = doubtful.first().copied() else { return (matched, None) };
        let mut candidates = doubtful.iter().map(|(policy, _)| *policy).chain(matched);
        let own = own_tag(instance, self.settings);
        let stopped_by = own.and_then(|tag| candidates.find(|(_, policy)| policy.name == tag.policy));
        (stopped_by, Some((first.name.as_str(), fact)))
    }
}

/// What is missing, if the idleness is undetermined.
fn undetermined(idleness: &Idleness) -> Option<Missing> {
    match idleness {
        Idleness::Undetermined(missing) => Some(missing.clone()),
        Idleness::NotAsked | Idleness::Active(_) | Idleness::Idle(_) => None,
    }
}

fn not_after(verdict: &Verdict, policy: Option<&Policy>, kind: Kind) -> Option<DateTime<Utc>> {
    let opens = match (verdict, verdict.action()) {
        (Verdict::Stop(outside) | Verdict::Hibernate(outside), Some(Action::Stop | Action::Hibernate)) => outside.opens,
        (_, _) => None,
    };
    Some(opens? - policy?.margin(kind))
}
