//! `spot`: a one-time Spot request refuses to be stopped, a persistent one may be opened again, and other
//! lifecycles are paid for in other ways.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Spot, judge, inputs, mend: "an on-demand instance" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let lifecycle = case.instance.lifecycle.as_deref()?.to_owned();
    Some(Verdict::Spare(Spared::Spot { lifecycle }))
}

fn inputs(case: &Case<'_>) -> String {
    told(case.instance.lifecycle.as_deref().map(|lifecycle| format!("lifecycle `{lifecycle}`")), "on demand")
}
