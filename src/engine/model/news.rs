//! Notices about one instance, and the receipts for them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::model::{ResourceId, Verdict, named, sane, sane_option};

named! {
    /// The subject of a notice. The subject and the resource's id identify notices that were sent before.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Subject {
        /// It runs outside hours for the first time under its policy, and will be stopped from `due` on.
        FirstStop = "first-stop",
        /// It is idle: it is marked and will be stopped at `due`, or it is only reported.
        Idle = "idle",
        /// Its mark was removed: it will not be stopped.
        Lifted = "lifted",
        /// It was idle and has been stopped.
        Stopped = "stopped",
        /// Its `keep-until` ends at `due`.
        KeepEnds = "keep-ends",
        /// It needs the attention of a person: an unreadable tag, a keep beyond the limit, or a restart fight.
        Attention = "attention",
        /// It has run for longer than `max-age`, and only the settings' default names its owner.
        Aged = "aged",
        /// Its owner or schedule tag changed since its notice.
        Retagged = "retagged",
        /// Its policy starts it at openings from `due` on, though others stopped it.
        FirstStart = "first-start",
        /// It is a database that nobody has started for weeks: only AWS has, every seventh day.
        StillWanted = "still-wanted",
    }
}

/// A set of subjects. It is two bytes, because every line of a report has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subjects(u16);

impl Subjects {
    /// Adds one subject.
    pub fn push(&mut self, subject: Subject) {
        self.0 |= Self::bit(subject);
    }

    /// Every subject in the set.
    pub fn iter(self) -> impl Iterator<Item = Subject> {
        Subject::ALL.iter().copied().filter(move |subject| self.0 & Self::bit(*subject) != 0)
    }

    fn bit(subject: Subject) -> u16 {
        1 << subject as u8
    }
}

/// One notice: everything that a message says about one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The subject of the notice.
    pub subject: Subject,
    /// Which resource.
    pub id: ResourceId,
    /// The `Name` tag, or nothing.
    pub name: Box<str>,
    /// Instance type.
    pub kind: Box<str>,
    /// The policy that matches first.
    pub policy: String,
    /// The decision. The reason in the message is made from it.
    pub verdict: Verdict,
    /// Since when this has been the case.
    pub since: Option<DateTime<Utc>>,
    /// When it will be stopped at the earliest, or when its keep ends; `None` where nothing will be done.
    pub due: Option<DateTime<Utc>>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// Its list price per month, in US dollars; `None` where the price is unknown.
    pub monthly: Option<Decimal>,
    /// Further text, such as why a mark was removed; empty where there is none.
    pub note: String,
    /// Whether this is a reminder: the same notice was sent before, long enough ago.
    pub reminder: bool,
    /// The schedule: its name, or the value of the instance's own tag.
    pub hours: Box<str>,
    /// Whether that is the value of a tag.
    pub own_hours: bool,
    /// Who was notified of it before, and when.
    pub notified: Option<(Arc<str>, DateTime<Utc>)>,
}

/// Who receives a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// The owner.
    First,
    /// The owner's second contact, half-way through the grace period.
    Second,
}

/// Proof that a channel accepted a message that lists this instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Receipt {
    /// Which resource.
    #[serde(flatten)]
    pub id: ResourceId,
    /// The subject of the notice.
    pub subject: Subject,
    /// The policy that the notice was about.
    pub policy: String,
    /// The name of the notified owner.
    pub owner: Arc<str>,
    /// The channel, by its name in the settings.
    pub channel: Arc<str>,
    /// The destination of that channel: the topic, or where the webhook's secret is stored.
    pub place: Arc<str>,
    /// The contact that was notified.
    pub contact: Contact,
    /// Whether the notice said when the instance will be stopped ([`Item::due`]).
    pub binding: bool,
    /// That instant.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub due: Option<DateTime<Utc>>,
    /// The instant of the run that sent it.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
}

/// A message, or one part of a message that the limits of a channel split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// For email: at most 99 ASCII characters on one line.
    pub subject: String,
    /// The content: plain text, or JSON in the form of the channel.
    pub body: String,
    /// Every instance that the body names. Receipts are given for these instances only.
    pub named: Vec<Named>,
}

/// One instance that a message names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Which resource.
    pub id: ResourceId,
    /// What the message is about.
    pub subject: Subject,
    /// The policy that the message is about.
    pub policy: String,
    /// The owner's name; empty where the owner is unknown.
    pub owner: Arc<str>,
    /// Whether the message said when the instance will be stopped, or when its keep ends.
    pub binding: bool,
    /// That instant.
    pub due: Option<DateTime<Utc>>,
}

impl Message {
    /// The names of the instances that the body lists.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|named| &*named.id.name)
    }
}
