//! Who launched what, and who started it last, as CloudTrail's events told it: remembered by account, a line each.
//! Hearsay that is shown to people; no rule reads it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::{Settings, Stage};
use crate::engine::judge::marks::{MarkStep, MarkVerb};
use crate::engine::model::{Reason, Target, sane};
use crate::engine::report::Row;
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
    /// Instance id.
    pub id: Box<str>,
    /// Region.
    pub region: Box<str>,
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
pub struct Launches(BTreeMap<(Box<str>, bool), Launch>);

/// Where the launches of an account stand in the record.
pub fn key(account: &str) -> String {
    format!("{FOLDER}/{account}.jsonl")
}

impl Launches {
    /// Reads a file. A line that cannot be read is about one instance, which nobody is known to have launched.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Launch>(line).ok());
        Self(lines.map(|launch| ((launch.id.clone(), launch.again), launch)).collect())
    }

    /// The file.
    pub fn text(&self) -> String {
        let lines = self.0.values().filter_map(|launch| serde_json::to_string(launch).ok());
        lines.map(|line| line + "\n").collect()
    }

    /// Remembers what an event tells, and of how many instances it was new. An instance is launched once: the same event
    /// that comes again, and another one that says otherwise, change nothing. Of starts the last one counts.
    pub fn remember(&mut self, launched: &Launched) -> usize {
        let Launched { account: _, region, instances, by, at, event, again } = launched;
        let mut new = 0;
        for id in instances {
            let launch = Launch {
                id: id.as_str().into(),
                region: region.as_str().into(),
                by: by.chars().take(NAME).collect::<String>().into(),
                at: *at,
                event: event.as_str().into(),
                again: *again,
            };
            match self.0.entry((id.as_str().into(), *again)) {
                Entry::Occupied(known) if !again || known.get().at >= *at => continue,
                Entry::Occupied(mut known) => drop(known.insert(launch)),
                Entry::Vacant(place) => drop(place.insert(launch)),
            }
            new += 1;
        }
        new
    }

    /// Who launched `id`.
    pub fn find(&self, id: &str) -> Option<&Launch> {
        self.0.get(&(id.into(), false))
    }

    /// Who started `id` last.
    pub fn last_start(&self, id: &str) -> Option<&Launch> {
        self.0.get(&(id.into(), true))
    }

    /// Forgets what is old and not there any more.
    pub fn keep(&mut self, there: &HashSet<&str>, now: DateTime<Utc>) {
        self.0.retain(|(id, _), launch| there.contains(&**id) || now - launch.at <= Duration::days(FORGET_DAYS));
    }
}

/// Labels that one run writes at most: each may be a call of its own, of some 250 ms, one after the other: 50 s.
const LABELS: usize = 200;

/// The longest value of a tag.
const VALUE: usize = 256;

/// The tags that say who launched an instance: where the settings ask for them and arm the run, the policy is enforced,
/// and nobody has said that the instance is not to be touched.
pub fn labels(settings: &Settings, rows: &[Row]) -> Vec<MarkStep> {
    if !settings.tags.writes_launched_by || !settings.run.armed {
        return Vec::new();
    }
    rows.iter().filter(|row| may_label(row)).filter_map(label).take(LABELS).collect()
}

fn may_label(row: &Row) -> bool {
    let untouchable = matches!(
        row.verdict.reason(),
        Reason::Kept
            | Reason::KeptUntil
            | Reason::KeepUnreadable
            | Reason::TagUnknown
            | Reason::OtherHub
            | Reason::NeverListed
            | Reason::ManagedService
    );
    let enforced = row.policy.as_ref().is_some_and(|policy| policy.stage == Stage::Enforce);
    row.unlabelled && enforced && row.running_in_scope && !untouchable
}

fn label(row: &Row) -> Option<MarkStep> {
    let by = row.launched_by.as_deref()?;
    // What AWS allows in every service's tags; anything else becomes `_`.
    let allowed = |c: char| if c.is_ascii_alphanumeric() || " +-=._:/@".contains(c) { c } else { '_' };
    let value = by.chars().map(allowed).take(VALUE).collect();
    let Target { account, region } = (*row.target).clone();
    Some(MarkStep { id: row.id.clone(), account, region, verb: MarkVerb::Put, value: Some(value), because: None })
}
