//! Judges instances one by one. What a schedule says about now is computed once for all instances under it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::case::{Activity, Case, History, Hours};
use super::request::Scope;
use super::rules;
use super::settings::{Policy, Settings, Stage};
use crate::schedule::{Expr, ExprError, Part, Schedule};
use crate::words::{Account, Action, Instance, Verdict};

/// What is decided for one instance.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// What to do, or why not.
    pub verdict: Verdict,
    /// The policy that matches first.
    pub policy: Option<Arc<Policy>>,
    /// Whether both keys are turned, for a verdict that acts.
    pub armed: bool,
    /// The instant after which a stop must not begin: the next opening less a margin.
    pub not_after: Option<DateTime<Utc>>,
}

/// Judges every instance of a run by the same settings at the same instant.
pub struct Judge<'a> {
    settings: &'a Settings,
    scope: &'a Scope,
    history: &'a History,
    now: DateTime<Utc>,
    by_policy: Vec<Arc<Hours>>,
    by_tag: HashMap<(usize, Box<str>), Arc<Hours>>,
}

impl<'a> Judge<'a> {
    /// A judge for one instant.
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
        Self { settings, scope, history, now, by_policy, by_tag: HashMap::new() }
    }

    /// The ruling for one instance. Total: there is one for every instance.
    pub fn rule(&mut self, instance: &Instance, account: &Account, activity: &Activity) -> Ruling {
        let matched = self.matched(instance, account);
        let hours = matched.map(|index| (index, self.hours(index, instance)));
        let policy = hours.as_ref().map(|(index, hours)| (&*self.settings.policies[*index], &**hours));
        let case = self.case(instance, account, activity, policy);
        let verdict = rules::verdict(&case);
        let policy = matched.map(|index| self.settings.policies[index].clone());
        Ruling {
            armed: verdict.action().is_some() && self.armed(policy.as_deref()),
            not_after: not_after(&verdict, policy.as_deref()),
            policy,
            verdict,
        }
    }

    /// Lends the case of one instance to `look`, for an explanation.
    pub fn with_case<T>(
        &mut self,
        instance: &Instance,
        account: &Account,
        activity: &Activity,
        look: impl FnOnce(&Case<'_>) -> T,
    ) -> T {
        let hours = self.matched(instance, account).map(|index| (index, self.hours(index, instance)));
        let policy = hours.as_ref().map(|(index, hours)| (&*self.settings.policies[*index], &**hours));
        look(&self.case(instance, account, activity, policy))
    }

    fn case<'b>(
        &'b self,
        instance: &'b Instance,
        account: &'b Account,
        activity: &'b Activity,
        policy: Option<(&'b Policy, &'b Hours)>,
    ) -> Case<'b> {
        let Self { settings, scope, history, now, by_policy: _, by_tag: _ } = self;
        Case { settings, scope, account, instance, policy, activity, history, now: *now }
    }

    /// Both keys, and a record to write to.
    fn armed(&self, policy: Option<&Policy>) -> bool {
        self.settings.run.armed
            && self.settings.run.record.is_some()
            && policy.is_some_and(|policy| policy.stage == Stage::Enforce)
    }

    fn matched(&self, instance: &Instance, account: &Account) -> Option<usize> {
        self.settings.policies.iter().position(|policy| policy.matcher.matches(instance, account))
    }

    fn hours(&mut self, index: usize, instance: &Instance) -> Arc<Hours> {
        let mut values = instance.tags.any_case(&self.settings.tags.schedule).map(|(_, value)| value);
        let Some(value) = values.next() else {
            return self.by_policy[index].clone();
        };
        if let Some(other) = values.find(|other| *other != value) {
            let base = &self.by_policy[index];
            let wrong = ExprError::TwoTags(value.to_owned(), other.to_owned());
            let unreadable = Some((value.to_owned(), wrong));
            return Arc::new(Hours { schedule: base.schedule.clone(), at: base.at.clone(), unreadable });
        }
        if let Some(known) = self.by_tag.get(&(index, value.into())) {
            return known.clone();
        }
        let hours = Arc::new(self.read_tag(index, value));
        self.by_tag.insert((index, value.into()), hours.clone());
        hours
    }

    /// The hours that a `schedule` tag names or writes; what it leaves out comes from the policy's schedule.
    fn read_tag(&self, index: usize, value: &str) -> Hours {
        let base = &self.by_policy[index];
        let parts = match self.settings.schedules.get(value) {
            Some(named) => named.parts.clone(),
            None => match Expr::parse(value) {
                Ok(expr) => vec![part(expr, &base.schedule)],
                Err(wrong) => {
                    let unreadable = Some((value.to_owned(), wrong));
                    return Hours { schedule: base.schedule.clone(), at: base.at.clone(), unreadable };
                }
            },
        };
        let freezes = base.schedule.parts.iter().filter_map(|part| Some((part.zone, part.calendar.clone()?)));
        let schedule = Schedule { name: value.to_owned(), parts, also_frozen_by: freezes.collect() };
        Hours { at: schedule.at(self.now), schedule: Arc::new(schedule), unreadable: None }
    }
}

/// A tag's expression takes zone and calendar from the policy's schedule, unless it names a zone: another
/// zone's holidays are not this calendar's.
fn part(expr: Expr, base: &Schedule) -> Part {
    let calendar = base.parts.first().and_then(|part| part.calendar.clone());
    match expr.zone {
        Some(zone) => Part { hours: expr.hours, zone, calendar: None },
        None => Part { hours: expr.hours, zone: base.zone(), calendar },
    }
}

fn not_after(verdict: &Verdict, policy: Option<&Policy>) -> Option<DateTime<Utc>> {
    let opens = match (verdict, verdict.action()) {
        (Verdict::Stop(outside) | Verdict::Hibernate(outside), Some(Action::Stop | Action::Hibernate)) => outside.opens,
        (_, _) => None,
    };
    Some(opens? - policy?.margin())
}
