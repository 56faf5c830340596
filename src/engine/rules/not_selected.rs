//! `not-selected`: the request names policies, and the instance belongs to a different one.

use crate::engine::model::{Reason, Unscoped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NotSelected, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, _) = case.policy?;
    (!case.scope.has_policy(&policy.name)).then_some(Verdict::OutOfScope(Unscoped::NotSelected))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NotSelected { selected: case.scope.policies.clone() }
}
