//! `kept`: a team has said no. Any value counts, even an empty one, in any case: what is meant is clear.

use super::{Rule, owned};
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

pub(super) const RULE: Rule = Rule { reason: Reason::Kept, judge, inputs };

fn tag<'a>(case: &'a Case<'_>) -> Option<(&'a str, &'a str)> {
    let names = &case.settings.tags;
    let own = case.instance.tags.any_case(&names.keep).next();
    own.or_else(|| names.also_keep.iter().find_map(|pattern| pattern.find(&case.instance.tags)))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tag(case).map(|(key, value)| Verdict::Spare(Spared::Kept { key: key.to_owned(), value: value.to_owned() }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Kept { key: case.settings.tags.keep.clone(), found: tag(case).map(owned) }
}
