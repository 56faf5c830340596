//! Who was asked to confirm the monthly stocktake of an account, who has not answered, and who cannot be reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::month::Month;
use crate::engine::model::{sane, sane_option};
use crate::engine::schedule::Schedule;

/// The file in the record with the accounts of the last stocktake.
pub const FILE: &str = "state/answers.json";

/// The accounts of one month's stocktake.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Answers {
    /// The month, as `2026-11`.
    pub month: String,
    /// The accounts.
    pub accounts: BTreeMap<Arc<str>, Asked>,
    /// Those of the stocktake before, which this one shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Self>>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// The account's owner; empty where nobody is known.
    #[serde(default)]
    pub owner: Arc<str>,
    /// Whether the owner has a channel. Otherwise the operator got the stocktake.
    #[serde(default)]
    pub has_channel: bool,
    /// When a channel accepted it; `None` while none has.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub sent: Option<DateTime<Utc>>,
    /// How often the channel did not accept a message about it.
    #[serde(default)]
    pub failures: u32,
    /// When the owner was reminded.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub reminded: Option<DateTime<Utc>>,
    /// When the second contact was notified.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub escalated: Option<DateTime<Utc>>,
    /// Who confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmation>,
}

/// That a person has confirmed the stocktake of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Confirmation {
    /// The person's name; empty where none was given.
    #[serde(default)]
    pub by: String,
    /// When the person confirmed.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
}

/// What an unanswered stocktake leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The owner is reminded.
    Remind,
    /// The second contact is notified.
    Escalate,
}

impl Answers {
    /// Reads the file. Without it, or where it is unreadable, nobody was asked.
    pub fn parse(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The contents of [`FILE`], as JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The month.
    pub fn month(&self) -> Option<Month> {
        Month::parse(&self.month)
    }

    /// The accounts whose owners have not answered for so many business days, and what follows.
    pub fn due<'a>(
        &'a self,
        schedule: &'a Schedule,
        days: u32,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Asked, Step)> {
        let over = move |since: DateTime<Utc>| schedule.business_days_after(since, days).is_some_and(|due| now >= due);
        self.accounts.iter().filter_map(move |(account, asked)| match (asked.sent, asked.reminded) {
            _ if asked.confirmed.is_some() || asked.escalated.is_some() => None,
            (Some(_), Some(reminded)) => over(reminded).then_some((account, asked, Step::Escalate)),
            (Some(sent), None) => over(sent).then_some((account, asked, Step::Remind)),
            (None, _) => None,
        })
    }

    /// How many accounts are confirmed.
    pub fn confirmed(&self) -> usize {
        self.accounts.values().filter(|asked| asked.confirmed.is_some()).count()
    }
}

/// The folder of a month's confirmations in the record.
pub fn folder(month: Month) -> String {
    format!("answers/month={month}")
}
