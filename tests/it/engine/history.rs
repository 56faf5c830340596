//! What the record says of earlier runs.

pub mod announced;
pub mod databases;
pub mod earlier;
