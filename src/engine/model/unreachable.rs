//! Accounts and Regions that could not be scanned or were not due, and accounts that were deliberately not scanned.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Kind, Target, sane};

/// A target that could not be scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unreachable {
    /// Account id.
    pub account: Arc<str>,
    /// Region; `*` where the account's Regions are unknown.
    pub region: Arc<str>,
    /// Why.
    pub cause: String,
}

impl Unreachable {
    /// Its account and Region.
    pub fn target(&self) -> Target {
        Target::new(self.account.clone(), self.region.clone())
    }
}

/// A target of which the resources of one kind could not be listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unlisted {
    /// The kind. Reports without it are of the time when only databases were listed so.
    #[serde(default = "databases")]
    pub kind: Kind,
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// Why.
    pub cause: String,
}

fn databases() -> Kind {
    Kind::Database
}

impl Unlisted {
    /// Its account and Region.
    pub fn target(&self) -> Target {
        Target::new(self.account.clone(), self.region.clone())
    }
}

/// An account that was deliberately not scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SkippedAccount {
    /// Account id.
    pub account: Arc<str>,
    /// Its name, where known.
    pub name: Option<String>,
    /// Why.
    pub because: String,
}

/// A target that was empty at its last scan and was not due in this run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NotDue {
    /// Account id.
    pub account: Arc<str>,
    /// Region.
    pub region: Arc<str>,
    /// When it was last scanned.
    #[serde(deserialize_with = "sane")]
    pub last_scan: DateTime<Utc>,
}

impl NotDue {
    /// Its account and Region.
    pub fn target(&self) -> Target {
        Target::new(self.account.clone(), self.region.clone())
    }
}
