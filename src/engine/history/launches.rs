//! Who launched what, and who started it last, as CloudTrail's events told it: remembered by account, a line each.
//! Hearsay that is shown to people; no rule reads it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ResourceId, Target, json_lines, sane};
use crate::engine::request::events::Launched;

/// Where the files stand in the record, one for each account: a launch rewrites one of them, and no run needs all.
pub const FOLDER: &str = "state/launched";

/// What was launched so long ago and is not there any more is forgotten. Younger ones may not show yet, or stand in a
/// Region that is not looked at today.
const FORGET_DAYS: i64 = 90;

/// The most of a name that is kept: an ARN of AWS has 2,048 characters at most, and people's names are shorter.
const NAME: usize = 200;

/// Who launched one instance, or started it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Launch {
    /// Which instance. Its account is that of the file; older releases wrote the Region only.
    #[serde(flatten)]
    pub id: ResourceId,
    /// The person, or what comes closest.
    pub by: Box<str>,
    /// When.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The event that told it.
    pub event: Box<str>,
    /// Whether it was there before, and was started again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// Every launch and last start of one account that is remembered, by instance and whether it is a start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launches(BTreeMap<(ResourceId, bool), Launch>);

/// Where the launches of an account stand in the record.
pub fn key(account: &str) -> String {
    format!("{FOLDER}/{account}.jsonl")
}

impl Launches {
    /// Reads the file of `account`. A line that cannot be read is about one instance, which nobody is known to have
    /// launched.
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

    /// Remembers what an event tells, and of how many instances it was new. An instance is launched once: the same event
    /// that comes again, and another one that says otherwise, change nothing. Of starts the last one counts.
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

    /// Forgets what is old and not there any more.
    pub fn keep(&mut self, there: &HashSet<&ResourceId>, now: DateTime<Utc>) {
        self.0.retain(|(id, _), launch| there.contains(id) || now - launch.at <= Duration::days(FORGET_DAYS));
    }
}
