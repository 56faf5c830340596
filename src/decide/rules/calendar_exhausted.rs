//! `calendar-exhausted`: the calendar has no holidays for the day. Neither stop nor start.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::CalendarExhausted, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let date = case.policy?.1.at.exhausted?;
    Some(Verdict::Spare(Spared::CalendarExhausted { date }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::CalendarExhausted { date: case.policy.and_then(|(_, hours)| hours.at.exhausted) }
}
