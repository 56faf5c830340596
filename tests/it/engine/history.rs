//! What the record says of earlier runs.

pub mod announced;
pub mod earlier;
pub mod uptimes;
