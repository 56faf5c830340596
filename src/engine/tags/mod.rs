//! Reads the tags of a resource: keep, keep-until, schedule, and the reaper's own tags.

pub mod keep;
pub mod keep_until;
pub mod later_date;
pub mod mark;
pub mod names;
pub mod stop_tag;
pub mod typo;
