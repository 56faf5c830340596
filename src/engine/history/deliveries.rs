//! Which channels have got the digest of the day, for channels with an hour of delivery, and what waits for that hour. Most
//! news is news in every run until a channel has accepted it. Only what the run at that hour could not find again is kept:
//! that an instance ran outside its hours, and texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::engine::config::{Channel, Settings};
use crate::engine::history::Said;
use crate::engine::model::{Action, Contact, ResourceId, Text, sane, sane_option};

/// The file in the record.
pub const FILE: &str = "state/deliveries.json";

/// The state of all channels with an hour of delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Deliveries {
    /// The day of the last digest, in the channel's zone, by the channel's name.
    days: BTreeMap<Arc<str>, NaiveDate>,
    /// Texts that wait.
    waiting: Vec<Waiting>,
    /// Notices of first stops that wait.
    pub notices: Vec<Notice>,
}

/// That an instance ran outside its hours, for a notice that waits. In the morning, when the digest is sent, it may be
/// within its hours again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// Which resource.
    #[serde(flatten)]
    pub id: ResourceId,
    /// Its policy.
    pub policy: String,
    /// Its owner.
    pub owner: Arc<str>,
    /// What will be done; `None` where it is only reported.
    pub action: Option<Action>,
    /// Whether a stop is announced.
    pub binding: bool,
    /// When its schedule closed.
    #[serde(default, deserialize_with = "sane_option")]
    pub closed_since: Option<DateTime<Utc>>,
    /// When it was started.
    #[serde(deserialize_with = "sane")]
    pub launch: DateTime<Utc>,
    /// When its schedule opens next.
    #[serde(default, deserialize_with = "sane_option")]
    pub opens: Option<DateTime<Utc>>,
    /// When it was found.
    #[serde(deserialize_with = "sane")]
    pub found: DateTime<Utc>,
    /// What its tags said.
    pub said: Option<Said>,
}

/// A text that waits for the hour of its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Waiting {
    /// The channel.
    pub channel: Arc<str>,
    /// The owner who reads it; empty for the operator.
    pub reader: Arc<str>,
    /// Which of the owner's contacts.
    pub contact: Contact,
    /// The text.
    #[serde(flatten)]
    pub text: Text,
}

/// One run's view of the state.
#[derive(Clone, Copy, Debug)]
pub struct Hours<'a> {
    /// The state.
    pub state: &'a Deliveries,
    /// The settings.
    pub settings: &'a Settings,
    /// The instant of the run.
    pub now: DateTime<Utc>,
    /// Whether the run is of the whole scope. Others send only what does not wait.
    pub is_whole: bool,
}

impl Deliveries {
    /// Reads the file. Without it, or where it is unreadable, the last run counts as an hour ago, and no digest waits.
    pub fn parse(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The contents of [`FILE`], as JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a text that waits.
    pub fn keep(&mut self, waiting: Waiting) {
        self.waiting.push(waiting);
    }
}

impl<'a> Hours<'a> {
    /// Whether this run sends the channel's digest.
    pub fn is_due(&self, channel: &Channel) -> bool {
        let Some(at) = channel.prefers.deliver_at else { return true };
        let zone = self.zone(channel);
        self.is_whole && self.last(channel, at, zone) < day(at, self.now, zone)
    }

    /// Whether an instant comes before the next digest that this run does not send.
    pub fn is_before_next(&self, channel: &Channel, instant: DateTime<Utc>) -> bool {
        let Some(at) = channel.prefers.deliver_at else { return false };
        let zone = self.zone(channel);
        let last = day(at, self.now, zone);
        let next = last.succ_opt().unwrap_or(last).and_time(at);
        instant.with_timezone(&zone).naive_local() < next
    }

    /// The texts whose channel gets its digest now, each with its channel. Where the channel is not in the settings any
    /// more, the operator gets them.
    pub fn due_texts(&self) -> impl Iterator<Item = (&'a Waiting, &'a Arc<Channel>)> {
        let Self { state, settings, .. } = *self;
        let channel =
            |waiting: &Waiting| settings.channels.get(&*waiting.channel).or(settings.notify.operator.as_ref());
        let found = state.waiting.iter().filter_map(move |waiting| Some((waiting, channel(waiting)?)));
        let hours = *self;
        found.filter(move |(_, channel)| hours.is_due(channel))
    }

    /// The state after a run that could not deliver to these readers, each as channel and reader in lower case, and after
    /// which these notices wait. A channel is served once all its readers are.
    #[must_use]
    pub fn after(&self, unsent: &BTreeSet<(&str, String)>, notices: Vec<Notice>) -> Deliveries {
        let failed = |channel: &Channel| unsent.iter().any(|(name, _)| **name == *channel.name);
        let reached = |(waiting, channel): &(&Waiting, &Arc<Channel>)| {
            !unsent.contains(&(&*channel.name, waiting.reader.to_lowercase()))
        };
        let timed = self.settings.channels.values().filter_map(|one| Some((one, one.prefers.deliver_at?)));
        let days = timed.map(|(channel, at)| {
            let zone = self.zone(channel);
            let last = self.last(channel, at, zone);
            (
                channel.name.clone(),
                if self.is_due(channel) && !failed(channel) { day(at, self.now, zone) } else { last },
            )
        });
        let sent: Vec<&Waiting> = self.due_texts().filter(reached).map(|(waiting, _)| waiting).collect();
        let waiting = self.state.waiting.iter().filter(|one| !sent.contains(one)).cloned().collect();
        Deliveries { days: days.collect(), waiting, notices }
    }

    /// The day of the last digest. A day that a wrong clock has written does not count.
    fn last(&self, channel: &Channel, at: NaiveTime, zone: Tz) -> NaiveDate {
        let tomorrow = day(at, self.now + Duration::days(1), zone);
        let known = self.state.days.get(&channel.name).copied().filter(|last| *last <= tomorrow);
        known.unwrap_or_else(|| day(at, self.now - Duration::hours(1), zone))
    }

    fn zone(&self, channel: &Channel) -> Tz {
        channel.prefers.zone.unwrap_or_else(|| self.settings.zone())
    }
}

/// The local day of the last hour of delivery at or before `now`.
fn day(at: NaiveTime, now: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let local = now.with_timezone(&zone).naive_local();
    let (today, has_come) = (local.date(), local.time() >= at);
    if has_come { today } else { today.pred_opt().unwrap_or(today) }
}
