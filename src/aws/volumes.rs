//! The keys that encrypt the volumes of instances: DescribeVolumes, and whether AWS manages a key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_ec2::types::{Filter, Volume};

use crate::aws::client::Access;
use crate::aws::{all, listed, pages, words};
use crate::engine::config::Restart;
use crate::engine::model::Target;
use crate::engine::plan::restart::{Key, Volumes};

const OPERATION: &str = "ec2:DescribeVolumes";
const ALIASES: &str = "kms:ListAliases";

/// The maximum number of volumes on a page.
const PAGE: i32 = 1000;

/// The maximum number of values in one filter.
const FILTER_VALUES: usize = 200;

/// Aliases with this prefix are AWS's own, and every AWS-managed key has one (KMS Developer Guide, "Aliases").
const OF_AWS: &str = "alias/aws/";

/// The volumes of these instances, as far as known. One answer for each id.
pub(crate) async fn of(client: &aws_sdk_ec2::Client, keys: &Keys<'_>, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
    let mut known = HashMap::new();
    let mut asked: BTreeMap<Box<str>, Key> = BTreeMap::new();
    for part in ids.chunks(FILTER_VALUES) {
        match volumes(client, part).await {
            Err(why) => known.extend(part.iter().map(|id| (id.clone(), Volumes::Unknown(why.clone())))),
            Ok(volumes) => {
                for id in part {
                    known.insert(id.clone(), of_one(keys, id, &volumes, &mut asked).await);
                }
            }
        }
    }
    known
}

/// Every volume that is attached to one of these instances.
async fn volumes(client: &aws_sdk_ec2::Client, ids: &[Box<str>]) -> Result<Vec<Volume>, String> {
    // The filter, not volume ids: one volume that no longer exists would fail the whole call.
    let values = ids.iter().map(ToString::to_string).collect();
    let filter = Filter::builder().name("attachment.instance-id").set_values(Some(values)).build();
    let call = client.describe_volumes().filters(filter).max_results(PAGE);
    let page = async |token| {
        let page = call.clone().set_next_token(token).send().await.map_err(|error| words(OPERATION, &error))?;
        Ok((listed(OPERATION, page.volumes)?, page.next_token))
    };
    all(OPERATION, page).await
}

async fn of_one(keys: &Keys<'_>, id: &str, volumes: &[Volume], asked: &mut BTreeMap<Box<str>, Key>) -> Volumes {
    let its_own = |volume: &&Volume| volume.attachments().iter().any(|attached| attached.instance_id() == Some(id));
    let its_own: Vec<&Volume> = volumes.iter().filter(its_own).collect();
    if its_own.is_empty() {
        return Volumes::Unknown(format!("`{OPERATION}` listed no volume of it"));
    }
    let mut found = BTreeSet::new();
    for volume in its_own {
        match (volume.encrypted(), volume.kms_key_id()) {
            (Some(false), _) => {}
            (Some(true), Some(arn)) => {
                if !asked.contains_key(arn) {
                    asked.insert(arn.into(), keys.key(arn).await);
                }
                found.extend(asked.get(arn).cloned());
            }
            (Some(true) | None, _) => {
                let volume = volume.volume_id().unwrap_or("a volume");
                found
                    .insert(Key::Unknown(format!("`{OPERATION}` does not say with which key `{volume}` is encrypted")));
            }
        }
    }
    Volumes::Keys(found)
}

/// Finds out who manages the keys of one target.
pub(crate) struct Keys<'a> {
    client: aws_sdk_kms::Client,
    restart: &'a Restart,
    target: &'a Target,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(access: &Access<'a>, restart: &'a Restart) -> Self {
        Self { client: access.client(), restart, target: access.target }
    }

    /// Asks only about a key of the account itself that the settings do not name: a key of another account is never
    /// AWS-managed.
    async fn key(&self, arn: &str) -> Key {
        let Some(account) = arn.starts_with("arn:").then(|| arn.split(':').nth(4)).flatten() else {
            return Key::Unknown(format!("`{arn}` is not the ARN of a key"));
        };
        if *account != *self.target.account || self.restart.may_use_key(arn) {
            return Key::CustomerManaged(arn.into());
        }
        match self.is_of_aws(arn).await {
            Ok(true) => Key::AwsManaged(arn.into()),
            Ok(false) => Key::CustomerManaged(arn.into()),
            Err(why) => Key::Unknown(format!("who manages the key `{arn}` is not known: {why}")),
        }
    }

    /// The state of a key, such as `Enabled`.
    pub(crate) async fn state(&self, arn: &str) -> Result<String, String> {
        let answer = self.client.describe_key().key_id(arn).send().await;
        let answer = answer.map_err(|error| words("kms:DescribeKey", &error))?;
        let state = answer.key_metadata().and_then(|key| key.key_state()).map(|state| state.as_str().to_owned());
        state.ok_or_else(|| format!("`kms:DescribeKey` does not say in which state `{arn}` is"))
    }

    async fn is_of_aws(&self, arn: &str) -> Result<bool, String> {
        let mut is_of_aws = false;
        let each = async |token| {
            let page = self.client.list_aliases().key_id(arn).set_marker(token).send().await;
            let page = page.map_err(|error| words(ALIASES, &error))?;
            let aliases = listed(ALIASES, page.aliases.as_deref())?;
            is_of_aws = aliases.iter().filter_map(|alias| alias.alias_name()).any(|name| name.starts_with(OF_AWS));
            Ok::<_, String>(page.next_marker.filter(|_| !is_of_aws))
        };
        pages(ALIASES, each).await?;
        Ok(is_of_aws)
    }
}
