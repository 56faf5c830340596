//! `frozen`: neither stop nor start in a frozen period.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Frozen, judge, inputs, mend: "the end of the frozen period, `freeze` in the calendar" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let range = case.policy?.1.at.frozen?;
    Some(Verdict::Spare(Spared::Frozen { range }))
}

fn inputs(case: &Case<'_>) -> String {
    match case.policy.and_then(|(_, hours)| hours.at.frozen) {
        Some(range) => format!("frozen {range}"),
        None => "no frozen period".to_owned(),
    }
}
