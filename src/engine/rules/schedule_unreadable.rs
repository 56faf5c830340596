//! `schedule-unreadable`: the tag with which the team asks for hours is unreadable. The instance is skipped and shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};

pub(crate) const RULE: Rule = Rule { reason: Reason::ScheduleUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (value, wrong) = case.policy?.1.unreadable.clone()?;
    Some(Verdict::Skip(Skipped::ScheduleUnreadable { value, wrong }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let (names, tags) = (&case.settings.tags, &case.instance.tags);
    let asked = names.asked_hours(tags).into_iter().next();
    let hours = case.policy.map(|(_, hours)| hours);
    let read = asked.and_then(|asked| Some((asked.dialect?.name().to_owned(), hours?.schedule.name.clone())));
    let unreadable = hours.and_then(|hours| hours.unreadable.as_ref());
    let wrong = unreadable.map(|(_, wrong)| wrong.clone());
    let is_wrong = |(_, value): &(&str, &str)| unreadable.is_some_and(|(wrong, _)| wrong == value);
    let extra = tags.any_case(&names.schedule_extra).find(is_wrong);
    let found = extra.or(asked.map(|asked| (asked.key, asked.value))).map(owned);
    let (key, read) = match extra {
        Some(_) => (&names.schedule_extra, None),
        None => (&names.schedule, read),
    };
    Inputs::ScheduleUnreadable { key: key.clone(), found, read, wrong }
}
