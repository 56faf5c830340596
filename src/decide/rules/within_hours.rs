//! `within-hours`: the schedule is open.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::WithinHours, judge, inputs, mend: "the end of the hours, or other hours in its schedule" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (_, hours) = case.policy?;
    hours.at.open.then(|| Verdict::Spare(Spared::WithinHours { schedule: hours.schedule.name.clone() }))
}

fn inputs(case: &Case<'_>) -> String {
    let Some((_, hours)) = case.policy else {
        return "no policy".to_owned();
    };
    let local = case.now.with_timezone(&hours.at.zone).format("%a %Y-%m-%d %H:%M %Z");
    let open = if hours.at.open { "open" } else { "closed" };
    format!("schedule `{}` is {open} at {local}", hours.schedule.name)
}
