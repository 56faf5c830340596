//! `spot`: a one-time Spot request refuses to be stopped, a persistent one may be opened again, and other
//! lifecycles are paid for in other ways.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Spot, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let lifecycle = case.instance.lifecycle.as_deref()?.to_owned();
    Some(Verdict::Spare(Spared::Spot { lifecycle }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Spot { lifecycle: case.instance.lifecycle.as_deref().map(str::to_owned) }
}
