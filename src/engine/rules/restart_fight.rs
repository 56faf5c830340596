//! `restart-fight`: a person restarted the instance after each of two stops by the reaper, so it is needed. Skip it
//! and let the teams clarify.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

/// After this many stops in one closed period, the reaper does not stop it again.
const STOPS: usize = 2;

pub(crate) const RULE: Rule = Rule { reason: Reason::RestartFight, judge, inputs };

fn stops(case: &Case<'_>) -> usize {
    if case.is_restarted_by_aws() {
        return 0;
    }
    let since = case.policy.and_then(|(_, hours)| hours.at.closed_since);
    let stops = case.history.stops.get(&case.instance.id);
    stops.map_or(0, |stops| stops.iter().filter(|at| since.is_none_or(|since| **at >= since)).count())
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let stops = stops(case);
    (stops >= STOPS).then(|| Verdict::Skip(Skipped::RestartFight { stops: u32::try_from(stops).unwrap_or(u32::MAX) }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::RestartFight { stops: stops(case) }
}
