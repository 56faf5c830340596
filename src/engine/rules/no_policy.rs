//! `no-policy`: no policy matches, so nothing is done. The report shows the instance.

use crate::engine::model::{Reason, Unscoped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NoPolicy, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    (case.policy.is_none() && case.match_unknown.is_none()).then_some(Verdict::OutOfScope(Unscoped::NoPolicy))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let first = case.policy.map(|(policy, _)| policy.name.clone());
    Inputs::NoPolicy { policies: case.settings.policies.len(), first }
}
