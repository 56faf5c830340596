//! One instance of the CLI's output, reduced to what rules read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::engine::config::UNKNOWN;
use crate::engine::model::{Details, Instance, ResourceId, State, Tags, Target, is_account};
use crate::local::transition_time;

pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

/// A text that is there and not empty.
pub(super) fn filled(value: &Value, path: &[&str]) -> Option<Box<str>> {
    text(value, path).filter(|text| !text.is_empty()).map(Box::from)
}

pub(super) fn number(value: &Value, key: &str) -> Option<u32> {
    value.get(key)?.as_u64().and_then(|number| u32::try_from(number).ok())
}

pub(super) fn instant(value: &Value, path: &[&str]) -> Option<DateTime<Utc>> {
    text(value, path).and_then(time)
}

pub(super) fn flag(value: &Value, path: &[&str]) -> Option<bool> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_bool()
}

pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The Region of an availability zone or local zone: everything up to the end of its first number.
pub(super) fn region(raw: &Value) -> &str {
    text(raw, &["Placement", "AvailabilityZone"]).map_or(UNKNOWN, region_of)
}

/// The Region of a zone with this name.
pub(super) fn region_of(zone: &str) -> &str {
    let before = zone.trim_start_matches(|c: char| !c.is_ascii_digit());
    let after = before.trim_start_matches(|c: char| c.is_ascii_digit());
    if before.is_empty() { UNKNOWN } else { zone.strip_suffix(after).unwrap_or(zone) }
}

/// One instance of the CLI's output. A value of the wrong shape counts as missing, and a missing value makes a rule
/// skip the instance.
pub(super) fn reduce(place: Arc<Target>, raw: &Value) -> Instance {
    let check_off = |value: &Value| value.get("SourceDestCheck").and_then(Value::as_bool) == Some(false);
    let principal = text(raw, &["Operator", "Principal"]);
    // The named principal manages it, unless the answer says that it is not managed.
    let managed = flag(raw, &["Operator", "Managed"]).unwrap_or(principal.is_some());
    let codes = list(raw, "ProductCodes").iter();
    Instance {
        id: ResourceId::instance(place, text(raw, &["InstanceId"]).unwrap_or_default()),
        state: text(raw, &["State", "Name"]).map_or(State::Unknown, State::of),
        kind: text(raw, &["InstanceType"]).unwrap_or_default().into(),
        launch: instant(raw, &["LaunchTime"]),
        transition: text(raw, &["StateTransitionReason"]).and_then(transition_time),
        lifecycle: filled(raw, &["InstanceLifecycle"]),
        root: filled(raw, &["RootDeviceType"]),
        ephemeral: list(raw, "BlockDeviceMappings").iter().any(|mapping| mapping.get("Ebs").is_none()),
        tenancy: filled(raw, &["Placement", "Tenancy"]),
        host: filled(raw, &["Placement", "HostId"]),
        outpost: filled(raw, &["OutpostArn"]),
        reservation: filled(raw, &["CapacityBlockId"]).or_else(|| filled(raw, &["CapacityReservationId"])),
        forwards: check_off(raw) || list(raw, "NetworkInterfaces").iter().any(check_off),
        product_codes: codes.map(|code| text(code, &["ProductCodeId"]).unwrap_or("unnamed").into()).collect(),
        operator: managed.then(|| principal.unwrap_or_default().into()),
        hibernation: flag(raw, &["HibernationOptions", "Configured"]).unwrap_or(false),
        details: details(raw),
        tags: tags(raw),
        // A tag that cannot be read might protect the instance.
        tags_unreadable: !tags_are_named(raw),
        database: None,
        service: None,
    }
}

pub(super) fn tags(raw: &Value) -> Tags {
    let pair = |tag| Some((text(tag, &["Key"])?, text(tag, &["Value"]).unwrap_or_default()));
    Tags::new(list(raw, "Tags").iter().filter_map(pair))
}

/// The tags in a list that each whole answer has; `None` where it has none, or has a tag without a key: a missing tag might
/// protect.
pub(super) fn tags_of(raw: &Value, list: &str, [key, value]: [&str; 2]) -> Option<Tags> {
    let tag = |tag: &Value| Some((text(tag, &[key])?.to_owned(), text(tag, &[value]).unwrap_or_default().to_owned()));
    let pairs: Option<Vec<_>> = raw.get(list)?.as_array()?.iter().map(tag).collect();
    pairs.map(Tags::new)
}

/// The account and the Region in the ARN of a resource of this service.
pub(super) fn target_of(arn: &str, service: &str) -> Option<Target> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, of, region, account, ..] if *of == service && is_account(account) && !region.is_empty() => {
            Some(Target::new(*account, *region))
        }
        _ => None,
    }
}

fn tags_are_named(raw: &Value) -> bool {
    let named = |tags: &Vec<Value>| tags.iter().all(|tag| text(tag, &["Key"]).is_some());
    raw.get("Tags").is_none_or(|tags| tags.is_null() || tags.as_array().is_some_and(named))
}

/// The inputs of prices and evidence.
fn details(raw: &Value) -> Details {
    let number = |path: [&str; 2]| raw.get(path[0])?.get(path[1])?.as_u64().filter(|n| *n > 0);
    let attached = |interface: &Value| {
        let attachment = interface.get("Attachment")?;
        (attachment.get("DeviceIndex")?.as_u64()? == 0).then(|| instant(attachment, &["AttachTime"]))?
    };
    let vcpus = number(["CpuOptions", "CoreCount"])
        .and_then(|cores| cores.checked_mul(number(["CpuOptions", "ThreadsPerCore"])?))
        .and_then(|n| u32::try_from(n).ok());
    let profile = text(raw, &["IamInstanceProfile", "Arn"]).and_then(|arn| arn.rsplit_once('/'));
    let interfaces = list(raw, "NetworkInterfaces");
    let volumes = list(raw, "BlockDeviceMappings").iter().filter_map(|mapping| text(mapping, &["Ebs", "VolumeId"]));
    Details {
        zone: filled(raw, &["Placement", "AvailabilityZone"]),
        created: interfaces.iter().find_map(attached),
        platform: filled(raw, &["PlatformDetails"]),
        usage: filled(raw, &["UsageOperation"]),
        vcpus,
        image: filled(raw, &["ImageId"]),
        interfaces: u32::try_from(interfaces.len()).unwrap_or(u32::MAX),
        profile: profile.map(|(_, name)| name.into()),
        volumes: volumes.map(Box::from).collect(),
        licenses: list(raw, "Licenses")
            .iter()
            .map(|one| text(one, &["LicenseConfigurationArn"]).unwrap_or_default().into())
            .collect(),
    }
}

pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_read_from_zones_of_every_kind() {
        for (zone, wanted) in [
            ("ap-northeast-1a", "ap-northeast-1"),
            ("us-west-2-lax-1a", "us-west-2"),
            ("us-gov-west-1b", "us-gov-west-1"),
            ("", UNKNOWN),
        ] {
            assert_eq!(region(&serde_json::json!({"Placement": {"AvailabilityZone": zone}})), wanted);
        }
    }
}
