//! `match-unknown`: every key of an earlier policy's `match` fits, but for one over something that is unknown. Another
//! policy might be the wrong one, so it is not stopped; what the reaper stopped under one of them is still started.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::MatchUnknown, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, fact) = case.match_unknown?;
    let spared = Spared::MatchUnknown { policy: policy.to_owned(), fact };
    case.waits_for_opening().is_none().then_some(Verdict::Spare(spared))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::MatchUnknown { unknown: case.match_unknown.map(|(policy, fact)| (policy.to_owned(), fact)) }
}
