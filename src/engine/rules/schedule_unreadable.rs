//! `schedule-unreadable`: the team's `schedule` tag is unreadable. The instance is skipped and shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};

pub(crate) const RULE: Rule = Rule { reason: Reason::ScheduleUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (value, wrong) = case.policy?.1.unreadable.clone()?;
    Some(Verdict::Skip(Skipped::ScheduleUnreadable { value, wrong }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let key = &case.settings.tags.schedule;
    let wrong = case.policy.and_then(|(_, hours)| hours.unreadable.as_ref()).map(|(_, wrong)| wrong.clone());
    Inputs::ScheduleUnreadable { key: key.clone(), found: case.instance.tags.any_case(key).next().map(owned), wrong }
}
