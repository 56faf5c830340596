//! Who is idle: by the definitions, by every false positive that is known, and by laws over arbitrary evidence.

mod boundaries;
mod databases;
mod definitions;
mod false_positives;
mod gathering;
mod laws;
pub mod samples;
mod sessions;
mod settings;
mod signs;
mod witness;
