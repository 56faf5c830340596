//! Plans.

pub mod plans;
pub mod reviewed;
