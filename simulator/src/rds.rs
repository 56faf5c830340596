//! The RDS calls that read. RDS also answers for Aurora, Neptune and DocumentDB.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, SecondsFormat, Utc};

use crate::answer::{Answer, Refusal, escape};
use crate::calls::{Slant, unknown};
use crate::database::{Database, EVENTS_FOR, Life};
use crate::page::page;
use crate::rds_act::{switch, tag};
use crate::request::Call;
use crate::world::World;

/// `MaxRecords` of every listing.
const PAGE: std::ops::RangeInclusive<usize> = 20..=100;

pub(crate) fn work(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    match call.action.as_str() {
        "DescribeDBInstances" => instances(world, call, slant),
        "DescribeDBClusters" => clusters(world, call, slant),
        "DescribeEvents" => events(world, call, slant),
        "StopDBInstance" | "StartDBInstance" | "StopDBCluster" | "StartDBCluster" => switch(world, call),
        "AddTagsToResource" | "RemoveTagsFromResource" => tag(world, call),
        _ => Err(unknown(call)),
    }
}

pub(crate) fn wrong(code: &str, words: impl Into<String>) -> Refusal {
    Refusal::new(400, code, words)
}

pub(crate) fn no_such(cluster: bool, name: &str) -> Refusal {
    match cluster {
        true => Refusal::new(404, "DBClusterNotFoundFault", format!("DBCluster {name} not found.")),
        false => Refusal::new(404, "DBInstanceNotFound", format!("DBInstance {name} not found.")),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) fn arn(call: &Call, cluster: bool, name: &str) -> String {
    let kind = if cluster { "cluster" } else { "db" };
    format!("arn:aws:rds:{}:{}:{kind}:{name}", call.region, call.account)
}

/// Where a listing is cut, and the marker of the next page.
fn cut(call: &Call, most: usize, slant: Slant, rows: &[String]) -> Result<String, Refusal> {
    let size = match call.param("MaxRecords").map(str::parse::<usize>) {
        None => *PAGE.end(),
        Some(Ok(size)) if PAGE.contains(&size) => size,
        Some(_) => return Err(wrong("InvalidParameterValue", "MaxRecords must be between 20 and 100.")),
    };
    let bad = || wrong("InvalidParameterValue", "The marker is not valid.");
    let found = page(rows.len(), size.min(most), call.param("Marker"), slant.page).ok_or_else(bad)?;
    let list = match call.action.as_str() {
        "DescribeDBInstances" => "DBInstances",
        "DescribeDBClusters" => "DBClusters",
        _ => "Events",
    };
    let next = found.next.map(|next| format!("<Marker>{next}</Marker>")).unwrap_or_default();
    Ok(format!("<{list}>{}</{list}>{next}", rows[found.from..found.to].concat()))
}

/// The filters of a call, each with its values.
fn filters(call: &Call) -> Vec<(&str, Vec<&str>)> {
    let name = |n: usize| call.param(&format!("Filters.Filter.{n}.Name"));
    let values = |n: usize| call.list(&format!("Filters.Filter.{n}.Values.Value."));
    (1..).map_while(|n| Some((name(n)?, values(n)))).collect()
}

/// Whether a listing is asked for this entry: by its identifier or ARN, and by filters.
fn is_asked(call: &Call, cluster: bool, name: &str, of: Option<&str>, engine: &str) -> Result<bool, Refusal> {
    let (own, own_cluster) = (arn(call, cluster, name), of.map(|of| arn(call, true, of)).unwrap_or_default());
    let mut asked = true;
    for (filter, values) in filters(call) {
        asked &= match filter {
            "db-instance-id" if !cluster => values.iter().any(|value| *value == name || *value == own),
            "db-cluster-id" if cluster => values.iter().any(|value| *value == name || *value == own),
            "db-cluster-id" => values.iter().any(|value| of == Some(*value) || *value == own_cluster),
            "engine" => values.contains(&engine),
            _ => return Err(wrong("InvalidParameterValue", format!("Unrecognized filter name: {filter}"))),
        };
    }
    let key = if cluster { "DBClusterIdentifier" } else { "DBInstanceIdentifier" };
    Ok(asked && call.param(key).is_none_or(|wanted| wanted.eq_ignore_ascii_case(name) || wanted == own))
}

fn instances(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let most = world.spec.page_size;
    let mut rows = Vec::new();
    for one in &world.place(call).databases {
        if one.is_cluster {
            for (name, class) in one.members() {
                if is_asked(call, false, &name, Some(&one.name), &one.engine)? {
                    rows.push(instance(call, one, (&name, class), slant.past));
                }
            }
        } else if is_asked(call, false, &one.name, None, &one.engine)? {
            rows.push(instance(call, one, (&one.name, one.classes.first().map_or("", String::as_str)), slant.past));
        }
    }
    if let Some(name) = call.param("DBInstanceIdentifier").filter(|_| rows.is_empty()) {
        return Err(no_such(false, name));
    }
    Ok(Answer::query(&call.action, &cut(call, most, slant, &rows)?))
}

fn clusters(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let most = world.spec.page_size;
    let mut rows = Vec::new();
    for one in world.place(call).databases.iter().filter(|one| one.is_cluster) {
        if is_asked(call, true, &one.name, None, &one.engine)? {
            rows.push(cluster(call, one, slant.past));
        }
    }
    if let Some(name) = call.param("DBClusterIdentifier").filter(|_| rows.is_empty()) {
        return Err(no_such(true, name));
    }
    Ok(Answer::query(&call.action, &cut(call, most, slant, &rows)?))
}

fn field(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!("<{name}>{}</{name}>", escape(value))).unwrap_or_default()
}

fn names(list: &str, item: &str, all: &[String]) -> String {
    let all: String = all.iter().map(|name| field(item, Some(name))).collect();
    format!("<{list}>{all}</{list}>")
}

/// What instances and clusters share.
fn shared(one: &Database, life: &Life) -> String {
    let tag = |(key, value): (&String, &String)| {
        format!("<Tag><Key>{}</Key><Value>{}</Value></Tag>", escape(key), escape(value))
    };
    let tags: String = life.tags.iter().map(tag).collect();
    format!(
        "<Engine>{}</Engine><MultiAZ>{}</MultiAZ><BackupRetentionPeriod>{}</BackupRetentionPeriod>\
         <PreferredMaintenanceWindow>{}</PreferredMaintenanceWindow>{}<TagList>{tags}</TagList>",
        one.engine,
        one.multi_az,
        one.retention,
        one.maintenance_window,
        field("StorageType", one.storage.as_deref())
    )
}

pub(crate) fn instance(call: &Call, one: &Database, (name, class): (&str, &str), past: bool) -> String {
    let life = one.shown(past);
    // The instances of a cluster have no announced restart, no replicas and no tags of their own here.
    let (of, restarts) = if one.is_cluster { (Some(one.name.as_str()), None) } else { (None, life.restarts) };
    let bare = Life { tags: BTreeMap::new(), ..life.clone() };
    let profile = one.custom.then_some("AWSRDSCustomInstanceProfile");
    let own = if one.is_cluster {
        String::new()
    } else {
        field("ReadReplicaSourceDBInstanceIdentifier", one.replica_of.as_deref())
            + &names("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBInstanceIdentifier", &one.replicas)
    };
    format!(
        "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><DBInstanceArn>{}</DBInstanceArn>\
         <DBInstanceClass>{class}</DBInstanceClass><DBInstanceStatus>{}</DBInstanceStatus>\
         <InstanceCreateTime>{}</InstanceCreateTime><AllocatedStorage>20</AllocatedStorage>{}{}{}{}{own}{}</DBInstance>",
        arn(call, false, name),
        life.status,
        time(one.created),
        field("LicenseModel", one.license.as_deref()),
        field("DBClusterIdentifier", of),
        field("CustomIamInstanceProfile", profile),
        field("AutomaticRestartTime", restarts.map(time).as_deref()),
        shared(one, if one.is_cluster { &bare } else { life })
    )
}

pub(crate) fn cluster(call: &Call, one: &Database, past: bool) -> String {
    let life = one.shown(past);
    let member = |(name, _): (String, &str)| {
        format!("<DBClusterMember><DBInstanceIdentifier>{name}</DBInstanceIdentifier></DBClusterMember>")
    };
    let members: String = one.members().map(member).collect();
    let capacity = one.min_capacity.map(|least| {
        format!(
            "<ServerlessV2ScalingConfiguration><MinCapacity>{least}</MinCapacity><MaxCapacity>8</MaxCapacity>\
             </ServerlessV2ScalingConfiguration>"
        )
    });
    format!(
        "<DBCluster><DBClusterIdentifier>{}</DBClusterIdentifier><DBClusterArn>{}</DBClusterArn><Status>{}</Status>\
         <ClusterCreateTime>{}</ClusterCreateTime><EngineMode>{}</EngineMode><DBClusterMembers>{members}</DBClusterMembers>\
         {}{}{}{}{}{}{}</DBCluster>",
        one.name,
        arn(call, true, &one.name),
        life.status,
        time(one.created),
        one.engine_mode.as_deref().unwrap_or("provisioned"),
        capacity.unwrap_or_default(),
        field("DBClusterInstanceClass", one.cluster_class.as_deref()),
        field("GlobalClusterIdentifier", one.global.as_deref()),
        field("ReplicationSourceIdentifier", one.replica_of.as_deref()),
        names("ReadReplicaIdentifiers", "ReadReplicaIdentifier", &one.replicas),
        field("AutomaticRestartTime", life.restarts.map(time).as_deref()),
        shared(one, life)
    )
}

fn events(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let (most, now) = (world.spec.page_size, world.now());
    let instant = |key: &str| call.param(key).map(str::parse::<DateTime<Utc>>).transpose();
    let bad = |_| wrong("InvalidParameterValue", "StartTime and EndTime must be in ISO 8601 format.");
    let minutes = call.param("Duration").map_or(Ok(60), str::parse::<i64>);
    let minutes = minutes.ok().filter(|minutes| (1..=EVENTS_FOR.num_minutes()).contains(minutes));
    let minutes = minutes.ok_or_else(|| wrong("InvalidParameterValue", "Duration must be from 1 to 20160 minutes."))?;
    let to = instant("EndTime").map_err(bad)?.unwrap_or(now);
    let from = instant("StartTime").map_err(bad)?.unwrap_or(to - Duration::minutes(minutes));
    let (kind, name) = (call.param("SourceType"), call.param("SourceIdentifier"));
    if name.is_some() && kind.is_none() {
        return Err(wrong("InvalidParameterCombination", "SourceType is required with SourceIdentifier."));
    }
    let mut rows = Vec::new();
    for one in &world.place(call).databases {
        let own = if one.is_cluster { "db-cluster" } else { "db-instance" };
        if kind.is_some_and(|kind| kind != own) || name.is_some_and(|name| name != one.name) {
            continue;
        }
        for (at, text) in one.events.iter().filter(|(at, _)| from <= *at && *at <= to) {
            let row = format!(
                "<Event><SourceIdentifier>{}</SourceIdentifier><SourceType>{own}</SourceType><Message>{text}</Message>\
                 <EventCategories><EventCategory>notification</EventCategory></EventCategories><Date>{}</Date>\
                 <SourceArn>{}</SourceArn></Event>",
                one.name,
                time(*at),
                arn(call, one.is_cluster, &one.name)
            );
            rows.push((*at, row));
        }
    }
    rows.sort_by_key(|(at, _)| *at);
    let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Answer::query(&call.action, &cut(call, most, slant, &rows)?))
}
