//! What people and scripts are shown.

pub mod hostile;
pub mod messages;
pub mod output;
pub mod report;
pub mod voices;
