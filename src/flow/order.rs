//! What a run is given, and why one comes to nothing.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::clock::Clock;
use super::fan_out::FanOutError;
use super::lock::NotLocked;
use super::look::LookError;
use crate::decide::plan::{Plan, PlanRefused};
use crate::decide::request::{RequestInvalid, Run};
use crate::decide::settings::Settings;
use crate::decide::sudden::NotAcknowledged;
use crate::ports::PortError;

/// Why a run came to nothing. Nothing was stopped or started.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    #[error("cannot list the accounts to look at")]
    Look(#[source] PortError),
    #[error("cannot use the run record, so nothing was done")]
    Record(#[source] PortError),
    #[error(transparent)]
    Plan(#[from] PlanRefused),
    #[error(transparent)]
    Acknowledge(#[from] NotAcknowledged),
    #[error(transparent)]
    FanOut(#[from] FanOutError),
    #[error("run {run} is acting until {until} at most; only one run acts at a time, so this one did nothing")]
    Busy { run: String, until: DateTime<Utc> },
}

impl From<LookError> for Error {
    fn from(error: LookError) -> Self {
        match error {
            LookError::Accounts(error) => Self::Look(error),
            LookError::Request(error) => Self::Request(error),
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

/// What a run is given beside its ports.
pub struct Order<'a> {
    /// The request, with its id.
    pub run: &'a Run,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The instant and the deadline.
    pub clock: Clock,
    /// The wall clock when the run began; the same as the clock but for rehearsals.
    pub wall: DateTime<Utc>,
    /// A reviewed plan: the run may only do less.
    pub reviewed: Option<&'a Plan>,
    /// A run that was held back as a sudden change and may go on now.
    pub acknowledge: Option<&'a str>,
    /// Told how many targets have been looked at, of how many.
    pub progress: &'a dyn Fn(usize, usize),
}
