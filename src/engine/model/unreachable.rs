//! Accounts and Regions that could not be scanned, and accounts that were deliberately not scanned.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::model::Target;

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
