//! The tags of a resource.

pub mod lifetimes;
pub mod own_tags;
pub mod typos;
