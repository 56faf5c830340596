//! `busy`: the last hour was busy. A batch job that a scheduler started at two in the morning survives.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Busy, judge, inputs, mend: "a quiet hour, or `cpu-percent` in `[busy]`" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let limit = case.settings.busy?.cpu_percent;
    match case.activity {
        Activity::Cpu(cpu) => (*cpu >= limit).then_some(Verdict::Spare(Spared::Busy { cpu: *cpu, limit })),
        Activity::NotAsked | Activity::Gap(_) => None,
    }
}

fn inputs(case: &Case<'_>) -> String {
    let Some(busy) = case.settings.busy else {
        return "the settings have no `[busy]`".to_owned();
    };
    match case.activity {
        Activity::Cpu(cpu) => {
            format!("busiest five minutes of the last hour {cpu:.1} % CPU; limit {} %", busy.cpu_percent)
        }
        Activity::NotAsked => "the last hour was not asked for; it is before any stop".to_owned(),
        Activity::Gap(gap) => format!("no figure: {gap}"),
    }
}
