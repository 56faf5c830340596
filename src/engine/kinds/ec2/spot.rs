//! `spot`: EC2 refuses to stop an instance of a one-time Spot request, and a persistent request may launch a new one.
//! Other lifecycles are billed in other ways.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Spot, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let lifecycle = case.instance.lifecycle.as_deref()?.to_owned();
    Some(Verdict::Skip(Skipped::Spot { lifecycle }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Spot { lifecycle: case.instance.lifecycle.as_deref().map(str::to_owned) }
}
