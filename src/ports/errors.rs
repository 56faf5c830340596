//! What the outside world answers when it does not do what it was asked for.

use std::io;

use thiserror::Error;

/// Why a target could not be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotScanned {
    /// The organisation's policy denies the Region on purpose.
    Denied,
    /// A call was denied, failed or was too slow, for this cause.
    Unreachable(String),
}

/// An error of the outside world, as text: what, where, why, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PortError(pub String);

/// An error and its causes, outermost first, with `between` before each cause.
pub(crate) fn chain(error: &dyn std::error::Error, between: &str) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !words.contains(&text) {
            words = format!("{words}{between}{text}");
        }
        source = cause.source();
    }
    words
}

impl From<String> for PortError {
    fn from(why: String) -> Self {
        Self(why)
    }
}

impl From<String> for NotScanned {
    fn from(cause: String) -> Self {
        Self::Unreachable(cause)
    }
}

impl From<io::Error> for PortError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for PortError {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Why an act did not happen, as far as it matters for the next step.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActError {
    /// AWS refused: with several instances in the call, one of them may be the reason.
    #[error("{0}")]
    Refused(String),
    /// AWS refused, because it is changing the resource. A later run may try again.
    #[error("{0}")]
    InTransition(String),
    /// It was not sent: there was no time for it, or the last scan was too old.
    #[error("{0}")]
    NotSent(String),
    /// It is unknown whether it happened: a time-out, a cut connection, an internal error of AWS.
    #[error("{0}")]
    Unclear(String),
}
