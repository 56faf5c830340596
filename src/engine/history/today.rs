//! Stops that earlier runs made on the same day. The daily caps count them.

use std::collections::HashMap;
use std::sync::Arc;

/// What earlier runs of the same day stopped. Days are in UTC, because the record is partitioned by UTC days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Stops and hibernations by account.
    pub by_account: HashMap<Arc<str>, u32>,
    /// The same by policy.
    pub by_policy: HashMap<Box<str>, u32>,
    /// The same by account, for narrowed runs only.
    pub narrow: HashMap<Arc<str>, u32>,
    /// The run is narrowed and counts those stops as its own. So many events or requests, each with its own run,
    /// together stop no more than one run may.
    pub as_own: bool,
}

impl Today {
    /// Counts one stop; `narrow`: made by a narrowed run. Stops that an older release recorded without account and
    /// policy count for neither.
    pub fn count(&mut self, account: Option<Arc<str>>, policy: Option<Box<str>>, narrow: bool) {
        if narrow {
            *self.narrow.entry(account.clone().unwrap_or_default()).or_default() += 1;
        }
        if let Some(account) = account {
            *self.by_account.entry(account).or_default() += 1;
        }
        if let Some(policy) = policy {
            *self.by_policy.entry(policy).or_default() += 1;
        }
    }
}
