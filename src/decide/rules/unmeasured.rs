//! `unmeasured`: too few figures of the last hour to call it quiet. A gap is evidence of nothing.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::inputs::Inputs;
use crate::decide::settings::Unmeasured;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Unmeasured, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.settings.busy?.unmeasured {
        Unmeasured::Spare => unmeasured(case.activity).map(Verdict::Spare),
        Unmeasured::Ignore => None,
    }
}

/// What is missing of the last hour.
pub(super) fn unmeasured(activity: &Activity) -> Option<Spared> {
    activity.gap().map(|gap| Spared::Unmeasured { gap: gap.to_owned() })
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Unmeasured { last_hour: case.activity.clone() }
}
