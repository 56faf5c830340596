//! The outermost error: exit codes and Lambda's `errorType` come from one exhaustive match.

use std::fmt;

use thiserror::Error;

use crate::engine::config::SettingsInvalid;
use crate::engine::report::past::PastUnreadable;
use crate::engine::request::RequestInvalid;
use crate::engine::request::at::AtInvalid;
use crate::engine::request::invocation::AskedInvalid;
use crate::local::inventory::InventoryInvalid;
use crate::ports::{PortError, chain};
use crate::run::{Error as RunError, FanOutError, RecallError, ScanError, UndoError};

/// Why a command failed. Nothing was stopped or started.
#[derive(Error)]
pub enum Error {
    #[error(transparent)]
    Settings(#[from] SettingsInvalid),
    #[error("cannot read the settings `{source_name}`: {why}")]
    SettingsUnreadable { source_name: String, why: String },
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    #[error(transparent)]
    At(#[from] AtInvalid),
    #[error(transparent)]
    Asked(#[from] AskedInvalid),
    #[error(transparent)]
    Flow(#[from] RunError),
    #[error(transparent)]
    Inventory(#[from] InventoryInvalid),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Refused(String),
    #[error("cannot {verb} `{file}`")]
    File { verb: &'static str, file: String, source: std::io::Error },
    #[error("`{from}` holds no plan that can be carried out")]
    Reviewed { from: String, source: PastUnreadable },
    #[error(transparent)]
    Recall(#[from] RecallError),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The Lambda runtime logs errors by their `Debug`. It contains only the stable name: messages may name accounts, which
/// do not belong in logs, and the caller has the whole chain in the answer.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl From<ScanError> for Error {
    fn from(error: ScanError) -> Self {
        Self::Flow(error.into())
    }
}

impl Error {
    /// The stable name by which Lambda's callers distinguish errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Settings(_) | Self::SettingsUnreadable { .. } => "SettingsInvalid",
            Self::Request(_)
            | Self::At(_)
            | Self::Asked(_)
            | Self::Inventory(_)
            | Self::Usage(_)
            | Self::File { .. }
            | Self::Recall(_) => "RequestInvalid",
            Self::Port(_) => "ScanFailed",
            Self::Undo(error) => match error {
                UndoError::Past(RecallError::Record(_)) | UndoError::Record(_) => "RecordFailed",
                UndoError::Past(RecallError::NotAnId(_)) => "RequestInvalid",
                UndoError::Accounts(_) => "ScanFailed",
                UndoError::Past(
                    RecallError::NoSuchRun(_)
                    | RecallError::NothingDone { .. }
                    | RecallError::NotSeen { .. }
                    | RecallError::Unreadable { .. },
                )
                | UndoError::NoRecord
                | UndoError::Paused(_)
                | UndoError::Busy { .. } => "Refused",
            },
            Self::Refused(_) | Self::Reviewed { .. } => "Refused",
            Self::Flow(error) => match error {
                RunError::Request(_) => "RequestInvalid",
                RunError::Scan(_) | RunError::Broke(_) => "ScanFailed",
                RunError::Record(_) => "RecordFailed",
                RunError::FanOut(FanOutError::Undo | FanOutError::NoBatch { .. }) => "RequestInvalid",
                RunError::FanOut(FanOutError::Missing { .. } | FanOutError::Unreadable { .. }) => "RecordFailed",
                RunError::FanOut(
                    FanOutError::NoRecord
                    | FanOutError::Concluded { .. }
                    | FanOutError::OtherSettings { .. }
                    | FanOutError::OtherRelease { .. }
                    | FanOutError::LockRanOut { .. }
                    | FanOutError::Acting { .. },
                ) => "Refused",
                RunError::Plan(_) | RunError::Acknowledge(_) | RunError::Busy { .. } => "Refused",
            },
        }
    }

    /// The error and its causes, outermost first, one line each.
    pub fn chain(&self) -> String {
        chain(self, "\n  because ")
    }
}
