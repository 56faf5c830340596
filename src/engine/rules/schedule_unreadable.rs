//! `schedule-unreadable`: the team's `schedule` or `schedule-extra` tag is unreadable. The instance is skipped and shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};

pub(crate) const RULE: Rule = Rule { reason: Reason::ScheduleUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (value, wrong) = case.policy?.1.unreadable.clone()?;
    Some(Verdict::Skip(Skipped::ScheduleUnreadable { value, wrong }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let (tags, names) = (&case.instance.tags, &case.settings.tags);
    let unreadable = case.policy.and_then(|(_, hours)| hours.unreadable.as_ref());
    let is_extra = unreadable.is_some_and(|(wrong, _)| tags.any_case(&names.schedule_extra).any(|(_, v)| v == wrong));
    let key = if is_extra { &names.schedule_extra } else { &names.schedule };
    let wrong = unreadable.map(|(_, wrong)| wrong.clone());
    Inputs::ScheduleUnreadable { key: key.clone(), found: tags.any_case(key).next().map(owned), wrong }
}
