//! `other-hub`: another hub has written its tag on it. Two hubs that both switched it would start and stop each other's
//! machines all night, so this one neither stops nor starts it and leaves the tag alone.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::OtherHub, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    // What this hub stopped it starts, though another has found it idle meanwhile.
    let found = case.other_hub().filter(|_| !case.is_started_now());
    found.map(|(key, hub)| Verdict::Skip(Skipped::OtherHub { key: key.to_owned(), hub }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let found = case.other_hub().map(|(key, hub)| (key.to_owned(), hub));
    Inputs::OtherHub { own: case.settings.run.hub.clone(), found }
}
