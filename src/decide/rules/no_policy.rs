//! `no-policy`: nothing is done to what no policy names, and it is shown.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Unscoped, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::NoPolicy, judge, inputs, mend: "a policy whose `match` names it, or other tags" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    case.policy.is_none().then_some(Verdict::OutOfScope(Unscoped::NoPolicy))
}

fn inputs(case: &Case<'_>) -> String {
    match case.policy {
        None => format!("none of {} policies matches", case.settings.policies.len()),
        Some((policy, _)) => format!("the first policy that matches is `{}`", policy.name),
    }
}
