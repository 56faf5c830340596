//! `incomplete`: the answer lacks something without which nothing may be decided. Missing evidence never
//! condemns.

use super::Rule;
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

pub(super) const RULE: Rule =
    Rule { reason: Reason::Incomplete, judge, inputs, mend: "a complete answer from DescribeInstances" };

fn lacks(instance: &Instance) -> Option<&'static str> {
    if instance.id.is_empty() {
        Some("an instance id")
    } else if instance.launch.is_none() {
        Some("a launch time")
    } else if instance.kind.is_empty() {
        Some("an instance type")
    } else if instance.root.is_none() {
        Some("a root device type")
    } else {
        None
    }
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    lacks(case.instance).map(|lacks| Verdict::Spare(Spared::Incomplete { lacks }))
}

fn inputs(case: &Case<'_>) -> String {
    lacks(case.instance).map_or("nothing is missing".to_owned(), |lacks| format!("the answer lacks {lacks}"))
}
