//! Evidence from metrics: idle or active over weeks, busy or quiet in the last hour.

pub mod idle;
pub mod last_hour;
pub mod witness;

pub use crate::engine::evidence::idle::{Evidence, Idleness, Metric, Missing, Reading, Wanted};
pub use crate::engine::evidence::last_hour::{LastHour, Recent};
pub use crate::engine::evidence::witness::{Sighting, Witness};
