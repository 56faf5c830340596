//! A saved inventory: what `snapshot` writes and `--inventory` reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Account, Instance, Target};
use crate::engine::model::{SkippedAccount, Unreachable};

/// What `snapshot` saves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this format.
    pub snapshot: u8,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// The organisational units whose accounts were asked for.
    pub units_asked: BTreeSet<String>,
    /// Accounts looked at.
    pub accounts: Vec<Account>,
    /// Accounts left out on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Targets seen.
    pub targets: Vec<Saved>,
    /// Targets that could not be looked at.
    #[serde(alias = "blind")]
    pub unreachable: Vec<Unreachable>,
    /// Targets that the organisation's policy closes.
    #[serde(alias = "closed")]
    pub denied: Vec<Target>,
}

/// One target of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Saved {
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// Everything seen there.
    pub instances: Vec<Instance>,
}

impl Saved {
    /// The target, and its instances with the place that they have by standing in its list.
    pub fn placed(self) -> (Arc<Target>, Vec<Instance>) {
        let Self { account, region, mut instances } = self;
        let place = Arc::new(Target { account, region });
        instances.iter_mut().for_each(|instance| instance.id.place = place.clone());
        (place, instances)
    }
}
