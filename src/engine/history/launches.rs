//! Who launched an instance and who started it last, from CloudTrail events. Stored by account, one line each. This
//! information is not verified: it is shown to people, and no rule reads it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ResourceId, Target, json_lines, sane};
use crate::engine::request::events::Launched;

/// The folder in the record. There is one file per account, so a launch rewrites only one file and no run needs all
/// of them.
pub const FOLDER: &str = "state/launched";

/// A launch older than this is dropped if its instance no longer exists. A newer instance may not be visible yet, or
/// may be in a Region that is not scanned today.
const FORGET_DAYS: i64 = 90;

/// The maximum length of a stored name. An ARN of AWS has up to 2,048 characters; names of people are shorter.
const NAME: usize = 200;

/// Who launched one instance, or who started it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Launch {
    /// The instance. Its account comes from the file; older releases wrote only the Region.
    #[serde(flatten)]
    pub id: ResourceId,
    /// The person, or the closest available identity.
    pub by: Box<str>,
    /// When.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The event that this comes from.
    pub event: Box<str>,
    /// Whether the instance existed before and was started again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// All stored launches and last starts of one account, by instance and whether it is a start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launches(BTreeMap<(ResourceId, bool), Launch>);

/// The path of an account's launches in the record.
pub fn key(account: &str) -> String {
    format!("{FOLDER}/{account}.jsonl")
}

impl Launches {
    /// Reads the file of `account`. If a line is unreadable, the launcher of that one instance is unknown.
    pub fn parse(account: &str, text: &str) -> Self {
        let account: Arc<str> = account.into();
        let place = |launch: Launch| {
            let place = Target::new(account.clone(), launch.id.place.region.clone());
            Launch { id: ResourceId { place: place.into(), ..launch.id }, ..launch }
        };
        Self(json_lines::readable(text).map(place).map(|launch| ((launch.id.clone(), launch.again), launch)).collect())
    }

    /// The file.
    pub fn text(&self) -> String {
        json_lines::text(self.0.values())
    }

    /// Stores the information of an event and returns how many instances it was new for. An instance is launched only
    /// once, so a repeated or contradicting launch event changes nothing. For starts, the latest counts.
    pub fn remember(&mut self, launched: &Launched) -> usize {
        let Launched { account, region, instances, by, at, event, again } = launched;
        let place = Arc::new(Target::new(account.as_str(), region.as_str()));
        let mut new = 0;
        for name in instances {
            let id = ResourceId::instance(place.clone(), name.as_str());
            let launch = Launch {
                id: id.clone(),
                by: by.chars().take(NAME).collect::<String>().into(),
                at: *at,
                event: event.as_str().into(),
                again: *again,
            };
            match self.0.entry((id, *again)) {
                Entry::Occupied(known) if !again || known.get().at >= *at => continue,
                Entry::Occupied(mut known) => drop(known.insert(launch)),
                Entry::Vacant(place) => drop(place.insert(launch)),
            }
            new += 1;
        }
        new
    }

    /// Who launched `id`.
    pub fn find(&self, id: &ResourceId) -> Option<&Launch> {
        self.0.get(&(id.clone(), false))
    }

    /// Who started `id` last.
    pub fn last_start(&self, id: &ResourceId) -> Option<&Launch> {
        self.0.get(&(id.clone(), true))
    }

    /// Drops old entries whose instances no longer exist.
    pub fn keep(&mut self, there: &HashSet<&ResourceId>, now: DateTime<Utc>) {
        self.0.retain(|(id, _), launch| there.contains(id) || now - launch.at <= Duration::days(FORGET_DAYS));
    }
}
