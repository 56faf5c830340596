//! `no-policy`: nothing is done to what no policy names, and it is shown.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Unscoped, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::NoPolicy, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    (case.policy.is_none() && case.match_unknown.is_none()).then_some(Verdict::OutOfScope(Unscoped::NoPolicy))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let first = case.policy.map(|(policy, _)| policy.name.clone());
    Inputs::NoPolicy { policies: case.settings.policies.len(), first }
}
