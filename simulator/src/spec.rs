//! The specification of a world: the same JSON as for `tests/world.py`, and `fleet` for any number of instances.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::costs::Item;
use crate::unused::Left;

/// A whole world.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Spec {
    #[serde(rename = "about")]
    _about: Value,
    pub(crate) organization: bool,
    pub(crate) hub: String,
    pub(crate) home_region: String,
    pub(crate) regions: Vec<String>,
    pub(crate) now: Option<DateTime<Utc>>,
    pub(crate) reading_role: Option<String>,
    pub(crate) acting_role: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) transition_seconds: f64,
    pub(crate) accounts: Vec<AccountSpec>,
    pub(crate) defaults: Map<String, Value>,
    pub(crate) instances: Vec<Map<String, Value>>,
    pub(crate) ssm: BTreeMap<String, String>,
    pub(crate) buckets: Vec<String>,
    pub(crate) fleet: Option<Fleet>,
    pub(crate) volumes: Vec<Left>,
    pub(crate) addresses: Vec<Left>,
    pub(crate) nat_gateways: Vec<Left>,
    pub(crate) load_balancers: Vec<Left>,
    pub(crate) eks_clusters: Vec<Left>,
    pub(crate) databases: Vec<Map<String, Value>>,
    pub(crate) services: Vec<Map<String, Value>>,
    /// What Cost Explorer knows.
    pub(crate) costs: Vec<Item>,
    /// How many minutes of the world's clock a database takes to stop, and to start.
    pub(crate) database_minutes: f64,
    /// For how many minutes IAM still decides by the tags that a database had before.
    pub(crate) tag_lag_minutes: f64,
    /// Customer-managed keys (in the spelling of `kms-key`) and licence configurations that the acting role may use.
    pub(crate) usable: Vec<String>,
    /// Permissions that roles have beyond those of the templates, which dry runs show.
    pub(crate) excess: Vec<Excess>,
    /// The state of keys that are not `Enabled`, in the spelling of `kms-key`.
    pub(crate) key_states: BTreeMap<String, String>,
    /// How long each call takes.
    pub(crate) latency_ms: f64,
    /// Whether the documented request limits apply.
    pub(crate) throttle: bool,
    /// The maximum number of instances on a page of a listing: by default a thousand, which is AWS's own limit.
    pub(crate) page_size: usize,
}

/// The Regions that are enabled in every account, from the AWS Account Management guide: seventeen.
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

impl Default for Spec {
    fn default() -> Self {
        Self {
            _about: Value::Null,
            organization: true,
            hub: "hub".to_owned(),
            home_region: "ap-northeast-1".to_owned(),
            regions: ALWAYS_ON.map(str::to_owned).to_vec(),
            now: None,
            reading_role: None,
            acting_role: None,
            external_id: None,
            transition_seconds: 0.0,
            page_size: 1000,
            accounts: Vec::new(),
            defaults: Map::new(),
            instances: Vec::new(),
            ssm: BTreeMap::new(),
            buckets: Vec::new(),
            usable: Vec::new(),
            excess: Vec::new(),
            key_states: BTreeMap::new(),
            fleet: None,
            volumes: Vec::new(),
            addresses: Vec::new(),
            nat_gateways: Vec::new(),
            load_balancers: Vec::new(),
            eks_clusters: Vec::new(),
            databases: Vec::new(),
            services: Vec::new(),
            costs: Vec::new(),
            database_minutes: 8.0,
            tag_lag_minutes: 5.0,
            latency_ms: 0.0,
            throttle: false,
        }
    }
}

/// An account of the organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct AccountSpec {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) ou: String,
    pub(crate) state: Option<String>,
    #[serde(default)]
    pub(crate) refuses: bool,
    /// The address of its alternate contact.
    pub(crate) contact: Option<String>,
    /// Its tags in Organizations.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// A permission of a role in one account.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Excess {
    /// The account's id.
    pub(crate) account: String,
    pub(crate) role: String,
    pub(crate) action: String,
}

/// A seeded fleet.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Fleet {
    pub(crate) seed: u64,
    /// Accounts in addition to the named ones.
    pub(crate) accounts: usize,
    pub(crate) instances: usize,
    /// How many per cent of its account-Regions have no instance.
    pub(crate) empty_percent: u64,
    /// The kinds of instances, each as often as its weight.
    pub(crate) mix: Vec<Kind>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self { seed: 1, accounts: 1, instances: 0, empty_percent: 0, mix: Vec::new() }
    }
}

/// One kind of a fleet's instances.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) weight: u64,
    pub(crate) fields: Map<String, Value>,
}

/// One entry of `instances`, or what `POST /instance` changes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Entry {
    pub(crate) story: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) count: Option<usize>,
    #[serde(rename = "expect")]
    _expect: Value,
    #[serde(rename = "unseen")]
    _unseen: Value,
    #[serde(rename = "about")]
    _about: Value,
    pub(crate) r#type: Option<String>,
    pub(crate) vcpus: Option<u32>,
    pub(crate) launch_time: Option<DateTime<Utc>>,
    pub(crate) created: Option<DateTime<Utc>>,
    pub(crate) state: Option<String>,
    pub(crate) transition_reason: Option<String>,
    pub(crate) person_starts: Option<DateTime<Utc>>,
    pub(crate) person_stops: Option<DateTime<Utc>>,
    pub(crate) tags: BTreeMap<String, Option<String>>,
    pub(crate) stop_protected: Option<bool>,
    pub(crate) lifecycle: Option<String>,
    pub(crate) source_dest_check: Option<bool>,
    pub(crate) root_device_type: Option<String>,
    pub(crate) host_id: Option<String>,
    pub(crate) tenancy: Option<String>,
    pub(crate) capacity_reservation_id: Option<String>,
    pub(crate) capacity_block_id: Option<String>,
    pub(crate) kms_key: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) product_codes: Option<Vec<String>>,
    pub(crate) operator_managed: Option<Value>,
    pub(crate) hibernation: Option<bool>,
    /// `Some(None)` where CloudWatch has no value.
    #[serde(deserialize_with = "given")]
    pub(crate) cpu: Option<Option<f64>>,
}

/// Distinguishes `null` from a missing key.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::<f64>::deserialize(from).map(Some)
}

/// An entry with the defaults for missing fields.
pub(crate) fn entry(defaults: &Map<String, Value>, fields: &Map<String, Value>) -> Result<Entry, String> {
    let mut all = defaults.clone();
    all.extend(fields.clone());
    serde_json::from_value(Value::Object(all)).map_err(|error| format!("an instance cannot be read: {error}"))
}
