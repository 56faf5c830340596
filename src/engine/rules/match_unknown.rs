//! `match-unknown`: an earlier policy's `match` fits except for one key whose fact is unknown. Any later policy might
//! be the wrong one, so the instance is not stopped. If the reaper stopped it under one of these policies, it is
//! still started.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::MatchUnknown, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, fact) = case.match_unknown?;
    let skipped = Skipped::MatchUnknown { policy: policy.to_owned(), fact };
    case.waits_for_opening().is_none().then_some(Verdict::Skip(skipped))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::MatchUnknown { unknown: case.match_unknown.map(|(policy, fact)| (policy.to_owned(), fact)) }
}
