//! Realised savings: the hours that an instance stayed stopped after the reaper stopped it, times its list price. Each
//! run updates them from the states that it finds, so they never come from plans or estimates.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::model::month::Month;
use crate::engine::model::{Instance, ResourceId, State, Target, Usd, json_lines, sane};

/// A stop whose instance was not found for this many days is dropped: its account has left the organisation.
const FORGET_DAYS: i64 = 90;

/// The account, policy and owner of a saving.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Whose {
    /// Account id.
    pub account: Arc<str>,
    /// The policy that stopped it.
    pub policy: Arc<str>,
    /// The owner at the time of the stop; empty where it is unknown.
    pub owner: Arc<str>,
}

/// A stop that has not ended, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Open {
    /// The account, policy and owner of the saving.
    #[serde(flatten)]
    pub whose: Whose,
    /// The saving per hour: zero on hosts and in reservations; `None` where the price is unknown.
    pub hourly: Option<Usd>,
    /// Whether AWS is still stopping it. Then nothing is counted yet, but its price is known: that of what is stopped is
    /// not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopping: bool,
    /// When it was first found stopped.
    #[serde(deserialize_with = "sane")]
    pub since: DateTime<Utc>,
    /// The end of the time that is counted already.
    #[serde(deserialize_with = "sane")]
    pub until: DateTime<Utc>,
}

/// The savings of one month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Saved {
    /// Hours stopped at a known price, including a price of zero.
    #[serde(with = "rust_decimal::serde::str")]
    pub hours: Decimal,
    /// Their value at list price.
    pub usd: Usd,
    /// Hours stopped at an unknown price. They have no value in this sum.
    #[serde(rename = "unknown_hours", with = "rust_decimal::serde::str")]
    pub unknown_hours: Decimal,
}

/// The facts that a run found about an instance.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Which instance.
    pub id: &'a ResourceId,
    /// Its state.
    pub state: State,
    /// Its last start.
    pub launch: Option<DateTime<Utc>>,
    /// Whether the reaper's own tag is present, and the instance was not started or stopped by others since.
    pub ours: bool,
}

impl<'a> Sight<'a> {
    /// The facts about `instance`.
    pub fn of(instance: &'a Instance, ours: bool) -> Self {
        Self { id: &instance.id, state: instance.state, launch: instance.launch, ours }
    }
}

/// Every open stop, and the savings by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Savings {
    /// By instance.
    pub open: BTreeMap<ResourceId, Open>,
    /// By month in UTC, and by account, policy and owner.
    pub months: BTreeMap<(Month, Whose), Saved>,
    /// Entries that cannot be read: they are not counted, but reported, and written back unchanged.
    pub unread: Unread,
}

/// Entries of the state that cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    open: BTreeMap<String, Value>,
    months: Vec<Value>,
}

/// One month of one owner, as stored in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The month in UTC.
    pub month: Month,
    /// The account, policy and owner of the saving.
    #[serde(flatten)]
    pub whose: Whose,
    /// The savings.
    #[serde(flatten)]
    pub saved: Saved,
}

/// The state as stored in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    version: u8,
    open: BTreeMap<String, Value>,
    months: Vec<Value>,
}

/// The next state of an open stop.
enum Next {
    /// It continues: counted until now.
    Holds,
    /// It ended: counted until then, if that is later than the time counted already.
    Ended(Option<DateTime<Utc>>),
    /// Unknown in this run: left unchanged.
    Waits,
}

impl Savings {
    /// The key of the state in the record.
    pub const KEY: &str = "state/savings.json";

    /// The key of the months in the record, one JSON line each, for tools that read tables.
    pub const TABLE: &str = "savings/months.jsonl";

    /// Reads the state.
    ///
    /// # Errors
    /// The error, as text, if the whole file is invalid: replacing a broken state would lose months. One entry that
    /// cannot be read does not affect the others.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |error| format!("`{}` in the record cannot be read: {error}; correct or remove it", Self::KEY);
        let Document { version: _, open, months } = serde_json::from_str(text).map_err(wrong)?;
        let mut savings = Self::default();
        for (key, value) in open {
            match read(&key, &value) {
                Some((id, stop)) => drop(savings.open.insert(id, stop)),
                None => drop(savings.unread.open.insert(key, value)),
            }
        }
        for value in months {
            match serde_json::from_value(value.clone()) {
                Ok(Line { month, whose, saved }) => drop(savings.months.insert((month, whose), saved)),
                Err(_) => savings.unread.months.push(value),
            }
        }
        Ok(savings)
    }

    /// The text of the state in the record.
    pub fn text(&self) -> String {
        let value = |entry: serde_json::Result<Value>| entry.unwrap_or_default(); // what was read can be written
        let open = self.open.iter().map(|(id, stop)| (id.to_string(), value(serde_json::to_value(stop))));
        let open = self.unread.open.clone().into_iter().chain(open).collect();
        let months = self.lines().map(|line| value(serde_json::to_value(line)));
        let months = months.chain(self.unread.months.iter().cloned()).collect();
        let document = Document { version: 1, open, months };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// The number of entries that cannot be read.
    pub fn unread(&self) -> usize {
        self.unread.open.len() + self.unread.months.len()
    }

    /// Every month, one JSON line each.
    pub fn table(&self) -> String {
        json_lines::text(self.lines())
    }

    /// Every month, with the account, policy and owner.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        self.months.iter().map(|((month, whose), saved)| Line { month: *month, whose: whose.clone(), saved: *saved })
    }

    /// Records that the reaper stopped `id`, and that the stop was confirmed at `since`. A stop that was open before
    /// ended at an unknown time, so it is not counted further. Call it after [`Savings::accrue`].
    pub fn stopped(&mut self, id: &ResourceId, whose: Whose, hourly: Option<Usd>, since: DateTime<Utc>) {
        self.open.insert(id.clone(), Open { whose, hourly, stopping: false, since, until: since });
    }

    /// Records that AWS accepted the stop of `id` at `since`, which takes minutes. [`Savings::accrue`] counts from when
    /// it is found stopped.
    pub fn stopping(&mut self, id: &ResourceId, whose: Whose, hourly: Option<Usd>, since: DateTime<Utc>) {
        self.open.insert(id.clone(), Open { whose, hourly, stopping: true, since, until: since });
    }

    /// Counts the stops that still hold until now, and closes the others. `whole` is true for a target that was
    /// completely scanned in this run. Only there does a missing instance mean that it no longer exists.
    pub fn accrue<'a>(
        &mut self,
        sights: impl IntoIterator<Item = Sight<'a>>,
        whole: impl Fn(&ResourceId) -> bool,
        now: DateTime<Utc>,
    ) {
        let mut seen: BTreeMap<&ResourceId, Sight<'a>> = BTreeMap::new();
        for sight in sights {
            seen.insert(sight.id, sight);
        }
        let open = std::mem::take(&mut self.open);
        for (id, mut stop) in open {
            let gone = || if whole(&id) { Next::Ended(None) } else { Next::Waits };
            let is_stopping = stop.stopping;
            match seen.get(&id).map_or_else(gone, |sight| if is_stopping { ends(sight) } else { next(sight) }) {
                Next::Holds if is_stopping => {
                    self.stopped(&id, stop.whose, stop.hourly, now);
                }
                Next::Holds => {
                    self.count(&mut stop, now);
                    self.open.insert(id, stop);
                }
                Next::Ended(None) => {}
                Next::Ended(Some(at)) => self.count(&mut stop, at.min(now)),
                Next::Waits if now - stop.until > Duration::days(FORGET_DAYS) => {}
                Next::Waits => {
                    self.open.insert(id, stop);
                }
            }
        }
    }

    /// Counts `stop` from the time counted already until `end`, split by month.
    fn count(&mut self, stop: &mut Open, end: DateTime<Utc>) {
        while stop.until < end {
            let month = Month::of(stop.until.date_naive());
            // A month without an end is beyond every calendar; then the rest is counted as one piece.
            let piece = month.next_begins().map_or(end, |next| next.min(end));
            let seconds = Decimal::from((piece - stop.until).num_seconds());
            let saved = self.months.entry((month, stop.whose.clone())).or_default();
            saved.add(seconds, stop.hourly);
            stop.until = piece;
        }
    }

    /// The savings of one month, by account, policy or owner.
    pub fn by<'a>(&'a self, month: Month, key: impl Fn(&'a Whose) -> &'a str) -> BTreeMap<&'a str, Saved> {
        let mut sums: BTreeMap<&str, Saved> = BTreeMap::new();
        for ((_, whose), saved) in self.months.iter().filter(|((of, _), _)| *of == month) {
            sums.entry(key(whose)).or_default().merge(saved);
        }
        sums
    }

    /// The owners in the months that had ended at `end`.
    pub fn owners_until(&self, end: DateTime<Utc>) -> impl Iterator<Item = &str> {
        self.months.keys().filter(move |(month, _)| month.ended_by(end)).map(|(_, whose)| &*whose.owner)
    }

    /// Replaces the owners in the months that had ended at `end`, where `stand_in` has something in their place.
    pub fn replace_owners(&mut self, end: DateTime<Utc>, stand_in: impl Fn(&str) -> Option<String>) {
        let ended: Vec<_> = self.months.extract_if(.., |(month, _), _| month.ended_by(end)).collect();
        for ((month, mut whose), saved) in ended {
            whose.owner = stand_in(&whose.owner).map_or_else(|| whose.owner.clone(), Arc::from);
            self.months.entry((month, whose)).or_default().merge(&saved);
        }
    }

    /// All savings of one month.
    pub fn total(&self, month: Month) -> Saved {
        let mut sum = Saved::default();
        self.months.iter().filter(|((of, _), _)| *of == month).for_each(|(_, saved)| sum.merge(saved));
        sum
    }
}

/// An open stop as stored in the record. Older releases used the name alone as the key, and stored the location beside
/// it.
fn read(key: &str, value: &Value) -> Option<(ResourceId, Open)> {
    let place = || Target::deserialize(value.get("target")?).ok();
    let id = key.parse().ok().or_else(|| Some(ResourceId::named(place()?, key)))?;
    Some((id, serde_json::from_value(value.clone()).ok()?))
}

/// What the facts about a resource mean for its stop that takes minutes.
fn ends(sight: &Sight<'_>) -> Next {
    match sight.state {
        State::Stopped if sight.ours => Next::Holds,
        // The stop failed, or others have started it since.
        State::Stopped | State::Running | State::Pending | State::ShuttingDown | State::Terminated => Next::Ended(None),
        State::Stopping | State::Changing | State::Unknown => Next::Waits,
    }
}

/// What the facts about an instance mean for its open stop. An end before the time counted already adds nothing.
fn next(sight: &Sight<'_>) -> Next {
    match (sight.state, sight.ours) {
        (State::Stopped | State::Stopping, true) => Next::Holds,
        // Others have started it since, and perhaps stopped it again. Only its last start is known.
        (State::Running | State::Pending, _) | (State::Stopped | State::Stopping, false) => Next::Ended(sight.launch),
        (State::ShuttingDown | State::Terminated, _) => Next::Ended(None),
        (State::Changing | State::Unknown, _) => Next::Waits,
    }
}

impl Saved {
    /// Adds seconds at an hourly price.
    fn add(&mut self, seconds: Decimal, hourly: Option<Usd>) {
        let hours = seconds / Decimal::from(3600);
        match hourly {
            Some(hourly) => {
                self.usd = Usd(self.usd.plus(hourly.for_hours(hours)).0.round_dp(PLACES).normalize());
                self.hours = sum(self.hours, hours);
            }
            None => self.unknown_hours = sum(self.unknown_hours, hours),
        }
    }

    fn merge(&mut self, other: &Self) {
        let Self { hours, usd, unknown_hours } = other;
        self.hours = sum(self.hours, *hours);
        self.usd = self.usd.plus(*usd);
        self.unknown_hours = sum(self.unknown_hours, *unknown_hours);
    }
}

/// The decimals that are kept. A price has at most ten, and a month of runs every 15 minutes adds about 3,000
/// roundings.
const PLACES: u32 = 10;

fn sum(one: Decimal, other: Decimal) -> Decimal {
    one.saturating_add(other).round_dp(PLACES).normalize()
}
