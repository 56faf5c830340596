//! `auto-scaling-member`: a stopped member is marked unhealthy, terminated and replaced: data lost, nothing saved.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Reason, Spared, Verdict};

/// Set by Auto Scaling on every member; nobody else can write keys that begin with `aws:`.
const GROUP: &str = "aws:autoscaling:groupName";

pub(super) const RULE: Rule =
    Rule { reason: Reason::AutoScalingMember, judge, inputs, mend: "detaching it from its Auto Scaling group" };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let group = case.instance.tags.get(GROUP)?.to_owned();
    Some(Verdict::Spare(Spared::AutoScalingMember { group }))
}

fn inputs(case: &Case<'_>) -> String {
    told(case.instance.tags.get(GROUP).map(|group| super::quoted(GROUP, group)), "no Auto Scaling group")
}
