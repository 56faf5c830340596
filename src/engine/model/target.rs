//! The targets of a scan: accounts, and pairs of account and Region.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::model::Tags;

/// One account of the organisation, with the facts that are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// The twelve digits.
    pub id: Arc<str>,
    /// The name in AWS Organizations; unknown where the settings list ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The organisational units that contain it, among those in the settings. `None`: not queried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Vec<String>>,
    /// The organisational units in the settings of which it is unknown whether they contain it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_units: Vec<String>,
    /// Its tags in AWS Organizations. `None`: not queried, or the answer is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

impl Account {
    /// An account of which only the id is known.
    pub fn bare(id: impl Into<Arc<str>>) -> Self {
        Self { id: id.into(), name: None, units: None, unknown_units: Vec::new(), tags: None }
    }
}

/// Whether the text has the twelve digits of an account id.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text for the people of `own`: ids of other accounts, which errors of AWS name, are hidden.
pub(crate) fn without_other_accounts(text: &str, own: &str) -> String {
    let is_end = |c: char| !c.is_ascii_alphanumeric();
    let hidden = |part: &str| {
        let word = part.trim_end_matches(is_end);
        if is_account(word) && word != own { part.replacen(word, HIDDEN, 1) } else { part.to_owned() }
    };
    text.split_inclusive(is_end).map(hidden).collect()
}

/// What stands for the id of an account that its readers must not know.
const HIDDEN: &str = "************";

/// The Region that stands for all Regions of an account.
const EVERYWHERE: &str = "*";

/// The unit of scanning, of isolation and of fan-out: one Region of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    /// The account id, twelve digits.
    pub account: Arc<str>,
    /// The Region, such as `ap-northeast-1`; `*` where the account's Regions could not be listed.
    pub region: Arc<str>,
}

impl Target {
    /// A target of an account and a Region.
    pub fn new(account: impl Into<Arc<str>>, region: impl Into<Arc<str>>) -> Self {
        Self { account: account.into(), region: region.into() }
    }

    /// All Regions of an account, where its Regions are unknown.
    pub fn whole_account(account: impl Into<Arc<str>>) -> Self {
        Self::new(account, EVERYWHERE)
    }

    /// Whether it represents all Regions of its account.
    pub fn is_whole_account(&self) -> bool {
        &*self.region == EVERYWHERE
    }

    /// Whether this target includes `other`.
    pub fn covers(&self, other: &Self) -> bool {
        self.account == other.account && (self.region == other.region || self.is_whole_account())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}
