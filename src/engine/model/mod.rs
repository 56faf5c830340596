//! The nouns that every layer uses, in the order in which data flows.

mod count;
mod details;
pub(crate) mod figure;
mod idle;
mod instance;
pub(crate) mod instance_store;
mod instant;
mod locale;
mod marker;
mod message;
mod money;
pub mod month;
mod news;
pub(crate) mod panic;
mod reason;
mod remark;
pub(crate) mod tags;
mod target;
mod verdict;

pub(crate) use crate::engine::model::count::instances;
pub use crate::engine::model::details::Details;
pub use crate::engine::model::idle::{Forgotten, IdleFacts, WhyLikely, WhyReportOnly, WhyReported};
pub use crate::engine::model::instance::{Instance, State};
pub use crate::engine::model::instant::is_sane;
pub(crate) use crate::engine::model::instant::{sane, sane_option};

pub use crate::engine::model::locale::Locale;

pub use crate::engine::model::message::{Message, Named};
pub(crate) use crate::engine::model::money::decimal;
pub use crate::engine::model::money::{Currency, HOURS_PER_MONTH, Usd};
pub use crate::engine::model::news::{Contact, Item, Receipt, Subject, Subjects};

pub use crate::engine::model::marker::{Lacks, Listed, Tell, UnknownFact};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use crate::engine::model::panic::set_trap;
pub use crate::engine::model::reason::Reason;
pub use crate::engine::model::remark::{Remark, Starter, Stopped};
pub use crate::engine::model::tags::{TagPattern, Tags};
pub use crate::engine::model::target::{Account, Target};

pub use crate::engine::model::verdict::{Action, Gauge, Outside, Quiet, Reopening, Spared, Unscoped, Verdict};
