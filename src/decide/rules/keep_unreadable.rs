//! `keep-unreadable`: a team has said something about keeping that nobody can read. It protects, and is shown.

use super::Rule;
use crate::decide::case::{Case, Keeping};
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule {
    reason: Reason::KeepUnreadable,
    judge,
    inputs,
    mend: "a date such as `2026-12-31`, or an instant such as `2026-12-31T18:00+09:00`, in the tag",
};

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match case.keeping() {
        Keeping::Unreadable(wrong) => Some(Verdict::Spare(Spared::KeepUnreadable { value: wrong.0 })),
        Keeping::Over | Keeping::Until { .. } => None,
    }
}

fn inputs(case: &Case<'_>) -> String {
    match case.keeping() {
        Keeping::Unreadable(wrong) => wrong.to_string(),
        Keeping::Over | Keeping::Until { .. } => {
            format!("no unreadable `{}`", case.settings.tags.keep_until)
        }
    }
}
