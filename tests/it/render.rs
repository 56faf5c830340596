//! What people and scripts are shown.

pub mod hostile;
mod links;
pub mod messages;
mod metrics;
pub mod output;
mod pages;
pub mod report;
pub mod voices;
