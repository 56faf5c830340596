//! `kept`: the team set the keep tag. Key and value are accepted in any case, and the value may be anything, even
//! empty.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};
use crate::engine::tags::Kept;

pub(crate) const RULE: Rule = Rule { reason: Reason::Kept, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::ForGood { key, value } => Some(Verdict::Skip(Skipped::Kept { key, value })),
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
