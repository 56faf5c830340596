//! `young`: an instance is not stopped within minutes of its start.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Young, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let grace = case.policy?.0.min_uptime;
    // A launch time in the future means that a clock is wrong. The negative age is below any grace, so the instance
    // is not stopped.
    let age = case.now.signed_duration_since(case.instance.launch?);
    (age < grace).then_some(Verdict::Skip(Skipped::Young { age, grace }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let grace = case.policy.map_or(chrono::Duration::zero(), |(policy, _)| policy.min_uptime);
    Inputs::Young { age: case.instance.launch.map(|launch| case.now.signed_duration_since(launch)), grace }
}
