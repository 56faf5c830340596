//! Owners, digests, messages and their delivery.

mod delivery;
mod digests;
mod ledger;
mod messages;
mod owners;
mod retagged;
pub mod samples;
mod topics;
mod weekly;
