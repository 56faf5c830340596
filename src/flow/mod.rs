//! The story: look → judge → plan → warrant? → carry out → verify → tell. Generic over the ports, so that it
//! runs over AWS, over a saved inventory, and over the fake world of the tests.

mod across;
mod act;
mod after;
mod anomaly;
mod bisect;
mod clock;
mod contacts;
mod ending;
mod evidence;
mod explain;
mod judging;
pub mod launches;
mod lock;
mod look;
mod mark;
mod order;
pub mod prices;
mod recall;
mod recheck;
mod record;
mod run;
mod runs;
pub mod savings;
mod snapshot;
mod state;
pub mod stocktake;
mod sudden;
mod tagged;
mod tell;
mod undo;
mod warrant;
mod watch;

pub use anomaly::regard;
pub use clock::Clock;
pub use evidence::{Gathered, gather};
pub use explain::{Explained, explain};
pub use look::{Aim, LookError, Seen, aim, look};
pub use order::{Error, Order};
pub use recall::{RecallError, recall};
pub use record::{RUNS, TABLES, UNDONE, history, own_acts};
pub use run::{apply, plan};
pub use runs::runs;
pub use snapshot::snapshot;
pub use tell::{Delivery, OPERATOR, tell};
pub use undo::{UndoError, UndoOrder, foresee, undo};
