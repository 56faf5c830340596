//! What a spec or a test says of a database.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One entry of `databases`, or what `POST database` changes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Fields {
    /// Its identifier.
    pub(crate) database: Option<String>,
    /// Whether a cluster is meant, where an instance has the same identifier.
    pub(crate) cluster: Option<bool>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) engine: Option<String>,
    /// The class of an instance, or of every instance of a cluster.
    pub(crate) class: Option<String>,
    /// The classes of the instances of a cluster, where they differ.
    pub(crate) classes: Option<Vec<String>>,
    /// How many instances a cluster has. 0: it is a DB instance.
    pub(crate) members: Option<usize>,
    pub(crate) launch_time: Option<DateTime<Utc>>,
    pub(crate) status: Option<String>,
    /// When it was stopped, if it is.
    pub(crate) stopped_at: Option<DateTime<Utc>>,
    pub(crate) person_starts: Option<DateTime<Utc>>,
    pub(crate) person_stops: Option<DateTime<Utc>>,
    pub(crate) tags: BTreeMap<String, Option<String>>,
    pub(crate) multi_az: Option<bool>,
    pub(crate) license: Option<String>,
    pub(crate) storage: Option<String>,
    pub(crate) retention: Option<u32>,
    pub(crate) custom: Option<bool>,
    pub(crate) replica_of: Option<String>,
    pub(crate) replicas: Option<Vec<String>>,
    pub(crate) global: Option<String>,
    pub(crate) engine_mode: Option<String>,
    pub(crate) cluster_class: Option<String>,
    pub(crate) min_capacity: Option<f64>,
    pub(crate) maintenance_window: Option<String>,
    /// Connections in every minute that it is up. CPU and I/O follow, unless `metrics` names them.
    pub(crate) connections: Option<f64>,
    /// The value of each metric while it is up; CloudWatch has none for a metric that is not named.
    pub(crate) metrics: BTreeMap<String, f64>,
}

impl Fields {
    /// An entry, with the defaults that it shares with instances.
    pub(crate) fn read(defaults: &Map<String, Value>, fields: &Map<String, Value>) -> Result<Self, String> {
        let shared = ["account", "region", "launch-time", "tags"];
        let defaults = defaults.iter().filter(|(key, _)| shared.contains(&key.as_str()));
        let mut all: Map<String, Value> = defaults.map(|(key, value)| (key.clone(), value.clone())).collect();
        all.extend(fields.clone());
        serde_json::from_value(Value::Object(all)).map_err(|error| format!("a database cannot be read: {error}"))
    }
}
