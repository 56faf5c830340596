//! `tag-unknown`: a tag whose key is one of the teams' tags but for a typo. Somebody wanted something of the reaper, and
//! nobody can tell what for certain. It is never stopped, and shown.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;
use crate::engine::tags::keep::Kept;

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
