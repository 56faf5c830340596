//! `keep-unreadable`: a team has said something about keeping that nobody can read. It protects, and is shown.

use super::Rule;
use crate::decide::case::{Case, Keeping};
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::KeepUnreadable, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.keeping() {
        Keeping::Unreadable(wrong) => Some(Verdict::Spare(Spared::KeepUnreadable { value: wrong.0 })),
        Keeping::Over | Keeping::Until { .. } => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let wrong = match case.keeping() {
        Keeping::Unreadable(wrong) => Some(wrong),
        Keeping::Over | Keeping::Until { .. } => None,
    };
    Inputs::KeepUnreadable { key: case.settings.tags.keep_until.clone(), wrong }
}
