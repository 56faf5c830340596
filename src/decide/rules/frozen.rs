//! `frozen`: neither stop nor start in a frozen period.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Frozen, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let range = case.policy?.1.at.frozen?;
    Some(Verdict::Spare(Spared::Frozen { range }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Frozen { range: case.policy.and_then(|(_, hours)| hours.at.frozen) }
}
