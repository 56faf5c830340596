//! `cannot-hibernate`: the policy asks for hibernation, and a plain stop would lose what is in memory.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::decide::settings::Outside;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::CannotHibernate, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let asked = case.policy?.0.outside == Outside::Hibernate;
    (asked && !case.instance.hibernation).then_some(Verdict::Spare(Spared::CannotHibernate))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::CannotHibernate { enabled: case.instance.hibernation }
}
