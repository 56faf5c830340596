//! One command, one module.

mod apply;
pub(super) mod backtest;
mod check;
mod completions;
mod doctor;
mod explain;
mod init;
mod man;
mod plan;
mod recall;
mod runs;
mod schedule;
mod schema;
mod show;
mod snapshot;
mod start_stopped;
mod targets;
mod undo;
mod world;

pub(super) use crate::app::verbs::apply::apply;
pub(super) use crate::app::verbs::check::check;
pub(super) use crate::app::verbs::completions::completions;
#[cfg(feature = "aws")]
pub(super) use crate::app::verbs::doctor::answer;
pub(super) use crate::app::verbs::doctor::doctor;
pub(super) use crate::app::verbs::explain::explain;
pub(super) use crate::app::verbs::init::init;
pub(super) use crate::app::verbs::man::man;
pub(super) use crate::app::verbs::plan::plan;
pub(super) use crate::app::verbs::recall::recall;
pub(super) use crate::app::verbs::runs::runs;
pub(super) use crate::app::verbs::schedule::schedule;
pub(super) use crate::app::verbs::schema::schema;
pub(super) use crate::app::verbs::show::{Show, note};
pub(super) use crate::app::verbs::snapshot::snapshot;
pub(super) use crate::app::verbs::start_stopped::start_stopped;
pub(super) use crate::app::verbs::targets::targets;
pub(super) use crate::app::verbs::undo::undo;
pub(super) use crate::app::verbs::world::{instants, run, scope};
