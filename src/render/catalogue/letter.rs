//! The text of notices.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::judge::OwnedBy;
use crate::engine::model::month::Month;
use crate::engine::model::{Locale, Subject};
use crate::render::catalogue::Counted;
use crate::render::catalogue::messages::say;

/// A text in a message, with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Letter<'a> {
    /// The title of an owner's message.
    Title { owner: &'a str, counted: Counted },
    /// The title of an owner's stocktake.
    StocktakeTitle { owner: &'a str },
    /// The title of an owner's message about what is only reported.
    ForgottenTitle { owner: &'a str },
    /// The title of a message about the starts for an opening.
    MorningTitle { owner: Option<&'a str>, started: usize, of: usize, others: bool, counted: Counted },
    /// What was started in an account for an opening, and what AWS had no capacity for.
    Morning {
        account: &'a str,
        name: Option<&'a str>,
        started: usize,
        of: usize,
        without: usize,
        at: DateTime<Utc>,
        zone: Tz,
    },
    /// An instance that was not started, and why; or the cap that defers it.
    NotStarted { id: &'a str, name: &'a str, region: &'a str, why: &'a str, deferred: bool },
    /// How many further instances were not started.
    MoreNotStarted { count: usize },
    /// What follows for instances that were not started.
    Retried { databases: bool, services: bool },
    /// The tag that keeps one instance.
    KeepTag { id: &'a str, name: &'a str, place: &'a str, key: &'a str, value: &'a str },
    /// The tag would be new.
    KeepNew,
    /// The tag would replace a value, which keeps the instance for longer, or which cannot be read.
    KeepReplaces { before: &'a str, shorter: bool, unreadable: bool },
    /// Another tag keeps it for good.
    KeptForGood { key: &'a str },
    /// The tag was written and read back.
    KeepWritten,
    /// The tag was written, and not read back.
    KeepUnverified { why: &'a str },
    /// The tag was not written.
    KeepFailed { why: &'a str },
    /// Whether to write the tags.
    KeepQuestion { count: usize, shorter: usize, others: bool },
    /// The stocktake of an account is not confirmed; for the owner, or for the second contact.
    Unanswered {
        account: &'a str,
        name: Option<&'a str>,
        month: Month,
        owner: &'a str,
        sent: Option<(DateTime<Utc>, Tz)>,
        second: bool,
    },
    /// How many accounts of the last stocktake are confirmed.
    Answers { month: Month, confirmed: usize, of: usize },
    /// An account that is not confirmed, and how far it got.
    NoAnswer {
        account: &'a str,
        owner: &'a str,
        has_channel: bool,
        unsent: bool,
        failures: u32,
        is_reminded: bool,
        is_escalated: bool,
    },
    /// Whether the last stocktake of an account was confirmed, and by whom.
    WasAnswered { month: Month, by: Option<&'a str> },
    /// The title for the second contact of an owner.
    SecondTitle { owner: &'a str, counted: Counted },
    /// The title of the operator's message.
    OperatorTitle { count: usize, counted: Counted },
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
    Total { cost: Option<&'a str>, unknown: usize, others: bool },
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
    ManyRetagged { count: usize, others: bool },
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
    FirstInRegion { account: &'a str, region: &'a str, count: usize, ids: &'a str, others: bool },
    /// How many further instances a message does not list.
    Further { count: usize },
    /// The owner of an instance, and that the owner cannot be notified.
    Unheard { owner: Option<&'a str>, by: &'a OwnedBy },
}

/// The text.
pub(crate) fn letter(locale: Locale, letter: Letter<'_>) -> String {
    say(locale, "notice", letter)
}
