//! `schedule-unreadable`: a team has asked for hours of its own that nobody can read. It is spared, and shown.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule {
    reason: Reason::ScheduleUnreadable,
    judge,
    inputs,
    mend: "a schedule's name, or an expression such as `mon-fri 09:00-18:00`, in the tag",
};

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (value, wrong) = case.policy?.1.unreadable.clone()?;
    Some(Verdict::Spare(Spared::ScheduleUnreadable { value, wrong }))
}

fn inputs(case: &Case<'_>) -> String {
    let key = &case.settings.tags.schedule;
    let tag = case.instance.tags.any_case(key).next().map(|(key, value)| super::quoted(key, value));
    let wrong = case.policy.and_then(|(_, hours)| hours.unreadable.as_ref()).map(|(_, wrong)| format!(": {wrong}"));
    told(tag.map(|tag| tag + &wrong.unwrap_or_default()), &format!("no tag `{key}`"))
}
