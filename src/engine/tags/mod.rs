//! Reads the tags of a resource: keep, keep-until, schedule, and the reaper's own tags.

pub mod asked_hours;
pub mod keep;
pub mod keep_until;
pub mod keep_value;
pub mod later_date;
pub mod lifetime;
pub mod mark;
pub mod names;
pub mod stop_tag;
pub mod typo;

pub use crate::engine::tags::keep::Kept;
pub use crate::engine::tags::keep_until::{KeepUnreadable, KeepUntil};
pub use crate::engine::tags::keep_value::{Change, KeepRefused, Keeping, Written, keep_value};
pub use crate::engine::tags::lifetime::Lifetime;
pub use crate::engine::tags::mark::Mark;
pub use crate::engine::tags::names::TagNames;
pub use crate::engine::tags::stop_tag::OwnTag;
