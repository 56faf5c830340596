//! The story: look → judge → plan → warrant? → carry out → verify → tell. Generic over the ports, so that it
//! runs over AWS, over a saved inventory, and over the fake world of the tests.

mod act;
mod bisect;
mod clock;
mod ending;
mod explain;
mod lock;
mod look;
mod order;
mod recall;
mod record;
mod run;
mod snapshot;
mod sudden;
mod warrant;

pub use clock::Clock;
pub use explain::{Explained, explain};
pub use look::{Aim, LookError, Seen, aim, look};
pub use order::{Error, Order};
pub use recall::{RecallError, recall};
pub use record::history;
pub use run::{apply, plan};
pub use snapshot::snapshot;
