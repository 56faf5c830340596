//! `reopening`: when the schedule opens, start an instance that the reaper stopped and that has not been touched
//! since; where the policy says so, also one that others stopped before the opening. An instance that still runs
//! shortly before the opening is not stopped.

use crate::engine::model::{Reason, Reopening, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Reopening, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let (policy, hours) = case.policy?;
    let at = &hours.at;
    let soon = |margin| at.opens.filter(|opens| opens.signed_duration_since(case.now) <= margin);
    let by_reaper = case.waits_for_opening().map(|tag| (tag.at, Some(tag.run)));
    if let Some((stopped, run)) = by_reaper.or_else(|| Some((case.stopped_before_opening()?, None))) {
        let opens = if at.open { None } else { at.opens };
        return Some(Verdict::Start(Reopening { zone: at.zone, opens, stopped, run }));
    }
    let opens = if at.open { None } else { soon(policy.margin(case.instance.id.kind)) };
    opens.map(|opens| Verdict::Skip(Skipped::Reopening { opens, zone: at.zone }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let Some((policy, hours)) = case.policy else {
        return Inputs::WithoutPolicy;
    };
    Inputs::Reopening { zone: hours.at.zone, opens: hours.at.opens, margin: policy.margin(case.instance.id.kind) }
}
