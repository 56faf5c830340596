//! `container-host`: a stopped host of ECS or Batch loses its tasks and is replaced.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

/// Tag keys that ECS and Batch set, in any case: people copy them by hand.
const TELLS: &[&str] =
    &["AmazonECSManaged", "AWSBatchServiceTag", "aws:ecs:clusterName", "aws:batch:compute-environment"];

pub(super) const RULE: Rule =
    Rule { reason: Reason::ContainerHost, judge, inputs, mend: "scaling its cluster or compute environment instead" };

fn tell(instance: &Instance) -> Option<String> {
    TELLS.iter().find_map(|tell| instance.tags.any_case(tell).next()).map(|(key, _)| format!("tag `{key}`"))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::ContainerHost { tell }))
}

fn inputs(case: &Case<'_>) -> String {
    told(tell(case.instance), "no tag of ECS or Batch")
}
