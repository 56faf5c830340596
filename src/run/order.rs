//! The inputs of a run.

use chrono::{DateTime, Utc};

use crate::engine::config::Settings;
use crate::engine::plan::Plan;
use crate::engine::request::Run;
use crate::run::Clock;

/// The inputs of a run, other than its ports.
pub struct Order<'a> {
    /// The request, with its id.
    pub run: &'a Run,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The instant and the deadline.
    pub clock: Clock,
    /// The wall clock when the run began. It differs from the clock only in rehearsals.
    pub wall: DateTime<Utc>,
    /// A reviewed plan: the run may only do less.
    pub reviewed: Option<&'a Plan>,
    /// A run that was held back as a sudden change and is now approved.
    pub acknowledge: Option<&'a str>,
    /// Called with the number of scanned targets and their total.
    pub progress: &'a dyn Fn(usize, usize),
}
