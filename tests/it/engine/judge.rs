//! The decision for one resource.

pub mod forgotten;
pub mod hubs;
pub mod untold;
pub mod worth_knowing;
