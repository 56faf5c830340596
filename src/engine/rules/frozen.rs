//! `frozen`: in a frozen period, an instance is neither stopped nor started.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Frozen, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let range = case.policy?.1.at.frozen?;
    Some(Verdict::Skip(Skipped::Frozen { range }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Frozen { range: case.policy.and_then(|(_, hours)| hours.at.frozen) }
}
