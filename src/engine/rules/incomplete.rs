//! `incomplete`: the answer lacks something without which nothing may be decided. Missing evidence never
//! condemns.

use crate::engine::model::{Instance, Lacks, Reason, Skipped, Verdict};
use crate::engine::rules::Rule;
use crate::engine::rules::case::Case;
use crate::engine::rules::inputs::Inputs;

pub(crate) const RULE: Rule = Rule { reason: Reason::Incomplete, judge, inputs };

fn lacks(instance: &Instance) -> Option<Lacks> {
    if instance.id.name.is_empty() {
        Some(Lacks::Id)
    } else if instance.launch.is_none() {
        Some(Lacks::Launch)
    } else if instance.kind.is_empty() {
        Some(Lacks::Kind)
    } else if instance.root.is_none() {
        Some(Lacks::Root)
    } else if instance.tags_unreadable {
        Some(Lacks::Tags)
    } else {
        None
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    // What the reaper stopped is started again, even where one of its tags cannot be read.
    let lacks = lacks(case.instance).filter(|lacks| *lacks != Lacks::Tags || case.waits_for_opening().is_none());
    lacks.map(|lacks| Verdict::Skip(Skipped::Incomplete { lacks }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Incomplete { lacks: lacks(case.instance) }
}
