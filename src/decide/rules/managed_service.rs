//! `managed-service`: the instance belongs to another AWS service, which replaces it or loses its storage.

use super::{Rule, told};
use crate::decide::case::Case;
use crate::words::{Instance, Reason, Spared, Verdict};

/// Tag keys that EMR, Elastic Beanstalk and others set on instances of theirs.
const TELLS: &[&str] = &[
    "aws:elasticmapreduce:job-flow-id",
    "aws:elasticmapreduce:instance-group-role",
    "elasticbeanstalk:environment-id",
    "elasticbeanstalk:environment-name",
];

pub(super) const RULE: Rule =
    Rule { reason: Reason::ManagedService, judge, inputs, mend: "stopping it in the service that runs it" };

fn tell(instance: &Instance) -> Option<String> {
    let by_tag = TELLS.iter().find(|tell| instance.tags.get(tell).is_some());
    by_tag.map(|tell| format!("tag `{tell}`")).or_else(|| {
        instance.operator.as_deref().map(|name| match name {
            "" => "managed by a service that is not named".to_owned(),
            name => format!("managed by `{name}`"),
        })
    })
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::ManagedService { tell }))
}

fn inputs(case: &Case<'_>) -> String {
    told(tell(case.instance), "no other service manages it")
}
