//! The report's views as JSON: a list for each grouping, sorted by its key.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use crate::engine::report::views::{Tally, Views};

/// `{"accounts": […], "regions": […], "policies": […], "owners": […]}`
pub(crate) struct AsJson<'a>(pub(crate) Views<'a>);

/// One group: its name, then its counts.
struct Line<'a> {
    keys: &'a [(&'static str, Option<&'a str>)],
    tally: &'a Tally,
}

/// The groups of one view: each with its name; `None` is the group without one.
struct Lines<'a, K>(&'static str, &'a BTreeMap<K, Tally>);

/// The same for accounts, which have two names.
struct Accounts<'a>(&'a BTreeMap<&'a str, (Option<&'a str>, Tally)>);

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Views { accounts, regions, policies, owners } = &self.0;
        let mut views = serializer.serialize_struct("Views", 4)?;
        views.serialize_field("accounts", &Accounts(accounts))?;
        views.serialize_field("regions", &Lines("region", regions))?;
        views.serialize_field("policies", &Lines("policy", policies))?;
        views.serialize_field("owners", &Lines("owner", owners))?;
        views.end()
    }
}

impl Serialize for Accounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for (account, (name, tally)) in self.0 {
            seq.serialize_element(&Line { keys: &[("account", Some(account)), ("name", *name)], tally })?;
        }
        seq.end()
    }
}

impl<'a, K: Copy + Into<Option<&'a str>>> Serialize for Lines<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.1.len()))?;
        for (key, tally) in self.1 {
            seq.serialize_element(&Line { keys: &[(self.0, (*key).into())], tally })?;
        }
        seq.end()
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tally { found, running, outside_hours, idle, kept, skipped } = self.tally;
        let mut line = serializer.serialize_map(Some(self.keys.len() + 5))?;
        for (key, value) in self.keys {
            line.serialize_entry(key, value)?;
        }
        line.serialize_entry("found", found)?;
        line.serialize_entry("running", running)?;
        line.serialize_entry("outside-hours", outside_hours)?;
        line.serialize_entry("idle", idle)?;
        line.serialize_entry("kept", kept)?;
        line.serialize_entry("skipped", skipped)?;
        line.end()
    }
}
