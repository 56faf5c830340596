//! The way in: inside Lambda the runtime is served, anywhere else it is the command line. Thin; no decision is
//! made here.

mod args;
mod ask;
mod cli;
mod end;
mod error;
#[cfg(feature = "aws")]
mod events;
mod help;
#[cfg(feature = "aws")]
mod lambda;
mod load;
mod log;
mod reviewed;
mod run_id;
#[cfg(feature = "aws")]
mod stages;
mod verbs;

pub use crate::app::args::Args;
pub use crate::app::cli::main;
