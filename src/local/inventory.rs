//! The ports over a saved inventory: a snapshot of this tool, or the plain output of `aws ec2 describe-instances`. It
//! needs no credentials, and nothing can be acted on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;

use crate::engine::config::{Place, Settings, UNKNOWN};
use crate::engine::cost::spent::Spent;
use crate::engine::evidence::idle::{Evidence, Reading, Wanted};
use crate::engine::evidence::last_hour::Recent;
use crate::engine::model::{Account, Details, Instance, RecordKey, ResourceId, State, Tags, Target, is_sane};
use crate::engine::model::{SkippedAccount, Unreachable};
use crate::engine::plan::restart::Volumes;
use crate::engine::report::snapshot::{Saved, Snapshot};
use crate::engine::rules::case::Activity;
use crate::local::folder::Folder;
use crate::local::{is_account, transition_time};
use crate::ports::{Entry, FoundAccount, NotScanned, PortError, ReadRecord, Scan};

/// The file is not an inventory.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum InventoryInvalid {
    #[error("`{file}` is not JSON: {source}")]
    NotJson { file: String, source: serde_json::Error },
    #[error("`{file}` is not a snapshot that this release reads: {source}")]
    NotASnapshot { file: String, source: serde_json::Error },
    #[error(
        "`{file}` holds neither a snapshot nor the output of `aws ec2 describe-instances`, which has `Reservations`"
    )]
    Neither { file: String },
}

/// A saved inventory, as a world to scan.
#[derive(Debug, Default)]
pub struct Recorded {
    /// When a snapshot was taken. Plain output of the CLI does not contain this.
    pub taken_at: Option<DateTime<Utc>>,
    accounts: BTreeMap<Arc<str>, FoundAccount>,
    targets: BTreeMap<Target, Saw>,
}

/// The instances of one target in an inventory, and why they are incomplete.
#[derive(Debug, Default)]
struct Saw {
    instances: Vec<Instance>,
    not_scanned: Option<NotScanned>,
}

impl Saw {
    fn nothing(why: NotScanned) -> Self {
        Self { instances: Vec::new(), not_scanned: Some(why) }
    }
}

impl Recorded {
    /// Reads an inventory.
    ///
    /// # Errors
    /// [`InventoryInvalid`] when the file as a whole cannot be read. An instance with missing values is kept: a missing
    /// value makes a rule skip it.
    pub fn parse(file: &str, text: &str, settings: &Settings) -> Result<Self, InventoryInvalid> {
        let file = file.to_owned();
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(source) => return Err(InventoryInvalid::NotJson { file, source }),
        };
        if value.get("snapshot").is_some() {
            return match serde_json::from_value(value) {
                Ok(snapshot) => Ok(Self::from_snapshot(snapshot, settings)),
                Err(source) => Err(InventoryInvalid::NotASnapshot { file, source }),
            };
        }
        // One answer, or a list of its pages.
        let pages = value.as_array().map_or(std::slice::from_ref(&value), Vec::as_slice);
        let reservations = |page: &'_ Value| page.get("Reservations").and_then(Value::as_array).cloned();
        let Some(found) = pages.iter().map(reservations).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
        else {
            return Err(InventoryInvalid::Neither { file });
        };
        let mut recorded = Self::from_reservations(&found.concat());
        let more = pages.last().and_then(|page| page.get("NextToken"));
        if more.is_some_and(|token| !token.is_null() && token != "") {
            let cause = "the inventory ends with a `NextToken`: it is one page of several, and the instances of the \
                         others are missing; save it again without `--max-items` and `--no-paginate`";
            recorded.missing(UNKNOWN, cause);
        }
        Ok(recorded)
    }

    /// Notes that instances of an account are missing from the inventory, in unknown Regions.
    fn missing(&mut self, account: &str, cause: &str) {
        let (target, account) = (Target::new(account, UNKNOWN), Account::bare(account));
        self.accounts.entry(account.id.clone()).or_insert(FoundAccount { account, inactive: None });
        self.targets.entry(target).or_default().not_scanned = Some(NotScanned::Unreachable(cause.to_owned()));
    }

    fn from_snapshot(snapshot: Snapshot, settings: &Settings) -> Self {
        let Snapshot { snapshot: _, taken_at, units_asked, accounts, skipped, targets, unreachable, denied } = snapshot;
        // If the settings name a unit that the snapshot did not ask for, it is unknown which accounts are in it.
        let unknown = settings.units().any(|unit| !units_asked.contains(unit));
        let mut recorded = Self { taken_at: Some(taken_at).filter(|at| is_sane(*at)), ..Self::default() };
        for mut account in accounts {
            account.units = account.units.filter(|_| !unknown);
            recorded.accounts.insert(account.id.clone(), FoundAccount { account, inactive: None });
        }
        for SkippedAccount { account, name, because } in skipped {
            let account = Account { name, ..Account::bare(account) };
            recorded.accounts.insert(account.id.clone(), FoundAccount { account, inactive: Some(because) });
        }
        for (place, instances) in targets.into_iter().map(Saved::placed) {
            recorded.targets.insert((*place).clone(), Saw { instances, not_scanned: None });
        }
        for Unreachable { account, region, cause } in unreachable {
            recorded.targets.insert(Target { account, region }, Saw::nothing(NotScanned::Unreachable(cause)));
        }
        for target in denied {
            recorded.targets.insert(target, Saw::nothing(NotScanned::Denied));
        }
        recorded
    }

    fn from_reservations(reservations: &[Value]) -> Self {
        let mut recorded = Self::default();
        for reservation in reservations {
            let owner =
                reservation.get("OwnerId").and_then(Value::as_str).filter(|id| is_account(id)).unwrap_or(UNKNOWN);
            let Some(instances) = reservation.get("Instances").and_then(Value::as_array) else {
                recorded.missing(owner, "the inventory has a reservation without a list of `Instances`");
                continue;
            };
            for raw in instances {
                let target = Target::new(owner, region(raw));
                let account = Account::bare(owner);
                recorded.accounts.entry(account.id.clone()).or_insert(FoundAccount { account, inactive: None });
                recorded.targets.entry(target.clone()).or_default().instances.push(reduce(target.into(), raw));
            }
        }
        recorded
    }
}

fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

fn flag(value: &Value, path: &[&str]) -> Option<bool> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_bool()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The Region of an availability zone or local zone: everything up to the end of its first number.
fn region(raw: &Value) -> &str {
    let Some(zone) = text(raw, &["Placement", "AvailabilityZone"]) else { return UNKNOWN };
    let before = zone.trim_start_matches(|c: char| !c.is_ascii_digit());
    let after = before.trim_start_matches(|c: char| c.is_ascii_digit());
    if before.is_empty() { UNKNOWN } else { zone.strip_suffix(after).unwrap_or(zone) }
}

/// One instance of the CLI's output. A value of the wrong shape counts as missing, and a missing value makes a rule
/// skip the instance.
fn reduce(place: Arc<Target>, raw: &Value) -> Instance {
    let filled = |path: &[&str]| text(raw, path).filter(|text| !text.is_empty()).map(Box::from);
    let check_off = |value: &Value| value.get("SourceDestCheck").and_then(Value::as_bool) == Some(false);
    let principal = text(raw, &["Operator", "Principal"]);
    // The named principal manages it, unless the answer says that it is not managed.
    let managed = flag(raw, &["Operator", "Managed"]).unwrap_or(principal.is_some());
    let tags = list(raw, "Tags")
        .iter()
        .filter_map(|tag| Some((text(tag, &["Key"])?, text(tag, &["Value"]).unwrap_or_default())));
    let codes = list(raw, "ProductCodes").iter();
    Instance {
        id: ResourceId::instance(place, text(raw, &["InstanceId"]).unwrap_or_default()),
        state: text(raw, &["State", "Name"]).map_or(State::Unknown, State::of),
        kind: text(raw, &["InstanceType"]).unwrap_or_default().into(),
        launch: text(raw, &["LaunchTime"]).and_then(time),
        transition: text(raw, &["StateTransitionReason"]).and_then(transition_time),
        lifecycle: filled(&["InstanceLifecycle"]),
        root: filled(&["RootDeviceType"]),
        ephemeral: list(raw, "BlockDeviceMappings").iter().any(|mapping| mapping.get("Ebs").is_none()),
        tenancy: filled(&["Placement", "Tenancy"]),
        host: filled(&["Placement", "HostId"]),
        outpost: filled(&["OutpostArn"]),
        reservation: filled(&["CapacityBlockId"]).or_else(|| filled(&["CapacityReservationId"])),
        forwards: check_off(raw) || list(raw, "NetworkInterfaces").iter().any(check_off),
        product_codes: codes.map(|code| text(code, &["ProductCodeId"]).unwrap_or("unnamed").into()).collect(),
        operator: managed.then(|| principal.unwrap_or_default().into()),
        hibernation: flag(raw, &["HibernationOptions", "Configured"]).unwrap_or(false),
        details: details(raw),
        tags: Tags::new(tags),
        // A tag that cannot be read might protect the instance.
        tags_unreadable: !tags_are_named(raw),
    }
}

fn tags_are_named(raw: &Value) -> bool {
    let named = |tags: &Vec<Value>| tags.iter().all(|tag| text(tag, &["Key"]).is_some());
    raw.get("Tags").is_none_or(|tags| tags.is_null() || tags.as_array().is_some_and(named))
}

/// The inputs of prices and evidence.
fn details(raw: &Value) -> Details {
    let filled = |path: &[&str]| text(raw, path).filter(|text| !text.is_empty()).map(Box::from);
    let number = |path: [&str; 2]| raw.get(path[0])?.get(path[1])?.as_u64().filter(|n| *n > 0);
    let attached = |interface: &Value| {
        let attachment = interface.get("Attachment")?;
        (attachment.get("DeviceIndex")?.as_u64()? == 0).then(|| text(attachment, &["AttachTime"]).and_then(time))?
    };
    let vcpus = number(["CpuOptions", "CoreCount"])
        .and_then(|cores| cores.checked_mul(number(["CpuOptions", "ThreadsPerCore"])?))
        .and_then(|n| u32::try_from(n).ok());
    let profile = text(raw, &["IamInstanceProfile", "Arn"]).and_then(|arn| arn.rsplit_once('/'));
    let interfaces = list(raw, "NetworkInterfaces");
    let volumes = list(raw, "BlockDeviceMappings").iter().filter_map(|mapping| text(mapping, &["Ebs", "VolumeId"]));
    Details {
        zone: filled(&["Placement", "AvailabilityZone"]),
        created: interfaces.iter().find_map(attached),
        platform: filled(&["PlatformDetails"]),
        usage: filled(&["UsageOperation"]),
        vcpus,
        image: filled(&["ImageId"]),
        interfaces: u32::try_from(interfaces.len()).unwrap_or(u32::MAX),
        profile: profile.map(|(_, name)| name.into()),
        volumes: volumes.map(Box::from).collect(),
        licenses: list(raw, "Licenses")
            .iter()
            .map(|one| text(one, &["LicenseConfigurationArn"]).unwrap_or_default().into())
            .collect(),
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

impl Scan for Recorded {
    async fn accounts(&self, each: impl FnMut(FoundAccount)) -> Result<(), PortError> {
        self.accounts.values().cloned().for_each(each);
        Ok(())
    }

    async fn regions(&self, account: &Arc<str>) -> Result<Vec<Arc<str>>, NotScanned> {
        let dark = Target::whole_account(account.clone());
        if let Some(Saw { instances: _, not_scanned: Some(not_scanned) }) = self.targets.get(&dark) {
            return Err(not_scanned.clone());
        }
        let own = self.targets.keys().filter(|target| target.account == *account);
        Ok(own.map(|target| target.region.clone()).collect())
    }

    async fn instances(
        &self,
        target: &Target,
        only: Option<&[Box<str>]>,
        each: impl FnMut(Instance),
    ) -> Result<(), NotScanned> {
        let Some(Saw { instances, not_scanned }) = self.targets.get(target) else { return Ok(()) };
        let asked_for = |instance: &&Instance| only.is_none_or(|only| instance.id.is_among(only));
        instances.iter().filter(asked_for).cloned().for_each(each);
        not_scanned.clone().map_or(Ok(()), Err)
    }

    async fn activity(&self, _: &Target, asked: &[Recent], _: DateTime<Utc>) -> HashMap<Box<str>, Activity> {
        // An inventory has no metrics. The last hour is measured before any real stop.
        asked.iter().map(|one| (one.id.clone(), Activity::NotAsked)).collect()
    }

    async fn alternate_contact(&self, _: &Arc<str>) -> Result<Option<String>, PortError> {
        Err(PortError("a saved inventory does not contain an account's alternate contact".to_owned()))
    }

    async fn evidence(&self, _: &Target, wanted: &[Wanted], _: DateTime<Utc>) -> HashMap<Box<str>, Evidence> {
        let gap = || Reading::Gap("a saved inventory has no metrics".to_owned());
        let of = |one: &Wanted| Evidence::of(one.asked.iter().map(|asked| (asked.metric, gap())));
        wanted.iter().map(|one| (one.id.clone(), of(one))).collect()
    }

    async fn behind_load_balancer(&self, _: &Target) -> Result<HashSet<Box<str>>, PortError> {
        Err(PortError("a saved inventory has no load balancers".to_owned()))
    }

    async fn volumes(&self, _: &Target, ids: &[Box<str>]) -> HashMap<Box<str>, Volumes> {
        ids.iter().map(|id| (id.clone(), Volumes::NotAsked)).collect()
    }

    fn calls(&self) -> u64 {
        0
    }

    fn spent(&self) -> Spent {
        Spent::default()
    }
}

/// The record of a run without a record.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecord;

impl ReadRecord for NoRecord {
    async fn read(&self, _: &str) -> Result<Option<String>, PortError> {
        Ok(None)
    }

    async fn read_since(&self, _: &str, _: &str) -> Result<Vec<Entry>, PortError> {
        Ok(Vec::new())
    }
}

/// The price file as the record of a run over an inventory, which reads nothing else.
#[derive(Clone, Debug)]
pub struct PriceFile {
    folder: Folder,
    key: RecordKey,
}

impl PriceFile {
    /// The file that `settings` name: in the record if that is a folder, otherwise in the working directory.
    pub fn of(settings: &Settings) -> Option<Self> {
        let folder = match &settings.run.record {
            Some(Place::Folder(path)) => Folder::new(path),
            Some(Place::S3 { .. }) | None => Folder::new(Path::new("")),
        };
        settings.money.price_file.clone().map(|key| Self { folder, key })
    }
}

impl ReadRecord for PriceFile {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        if key == self.key.as_str() { self.folder.read(key) } else { Ok(None) }
    }

    async fn read_since(&self, _: &str, _: &str) -> Result<Vec<Entry>, PortError> {
        Ok(Vec::new())
    }
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
