//! A run in parts, for a state machine that gives each part a process of its own: targets → scan, by batch of accounts
//! → one plan → act, by batch → conclude. Each part leaves a file in the record, and the next ones read it. The code
//! that decides, acts and notifies is the same as in a run that is not divided; here its inputs come from files.

mod act;
mod child;
mod conclude;
mod guard;
mod merged;
mod past;
mod plan;
mod scan;
mod store;
mod targets;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use crate::run::fan_out::act::act;
pub use crate::run::fan_out::conclude::{conclude, give_up};
pub use crate::run::fan_out::plan::{Planned, plan};
pub use crate::run::fan_out::scan::scan;
pub use crate::run::fan_out::store::begun;
pub use crate::run::fan_out::targets::targets;

use crate::engine::report::fan_out::Begun;
use crate::engine::request::Mode;
use crate::ports::WriteRecord;
use crate::run::{Error, FanOutError, Order, lock};

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

/// Begins every part except the first and the last: checks that the settings are the same and that the run still holds
/// the lock.
async fn go_on(order: &Order<'_>, begun: &Begun, hub: &impl WriteRecord, wall: DateTime<Utc>) -> Result<(), Error> {
    same_settings(order, begun)?;
    if order.run.mode == Mode::Apply {
        lock::hold(hub, &begun.run, wall, order.clock.left(Duration::ZERO)).await?;
    }
    Ok(())
}
