//! `managed-service`: the instance belongs to another AWS service, which replaces it or loses its storage.

use super::Rule;
use crate::decide::case::Case;
use crate::decide::inputs::Inputs;
use crate::words::{Instance, Reason, Spared, Tell, Verdict};

/// Tag keys that EMR, Elastic Beanstalk and others set on instances of theirs.
const TELLS: &[&str] = &[
    "aws:elasticmapreduce:job-flow-id",
    "aws:elasticmapreduce:instance-group-role",
    "elasticbeanstalk:environment-id",
    "elasticbeanstalk:environment-name",
];

pub(super) const RULE: Rule = Rule { reason: Reason::ManagedService, judge, inputs };

fn tell(instance: &Instance) -> Option<Tell> {
    let by_tag = TELLS.iter().find(|tell| instance.tags.get(tell).is_some());
    by_tag.map(|tell| Tell::Tag((*tell).to_owned())).or_else(|| {
        instance.operator.as_deref().map(|name| match name {
            "" => Tell::ManagedByUnnamed,
            name => Tell::ManagedBy(name.to_owned()),
        })
    })
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Spare(Spared::ManagedService { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::ManagedService { tell: tell(case.instance) }
}
