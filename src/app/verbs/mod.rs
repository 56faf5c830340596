//! One command, one module.

mod apply;
mod backtest;
mod check;
mod completions;
mod explain;
mod man;
mod plan;
mod recall;
mod runs;
mod schedule;
mod schema;
mod show;
mod snapshot;
mod targets;
mod undo;
mod world;

pub use crate::app::verbs::apply::apply;
pub use crate::app::verbs::backtest::backtest;
pub use crate::app::verbs::check::check;
pub use crate::app::verbs::completions::completions;
pub use crate::app::verbs::explain::explain;
pub use crate::app::verbs::man::man;
pub use crate::app::verbs::plan::plan;
pub use crate::app::verbs::recall::recall;
pub use crate::app::verbs::runs::runs;
pub use crate::app::verbs::schedule::schedule;
pub use crate::app::verbs::schema::schema;
pub use crate::app::verbs::show::note;
pub use crate::app::verbs::snapshot::snapshot;
pub use crate::app::verbs::targets::targets;
pub use crate::app::verbs::undo::undo;
