//! Stops that earlier runs made on the same day. The daily caps count them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::model::{Kind, ResourceId};

/// What earlier runs of the same day stopped. Days are in UTC, because the record is partitioned by UTC days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Stops and hibernations by account.
    pub by_account: HashMap<Arc<str>, u32>,
    /// The same by policy.
    pub by_policy: HashMap<Box<str>, u32>,
    /// The same by account and kind, for narrowed runs only.
    pub narrow: HashMap<(Arc<str>, Kind), u32>,
    /// The run is narrowed and counts those stops as its own. So many events or requests, each with its own run,
    /// together stop no more than one run may.
    pub as_own: bool,
}

impl Today {
    /// Counts one stop; `narrow`: made by a narrowed run. Stops that an older release recorded without account and
    /// policy count for neither.
    pub fn count(&mut self, id: &ResourceId, policy: Option<Box<str>>, narrow: bool) {
        let account = &id.place.account;
        if narrow {
            *self.narrow.entry((account.clone(), id.kind)).or_default() += 1;
        }
        if id.is_placed() {
            *self.by_account.entry(account.clone()).or_default() += 1;
        }
        if let Some(policy) = policy {
            *self.by_policy.entry(policy).or_default() += 1;
        }
    }
}
