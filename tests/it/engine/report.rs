//! The report as a value.

pub mod difference;
pub mod views;
