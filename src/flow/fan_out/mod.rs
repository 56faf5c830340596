//! A run in parts, for a state machine that gives each part a process of its own: targets → look, by batch of accounts →
//! one plan → act, by batch → conclude. Each part leaves a file in the record, and the next ones read it. What decides,
//! acts and tells is the code of a run that is not divided; here it is only fed from files.

mod act;
mod child;
mod conclude;
mod look;
mod past;
mod plan;
mod store;
mod targets;
mod whole;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use act::act;
pub use conclude::{conclude, give_up};
pub use look::look;
pub use plan::{Planned, plan};
pub use store::begun;
pub use targets::targets;

use super::lock;
use super::order::{Error, Order};
use crate::decide::fan_out::Begun;
use crate::decide::request::Mode;
use crate::ports::Hub;

/// Why a part of a run comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
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
    #[error("run {run} has no batch {batch}")]
    NoBatch { run: String, batch: usize },
    #[error(
        "the settings were changed while run {run} was under way ({begun}, now {current}); the next run goes by the new ones"
    )]
    OtherSettings { run: String, begun: String, current: String },
}

/// The settings of every part must be those of the first.
fn same_settings(order: &Order<'_>, begun: &Begun) -> Result<(), FanOutError> {
    if begun.settings == order.settings.hash {
        return Ok(());
    }
    let (run, begun, current) = (begun.run.to_string(), begun.settings.clone(), order.settings.hash.clone());
    Err(FanOutError::OtherSettings { run, begun, current })
}

/// What every part but the first and the last begins with: the settings are the same, and the lock is still the run's.
async fn go_on(order: &Order<'_>, begun: &Begun, hub: &impl Hub, wall: DateTime<Utc>) -> Result<(), Error> {
    same_settings(order, begun)?;
    if order.run.mode == Mode::Apply {
        lock::hold(hub, &begun.run, wall).await?;
    }
    Ok(())
}
