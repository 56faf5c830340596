//! What people and scripts are shown.

pub mod hostile;
mod links;
pub mod messages;
mod metrics;
pub mod output;
mod pages;
mod pages_forgotten;
mod pages_left_out;
pub mod report;
pub mod voices;
