//! `tag-unknown`: a tag key is a likely typo of one of the tags that teams set for the reaper. The intention is
//! unclear, so the instance is never stopped, and it is shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};
use crate::engine::tags::Kept;

pub(crate) const RULE: Rule = Rule { reason: Reason::TagUnknown, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::Mistyped { key, meant } => Some(Verdict::Skip(Skipped::TagUnknown { key, meant })),
        Kept::ForGood { .. } | Kept::Until { .. } | Kept::Unreadable { .. } | Kept::No => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let found = match case.kept.clone() {
        Kept::Mistyped { key, meant } => Some((key, meant)),
        Kept::ForGood { .. } | Kept::Until { .. } | Kept::Unreadable { .. } | Kept::No => None,
    };
    Inputs::TagUnknown { found }
}
