//! The decision for one resource.

pub mod forgotten;
pub mod hubs;
mod moved_in;
pub mod untold;
pub mod worth_knowing;
