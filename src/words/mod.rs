//! The nouns that every layer uses, in the order in which data flows.

mod details;
pub(crate) mod figure;
mod idle;
mod instance;
mod keep;
mod locale;
mod mark;
mod message;
mod money;
mod news;
mod own_tag;
mod reason;
mod remark;
mod tags;
mod target;
mod tell;
mod verdict;

pub use details::Details;
pub use idle::{Forgotten, IdleFacts, WhyLikely, WhyReportOnly, WhyReported};
pub use instance::{Instance, State};
pub(crate) use keep::date;
pub use keep::{KeepUnreadable, KeepUntil};
pub use locale::Locale;
pub use mark::{Lifted, Mark, MarkUnreadable, Tier, digest_of};
pub use message::{Message, Named};
pub(crate) use money::decimal;
pub use money::{Currency, HOURS_PER_MONTH, Usd};
pub use news::{Contact, Item, Receipt, Subject, Subjects};
pub use own_tag::{Because, OwnTag, OwnTagUnreadable};
pub use reason::Reason;
pub use remark::{Remark, Starter, Stopped};
pub use tags::{TagPattern, Tags};
pub use target::{Account, Target};
pub use tell::{Lacks, Listed, Tell};
pub use verdict::{Action, Outside, Reopening, Spared, Unscoped, Verdict};
