//! `not-selected`: the request names policies, and this instance belongs to another.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Unscoped, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::NotSelected, judge, inputs, mend: "a request that selects its policy" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, _) = case.policy?;
    (!case.scope.has_policy(&policy.name)).then_some(Verdict::OutOfScope(Unscoped::NotSelected))
}

fn inputs(case: &Case<'_>) -> String {
    match &case.scope.policies {
        None => "the request selects every policy".to_owned(),
        Some(policies) => format!("the request selects: {}", policies.join(", ")),
    }
}
