//! `match-unknown`: every key of an earlier policy's `match` fits, but for one over something that is unknown. Another
//! policy might be the wrong one, so it is not stopped; what the reaper stopped under one of them is still started.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::MatchUnknown, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, fact) = case.match_unknown?;
    let skipped = Skipped::MatchUnknown { policy: policy.to_owned(), fact };
    case.waits_for_opening().is_none().then_some(Verdict::Skip(skipped))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::MatchUnknown { unknown: case.match_unknown.map(|(policy, fact)| (policy.to_owned(), fact)) }
}
