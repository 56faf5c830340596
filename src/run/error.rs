//! Why a run, or a part of one, fails.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::engine::plan::PlanRefused;
use crate::engine::request::RequestInvalid;
use crate::engine::undo::sudden::NotAcknowledged;
use crate::ports::PortError;
use crate::run::ScanError;
use crate::run::lock::NotLocked;

/// Why a run failed. Nothing was stopped or started.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum Error {
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    #[error("cannot list the accounts to scan")]
    Scan(#[source] PortError),
    #[error("cannot use the run record, so nothing was done")]
    Record(#[source] PortError),
    #[error(transparent)]
    Plan(#[from] PlanRefused),
    #[error(transparent)]
    Acknowledge(#[from] NotAcknowledged),
    #[error(transparent)]
    FanOut(#[from] FanOutError),
    #[error("the run broke off: {0}; steps that it had begun stand in the record as `unverified`")]
    Broke(String),
    #[error("run {run} is acting until {until} at most; only one run acts at a time, so this one did nothing")]
    Busy { run: String, until: DateTime<Utc> },
}

/// Why a part of a run fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum FanOutError {
    #[error(
        "the settings have no `record`, through which the parts of a run hand on what they find; set `record` in `[run]`"
    )]
    NoRecord,
    #[error("an undo is one process's work; send it to the function itself")]
    Undo,
    #[error(
        "the record has no `{key}` of run {run}: that part of it came to nothing, or is over for so long that it was removed"
    )]
    Missing { run: String, key: String },
    #[error("`{key}` in the record cannot be read, so that nothing is done with it: {why}")]
    Unreadable { key: String, why: String },
    #[error("run {run} was concluded already; its report is at {place}")]
    Concluded { run: String, place: String },
    #[error(
        "the lock of run {run} was given back or taken over, so that others may have acted since; the next run makes it up"
    )]
    LockRanOut { run: String },
    #[error("run {run} was begun by release {begun}, and this is {current}; all parts of a run must be of one release")]
    OtherRelease { run: String, begun: String, current: String },
    #[error("run {run} is acting already; `conclude` ends it")]
    Acting { run: String },
    #[error("run {run} has no batch {batch}")]
    NoBatch { run: String, batch: usize },
    #[error(
        "the settings were changed while run {run} was under way ({begun}, now {current}); the next run goes by the new ones"
    )]
    OtherSettings { run: String, begun: String, current: String },
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Accounts(error) => Self::Scan(error),
            ScanError::Request(error) => Self::Request(error),
        }
    }
}

impl From<NotLocked> for Error {
    fn from(why: NotLocked) -> Self {
        match why {
            NotLocked::Held { run, until } => Self::Busy { run, until },
            NotLocked::RanOut { run } => FanOutError::LockRanOut { run }.into(),
            NotLocked::Port(error) => Self::Record(error),
        }
    }
}
