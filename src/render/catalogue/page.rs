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
    Title {
        mode: Mode,
        carried_out: bool,
        at: DateTime<Utc>,
        zone: Tz,
    },
    Healthy,
    /// Nothing went wrong, but not everything was scanned.
    Partly,
    Degraded,
    /// The number of instances that run without being needed.
    Wasting {
        count: usize,
        found: usize,
        others: bool,
    },
    /// There are none; `scanned` is false where nothing was found at all.
    NotWasting {
        found: usize,
        others: bool,
    },
    /// The number of instances that an undo starts, or would start.
    Undoing {
        count: usize,
        found: usize,
        others: bool,
        carried_out: bool,
    },
    /// What a dry run does and would do.
    DryRun {
        steps: usize,
        candidates: usize,
    },
    /// What a run did.
    Done {
        stopped: usize,
        started: usize,
        failed: usize,
        deferred: usize,
        held: bool,
    },
    NotScanned {
        count: usize,
    },
    /// The heading of what was left out of the scan without an error, or only in part.
    LeftUnscanned,
    /// Targets that the organisation's policy denies.
    Denied {
        targets: usize,
        accounts: usize,
        example: &'a str,
    },
    /// Targets in which resources of this kind could not be listed.
    Unlisted {
        kind: &'a str,
        targets: usize,
        example: &'a str,
        cause: &'a str,
    },
    /// An amount in the second currency.
    InCurrency {
        code: &'a str,
        amount: &'a str,
        rate: &'a str,
        date: NaiveDate,
    },
    Wasted,
    OfInstances {
        count: usize,
        others: bool,
        unknown: usize,
    },
    SavedIn {
        month: &'a str,
    },
    SavedHours {
        hours: &'a str,
        unknown: Option<&'a str>,
    },
    AmountUnknown,
    Candidates,
    Stopped,
    Started,
    ForPeople,
    Instances {
        others: bool,
    },
    InAccounts {
        accounts: usize,
        regions: usize,
    },
    Unscanned,
    Nothing,
    Dearest {
        count: usize,
    },
    LongestRunning {
        count: usize,
    },
    Further {
        count: usize,
    },
    Next {
        verdict: &'a str,
        armed: bool,
    },
    Person {
        number: usize,
    },
    /// A person without a number.
    Somebody,
    MonthlyBy,
    InstancesBy {
        others: bool,
    },
    Others {
        count: usize,
    },
    /// The title of the map of hours.
    Heat {
        zone: Tz,
    },
    /// The same of one instance.
    HeatOfOne {
        zone: Tz,
    },
    HeatTitle,
    HeatAbout,
    HeatNotDue,
    HeatOthers {
        list: &'a str,
    },
    HeatSchedules {
        list: &'a str,
    },
    Hours {
        name: &'a str,
        zone: Tz,
    },
    HeatUnknown,
    AtLeast {
        count: u32,
    },
    Trend,
    TrendAbout,
    Week,
    HoursKnown {
        hours: u32,
    },
    WastedShort,
    SavedShort,
    Stops,
    TakenBack,
    FalseStops,
    NearMisses,
    Percent {
        rate: &'a str,
    },
    AboutRun,
    Settings,
    /// The label of the run that an undo undoes.
    Undoes,
    LeftOut {
        count: usize,
        others: bool,
    },
    Shown {
        shown: &'a str,
        all: &'a str,
    },
    Copied {
        text: &'a str,
    },
    Explain {
        id: &'a str,
    },
    Rules,
    Rule,
    RuleRead,
    RuleSays,
    Explained {
        id: &'a ResourceId,
        name: &'a str,
    },
    Backtest {
        days: usize,
    },
    BacktestAbout {
        against: bool,
    },
    BacktestMonth,
    Instant,
    Instants,
    Differs {
        count: usize,
    },
    WouldStop {
        count: usize,
    },
    ByTheseSettings,
    ByTheOthers,
    Difference,
    Changes,
    NoChanges,
}

/// The text.
pub(crate) fn text(locale: Locale, text: Text<'_>) -> String {
    say(locale, "page", text)
}
