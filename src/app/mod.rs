//! The entry point: inside Lambda it serves the runtime, elsewhere it is the command line. It is thin and makes no
//! decisions.

mod args;
mod ask;
mod cli;
mod complete;
mod end;
mod error;
#[cfg(feature = "aws")]
mod events;
mod help;
mod inventory;
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
pub(crate) use crate::app::end::End;
pub(crate) use crate::app::error::Error;
pub(crate) use crate::app::run_id::run_id;
