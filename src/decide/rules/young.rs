//! `young`: nobody's machine is taken away minutes after its start.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Young, judge, inputs, mend: "a little time, `min-uptime` in the policy" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let grace = case.policy?.0.min_uptime;
    // A launch in the future is a clock that is wrong, and no reason to stop anything.
    let age = case.now - case.instance.launch?;
    (age < grace || age < chrono::Duration::zero()).then_some(Verdict::Spare(Spared::Young { age, grace }))
}

fn inputs(case: &Case<'_>) -> String {
    let grace = case.policy.map_or(0, |(policy, _)| policy.min_uptime.num_minutes());
    match case.instance.launch {
        Some(launch) => format!("up for {} min; left alone for {grace} min", (case.now - launch).num_minutes()),
        None => "no launch time".to_owned(),
    }
}
