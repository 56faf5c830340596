//! `other-hub`: the instance has a tag that another hub wrote. Two hubs acting on one instance would undo each
//! other's stops and starts all night. So this hub neither stops nor starts it, and does not touch the tag.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::OtherHub, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    // This hub still starts what it stopped itself, even if another hub has marked the instance as idle since.
    let found = case.other_hub().filter(|_| !case.is_started_now());
    found.map(|(key, hub)| Verdict::Skip(Skipped::OtherHub { key: key.to_owned(), hub }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let found = case.other_hub().map(|(key, hub)| (key.to_owned(), hub));
    Inputs::OtherHub { own: case.settings.run.hub.clone(), found }
}
