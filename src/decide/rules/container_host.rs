//! `container-host`: a stopped host of ECS or Batch loses its tasks and is replaced.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Instance, Reason, Spared, Tell, Verdict};

/// Tag keys that ECS and Batch set, in any case: people copy them by hand.
const TELLS: &[&str] =
    &["AmazonECSManaged", "AWSBatchServiceTag", "aws:ecs:clusterName", "aws:batch:compute-environment"];

pub(super) const RULE: Rule = Rule { reason: Reason::ContainerHost, judge, inputs };

fn tell(instance: &Instance) -> Option<Tell> {
    TELLS.iter().find_map(|tell| instance.tags.any_case(tell).next()).map(|(key, _)| Tell::Tag(key.to_owned()))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::ContainerHost { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::ContainerHost { tell: tell(case.instance) }
}
