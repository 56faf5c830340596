//! `busy`: the instance was busy in the last hour. Example: a batch job that a scheduler starts at 02:00 is not
//! stopped.

use crate::engine::config::Busy;
use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Activity, Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Busy, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let limits = case.settings.busy?;
    busy(case.activity, &limits).map(Verdict::Skip)
}

/// The first figure of the last hour that reaches its limit.
pub(crate) fn busy(activity: &Activity, limits: &Busy) -> Option<Skipped> {
    match activity {
        Activity::Measured(hour) => {
            hour.busy(limits).map(|(gauge, figure, limit)| Skipped::Busy { gauge, figure, limit })
        }
        Activity::NotAsked | Activity::Gap(_) | Activity::LoggedIn(_) | Activity::SessionsUnknown(_) => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Busy { last_hour: case.activity.clone(), limits: case.settings.busy }
}
