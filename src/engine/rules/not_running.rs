//! `not-running`: only a running instance can be stopped. If the reaper stopped it, `reopening` decides when to start
//! it.

use crate::engine::model::{Reason, Skipped, State, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::NotRunning, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let state = case.instance.state;
    if state == State::Running || case.is_started_now() || case.stopped_before_opening().is_some() {
        return None;
    }
    let ours = state.is_down() && case.own_tag().is_some_and(|tag| case.is_ours_since(&tag));
    Some(Verdict::Skip(Skipped::NotRunning { state, ours }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let stopped = case.own_tag().map(|tag| (tag.at, tag.run));
    Inputs::NotRunning { state: case.instance.state, stopped }
}
