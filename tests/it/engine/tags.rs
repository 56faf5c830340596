//! The tags of a resource.

pub mod own_tags;
pub mod typos;
