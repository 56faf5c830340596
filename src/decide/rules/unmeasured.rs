//! `unmeasured`: the last hour was asked for and there is no figure. A gap is evidence of nothing.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::settings::Unmeasured;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule {
    reason: Reason::Unmeasured,
    judge,
    inputs,
    mend: "a figure in CloudWatch, or `unmeasured = \"ignore\"` in `[busy]`",
};

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match (case.settings.busy?.unmeasured, case.activity) {
        (Unmeasured::Spare, Activity::Gap(gap)) => Some(Verdict::Spare(Spared::Unmeasured { gap: gap.clone() })),
        (Unmeasured::Ignore, _) | (Unmeasured::Spare, Activity::NotAsked | Activity::Cpu(_)) => None,
    }
}

fn inputs(case: &Case<'_>) -> String {
    match case.activity {
        Activity::Gap(gap) => format!("no figure: {gap}"),
        Activity::NotAsked => "not asked".to_owned(),
        Activity::Cpu(_) => "measured".to_owned(),
    }
}
