//! Owners, digests, messages and their delivery.

mod delivery;
mod digests;
mod ledger;
mod messages;
mod owners;
pub mod samples;
mod topics;
mod weekly;
