//! `idle-reaper`: finds EC2 instances left running outside business hours, in every account of an organisation, and
//! reports or stops them.
//!
//! The layers, lowest first. A layer uses only the layers before it (`ARCHITECTURE.md`; `tests/it/layers.rs` checks
//! it): [`engine`], [`render`], [`ports`], [`local`], `aws`, [`run`], [`app`].

// The compiler computes the layout of nested `async` functions recursively, and `app::lambda::serve` nests 130 deep.
#![recursion_limit = "256"]
// Both macros panic if their output cannot be written, even in the middle of a run.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod app;
#[cfg(feature = "aws")]
pub mod aws;
pub mod engine;
pub mod local;
pub mod ports;
pub mod render;
pub mod run;
