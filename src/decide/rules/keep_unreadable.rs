//! `keep-unreadable`: a team has said something about keeping that nobody can read. It protects, and is shown.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::decide::keeping::Kept;
use crate::words::{KeepUnreadable, Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::KeepUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::Unreadable { value } => Some(Verdict::Spare(Spared::KeepUnreadable { value })),
        Kept::ForGood { .. } | Kept::Until { .. } | Kept::Mistyped { .. } | Kept::No => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let wrong = match case.kept.clone() {
        Kept::Unreadable { value } => Some(KeepUnreadable(value)),
        Kept::ForGood { .. } | Kept::Until { .. } | Kept::Mistyped { .. } | Kept::No => None,
    };
    Inputs::KeepUnreadable { key: case.settings.tags.keep_until.clone(), wrong }
}
