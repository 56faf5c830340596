//! `auto-scaling-member`: Auto Scaling terminates and replaces a stopped member as unhealthy. Data is lost and
//! nothing saved.

use crate::engine::model::{Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule, owned};

/// Auto Scaling sets this key on every member. Keys that begin with `aws:` are reserved for AWS.
pub(crate) const GROUP: &str = "aws:autoscaling:groupName";

pub(crate) const RULE: Rule = Rule { reason: Reason::AutoScalingMember, judge, inputs };

fn judge(case: &Case<'_>) -> Option<Verdict> {
    let group = case.instance.tags.get(GROUP)?.to_owned();
    Some(Verdict::Skip(Skipped::AutoScalingMember { group }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    let group = case.instance.tags.get(GROUP);
    Inputs::AutoScalingMember { found: group.map(|group| owned((GROUP, group))) }
}
