//! Owners, digests, messages and their delivery.

mod delivery;
mod digests;
mod messages;
mod owners;
pub mod samples;
