//! The texts about money and the stocktake.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::model::Locale;
use crate::engine::model::month::Month;
use crate::engine::tags::Kept;
use crate::render::catalogue::messages::say;

/// A message with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phrase<'a> {
    /// An amount, and its value in the second currency.
    Amount { usd: &'a str, second: Option<Second<'a>> },
    /// An amount that does not include this many instances of unknown price.
    AtLeast { amount: &'a str, unknown: usize },
    /// An unknown price.
    PriceUnknown { cause: &'a str },
    /// The heading of a stocktake.
    Title { account: &'a str, name: Option<&'a str>, month: Month },
    /// When the stocktake was made.
    Taken { at: DateTime<Utc>, zone: Tz },
    /// The number of running instances and their cost; `whole` is false where a Region could not be scanned.
    Runs { count: usize, amount: &'a str, whole: bool },
    /// The kind of price of every amount.
    Figures { caveat: &'a str },
    /// The kind of price of every amount, if prices are bundled.
    Bundled { date: NaiveDate },
    /// The rate of the second currency is this many days old.
    OldRate { code: &'a str, date: NaiveDate, days: i64 },
    /// The comparison with the budget.
    OfBudget { budget: &'a str, percent: &'a str, over: bool },
    /// The budget of one value of the tag by which costs are grouped is exceeded.
    OverBudget { key: Option<&'a str>, value: &'a str, amount: &'a str, percent: &'a str, budget: &'a str },
    /// There is no budget.
    NoBudget,
    /// The number of instances that are kept.
    AreKept { count: usize },
    /// The number of instances that no owner has confirmed.
    AreUnconfirmed { count: usize },
    /// What became of what people had to mend.
    Findings { found: usize, notified: usize, mended: usize, verified: usize },
    /// One of these instances in a message.
    Unconfirmed { id: &'a str, name: &'a str, region: &'a str, since: Option<DateTime<Utc>>, zone: Tz, cost: &'a str },
    /// The number of further instances.
    Further { count: usize },
    /// A Region that could not be scanned.
    Unreachable { region: &'a str, cause: &'a str },
    /// Whether and until when an instance is kept.
    IsKept(&'a Kept),
    /// The location of the whole list.
    WholeList { place: &'a str },
    /// How to confirm an instance.
    Confirm { keep: &'a str, keep_until: &'a str, owner: &'a str },
    /// The monthly waste.
    WasteOf { count: usize, others: bool, amount: &'a str, caveat: &'a str },
    /// The cost of a run itself; without an amount it is less than a cent.
    OwnCost { metrics: u64, amount: Option<&'a str> },
    /// The heading of the bill of all accounts.
    BillOf { month: Month },
    /// The bill is unknown.
    NoBill { cause: &'a str },
    /// The cost as billed, and net if it differs, beside that of the month before.
    Billed { month: Month, amount: &'a str, net: Option<&'a str>, before: &'a str, change: &'a str, estimated: bool },
    /// The change in the second currency, and its two parts.
    Changed { code: &'a str, total: &'a str, usage: &'a str, exchange: &'a str, old: Rate<'a>, new: Rate<'a> },
    /// The hours of EC2 instances: by list price, net, and covered.
    InstanceHours { hours: &'a str, list: &'a str, net: Option<NetPart<'a>>, in_plans: &'a str, reserved: &'a str },
    /// What runs now beside that.
    RunsBeside { percent: &'a str, net: Option<&'a str> },
    /// The number of rows that are left out.
    UnderACent { count: usize },
    /// Savings by list price as they are net.
    NetOf { amount: &'a str, unknown: Option<&'a str> },
    /// The savings of a month.
    Realised { month: Month, amount: &'a str, hours: &'a str, unknown_hours: Option<&'a str> },
}

/// An amount in the second currency, with its rate for one US dollar.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Second<'a> {
    pub(crate) code: &'a str,
    pub(crate) amount: &'a str,
    pub(crate) rate: &'a str,
    pub(crate) date: NaiveDate,
}

/// An exchange rate and its day.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Rate<'a> {
    pub(crate) rate: &'a str,
    pub(crate) date: NaiveDate,
}

/// A net amount, and its share of the list price in per cent.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NetPart<'a> {
    pub(crate) amount: &'a str,
    pub(crate) percent: &'a str,
}

pub(crate) fn phrase(locale: Locale, phrase: Phrase<'_>) -> String {
    say(locale, "money", phrase)
}
