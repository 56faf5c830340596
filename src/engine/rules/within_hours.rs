//! `within-hours`: the schedule is open.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::WithinHours, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (_, hours) = case.policy?;
    hours.at.open.then(|| Verdict::Skip(Skipped::WithinHours { schedule: hours.schedule.name.clone() }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let Some((_, hours)) = case.policy else {
        return Inputs::WithoutPolicy;
    };
    let (schedule, open, zone) = (hours.schedule.name.clone(), hours.at.open, hours.at.zone);
    Inputs::WithinHours { schedule, open, now: case.now, zone }
}
