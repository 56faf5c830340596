//! `busy`: the last hour was busy. A batch job that a scheduler started at two in the morning survives.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Busy, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let limit = case.settings.busy?.cpu_percent;
    match case.activity {
        Activity::Cpu(cpu) => (*cpu >= limit).then_some(Verdict::Spare(Spared::Busy { cpu: *cpu, limit })),
        Activity::NotAsked | Activity::Gap(_) => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    let limit = case.settings.busy.map(|busy| busy.cpu_percent);
    Inputs::Busy { last_hour: case.activity.clone(), limit }
}
