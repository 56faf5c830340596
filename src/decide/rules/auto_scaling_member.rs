//! `auto-scaling-member`: a stopped member is marked unhealthy, terminated and replaced: data lost, nothing saved.

use super::{Rule, owned};
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Reason, Spared, Verdict};

/// Set by Auto Scaling on every member; nobody else can write keys that begin with `aws:`.
const GROUP: &str = "aws:autoscaling:groupName";

pub(super) const RULE: Rule = Rule { reason: Reason::AutoScalingMember, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let group = case.instance.tags.get(GROUP)?.to_owned();
    Some(Verdict::Spare(Spared::AutoScalingMember { group }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let group = case.instance.tags.get(GROUP);
    Inputs::AutoScalingMember { found: group.map(|group| owned((GROUP, group))) }
}
