//! `instance-store`: if the root volume is instance store, EC2 refuses the stop. If other volumes are, the stop
//! erases their data.

use crate::engine::model::instance_store::instance_store;
use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::InstanceStore, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    instance_store(case.instance).map(|tell| Verdict::Skip(Skipped::InstanceStore { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::InstanceStore { tell: instance_store(case.instance) }
}
