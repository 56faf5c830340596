//! `logged-in`: somebody has an active session of Session Manager on the instance. Example: a person who debugs at night on
//! a quiet machine is not cut off.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Activity, Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::LoggedIn, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let busy = case.settings.busy?;
    // Without any answer, who is logged in is unknown, too.
    if let Activity::Gap(why) = case.activity
        && busy.sessions
    {
        return Some(Verdict::Skip(Skipped::SessionsUnknown { why: why.clone() }));
    }
    logged_in(case.activity).map(Verdict::Skip)
}

/// Who is logged in, or that this is unknown: then the instance is skipped, too, for the settings ask for the answer.
pub(crate) fn logged_in(activity: &Activity) -> Option<Skipped> {
    match activity {
        Activity::LoggedIn(sessions) => Some(Skipped::LoggedIn { sessions: *sessions }),
        Activity::SessionsUnknown(why) => Some(Skipped::SessionsUnknown { why: why.clone() }),
        Activity::NotAsked | Activity::Measured(_) | Activity::Gap(_) => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::LoggedIn { last_hour: case.activity.clone() }
}
