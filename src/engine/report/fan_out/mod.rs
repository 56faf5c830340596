//! A run in parts, one process each: what each part is asked, and what it leaves in the record for the next.

mod late;
mod parts;

pub use crate::engine::report::fan_out::late::TooLate;
pub use crate::engine::report::fan_out::parts::{Acted, Begun, Decided, Part, Used, batches};
