//! `young`: nobody's machine is taken away minutes after its start.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::Young, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let grace = case.policy?.0.min_uptime;
    // A launch in the future is a clock that is wrong, and no reason to stop anything: its age is less than any grace.
    let age = case.now - case.instance.launch?;
    (age < grace).then_some(Verdict::Skip(Skipped::Young { age, grace }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let grace = case.policy.map_or(chrono::Duration::zero(), |(policy, _)| policy.min_uptime);
    Inputs::Young { age: case.instance.launch.map(|launch| case.now - launch), grace }
}
