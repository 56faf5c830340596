//! `never-listed`: the settings' `[never]`, judged before any policy.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::NeverListed, judge, inputs, mend: "a change of `[never]` in the settings" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let by = case.settings.never.names(case.account, &case.instance.tags)?;
    Some(Verdict::Spare(Spared::NeverListed { by }))
}

fn inputs(case: &Case<'_>) -> String {
    told(case.settings.never.names(case.account, &case.instance.tags), "nothing in `[never]` names it")
}
