//! The messages about a cost anomaly.

use serde::Serialize;

use crate::engine::model::{Kind, Locale};
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
    /// What runs in one account and Region, and which kinds besides instances were looked for.
    Place { account: &'a str, region: &'a str, running: usize, cost: &'a str, databases: bool, services: bool },
    /// A kind of resource that could not be listed there.
    Unlisted { account: &'a str, region: &'a str, kind: Kind, cause: &'a str },
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
