//! A run in parts, one process each: what each part is asked, and what it leaves in the record for the next.

mod ask;
mod late;
mod parts;

pub use ask::{CHILD_ACCOUNTS, Stage, StageInvalid};
pub use late::TooLate;
pub use parts::{Acted, Begun, Decided, Part, Used, batches};
