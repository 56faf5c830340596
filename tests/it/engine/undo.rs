//! The comparison with earlier runs.

pub mod sudden;
