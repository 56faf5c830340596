//! What somebody is told about one instance, and the receipt that it was said.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::engine::model::{ResourceId, Verdict};

/// What a piece of news is about. With a resource's id it tells whether something was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// It runs outside hours for the first time under its policy, and will be stopped from `due` on.
    FirstStop,
    /// It is idle: it is marked and will be stopped at `due`, or it is only reported.
    Idle,
    /// Its mark was lifted: it is not going to be stopped.
    Lifted,
    /// It was idle and has been stopped.
    Stopped,
    /// Its `keep-until` ends at `due`.
    KeepEnds,
    /// Somebody should look at it: a tag that cannot be read, a keep beyond the limit, a fight over restarts.
    Attention,
    /// It has been running for longer than `max-age`, and its owner is known by default only.
    Aged,
    /// Its owner or schedule tag changed since its notice.
    Retagged,
}

impl Subject {
    /// The word in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstStop => "first-stop",
            Self::Idle => "idle",
            Self::Lifted => "lifted",
            Self::Stopped => "stopped",
            Self::KeepEnds => "keep-ends",
            Self::Attention => "attention",
            Self::Aged => "aged",
            Self::Retagged => "retagged",
        }
    }
}

/// Some subjects; a byte, because every line of a report has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subjects(u8);

impl Subjects {
    const ALL: [Subject; 8] = [
        Subject::FirstStop,
        Subject::Idle,
        Subject::Lifted,
        Subject::Stopped,
        Subject::KeepEnds,
        Subject::Attention,
        Subject::Aged,
        Subject::Retagged,
    ];

    /// Adds one.
    pub fn push(&mut self, subject: Subject) {
        self.0 |= Self::bit(subject);
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Subject> {
        Self::ALL.into_iter().filter(move |subject| self.0 & Self::bit(*subject) != 0)
    }

    fn bit(subject: Subject) -> u8 {
        match subject {
            Subject::FirstStop => 1,
            Subject::Idle => 1 << 1,
            Subject::Lifted => 1 << 2,
            Subject::Stopped => 1 << 3,
            Subject::KeepEnds => 1 << 4,
            Subject::Attention => 1 << 5,
            Subject::Aged => 1 << 6,
            Subject::Retagged => 1 << 7,
        }
    }
}

/// One piece of news: everything that a message says about one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is about.
    pub subject: Subject,
    /// Which resource.
    pub id: ResourceId,
    /// The `Name` tag, or nothing.
    pub name: Box<str>,
    /// Instance type.
    pub kind: Box<str>,
    /// The policy that matches first.
    pub policy: String,
    /// What was decided, from which the reason is put into words.
    pub verdict: Verdict,
    /// Since when it has been so.
    pub since: Option<DateTime<Utc>>,
    /// When it will be stopped at the earliest, or when its keep ends; `None` where nothing will be done.
    pub due: Option<DateTime<Utc>>,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// What it costs a month by list price, in US dollars; `None` where the price is unknown.
    pub monthly: Option<Decimal>,
    /// Further words, such as why a mark was lifted; empty where there are none.
    pub note: String,
    /// It was said before, long enough ago to be said again.
    pub reminder: bool,
}

/// To whom a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// The owner.
    First,
    /// The owner's second contact, half-way through the grace.
    Second,
}

/// That a channel has accepted a message that lists this very instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Receipt {
    /// Which resource.
    #[serde(flatten)]
    pub id: ResourceId,
    /// What it was about.
    pub subject: Subject,
    /// The policy of which it spoke.
    pub policy: String,
    /// Who was told, by name.
    pub owner: Arc<str>,
    /// By which channel, by its name in the settings.
    pub channel: Arc<str>,
    /// Where that channel leads: the topic, or where the webhook's secret stands.
    pub place: Arc<str>,
    /// Which contact.
    pub contact: Contact,
    /// Whether it said when the instance will be stopped ([`Item::due`]).
    pub binding: bool,
    /// That instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// The instant of the run that told it.
    pub at: DateTime<Utc>,
}
