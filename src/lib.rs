//! `idle-reaper`: finds EC2 instances left running outside business hours, in every account of an
//! organisation, and reports or stops them.
//!
//! The layers, lowest first; a module uses what is beneath it and never what is above (`ARCHITECTURE.md`):
//! [`words`] and [`schedule`], [`decide`], [`ports`], [`flow`], `adapters`, `entry`.

// Both macros end the process where nobody takes what they print, be it in the middle of a run.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

pub mod app;
#[cfg(feature = "aws")]
pub mod aws;
pub mod engine;
pub mod local;
pub mod ports;
pub mod render;
pub mod run;
