//! Accounts and Regions that could not be scanned, and accounts that were not scanned on purpose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A target that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unreachable {
    /// Account id.
    pub account: Arc<str>,
    /// Region; `*` where even the account's Regions are unknown.
    pub region: Arc<str>,
    /// Why.
    pub cause: String,
}

/// An account that was not looked at on purpose.
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
