//! `kubernetes-node`: the cluster terminates and replaces a stopped node.

use crate::engine::model::{Instance, Marker, Reason, Skipped, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

/// Tag keys that EKS, Karpenter, kOps and the Cluster API set. An entry that ends in `/` or `:` is a prefix.
const TELLS: &[&str] = &[
    "eks:cluster-name",
    "eks:nodegroup-name",
    "aws:eks:",
    "kubernetes.io/cluster/",
    "karpenter.sh/",
    "karpenter.k8s.aws/",
    "k8s.io/",
    "sigs.k8s.io/",
    "KubernetesCluster",
];

pub(crate) const RULE: Rule = Rule { reason: Reason::KubernetesNode, judge, inputs };

pub(super) fn tell(instance: &Instance) -> Option<Marker> {
    let by_tag = TELLS.iter().find_map(|tell| {
        if tell.ends_with(['/', ':']) {
            instance.tags.starting_with(tell)
        } else {
            instance.tags.get(tell).map(|_| *tell)
        }
    });
    let operator = instance.operator.as_deref().filter(|name| name.starts_with("eks."));
    by_tag.map(|key| Marker::Tag(key.to_owned())).or_else(|| operator.map(|name| Marker::ManagedBy(name.to_owned())))
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Skip(Skipped::KubernetesNode { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::KubernetesNode { tell: tell(case.instance) }
}
