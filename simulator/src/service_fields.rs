//! What a spec or a test says of an ECS service.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One entry of `services`, or what `POST service` changes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ServiceFields {
    pub(crate) service: Option<String>,
    pub(crate) cluster: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) launch_time: Option<DateTime<Utc>>,
    pub(crate) desired: Option<u32>,
    pub(crate) tags: BTreeMap<String, Option<String>>,
    /// The minimum and the maximum of its scalable target. None: it has no target.
    pub(crate) scaling: Option<(u32, u32)>,
    /// What is suspended: scaling in, scaling out, scheduled scaling.
    pub(crate) suspended: Option<[bool; 3]>,
    /// After how many minutes below the minimum an alarm scales it out. 0: no alarm comes.
    pub(crate) alarm_minutes: Option<f64>,
    /// To which count something else sets it, such as a person or a pipeline. 0: nothing does.
    pub(crate) rival_desired: Option<u32>,
    /// After how many minutes below that count.
    pub(crate) rival_minutes: Option<f64>,
    /// A deployment begins at this instant.
    pub(crate) deploys: Option<DateTime<Utc>>,
    pub(crate) launch_type: Option<String>,
    pub(crate) providers: Option<Vec<String>>,
    pub(crate) strategy: Option<String>,
    pub(crate) managed_by: Option<String>,
}

impl ServiceFields {
    /// An entry, with the defaults that it shares with instances.
    pub(crate) fn read(defaults: &Map<String, Value>, fields: &Map<String, Value>) -> Result<Self, String> {
        let shared = ["account", "region", "launch-time", "tags"];
        let defaults = defaults.iter().filter(|(key, _)| shared.contains(&key.as_str()));
        let mut all: Map<String, Value> = defaults.map(|(key, value)| (key.clone(), value.clone())).collect();
        all.extend(fields.clone());
        serde_json::from_value(Value::Object(all)).map_err(|error| format!("a service cannot be read: {error}"))
    }
}
