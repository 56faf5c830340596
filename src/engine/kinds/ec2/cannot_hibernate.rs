//! `cannot-hibernate`: the policy hibernates, the instance cannot, and a plain stop would lose the contents of its
//! memory.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::CannotHibernate, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    case.cannot_hibernate().then_some(Verdict::Skip(Skipped::CannotHibernate))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::CannotHibernate { enabled: case.instance.hibernation }
}
