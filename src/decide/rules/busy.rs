//! `busy`: the last hour was busy. A batch job that a scheduler started at two in the morning survives.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::inputs::Inputs;
use crate::decide::settings::Busy;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Busy, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let limits = case.settings.busy?;
    busy(case.activity, &limits).map(Verdict::Spare)
}

/// A figure of the last hour that reaches its limit.
pub(super) fn busy(activity: &Activity, limits: &Busy) -> Option<Spared> {
    match activity {
        Activity::Measured(hour) => {
            hour.busy(limits).map(|(gauge, figure, limit)| Spared::Busy { gauge, figure, limit })
        }
        Activity::NotAsked | Activity::Gap(_) => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Busy { last_hour: case.activity.clone(), limits: case.settings.busy }
}
