//! What the run record says about earlier runs.

pub mod answers;
pub mod deliveries;
pub mod findings;
pub mod forgotten;
pub mod idle_stops;
pub mod last_scans;
pub mod launches;
pub mod notices;
pub mod past_runs;
pub mod runs;
pub mod today;
pub mod unverified;
pub mod uptimes;
mod visits;
pub mod weekly;

pub use crate::engine::history::notices::{Notified, Said};
pub use crate::engine::history::past_runs::History;
pub use crate::engine::history::today::Today;
