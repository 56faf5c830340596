//! `calendar-exhausted`: the calendar has no holidays for the day. Neither stop nor start.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule {
    reason: Reason::CalendarExhausted,
    judge,
    inputs,
    mend: "a release with newer holidays, or a calendar without `holidays`",
};

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let date = case.policy?.1.at.exhausted?;
    Some(Verdict::Spare(Spared::CalendarExhausted { date }))
}

fn inputs(case: &Case<'_>) -> String {
    match case.policy.and_then(|(_, hours)| hours.at.exhausted) {
        Some(date) => format!("no holidays are known for {date}"),
        None => "the calendar covers the day".to_owned(),
    }
}
