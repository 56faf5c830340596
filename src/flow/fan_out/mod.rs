//! A run in parts, for a state machine that gives each part a process of its own: targets → look, by batch of accounts →
//! one plan → act, by batch → conclude. Each part leaves a file in the record, and the next ones read it. What decides,
//! acts and tells is the code of a run that is not divided; here it is only fed from files.

mod act;
mod child;
mod conclude;
mod guard;
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
    #[error(
        "the lock of run {run} has run out or was given back, so that others may have acted since; the next run makes it up"
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

/// The release of this part.
const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// The release and the settings of every part must be those of the first.
fn same_settings(order: &Order<'_>, begun: &Begun) -> Result<(), FanOutError> {
    let run = begun.run.to_string();
    if begun.release != RELEASE {
        return Err(FanOutError::OtherRelease { run, begun: begun.release.clone(), current: RELEASE.to_owned() });
    }
    if begun.settings == order.settings.hash {
        return Ok(());
    }
    Err(FanOutError::OtherSettings { run, begun: begun.settings.clone(), current: order.settings.hash.clone() })
}

/// What every part but the first and the last begins with: the settings are the same, and the lock is still the run's.
async fn go_on(order: &Order<'_>, begun: &Begun, hub: &impl Hub, wall: DateTime<Utc>) -> Result<(), Error> {
    same_settings(order, begun)?;
    if order.run.mode == Mode::Apply {
        lock::hold(hub, &begun.run, wall).await?;
    }
    Ok(())
}
