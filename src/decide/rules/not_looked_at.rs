//! `not-looked-at`: an inventory shows an instance where the settings do not look. It is shown, and left alone.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Unscoped, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::NotLookedAt, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (look, target) = (&case.settings.look, &case.instance.target);
    let looked_at = look.names_account(&target.account) && look.names_region(&target.region);
    (!looked_at).then_some(Verdict::OutOfScope(Unscoped::NotLookedAt))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::NotLookedAt { target: case.instance.target.clone() }
}
