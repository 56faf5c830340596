//! `idle`: the instance has run without any work for weeks. If the policy would stop it now because its hours are
//! over, the rules about hours decide instead.

use crate::engine::config::{Busy, IdleDeed, Outside, Policy};
use crate::engine::evidence::Idleness;
use crate::engine::history::idle_stops::ENOUGH;
use crate::engine::model::{Forgotten, IdleFacts, Reason, Skipped, Verdict, WhyReported};
use crate::engine::rules::standing_mark::standing;
use crate::engine::rules::{Case, Inputs, Rule, busy, logged_in, undone, unmeasured};

pub(crate) const RULE: Rule = Rule { reason: Reason::Idle, judge, inputs };

/// Why an idle instance is only reported. `None`: it may be stopped after the grace period.
pub(crate) fn reported(policy: &Policy, facts: &IdleFacts) -> Option<WhyReported> {
    if let Some(itself) = &facts.report_only {
        return Some(WhyReported::Itself(itself.clone()));
    }
    match policy.idle {
        IdleDeed::Ignore | IdleDeed::Report => Some(WhyReported::Policy),
        IdleDeed::Stop if facts.tier > policy.idle_tier => Some(WhyReported::Tier),
        IdleDeed::Stop => None,
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, hours) = case.policy?;
    let Idleness::Idle(facts) = case.idleness else { return None };
    let stops_now = !hours.at.open && policy.outside != Outside::Report;
    if policy.idle == IdleDeed::Ignore || stops_now {
        return None;
    }
    let reported = reported(policy, facts);
    if reported.is_none() {
        // What a person did (an undo, a repeated restart) outweighs weeks of evidence.
        if let Some(taken_back) = (undone::RULE.judge)(case).or_else(|| fight(case)) {
            return Some(taken_back);
        }
        if case.cannot_hibernate() {
            return Some(Verdict::Skip(Skipped::CannotHibernate));
        }
        if let Some(skipped) = last_hour(case) {
            return Some(Verdict::Skip(skipped));
        }
    }
    let marked = standing(case).ok().map(|mark| mark.since);
    let (hibernate, zone) = (policy.outside == Outside::Hibernate, hours.at.zone);
    Some(Verdict::Idle(Box::new(Forgotten { facts: facts.clone(), reported, hibernate, marked, zone })))
}

/// The reaper stopped it as idle twice, and each time a person started it again: it is needed.
fn fight(case: &Case<'_>) -> Option<Verdict> {
    let stops = case.history.idle_stops.count(&case.instance.id);
    let stops = u32::try_from(stops).unwrap_or(u32::MAX);
    (stops as usize >= ENOUGH).then_some(Verdict::Skip(Skipped::RestartFight { stops }))
}

/// Activity in the last hour, or missing metrics for it. The metrics are requested right before a stop.
fn last_hour(case: &Case<'_>) -> Option<Skipped> {
    let cpu_percent = case.settings.idle.as_ref()?.cpu_max_percent;
    let limits = Busy { cpu_percent, ..case.settings.busy.unwrap_or_default() };
    let quiet = || busy::busy(case.activity, &limits).or_else(|| unmeasured::unmeasured(case.activity));
    logged_in::logged_in(case.activity).or_else(quiet)
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Idle { idleness: case.idleness.clone() }
}
