//! Accounts and Regions that could not be scanned, and accounts that were not scanned on purpose.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::model::Target;

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

impl Unreachable {
    /// Where that is.
    pub fn target(&self) -> Target {
        Target::new(self.account.clone(), self.region.clone())
    }
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
