//! The text of notices.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::judge::OwnedBy;
use crate::engine::model::{Locale, Subject};
use crate::render::catalogue::messages::say;

/// A text in a message, with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Letter<'a> {
    /// The title of an owner's message.
    Title { owner: &'a str, count: usize },
    /// The title of an owner's stocktake.
    StocktakeTitle { owner: &'a str },
    /// The title for the second contact of an owner.
    SecondTitle { owner: &'a str, count: usize },
    /// The title of the operator's message.
    OperatorTitle { count: usize },
    /// The part number and the number of parts.
    Part { part: usize, of: usize },
    /// The options of an owner before a stop.
    Intro,
    /// The options of an owner after a stop.
    StoppedIntro,
    /// Nothing will be done.
    NothingIntro,
    /// Information for the second contact of an owner.
    SecondIntro,
    /// Information for the operator.
    OperatorIntro,
    /// The monthly cost of all named instances, and the number of unknown prices.
    Total { cost: Option<&'a str>, unknown: usize },
    /// The label of a monthly amount.
    Monthly { amount: &'a str },
    /// The price is unknown.
    PriceUnknown,
    /// The problem with an instance.
    What { subject: Subject, due: Option<(DateTime<Utc>, Tz)>, reminder: bool },
    /// Account, Region and policy of an instance.
    Place { account: &'a str, region: &'a str, policy: &'a str },
    /// An instant.
    At { at: DateTime<Utc>, zone: Tz },
    /// The owner or schedule tag of this many instances changed at once.
    ManyRetagged { count: usize },
    /// Its hours: a schedule, or the value of this tag.
    Hours { schedule: &'a str, tag: Option<&'a str> },
    /// The rule that decided, and its meaning.
    Rule { rule: &'a str, meaning: &'a str },
    /// Who was notified before, and when.
    Notified { owner: &'a str, at: DateTime<Utc>, zone: Tz },
    /// The owner of an instance.
    Owned { owner: &'a str, by: &'a OwnedBy },
    /// What the record has for the readers of an account.
    OfAccount { account: &'a str },
    /// The first instances ever in a Region of an account.
    FirstInRegion { account: &'a str, region: &'a str, count: usize, ids: &'a str },
    /// The owner of an instance, and that the owner cannot be notified.
    Unheard { owner: Option<&'a str>, by: &'a OwnedBy },
}

/// The text.
pub(crate) fn letter(locale: Locale, letter: Letter<'_>) -> String {
    say(locale, "notice", letter)
}
