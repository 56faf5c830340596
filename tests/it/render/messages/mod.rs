//! Owners, digests, messages and their delivery.

mod delivery;
mod digests;
mod ledger;
mod owners;
mod retagged;
pub mod samples;
mod texts;
mod topics;
mod weekly;
