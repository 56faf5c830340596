//! Where to look: accounts, and pairs of account and Region.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One account of the organisation, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// The twelve digits.
    pub id: Arc<str>,
    /// The name in Organizations; unknown where the settings list ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The organisational units that hold it, among those that the settings name. `None`: never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Vec<String>>,
}

impl Account {
    /// An account of which nothing but the id is known.
    pub fn bare(id: impl Into<Arc<str>>) -> Self {
        Self { id: id.into(), name: None, units: None }
    }
}

/// The Region of what is true of a whole account.
const EVERYWHERE: &str = "*";

/// The unit of looking, of isolation, of fan-out: one Region of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Target {
    /// The account's twelve digits.
    pub account: Arc<str>,
    /// The Region, such as `ap-northeast-1`; `*` where an account could not be asked for its Regions.
    pub region: Arc<str>,
}

impl Target {
    /// A target from its two parts.
    pub fn new(account: impl Into<Arc<str>>, region: impl Into<Arc<str>>) -> Self {
        Self { account: account.into(), region: region.into() }
    }

    /// All Regions of an account, where nobody knows which ones there are.
    pub fn whole_account(account: impl Into<Arc<str>>) -> Self {
        Self::new(account, EVERYWHERE)
    }

    /// Whether it stands for all Regions of its account.
    pub fn is_whole_account(&self) -> bool {
        &*self.region == EVERYWHERE
    }

    /// Whether what is true of this target is true of `other`.
    pub fn covers(&self, other: &Self) -> bool {
        self.account == other.account && (self.region == other.region || self.is_whole_account())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}
