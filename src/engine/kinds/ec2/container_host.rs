//! `container-host`: if an ECS or Batch host is stopped, it loses its tasks and is replaced.

use crate::engine::model::{Instance, Marker, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

/// Tag keys that ECS and Batch set. Matched in any case, because people copy them by hand.
const TELLS: &[&str] =
    &["AmazonECSManaged", "AWSBatchServiceTag", "aws:ecs:clusterName", "aws:batch:compute-environment"];

pub(crate) const RULE: Rule = Rule { reason: Reason::ContainerHost, judge, inputs };

pub(super) fn tell(instance: &Instance) -> Option<Marker> {
    TELLS.iter().find_map(|tell| instance.tags.any_case(tell).next()).map(|(key, _)| Marker::Tag(key.to_owned()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Skip(Skipped::ContainerHost { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::ContainerHost { tell: tell(case.instance) }
}
