//! A saved inventory: what `snapshot` writes and `--inventory` reads.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::kinds::reported::Facts;
use crate::engine::model::{Account, Instance, ReportOnly, SkippedAccount, Target, Unreachable};

/// What `snapshot` saves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this format.
    pub snapshot: u8,
    /// When it was taken.
    pub taken_at: DateTime<Utc>,
    /// The organisational units whose accounts were requested.
    pub units_asked: BTreeSet<String>,
    /// Accounts that were scanned.
    pub accounts: Vec<Account>,
    /// Accounts that were skipped on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Targets that were found.
    pub targets: Vec<Saved>,
    /// Targets that were unreachable.
    #[serde(alias = "blind")]
    pub unreachable: Vec<Unreachable>,
    /// Targets that a policy of the organisation denies.
    #[serde(alias = "closed")]
    pub denied: Vec<Target>,
    /// What is only reported, where the settings have `[forgotten]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<SavedKind>,
}

/// One kind that is only reported, in one target of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SavedKind {
    /// Account and Region.
    #[serde(flatten)]
    pub target: Target,
    /// The kind.
    pub kind: ReportOnly,
    /// Everything of this kind, used or not, with what its metrics said.
    #[serde(default)]
    pub found: Vec<Facts>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// One target of a snapshot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Saved {
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// All instances that were found there.
    pub instances: Vec<Instance>,
}

impl Saved {
    /// The target, and its instances with this target as their place.
    pub fn placed(self) -> (Arc<Target>, Vec<Instance>) {
        let Self { account, region, mut instances } = self;
        let place = Arc::new(Target { account, region });
        instances.iter_mut().for_each(|instance| instance.id.place = place.clone());
        (place, instances)
    }
}
