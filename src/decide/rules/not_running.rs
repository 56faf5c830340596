//! `not-running`: only what runs can be stopped. What the reaper stopped itself goes on to `reopening`.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Reason, Spared, State, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::NotRunning, judge, inputs, mend: "a start" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let state = case.instance.state;
    if state == State::Running || case.waits_for_opening().is_some() {
        return None;
    }
    let ours = state.is_down() && case.own_tag().is_some_and(|tag| !tag.touched_since(case.instance));
    Some(Verdict::Spare(Spared::NotRunning { state, ours }))
}

fn inputs(case: &Case<'_>) -> String {
    match case.own_tag() {
        None => format!("state {}", case.instance.state),
        Some(tag) => format!("state {}, stopped by the reaper at {} in run {}", case.instance.state, tag.at, tag.run),
    }
}
