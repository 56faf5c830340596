//! `undone`: a person undid a stop of this instance. That holds until the opening after next, which leaves time to
//! fix a tag or the settings.

use chrono::{DateTime, Utc};

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Undone, judge, inputs };

/// When it was undone, and the opening after next. `None` if its schedule does not open twice: then the instance is
/// skipped for as long as the record has the undo.
fn undone(case: &Case<'_>) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let at = *case.history.undone.get(&case.instance.id)?;
    let (_, hours) = case.policy?;
    let next = hours.schedule.next_opening(at);
    Some((at, next.and_then(|next| hours.schedule.next_opening(next))))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (at, until) = undone(case)?;
    let zone = case.policy?.1.at.zone;
    until.is_none_or(|until| case.now < until).then_some(Verdict::Skip(Skipped::Undone { at, until, zone }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let Some((_, hours)) = case.policy else {
        return Inputs::WithoutPolicy;
    };
    Inputs::Undone { undone: undone(case), zone: hours.at.zone }
}
