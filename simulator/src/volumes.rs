//! EC2's volumes and the keys that encrypt them: each instance has one volume, unencrypted or under the key that its
//! spec names.

use serde_json::json;

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::instance::Instance;
use crate::request::Call;
use crate::unused;
use crate::world::World;

/// The `kms-key` of an instance whose volume is encrypted with the AWS-managed key.
const AWS_MANAGED: &str = "aws";

/// The ARN of a key in an account and Region. An ARN stays as it is.
fn arn(key: &str, account: &str, region: &str) -> String {
    if key.starts_with("arn:") { key.to_owned() } else { format!("arn:aws:kms:{region}:{account}:key/{key}") }
}

/// Whether a start of `instance` falls back, because the acting role may not create a grant on its volume's key.
pub(crate) fn lacks_grant(usable: &[String], instance: &Instance) -> bool {
    let key = instance.build.kms_key.as_deref();
    key.is_some_and(|key| key != AWS_MANAGED && !usable.iter().any(|one| one == key))
}

/// Why a start of `instance` is refused, if the acting role may not use its licence configuration.
pub(crate) fn unlicensed(usable: &[String], instance: &Instance) -> Option<Refusal> {
    let license = instance.build.license.as_ref().filter(|license| !usable.contains(license))?;
    let words = "You are not authorized to perform this operation: ec2:StartInstances on resource";
    Some(Refusal::new(403, "UnauthorizedOperation", format!("{words}: {license}")))
}

/// DescribeVolumes: those of some instances, by the filter `attachment.instance-id`, or all.
pub(crate) fn describe(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let (account, region) = (call.account.clone(), call.region.clone());
    let filters = call.filters();
    let ids = filters.into_iter().find(|(name, _)| name == "attachment.instance-id").map(|(_, ids)| ids);
    let place = world.place(call);
    let numbers: Vec<usize> = match &ids {
        Some(ids) => ids.iter().filter_map(|id| place.by_id.get(id.as_str()).copied()).collect(),
        None => (0..place.instances.len()).collect(),
    };
    let found = numbers.into_iter().map(|n| &place.instances[n]);
    let one = |instance: &Instance| {
        let (id, tail) = (&instance.id, &instance.id[2..]);
        let key = instance.build.kms_key.as_ref().map(|key| arn(key, &account, &region));
        let key = key.map(|key| format!("<kmsKeyId>{key}</kmsKeyId>")).unwrap_or_default();
        format!(
            "<item><volumeId>vol-{tail}</volumeId><size>8</size><volumeType>gp3</volumeType><iops>3000</iops>\
             <throughput>125</throughput><status>in-use</status><availabilityZone>{region}a</availabilityZone>\
             <encrypted>{}</encrypted>{key}\
             <attachmentSet><item><volumeId>vol-{tail}</volumeId><instanceId>{id}</instanceId><device>/dev/xvda</device>\
             <status>attached</status><deleteOnTermination>true</deleteOnTermination></item></attachmentSet></item>",
            !key.is_empty()
        )
    };
    let volumes: Vec<String> = found.map(one).collect();
    if ids.is_none() {
        return unused::ec2(world, call, slant, &volumes);
    }
    Ok(Answer::ec2("DescribeVolumes", &format!("<volumeSet>{}</volumeSet>", volumes.concat())))
}

/// DescribeKey, and ListAliases of one key. The AWS-managed key has an alias of AWS's, and every other key has one of its owner's.
pub(crate) fn keys(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let arn = call.text("KeyId").unwrap_or_default();
    let (own, id) = (format!(":{}:key/", call.account), arn.rsplit('/').next().unwrap_or_default());
    if !arn.contains(&own) {
        let words = format!("Key '{arn}' does not exist");
        return Err(Refusal::new(400, "NotFoundException", words));
    }
    match call.action.as_str() {
        "ListAliases" => {}
        "DescribeKey" => {
            let state = world.spec.key_states.get(id).map_or("Enabled", String::as_str);
            return Ok(Answer::json(&json!({"KeyMetadata": {"KeyId": id, "Arn": arn, "KeyState": state}})));
        }
        _ => return Err(unknown(call)),
    }
    let name = if id == AWS_MANAGED { "alias/aws/ebs".to_owned() } else { format!("alias/own-{id}") };
    Ok(Answer::json(&json!({"Aliases": [{"AliasName": name, "TargetKeyId": id}], "Truncated": false})))
}
