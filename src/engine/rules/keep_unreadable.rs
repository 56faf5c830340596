//! `keep-unreadable`: the value of a keep tag is unreadable. The instance is skipped and shown in the report.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};
use crate::engine::tags::{KeepUnreadable, Kept};

pub(crate) const RULE: Rule = Rule { reason: Reason::KeepUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.kept_from_stops().clone() {
        Kept::Unreadable { value } => Some(Verdict::Skip(Skipped::KeepUnreadable { value })),
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
