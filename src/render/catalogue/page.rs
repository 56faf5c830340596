//! The texts of the page that stand nowhere else.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::model::{Locale, ResourceId};
use crate::engine::request::Mode;
use crate::render::catalogue::messages::say;

/// A text of the page with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Text<'a> {
    /// The heading of a report; `carried_out` is false for the dry run of an undo.
    Title { mode: Mode, carried_out: bool, at: DateTime<Utc>, zone: Tz },
    /// Everything was scanned, and nothing failed.
    Healthy,
    /// Nothing went wrong, but not everything was scanned.
    Partly,
    /// Something was not scanned, or a step failed.
    Degraded,
    /// The number of instances that run without being needed.
    Wasting { count: usize, found: usize, others: bool },
    /// There are none; `scanned` is false where nothing was found at all.
    NotWasting { found: usize, others: bool },
    /// The number of instances that an undo starts, or would start.
    Undoing { count: usize, found: usize, others: bool, carried_out: bool },
    /// What a dry run does and would do.
    DryRun { steps: usize, candidates: usize },
    /// What a run did.
    Done { stopped: usize, started: usize, failed: usize, deferred: usize, held: bool },
    /// The heading of what could not be scanned.
    NotScanned { count: usize },
    /// The heading of what is only reported besides instances.
    ForgottenTitle { count: usize },
    /// What its commands do.
    ForgottenAbout,
    /// How many of it are not on the page.
    ForgottenFurther { count: usize },
    /// Its figure.
    ForgottenInMonth,
    /// Of how many resources it is.
    OfResources { count: usize, unknown: usize },
    /// The heading of what was left out of the scan without an error, or only in part.
    LeftUnscanned,
    /// Targets that the organisation's policy denies.
    Denied { targets: usize, accounts: usize, example: &'a str },
    /// Targets in which resources of this kind could not be listed.
    Unlisted { kind: &'a str, targets: usize, example: &'a str, cause: &'a str },
    /// An amount in the second currency.
    InCurrency { code: &'a str, amount: &'a str, rate: &'a str, date: NaiveDate },
    /// The label of the amount that is wasted in a month.
    Wasted,
    /// How many resources that amount is about, and how many of unknown price are not in it.
    OfInstances { count: usize, others: bool, unknown: usize },
    /// The label of the amount saved in a month.
    SavedIn { month: &'a str },
    /// The hours for which stopped resources did not run.
    SavedHours { hours: &'a str, unknown: Option<&'a str> },
    /// Prices are not known.
    AmountUnknown,
    /// The label of the number of resources that would be stopped.
    Candidates,
    /// The label of the number of stops.
    Stopped,
    /// The label of the number of starts.
    Started,
    /// The label of what needs a person.
    ForPeople,
    /// The label of what was found.
    Instances { others: bool },
    /// In how many accounts and Regions it was found.
    InAccounts { accounts: usize, regions: usize },
    /// The label of the number of places that were not scanned.
    Unscanned,
    /// An empty list.
    Nothing,
    /// The heading of the most expensive ones.
    Dearest { count: usize },
    /// The heading of the longest running ones, where no price is known.
    LongestRunning { count: usize },
    /// How many are not shown.
    Further { count: usize },
    /// What happens to an instance next.
    Next { verdict: &'a str, armed: bool },
    /// A person whose name is hidden.
    Person { number: usize },
    /// A person without a number.
    Somebody,
    /// The heading of the bars of dollars.
    MonthlyBy,
    /// The heading of the bars of numbers, where no price is known.
    InstancesBy { others: bool },
    /// All groups after the largest ones.
    Others { count: usize },
    /// The title of the map of hours.
    Heat { zone: Tz },
    /// The same of one instance.
    HeatOfOne { zone: Tz },
    /// The heading where there is no map of hours yet.
    HeatTitle,
    /// What the numbers of the map are.
    HeatAbout,
    /// Some places were not due in some of the hours.
    HeatNotDue,
    /// The zones with a map of their own.
    HeatOthers { list: &'a str },
    /// The schedules of the map.
    HeatSchedules { list: &'a str },
    /// The title of the page of a schedule.
    Hours { name: &'a str, zone: Tz },
    /// Why there is no map yet.
    HeatUnknown,
    /// A count that may be too small.
    AtLeast { count: u32 },
    /// The heading of the weeks.
    Trend,
    /// What the columns of the weeks mean.
    TrendAbout,
    /// The column of a week's Monday.
    Week,
    /// How many hours of a week are known.
    HoursKnown { hours: u32 },
    /// The column of what was wasted.
    WastedShort,
    /// The column of what was saved.
    SavedShort,
    /// The column of stops.
    Stops,
    /// The column of stops that a person took back.
    TakenBack,
    /// The column of the share of false stops.
    FalseStops,
    /// The column of near misses.
    NearMisses,
    /// A share.
    Percent { rate: &'a str },
    /// The heading of notes about the run.
    AboutRun,
    /// The label of the hash of the settings.
    Settings,
    /// The label of the run that an undo undoes.
    Undoes,
    /// How many lines the list does not have.
    LeftOut { count: usize, others: bool },
    /// How many lines a filter shows.
    Shown { shown: &'a str, all: &'a str },
    /// A text was copied.
    Copied { text: &'a str },
    /// The command that shows every rule for an instance.
    Explain { id: &'a str },
    /// The heading of all rules.
    Rules,
    /// The column of a rule's name.
    Rule,
    /// The column of what a rule read.
    RuleRead,
    /// The column of a rule's result.
    RuleSays,
    /// The title of the page about one instance.
    Explained { id: &'a ResourceId, name: &'a str },
    /// The title of a backtest.
    Backtest { days: usize },
    /// What a backtest shows.
    BacktestAbout { against: bool },
    /// What the amounts of a backtest are.
    BacktestMonth,
    /// The column of the instant of a snapshot.
    Instant,
    /// The heading of all snapshots.
    Instants,
    /// How many decisions differ.
    Differs { count: usize },
    /// How many stops there would be.
    WouldStop { count: usize },
    /// The side of the settings that are tested.
    ByTheseSettings,
    /// The side of the settings that they are compared with.
    ByTheOthers,
    /// The label of the difference in dollars.
    Difference,
    /// The heading of decisions that differ.
    Changes,
    /// No decision differs.
    NoChanges,
}

/// The text.
pub(crate) fn text(locale: Locale, text: Text<'_>) -> String {
    say(locale, "page", text)
}
