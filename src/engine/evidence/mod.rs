//! Evidence from metrics: idle or active over weeks, busy or quiet in the last hour.

pub mod idle;
pub mod last_hour;
pub mod witness;
