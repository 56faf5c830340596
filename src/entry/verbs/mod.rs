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

pub use apply::apply;
pub use backtest::backtest;
pub use check::check;
pub use completions::completions;
pub use explain::explain;
pub use man::man;
pub use plan::plan;
pub use recall::recall;
pub use runs::runs;
pub use schedule::schedule;
pub use schema::schema;
pub use show::note;
pub use snapshot::snapshot;
pub use targets::targets;
pub use undo::undo;
