//! `never-listed`: the instance is in the settings' `[never]` list, which applies before any policy. If the account's
//! name or organisational units are unknown, it may be listed, so it is not stopped either. An instance that the
//! reaper stopped before is still started.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NeverListed, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let by = case.settings.never.names(case.account, &case.instance.tags)?;
    if by.is_doubtful() && case.waits_for_opening().is_some() {
        return None;
    }
    Some(Verdict::Skip(Skipped::NeverListed { by }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NeverListed { by: case.settings.never.names(case.account, &case.instance.tags) }
}
