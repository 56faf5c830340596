//! The texts about resources that are only reported.

use chrono::{Duration, NaiveDate};
use serde::Serialize;

use crate::engine::model::{Locale, WhyUnused};
use crate::render::catalogue::messages::say;

/// A message with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Remnant<'a> {
    /// The number of resources, and their cost.
    Head { count: usize, amount: &'a str, caveat: &'a str },
    /// The resources that are not shown.
    Further { count: usize },
    /// What was found and is not in the sum.
    Besides { count: usize, list: &'a str },
    /// Part of it: what has not been so for long.
    Young { count: usize, after: Option<Duration> },
    /// Part of it: what a team keeps.
    Kept { count: usize },
    /// Part of it: what other tools manage.
    Managed { count: usize, example: &'a str },
    /// Part of it: what hangs on an instance that the run could not check.
    Unconfirmed { count: usize },
    /// What would be cheaper as another type.
    Advice { count: usize, amount: &'a str },
    /// What does nothing and may be a standby.
    Standby { count: usize, amount: &'a str },
    /// Groups that run within their hours, or of which the hours are unknown.
    Running { count: usize, amount: &'a str },
    /// What scaling a group to zero does.
    Terminates,
    /// What could not be scanned.
    NotScanned { kind: &'a str, targets: usize, example: &'a str, cause: &'a str },
    /// Targets that no run has scanned yet.
    Waiting { targets: usize },
    /// Since when it was found.
    Since { date: NaiveDate, at_least: bool },
    /// What to do about a volume of a stopped instance.
    Attached,
    /// That nothing is done to them, and how to keep one.
    Untouched { keep: &'a str },
    /// One resource in a message.
    Line { id: &'a str, name: &'a str, region: &'a str, why: &'a str, since: &'a str, cost: &'a str },
}

pub(crate) fn remnant(locale: Locale, remnant: Remnant<'_>) -> String {
    say(locale, "forgotten", remnant)
}

/// Why a resource seems to be forgotten.
pub(crate) fn unused(locale: Locale, why: &WhyUnused) -> String {
    say(locale, "unused", why)
}
