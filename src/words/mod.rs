//! The nouns that every layer uses, in the order in which data flows.

mod instance;
mod keep;
mod locale;
mod own_tag;
mod reason;
mod tags;
mod target;
mod tell;
mod verdict;

pub use instance::{Instance, State};
pub(crate) use keep::date;
pub use keep::{KeepUnreadable, KeepUntil};
pub use locale::Locale;
pub use own_tag::{OwnTag, OwnTagUnreadable};
pub use reason::Reason;
pub use tags::{TagPattern, Tags};
pub use target::{Account, Target};
pub use tell::{Lacks, Listed, Tell};
pub use verdict::{Action, Outside, Reopening, Spared, Unscoped, Verdict};
