//! What people and scripts are shown.

pub mod hostile;
mod links;
pub mod messages;
mod metrics;
pub mod output;
pub mod report;
pub mod voices;
