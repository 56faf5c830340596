//! The settings.

pub mod schema;
pub mod settings;
