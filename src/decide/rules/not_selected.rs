//! `not-selected`: the request names policies, and this instance belongs to another.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Unscoped, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::NotSelected, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, _) = case.policy?;
    (!case.scope.has_policy(&policy.name)).then_some(Verdict::OutOfScope(Unscoped::NotSelected))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NotSelected { selected: case.scope.policies.clone() }
}
