//! The integration tests: one binary, because linking the EC2 SDK takes seconds each time. They need neither
//! network nor environment, and every random choice in them comes from a fixed seed.

// `clippy.toml` lets tests end in a panic; these are for the functions that they share.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]
#![allow(unreachable_pub)] // what the tests share is one crate

mod app;
#[cfg(feature = "aws")]
mod aws;
mod docs;
mod engine;
mod fake;
mod fuzzed;
mod instants;
mod laws;
mod layers;
mod local;
mod peers;
mod readme;
mod render;
mod run;
mod survived;
