//! Stops that earlier runs made on the same day, by which the caps of a day are counted.

use std::collections::HashMap;
use std::sync::Arc;

/// What earlier runs of the same day have stopped: the days of UTC, by which the record is divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Stops and hibernations by account.
    pub by_account: HashMap<Arc<str>, u32>,
    /// The same by policy.
    pub by_policy: HashMap<Box<str>, u32>,
    /// The same by account, of narrowed runs alone.
    pub narrow: HashMap<Arc<str>, u32>,
    /// The run is a narrowed one and counts those as its own: many events and many requests, each with a run of its own,
    /// stop no more than one run may.
    pub as_own: bool,
}

impl Today {
    /// Counts one stop; `narrow`: by a narrowed run. What an older release recorded without account and policy counts for
    /// neither.
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
