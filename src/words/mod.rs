//! The nouns that every layer uses, in the order in which data flows.

mod count;
mod details;
pub(crate) mod figure;
mod idle;
mod instance;
mod instant;
mod keep;
mod later;
mod locale;
mod mark;
mod message;
mod money;
mod news;
mod own_tag;
pub(crate) mod panic;
mod reason;
mod remark;
mod tags;
mod target;
mod tell;
mod typo;
mod verdict;

pub(crate) use count::instances;
pub use details::Details;
pub use idle::{Forgotten, IdleFacts, WhyLikely, WhyReportOnly, WhyReported};
pub use instance::{Instance, State};
pub use instant::is_sane;
pub(crate) use instant::{sane, sane_option};
pub(crate) use keep::date;
pub use keep::{KeepUnreadable, KeepUntil};
pub use locale::Locale;
pub use mark::{Lifted, Mark, MarkUnreadable, Tier, digest_of};
pub use message::{Message, Named};
pub(crate) use money::decimal;
pub use money::{Currency, HOURS_PER_MONTH, Usd};
pub use news::{Contact, Item, Receipt, Subject, Subjects};
pub use own_tag::{Because, OwnTag, OwnTagUnreadable};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use panic::set_trap;
pub use reason::Reason;
pub use remark::{Remark, Starter, Stopped};
pub use tags::{TagPattern, Tags};
pub use target::{Account, Target};
pub use tell::{Lacks, Listed, Tell, UnknownFact};
pub use typo::Spelling;
pub use verdict::{Action, Gauge, Outside, Quiet, Reopening, Spared, Unscoped, Verdict};
