//! What messages say, in each language. Every key is answered by an exhaustive match.

mod en;
mod ja;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::engine::judge::owner::OwnedBy;
use crate::engine::model::{Locale, Subject};

/// What stands before a line about an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// What is the matter.
    What,
    /// Why.
    Why,
    /// Since when.
    Since,
    /// What it costs a month.
    Cost,
    /// How to start it again.
    Back,
    /// The exact tag to keep it.
    Keep,
    /// How to see why.
    See,
    /// Further words.
    Note,
    /// Who owns it, for the operator.
    Owner,
}

/// Words of a message, with their arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Letter<'a> {
    /// What stands before a line.
    Head(Head),
    /// The title of an owner's message.
    Title { owner: &'a str, count: usize },
    /// The title of an owner's stocktake.
    StocktakeTitle { owner: &'a str },
    /// The title for the second contact of an owner.
    SecondTitle { owner: &'a str, count: usize },
    /// The title of the operator's message.
    OperatorTitle { count: usize },
    /// Which part of how many.
    Part { part: usize, of: usize },
    /// What an owner can do before a stop.
    Intro,
    /// What an owner can do after one.
    StoppedIntro,
    /// Nothing will be done.
    NothingIntro,
    /// What the second contact of an owner should know.
    SecondIntro,
    /// What the operator should know.
    OperatorIntro,
    /// What everything named costs a month, how many prices are unknown beside it.
    Total { cost: Option<&'a str>, unknown: usize },
    /// What an amount a month is called.
    Monthly { amount: &'a str },
    /// Where a price is unknown.
    PriceUnknown,
    /// What is the matter with an instance.
    What { subject: Subject, due: Option<(DateTime<Utc>, Tz)>, reminder: bool },
    /// Account, Region and policy of an instance.
    Place { account: &'a str, region: &'a str, policy: &'a str },
    /// An instant.
    At { at: DateTime<Utc>, zone: Tz },
    /// Of so many instances the owner or schedule tag changed at once.
    ManyRetagged { count: usize },
    /// Who owns an instance, and that the owner cannot be told.
    Unheard { owner: Option<&'a str>, by: &'a OwnedBy },
}

/// Says it.
pub(crate) fn letter(locale: Locale, letter: Letter<'_>) -> String {
    match locale {
        Locale::En => en::say(letter),
        Locale::Ja => ja::say(letter),
    }
}
