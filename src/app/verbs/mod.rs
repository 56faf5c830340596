//! One command, one module.

pub(super) mod apply;
pub(super) mod backtest;
pub(super) mod check;
pub(super) mod completions;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod init;
pub(super) mod man;
pub(super) mod plan;
pub(super) mod recall;
pub(super) mod runs;
pub(super) mod schedule;
pub(super) mod schema;
mod show;
pub(super) mod snapshot;
pub(super) mod start_stopped;
pub(super) mod targets;
pub(super) mod undo;
mod world;

pub(super) use crate::app::verbs::show::{Show, note};
pub(super) use crate::app::verbs::world::{instants, run, scope};
