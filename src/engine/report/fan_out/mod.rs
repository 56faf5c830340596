//! A run in parts, one process each: the request to each part, and what it writes to the record for the next part.

mod late;
mod parts;

pub use crate::engine::report::fan_out::late::TooLate;
pub use crate::engine::report::fan_out::parts::{Acted, Begun, Decided, Part, Used, batches};
