//! One command, one module.

mod apply;
mod check;
mod explain;
mod plan;
mod schedule;
mod show;
mod snapshot;
mod targets;
mod world;

pub use apply::apply;
pub use check::check;
pub use explain::explain;
pub use plan::plan;
pub use schedule::schedule;
pub use show::colour;
pub use snapshot::snapshot;
pub use targets::targets;
