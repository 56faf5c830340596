//! The outermost error: exit codes and Lambda's `errorType` come from one exhaustive match.

use thiserror::Error;

use crate::adapters::recorded::InventoryInvalid;
use crate::decide::request::RequestInvalid;
use crate::decide::settings::SettingsInvalid;
use crate::flow::{Error as FlowError, LookError};
use crate::ports::PortError;

/// Why a command came to nothing. Nothing was stopped or started.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    Settings(#[from] SettingsInvalid),
    #[error("cannot read the settings `{source_name}`: {why}")]
    SettingsUnreadable { source_name: String, why: String },
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Inventory(#[from] InventoryInvalid),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Refused(String),
    #[error("cannot {verb} `{file}`")]
    File { verb: &'static str, file: String, source: std::io::Error },
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<LookError> for Error {
    fn from(error: LookError) -> Self {
        Self::Flow(error.into())
    }
}

impl Error {
    /// The stable word by which Lambda's callers tell errors apart.
    #[cfg(feature = "aws")]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Settings(_) | Self::SettingsUnreadable { .. } => "SettingsInvalid",
            Self::Request(_) | Self::Inventory(_) | Self::Usage(_) | Self::File { .. } => "RequestInvalid",
            Self::Port(_) => "LookFailed",
            Self::Refused(_) => "Refused",
            Self::Flow(error) => match error {
                FlowError::Request(_) => "RequestInvalid",
                FlowError::Look(_) => "LookFailed",
                FlowError::Record(_) => "RecordFailed",
                FlowError::Plan(_) | FlowError::Busy { .. } => "Refused",
            },
        }
    }

    /// The error and its causes, outermost first, one line each.
    pub fn chain(&self) -> String {
        let mut words = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let text = cause.to_string();
            if !words.contains(&text) {
                words = format!("{words}\n  because {text}");
            }
            source = cause.source();
        }
        words
    }
}
