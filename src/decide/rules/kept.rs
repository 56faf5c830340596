//! `kept`: a team has said no. Any value counts, even an empty one, in any case: what is meant is clear.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::decide::keeping::Kept;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Kept, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::ForGood { key, value } => Some(Verdict::Spare(Spared::Kept { key, value })),
        Kept::Until { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } | Kept::No => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let found = match case.kept.clone() {
        Kept::ForGood { key, value } => Some((key, value)),
        Kept::Until { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } | Kept::No => None,
    };
    Inputs::Kept { key: case.settings.tags.keep.clone(), found }
}
