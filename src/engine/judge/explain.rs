//! Why one instance is judged as it is: every rule in order, with what it looked at and what it says.

use crate::engine::judge::order::{RULES, verdict};
use crate::engine::model::{Reason, Verdict};
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

/// One rule's part of an explanation.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The rule.
    pub rule: Reason,
    /// What it looked at.
    pub inputs: Inputs,
    /// Its verdict, were it asked alone.
    pub says: Option<Verdict>,
    /// Whether it is the one that decides.
    pub decides: bool,
}

/// Every rule, in order, and the verdict.
pub fn explain(case: &Case<'_>) -> (Vec<Asked>, Verdict) {
    let mut decided = false;
    let asked = RULES.iter().map(|rule| {
        let says = (rule.judge)(case);
        let decides = says.is_some() && !decided;
        decided |= decides;
        Asked { rule: rule.reason, inputs: (rule.inputs)(case), says, decides }
    });
    (asked.collect(), verdict(case))
}
