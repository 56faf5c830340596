//! `unmeasured`: too few figures of the last hour to call it quiet. A gap is evidence of nothing.

use crate::engine::config::Unmeasured;
use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::{Activity, Case};
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::Unmeasured, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.settings.busy?.unmeasured {
        Unmeasured::Skip => unmeasured(case.activity).map(Verdict::Skip),
        Unmeasured::Ignore => None,
    }
}

/// What is missing of the last hour.
pub(crate) fn unmeasured(activity: &Activity) -> Option<Skipped> {
    activity.gap().map(|gap| Skipped::Unmeasured { gap: gap.to_owned() })
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Unmeasured { last_hour: case.activity.clone() }
}
