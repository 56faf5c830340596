//! `managed-service`: another service runs the instance. After a stop, the service would replace it, lose its storage
//! or its work, or start it again.

use crate::engine::model::{Instance, Marker, Reason, Skipped, Tags, Verdict};
use crate::engine::rules::{Case, Inputs, Rule};

/// Tag keys that services set on their own instances. An entry that ends in `:` is a prefix. The services: EMR,
/// Elastic Beanstalk, ParallelCluster, Parallel Computing Service, EC2 Fleet and Spot Fleet (which replace a stopped
/// instance), RDS Custom (a stop takes the database out of its support perimeter) and Image Builder.
const KEYS: &[&str] = &[
    "aws:elasticmapreduce:job-flow-id",
    "aws:elasticmapreduce:instance-group-role",
    "elasticbeanstalk:environment-id",
    "elasticbeanstalk:environment-name",
    "parallelcluster:",
    "aws:pcs:",
    "aws:ec2fleet:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "AWSRDSCustom",
    "Ec2ImageBuilderArn",
];

/// Tags that identify a service by their value: Databricks and Image Builder write them on everything that they
/// launch.
const VALUES: &[(&str, &str)] = &[("Vendor", "Databricks"), ("CreatedBy", "EC2 Image Builder")];

/// Keys that Application Migration Service and Elastic Disaster Recovery also leave on migrated and recovered
/// machines. So the `Name` tag must also be that of one of the service's own servers, listed here.
const KEYS_AND_NAMES: &[(&str, [&str; 2])] = &[
    (
        "AWSApplicationMigrationServiceManaged",
        ["AWS Application Migration Service Replication Server", "AWS Application Migration Service Conversion Server"],
    ),
    (
        "AWSElasticDisasterRecoveryManaged",
        ["AWS Elastic Disaster Recovery Replication Server", "AWS Elastic Disaster Recovery Conversion Server"],
    ),
];

pub(crate) const RULE: Rule = Rule { reason: Reason::ManagedService, judge, inputs };

/// The tag which shows that a service owns the instance. Case does not matter, because people copy tags by hand.
fn by_tag(tags: &Tags) -> Option<Marker> {
    let by_key = tags.iter().find(|(key, _)| KEYS.iter().any(|tell| is_key(key, tell)));
    let by_value = || VALUES.iter().find_map(|(key, value)| with_value(tags, key, value));
    let by_name = || {
        let theirs = KEYS_AND_NAMES.iter().filter(|(key, _)| tags.any_case(key).next().is_some());
        theirs.flat_map(|(_, names)| names).find_map(|name| with_value(tags, "Name", name))
    };
    by_key.map(|(key, _)| Marker::Tag(key.to_owned())).or_else(by_value).or_else(by_name)
}

fn is_key(key: &str, tell: &str) -> bool {
    let begin = if tell.ends_with(':') { key.get(..tell.len()) } else { Some(key) };
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(tell))
}

fn with_value(tags: &Tags, key: &str, value: &str) -> Option<Marker> {
    let found = tags.any_case(key).find(|(_, found)| found.trim().eq_ignore_ascii_case(value));
    found.map(|(key, value)| Marker::TagIs(key.to_owned(), value.to_owned()))
}

pub(super) fn tell(instance: &Instance) -> Option<Marker> {
    by_tag(&instance.tags).or_else(|| {
        instance.operator.as_deref().map(|name| match name {
            "" => Marker::ManagedByUnnamed,
            name => Marker::ManagedBy(name.to_owned()),
        })
    })
}

fn judge(case: &Case<'_>) -> Option<Verdict> {
    tell(case.instance).map(|tell| Verdict::Skip(Skipped::ManagedService { tell }))
}

fn inputs(case: &Case<'_>) -> Inputs {
    Inputs::ManagedService { tell: tell(case.instance) }
}
