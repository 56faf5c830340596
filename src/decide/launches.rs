//! Who launched what, as CloudTrail's events told it: remembered by account, one line an instance. Hearsay that is
//! shown to people; no rule reads it.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::events::Launched;

/// Where the files stand in the record, one for each account: a launch rewrites one of them, and no run needs all.
pub const FOLDER: &str = "state/launched";

/// What was launched so long ago and is not there any more is forgotten. Younger ones may not show yet, or stand in a
/// Region that is not looked at today.
const FORGET_DAYS: i64 = 90;

/// The most of a name that is kept: an ARN of AWS has 2,048 characters at most, and people's names are shorter.
const NAME: usize = 200;

/// Who launched one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Launch {
    /// Instance id.
    pub id: Box<str>,
    /// Region.
    pub region: Box<str>,
    /// The person, or what comes closest.
    pub by: Box<str>,
    /// When.
    pub at: DateTime<Utc>,
    /// The event that told it.
    pub event: Box<str>,
}

/// Every launch of one account that is remembered, by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Launches(BTreeMap<Box<str>, Launch>);

/// Where the launches of an account stand in the record.
pub fn key(account: &str) -> String {
    format!("{FOLDER}/{account}.jsonl")
}

impl Launches {
    /// Reads a file. A line that cannot be read is about one instance, which nobody is known to have launched.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Launch>(line).ok());
        Self(lines.map(|launch| (launch.id.clone(), launch)).collect())
    }

    /// The file.
    pub fn text(&self) -> String {
        let lines = self.0.values().filter_map(|launch| serde_json::to_string(launch).ok());
        lines.map(|line| line + "\n").collect()
    }

    /// Remembers what an event tells, and how many instances were new. An instance is launched once: the same event
    /// that comes again, and another one that says otherwise, change nothing.
    pub fn remember(&mut self, launched: &Launched) -> usize {
        let Launched { account: _, region, instances, by, at, event } = launched;
        let before = self.0.len();
        for id in instances {
            let launch = || Launch {
                id: id.as_str().into(),
                region: region.as_str().into(),
                by: by.chars().take(NAME).collect::<String>().into(),
                at: *at,
                event: event.as_str().into(),
            };
            self.0.entry(id.as_str().into()).or_insert_with(launch);
        }
        self.0.len() - before
    }

    /// Who launched `id`.
    pub fn find(&self, id: &str) -> Option<&Launch> {
        self.0.get(id)
    }

    /// Forgets what is old and not there any more.
    pub fn keep(&mut self, there: &HashSet<&str>, now: DateTime<Utc>) {
        self.0.retain(|id, launch| there.contains(&**id) || now - launch.at <= Duration::days(FORGET_DAYS));
    }
}
