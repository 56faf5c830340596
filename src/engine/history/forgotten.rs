//! What the run record knows of resources that are only reported: where they were found, since when, and when each
//! target was scanned. No API of AWS says when a volume was detached or an address was left, so the first sighting is
//! kept here. Without the record it says "since at least".

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Timelike, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::model::{ReportOnly, Target, Unused, UnusedId, json_lines, sane};

/// The path of the file in the record.
pub const FILE: &str = "state/forgotten.jsonl";

/// What was not scanned for so long is dropped: the account has left, or the settings no longer name the kind.
const KEEP_DAYS: i64 = 35;

/// Seconds of a day.
const DAY: u32 = 86_400;

/// One resource, and since when it was found so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sighting {
    /// As it was found last.
    #[serde(flatten)]
    pub unused: Unused,
    /// The first scan that found it so.
    #[serde(deserialize_with = "sane")]
    pub first_seen: DateTime<Utc>,
    /// Whether it may have been so before: no earlier scan of its kind is known there.
    #[serde(default)]
    pub at_least: bool,
    /// The last scan that found it.
    #[serde(deserialize_with = "sane")]
    pub last_seen: DateTime<Utc>,
    /// Whether somebody was notified of it.
    #[serde(default)]
    pub notified: bool,
}

/// The last scan of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scanned {
    /// When.
    #[serde(deserialize_with = "sane")]
    pub scanned: DateTime<Utc>,
    /// The kinds that were scanned.
    pub kinds: BTreeSet<ReportOnly>,
    /// Why the other kinds were not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<ReportOnly, String>,
}

/// Everything that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    targets: BTreeMap<Target, Scanned>,
    found: BTreeMap<UnusedId, Sighting>,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Found(Box<Sighting>),
    Target {
        #[serde(flatten)]
        target: Target,
        #[serde(flatten)]
        scanned: Scanned,
    },
}

/// What a scan of one target found, by kind, or why a kind could not be scanned.
pub type Answers = BTreeMap<ReportOnly, Result<Vec<Unused>, String>>;

impl Ledger {
    /// Reads the file. A line that cannot be read is dropped: what it says is found again.
    pub fn parse(text: &str) -> Self {
        let mut ledger = Self::default();
        for line in json_lines::readable(text) {
            match line {
                Line::Found(sighting) => drop(ledger.found.insert(sighting.unused.id.clone(), *sighting)),
                Line::Target { target, scanned } => drop(ledger.targets.insert(target, scanned)),
            }
        }
        ledger
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let targets = self.targets.iter();
        let targets =
            targets.map(|(target, scanned)| Line::Target { target: target.clone(), scanned: scanned.clone() });
        json_lines::text(targets.chain(self.found.values().map(|one| Line::Found(Box::new(one.clone())))))
    }

    /// When a target is due: it was not scanned since the last time of day at which its account is scanned, or one of
    /// `kinds` was never tried there. A scan in the future comes from a wrong clock.
    pub fn is_due(&self, target: &Target, kinds: &[ReportOnly], now: DateTime<Utc>) -> bool {
        self.targets.get(target).is_none_or(|last| {
            let tried = |kind: &ReportOnly| last.kinds.contains(kind) || last.failed.contains_key(kind);
            last.scanned < turn(&target.account, now) || last.scanned > now || !kinds.iter().all(tried)
        })
    }

    /// When a target was scanned last.
    pub fn scanned(&self, target: &Target) -> Option<&Scanned> {
        self.targets.get(target)
    }

    /// Every resource that was found, by id.
    pub fn found(&self) -> impl Iterator<Item = &Sighting> {
        self.found.values()
    }

    /// Every target that was scanned.
    pub fn targets(&self) -> impl Iterator<Item = (&Target, &Scanned)> {
        self.targets.iter()
    }

    /// Adds a scan of one target. Of a kind that could not be scanned, the earlier findings stay.
    pub fn learn(&mut self, target: &Target, answers: Answers, now: DateTime<Utc>) {
        let before = self.targets.get(target).map(|last| last.kinds.clone()).unwrap_or_default();
        let (mut kinds, mut failed) = (BTreeSet::new(), BTreeMap::new());
        for (kind, answer) in answers {
            match answer {
                Ok(found) => {
                    self.replace(target, kind, found, before.contains(&kind), now);
                    kinds.insert(kind);
                }
                Err(cause) => drop(failed.insert(kind, cause)),
            }
        }
        self.targets.insert(target.clone(), Scanned { scanned: now, kinds, failed });
    }

    /// Replaces what is known of one kind in one target. `known`: the scan before this one had this kind, so what is new
    /// has begun since.
    fn replace(&mut self, target: &Target, kind: ReportOnly, found: Vec<Unused>, known: bool, now: DateTime<Utc>) {
        let is_there = |id: &UnusedId| *id.place == *target && id.kind == kind;
        let earlier: BTreeMap<UnusedId, Sighting> = self.found.extract_if(.., |id, _| is_there(id)).collect();
        for unused in found {
            let last = earlier.get(&unused.id).filter(|last| {
                let is_later = unused.not_before.is_some_and(|begin| begin > last.last_seen);
                last.last_seen <= now && unused.why.continues(&last.unused.why) && !is_later
            });
            let new = (now, !known, false);
            let (first_seen, at_least, notified) =
                last.map_or(new, |last| (last.first_seen, last.at_least, last.notified));
            let sighting = Sighting { unused, first_seen, at_least, last_seen: now, notified };
            self.found.insert(sighting.unused.id.clone(), sighting);
        }
    }

    /// Notes that somebody was notified of these.
    pub fn notified(&mut self, ids: impl IntoIterator<Item = UnusedId>) {
        for id in ids {
            if let Some(sighting) = self.found.get_mut(&id) {
                sighting.notified = true;
            }
        }
    }

    /// Drops what was not scanned for long.
    pub fn forget(&mut self, now: DateTime<Utc>) {
        let is_current = |at: DateTime<Utc>| now - at < Duration::days(KEEP_DAYS);
        self.targets.retain(|_, last| is_current(last.scanned));
        self.found.retain(|_, sighting| is_current(sighting.last_seen));
    }
}

/// The last time at or before `now` at which this account is scanned: a time of day by a hash of its id, so that an
/// organisation is spread over the day, and an account needs one session.
fn turn(account: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let hash = Sha256::digest(account).iter().take(4).fold(0_u32, |hash, byte| hash << 8 | u32::from(*byte));
    let (at, of_day) = (hash % DAY, now.num_seconds_from_midnight());
    let since = (of_day + DAY - at) % DAY;
    now - Duration::seconds(since.into())
}
