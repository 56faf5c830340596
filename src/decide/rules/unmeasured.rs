//! `unmeasured`: the last hour was asked for and there is no figure. A gap is evidence of nothing.

use super::Rule;
use crate::decide::case::{Activity, Case};
use crate::decide::inputs::Inputs;
use crate::decide::settings::Unmeasured;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Unmeasured, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    match (case.settings.busy?.unmeasured, case.activity) {
        (Unmeasured::Spare, Activity::Gap(gap)) => Some(Verdict::Spare(Spared::Unmeasured { gap: gap.clone() })),
        (Unmeasured::Spare, Activity::Cpu(cpu)) if cpu.is_nan() => {
            Some(Verdict::Spare(Spared::Unmeasured { gap: "the figure is not a number".to_owned() }))
        }
        (Unmeasured::Ignore, _) | (Unmeasured::Spare, Activity::NotAsked | Activity::Cpu(_)) => None,
    }
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Unmeasured { last_hour: case.activity.clone() }
}
