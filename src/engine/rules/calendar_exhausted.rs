//! `calendar-exhausted`: the calendar has no holiday data for the day, so the instance is neither stopped nor
//! started.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::CalendarExhausted, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let date = case.policy?.1.at.exhausted?;
    Some(Verdict::Skip(Skipped::CalendarExhausted { date }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::CalendarExhausted { date: case.policy.and_then(|(_, hours)| hours.at.exhausted) }
}
