//! What a run is given.

use chrono::{DateTime, Utc};

use crate::engine::config::Settings;
use crate::engine::plan::Plan;
use crate::engine::request::Run;
use crate::run::clock::Clock;

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
