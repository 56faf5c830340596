//! Why one instance gets its verdict: every rule in order, with its inputs and its result.

use crate::engine::judge::order::{rules_for, verdict};
use crate::engine::model::{Reason, Verdict};
use crate::engine::rules::{Case, Inputs};

/// One rule's part of an explanation.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The rule.
    pub rule: Reason,
    /// The inputs that it read.
    pub inputs: Inputs,
    /// Its verdict if it were the only rule.
    pub says: Option<Verdict>,
    /// Whether it decides.
    pub decides: bool,
}

/// Every rule about this kind of resource, in order, and the verdict.
pub fn explain(case: &Case<'_>) -> (Vec<Asked>, Verdict) {
    let mut decided = false;
    let asked = rules_for(case.instance.id.kind).map(|rule| {
        let says = (rule.judge)(case);
        let decides = says.is_some() && !decided;
        decided |= decides;
        Asked { rule: rule.reason, inputs: (rule.inputs)(case), says, decides }
    });
    (asked.collect(), verdict(case))
}
