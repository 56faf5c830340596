//! The messages about a cost anomaly.

use serde::Serialize;

use crate::engine::model::Locale;
use crate::render::catalogue::messages::say;

/// A sentence with its arguments. Texts from AWS are already safe to show.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About<'a> {
    /// The anomaly.
    Head { id: &'a str, what: Option<&'a str>, impact: Option<&'a str>, since: Option<&'a str> },
    /// The link to it in AWS.
    Link { link: &'a str },
    /// AWS named no cause.
    NoCause,
    /// A root cause that leads to no instance.
    Foreign { service: Option<&'a str>, account: Option<&'a str>, region: Option<&'a str> },
    /// The instances that run in one account and Region.
    Place { account: &'a str, region: &'a str, running: usize, cost: &'a str },
    /// An account and Region that are not in scope.
    Outside { account: &'a str, region: &'a str },
    /// A Region that the organisation's policy denies.
    Denied { account: &'a str, region: &'a str },
    /// An account and Region that could not be scanned.
    Unreachable { account: &'a str, region: &'a str, cause: &'a str },
    /// Nothing could be scanned.
    NotLooked { cause: &'a str },
    /// One instance.
    Instance {
        id: &'a str,
        name: &'a str,
        kind: &'a str,
        since: Option<&'a str>,
        owner: &'a str,
        cost: Option<&'a str>,
    },
    /// Who launched the instance above.
    LaunchedBy { name: &'a str },
    /// The run does nothing.
    OnlyLooked,
}

pub(crate) fn about(locale: Locale, about: About<'_>) -> String {
    say(locale, "anomaly", about)
}
