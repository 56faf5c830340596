//! `incomplete`: the API response lacks a field that every decision needs. Missing evidence never leads to a stop.

use crate::engine::model::{Kind, Lacks, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

pub(crate) const RULE: Rule = Rule { reason: Reason::Incomplete, judge, inputs };

fn lacks(case: &Case<'_>) -> Option<Lacks> {
    let instance = case.instance;
    // The class of a database decides nothing, and it has no root device.
    let is_instance = instance.id.kind == Kind::Instance;
    if instance.id.identifier().is_empty() {
        Some(Lacks::Id)
    } else if instance.launch.is_none() {
        Some(Lacks::Launch)
    } else if instance.kind.is_empty() && is_instance {
        Some(Lacks::Kind)
    } else if instance.root.is_none() && is_instance {
        Some(Lacks::Root)
    } else if instance.tags_unreadable {
        Some(Lacks::Tags)
    } else if case.settings.tags.is_unlaunched(&instance.tags, instance.details.created) {
        Some(Lacks::FirstLaunch)
    } else {
        None
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    // An instance that the reaper stopped is started again even if one of its tags is unreadable.
    let of_tags = |lacks: &Lacks| matches!(lacks, Lacks::Tags | Lacks::FirstLaunch);
    let lacks = lacks(case).filter(|lacks| !of_tags(lacks) || case.waits_for_opening().is_none());
    lacks.map(|lacks| Verdict::Skip(Skipped::Incomplete { lacks }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::Incomplete { lacks: lacks(case) }
}
