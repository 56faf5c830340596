//! Ports over files.

pub mod databases;
pub mod inventory;
pub mod recorded_answers;
pub mod reported;
pub mod services;
