//! One command, one module.

pub(super) mod apply;
pub(super) mod backtest;
pub(super) mod check;
pub(super) mod confirm;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod generate;
pub(super) mod import;
pub(super) mod init;
pub(super) mod keep;
pub(super) mod plan;
pub(super) mod recall;
pub(super) mod report;
pub(super) mod schedule;
mod show;
pub(super) mod snapshot;
pub(super) mod start_stopped;
pub(super) mod targets;
pub(super) mod undo;
mod world;

pub(super) use crate::app::verbs::show::{Show, note};
pub(super) use crate::app::verbs::world::{instants, run, scope, to_scan};
