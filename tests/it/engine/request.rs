//! Requests and events.

pub mod events;
pub mod requests;
