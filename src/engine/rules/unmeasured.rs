//! `unmeasured`: the metrics of the last hour are incomplete, so the instance cannot be called quiet.

use crate::engine::config::Unmeasured;
use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Activity, Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Unmeasured, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.settings.busy?.unmeasured {
        Unmeasured::Skip => unmeasured(case.activity).map(Verdict::Skip),
        Unmeasured::Ignore => None,
    }
}

/// What is missing from the last hour's metrics.
pub(crate) fn unmeasured(activity: &Activity) -> Option<Skipped> {
    activity.gap().map(|gap| Skipped::Unmeasured { gap: gap.to_owned() })
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Unmeasured { last_hour: case.activity.clone() }
}
