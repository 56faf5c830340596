//! `schedule-unreadable`: the tag with which the team asks for hours is unreadable. The instance is skipped and shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};

pub(crate) const RULE: Rule = Rule { reason: Reason::ScheduleUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (value, wrong) = case.policy?.1.unreadable.clone()?;
    Some(Verdict::Skip(Skipped::ScheduleUnreadable { value, wrong }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let names = &case.settings.tags;
    let asked = names.asked_hours(&case.instance.tags).into_iter().next();
    let hours = case.policy.map(|(_, hours)| hours);
    let read = asked.and_then(|asked| Some((asked.dialect?.name().to_owned(), hours?.schedule.name.clone())));
    let wrong = hours.and_then(|hours| hours.unreadable.as_ref()).map(|(_, wrong)| wrong.clone());
    let found = asked.map(|asked| owned((asked.key, asked.value)));
    Inputs::ScheduleUnreadable { key: names.schedule.clone(), found, read, wrong }
}
