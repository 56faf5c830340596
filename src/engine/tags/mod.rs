//! ROOM engine::tags

pub mod keep;
pub mod keep_until;
pub mod later_date;
pub mod mark;
pub mod stop_tag;
pub mod typo;
