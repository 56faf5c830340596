//! `not-looked-at`: an inventory shows an instance where the settings do not look. It is shown, and left alone.

use crate::engine::model::{Reason, Unscoped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::NotLookedAt, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (look, target) = (&case.settings.look, &case.instance.target);
    let looked_at = look.names_account(&target.account) && look.names_region(&target.region);
    (!looked_at).then_some(Verdict::OutOfScope(Unscoped::NotLookedAt))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NotLookedAt { target: case.instance.target.clone() }
}
