//! Evidence from metrics.

pub mod idle;
