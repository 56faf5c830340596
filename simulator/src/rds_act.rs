//! The RDS calls that act, with the refusals of AWS. Codes are those of AWS; where its message is not published, the words
//! are ours.

use std::collections::BTreeMap;

use chrono::Duration;

use crate::answer::{Answer, Refusal};
use crate::database::Database;
use crate::ec2_act::{KEEP, OWN_KEYS};
use crate::rds::{arn, cluster, instance, no_such, wrong};
use crate::request::Call;
use crate::world::World;

/// The maximum number of tags of a resource.
const TAGS: usize = 50;

/// Whom a call is about: a cluster or an instance, and its identifier.
fn subject(call: &Call) -> (bool, &str) {
    if let Some(of) = call.param("ResourceName") {
        let mut parts = of.split(':').skip(5);
        return (parts.next() == Some("cluster"), parts.next().unwrap_or_default());
    }
    match call.param("DBClusterIdentifier") {
        Some(name) => (true, name),
        None => (false, call.param("DBInstanceIdentifier").unwrap_or_default()),
    }
}

/// Why IAM refuses, by the policies of `infra/spoke.yaml`. The tags are those of some minutes ago.
fn denied(world: &World, call: &Call, tags: Option<&BTreeMap<String, String>>) -> Option<Refusal> {
    if call.role.is_none() || call.role != world.spec.acting_role {
        return None;
    }
    let has = |key: &str| tags.is_some_and(|tags| tags.contains_key(key));
    let written = written(call);
    let allowed = match call.action.as_str() {
        // A snapshot needs `rds:CreateDBSnapshot`, which the role does not have.
        "StopDBInstance" | "StopDBCluster" => !has(KEEP) && call.param("DBSnapshotIdentifier").is_none(),
        "StartDBInstance" | "StartDBCluster" => has(OWN_KEYS[0]),
        _ => !written.is_empty() && written.iter().all(|(key, _)| OWN_KEYS.contains(key)),
    };
    let (cluster, name) = subject(call);
    let role = call.role.as_deref().unwrap_or_default();
    let who = format!("arn:aws:sts::{}:assumed-role/{role}/session", call.account);
    let words = format!(
        "User: {who} is not authorized to perform: rds:{} on resource: {} with an explicit deny in an identity-based policy",
        call.action,
        arn(call, cluster, name)
    );
    (!allowed).then(|| Refusal::new(403, "AccessDenied", words))
}

/// The place of the database in its list, if the caller may do what it asks for.
fn permitted(world: &mut World, call: &Call) -> Result<usize, Refusal> {
    let (now, lag) = (world.now(), Duration::seconds((world.spec.tag_lag_minutes * 60.0) as i64));
    let (cluster, name) = subject(call);
    let is_meant = |one: &Database| one.is_cluster == cluster && one.name.eq_ignore_ascii_case(name);
    let all = &world.place(call).databases;
    let found = all.iter().position(is_meant);
    let is_member = !cluster && all.iter().any(|one| one.is_cluster && one.has_instance(name));
    let tags = found.map(|n| all[n].authorised_tags(now, lag).clone());
    if let Some(refusal) = denied(world, call, tags.as_ref()) {
        return Err(refusal);
    }
    found.ok_or_else(|| match is_member {
        true => wrong("InvalidParameterCombination", "aurora DB instances are not eligible for stopping and starting."),
        false => no_such(cluster, name),
    })
}

pub(crate) fn switch(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (now, takes, stop) = (world.now(), world.database_takes(), call.action.starts_with("Stop"));
    let n = permitted(world, call)?;
    let one = &mut world.place(call).databases[n];
    if let Some(refusal) = never(one).or_else(|| wrong_state(one, stop)) {
        return Err(refusal);
    }
    if stop {
        one.stop(now, takes)
    } else {
        one.start(now, takes)
    }
    let shown = match one.is_cluster {
        true => cluster(call, one, false),
        false => instance(call, one, (&one.name, one.classes.first().map_or("", String::as_str)), false),
    };
    Ok(Answer::query(&call.action, &shown))
}

/// Why AWS never stops or starts it ("Limitations" in the chapters about stopping, RDS and Aurora User Guides).
fn never(one: &Database) -> Option<Refusal> {
    let combination = |words: &str| Some(wrong("InvalidParameterCombination", words));
    if one.is_cluster {
        let state = |words: &str| Some(wrong("InvalidDBClusterStateFault", words));
        return match one.engine_mode.as_deref() {
            Some("serverless") => combination("This operation is not supported for the serverless engine mode."),
            Some("global") => state("This operation is not supported for clusters of a global database."),
            _ if one.global.is_some() => state("This operation is not supported for clusters of a global database."),
            _ if one.replica_of.is_some() || !one.replicas.is_empty() => {
                state("This operation is not supported for clusters with cross-Region replication.")
            }
            _ if one.cluster_class.is_some() || ["mysql", "postgres"].contains(&one.engine.as_str()) => {
                combination("Stop and start are not supported for Multi-AZ DB clusters.")
            }
            _ => None,
        };
    }
    if one.custom || one.engine.starts_with("custom-") {
        return combination("This operation is not supported for RDS Custom DB instances.");
    }
    if one.replica_of.is_some() {
        return Some(wrong("InvalidDBInstanceState", "Cannot stop or start a read-replica instance."));
    }
    if !one.replicas.is_empty() {
        return Some(wrong("InvalidDBInstanceState", "Cannot stop or start an instance that has a read replica."));
    }
    let is_mirrored = one.engine.starts_with("sqlserver") && one.multi_az;
    is_mirrored.then(|| wrong("InvalidParameterCombination", "Cannot stop or start a SQL Server Multi-AZ DB instance."))
}

/// An instance's refusal does not say in which state it is; a cluster's does.
fn wrong_state(one: &Database, stop: bool) -> Option<Refusal> {
    let (name, status, needed) = (&one.name, &one.life.status, if stop { "available" } else { "stopped" });
    if *status == needed {
        return None;
    }
    Some(match (one.is_cluster, stop) {
        (true, _) => {
            let words = format!("DbCluster {name} is in {status} state but expected it to be one of {needed}.");
            wrong("InvalidDBClusterStateFault", words)
        }
        (false, true) => wrong("InvalidDBInstanceState", format!("Instance {name} is not in available state.")),
        (false, false) => {
            let states = "'stopped, inaccessible-encryption-credentials-recoverable, incompatible-network'";
            let words =
                format!("Instance {name} cannot be started as it is not in one of the following statuses: {states}.");
            wrong("InvalidDBInstanceState", words)
        }
    })
}

/// The keys of a call about tags, each with its value where it has one.
fn written(call: &Call) -> Vec<(&str, Option<&str>)> {
    let added = |n: usize| {
        let part = |part: &str| call.param(&format!("Tags.Tag.{n}.{part}"));
        Some((part("Key")?, Some(part("Value").unwrap_or_default())))
    };
    let removed = call.list("TagKeys.member.").into_iter().map(|key| (key, None));
    (1..).map_while(added).chain(removed).collect()
}

/// The characters of a tag ("Tagging Amazon RDS resources", RDS User Guide).
fn is_allowed(text: &str) -> bool {
    text.chars().all(|one| one.is_alphanumeric() || one.is_whitespace() || "_.:/=+-@".contains(one))
}

pub(crate) fn tag(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let now = world.now();
    let n = permitted(world, call)?;
    let all = written(call);
    let is_odd = |(key, value): &(&str, Option<&str>)| {
        let (key, value) = (*key, value.unwrap_or_default());
        let reserved = ["aws:", "rds:"].iter().any(|start| key.to_ascii_lowercase().starts_with(start));
        let long = key.chars().count() > 128 || value.chars().count() > 256;
        reserved || long || key.is_empty() || !is_allowed(key) || !is_allowed(value)
    };
    if let Some((key, _)) = all.iter().find(|one| is_odd(one)) {
        return Err(wrong("InvalidParameterValue", format!("The tag with the key {key} is invalid.")));
    }
    let one = &mut world.place(call).databases[n];
    let new = all.iter().filter(|(key, value)| value.is_some() && !one.life.tags.contains_key(*key)).count();
    if one.life.tags.len() + new > TAGS {
        return Err(wrong("InvalidParameterValue", "A resource cannot have more than 50 tags."));
    }
    one.remember();
    one.retag(now, |tags| {
        for (key, value) in all {
            match value {
                Some(value) => tags.insert(key.to_owned(), value.to_owned()),
                None => tags.remove(key),
            };
        }
    });
    Ok(Answer::query(&call.action, ""))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::calls::Reply;
    use crate::request::Request;

    const NOON: &str = "2026-11-25T12:00:00Z";

    fn world(databases: &Value) -> World {
        let defaults = json!({"account": "dev", "region": "us-east-1", "tags": {"Env": "dev"}});
        let accounts = json!([{"name": "dev", "id": "111111111111"}]);
        World::of(&json!({
            "hub": "hub", "acting-role": "Act", "reading-role": "Read", "accounts": accounts, "now": NOON,
            "defaults": defaults, "databases": databases,
        }))
        .unwrap()
    }

    /// The answer to a call of a role.
    fn ask(world: &mut World, role: &str, form: &str) -> String {
        let mut request = Request { body: form.as_bytes().to_vec(), ..Request::default() };
        let signed = "AWS4-HMAC-SHA256 Credential=KEY/20261125/us-east-1/rds/aws4_request, SignedHeaders=host";
        request.headers.insert("authorization".to_owned(), signed.to_owned());
        let session = crate::world::Session { account: "111111111111".to_owned(), role: Some(role.to_owned()) };
        world.sessions.insert("KEY".to_owned(), session);
        match world.take(Call::read(request).unwrap()) {
            Reply::Answer(answer) => String::from_utf8(answer.body).unwrap(),
            _ => panic!("no answer"),
        }
    }

    fn code(answer: &str) -> String {
        let code = answer.split_once("<Code>").and_then(|(_, rest)| rest.split_once('<'));
        code.map_or("", |(code, _)| code).to_owned()
    }

    #[test]
    fn what_aws_never_stops_is_refused_with_its_code() {
        let state = ("InvalidDBInstanceState", "InvalidDBClusterStateFault");
        let combination = "InvalidParameterCombination";
        for (fields, refused) in [
            (json!({"replica-of": "main"}), state.0),
            (json!({"replicas": ["copy"]}), state.0),
            (json!({"engine": "sqlserver-se", "multi-az": true}), combination),
            (json!({"engine": "custom-oracle-ee", "custom": true}), combination),
            (json!({"status": "backing-up"}), state.0),
            (json!({"status": "stopped"}), state.0),
            (json!({"members": 1, "engine": "aurora", "engine-mode": "serverless"}), combination),
            (json!({"members": 3, "engine": "mysql", "cluster-class": "db.m5d.large"}), combination),
            (json!({"members": 1, "engine": "aurora-mysql", "global": "world"}), state.1),
            (json!({"members": 1, "engine": "aurora-mysql", "replicas": ["copy"]}), state.1),
            (json!({"members": 1, "engine": "aurora-mysql", "status": "backing-up"}), state.1),
            (json!({"engine": "sqlserver-se"}), ""),
            (json!({"members": 2, "engine": "docdb"}), ""),
        ] {
            let mut fields = fields;
            fields["database"] = "orders".into();
            let mut world = world(&json!([fields]));
            let (noun, key) =
                if fields["members"].is_null() { ("Instance", "DBInstance") } else { ("Cluster", "DBCluster") };
            let answer = ask(&mut world, "Act", &format!("Action=StopDB{noun}&{key}Identifier=orders"));
            assert_eq!(code(&answer), refused, "{fields}: {answer}");
            let listed = ask(&mut world, "Read", &format!("Action=DescribeDB{noun}s"));
            assert_eq!(listed.contains("stopping"), refused.is_empty(), "{fields}: {listed}");
        }
    }

    #[test]
    fn members_are_not_stopped_alone_and_the_unknown_is_not_found() {
        let mut world = world(&json!([{"database": "orders", "members": 2, "engine": "aurora-mysql"}]));
        let mut stop =
            |name: &str| code(&ask(&mut world, "Act", &format!("Action=StopDBInstance&DBInstanceIdentifier={name}")));
        assert_eq!(stop("orders-2"), "InvalidParameterCombination");
        assert_eq!(stop("nothing"), "DBInstanceNotFound");
        assert_eq!(
            code(&ask(&mut world, "Act", "Action=StopDBCluster&DBClusterIdentifier=nothing")),
            "DBClusterNotFoundFault"
        );
        let listed = ask(&mut world, "Read", "Action=DescribeDBInstances");
        assert_eq!(listed.matches("<DBClusterIdentifier>orders<").count(), 2, "{listed}");
    }

    #[test]
    fn the_acting_role_may_do_what_the_templates_say_by_the_tags_of_some_minutes_ago() {
        let mut world = world(&json!([{"database": "orders"}]));
        let stop = "Action=StopDBInstance&DBInstanceIdentifier=orders";
        let start = "Action=StartDBInstance&DBInstanceIdentifier=orders";
        let of = "ResourceName=arn:aws:rds:us-east-1:111111111111:db:orders";
        let add = |key: &str| format!("Action=AddTagsToResource&{of}&Tags.Tag.1.Key={key}&Tags.Tag.1.Value=x");
        assert_eq!(code(&ask(&mut world, "Act", &add("Env"))), "AccessDenied");
        assert_eq!(code(&ask(&mut world, "Act", &format!("Action=RemoveTagsFromResource&{of}"))), "AccessDenied");
        assert_eq!(code(&ask(&mut world, "Read", stop)), "AccessDenied");
        assert_eq!(code(&ask(&mut world, "Act", &format!("{stop}&DBSnapshotIdentifier=last"))), "AccessDenied");
        assert_eq!(code(&ask(&mut world, "Act", &add("idle-reaper:stopped"))), "");
        assert_eq!(code(&ask(&mut world, "Act", stop)), "");
        assert_eq!(code(&ask(&mut world, "Act", start)), "AccessDenied", "the tag is not authorised yet");
        world.now = Some("2026-11-25T12:06:00Z".parse().unwrap());
        assert_eq!(code(&ask(&mut world, "Act", start)), "InvalidDBInstanceState", "it is still stopping");
        world.now = Some("2026-11-25T12:10:00Z".parse().unwrap());
        assert_eq!(code(&ask(&mut world, "Act", start)), "");
        let odd = "Action=AddTagsToResource&Tags.Tag.1.Key=a&Tags.Tag.1.Value=1,2&".to_owned() + of;
        assert_eq!(code(&ask(&mut world, "person", &odd)), "InvalidParameterValue");
    }

    #[test]
    fn listings_have_pages_and_filters_and_events_their_window() {
        let many: Vec<Value> = (0..45).map(|n| json!({"database": format!("db-{n:02}")})).collect();
        let mut world = world(&many.into());
        let first = ask(&mut world, "Read", "Action=DescribeDBInstances&MaxRecords=20");
        assert_eq!((first.matches("<DBInstance>").count(), first.contains("<Marker>from-20<")), (20, true));
        let last = ask(&mut world, "Read", "Action=DescribeDBInstances&MaxRecords=20&Marker=from-40");
        assert_eq!((last.matches("<DBInstance>").count(), last.contains("<Marker>")), (5, false));
        assert_eq!(code(&ask(&mut world, "Read", "Action=DescribeDBInstances&MaxRecords=10")), "InvalidParameterValue");
        let filter = "Filters.Filter.1.Name=db-instance-id&Filters.Filter.1.Values.Value.1=db-07&\
                      Filters.Filter.1.Values.Value.2=arn:aws:rds:us-east-1:111111111111:db:db-09";
        let two = ask(&mut world, "Read", &format!("Action=DescribeDBInstances&{filter}"));
        assert!(two.contains(">db-07<") && two.contains(">db-09<") && two.matches("<DBInstance>").count() == 2);
        assert_eq!(
            code(&ask(&mut world, "Read", "Action=DescribeDBInstances&DBInstanceIdentifier=no")),
            "DBInstanceNotFound"
        );
        world.databases().for_each(|(_, _, one)| one.stop("2026-11-24T12:00:00Z".parse().unwrap(), Duration::zero()));
        let told = |world: &mut World, more: &str| {
            ask(world, "Read", &format!("Action=DescribeEvents&SourceType=db-instance{more}"))
                .matches("<Event>")
                .count()
        };
        assert_eq!((told(&mut world, ""), told(&mut world, "&Duration=20160")), (0, 45));
        assert_eq!(told(&mut world, "&Duration=20160&SourceIdentifier=db-01"), 1);
        assert_eq!(code(&ask(&mut world, "Read", "Action=DescribeEvents&Duration=20161")), "InvalidParameterValue");
    }
}
