//! The data types that every layer uses, in the order of the data flow.

mod because;
mod by_resource;
mod cap;
pub(crate) mod console;
mod database;
pub(crate) mod figure;
mod health;
mod idle;
mod instance;
pub(crate) mod instance_store;
mod instant;
pub(crate) mod json_lines;
mod locale;
mod mark_step;
mod marker;
mod money;
pub mod month;
pub(crate) mod named;
mod news;
mod not_armed;
mod notes;
mod outcome;
pub(crate) mod panic;
mod product;
mod reason;
mod record_key;
mod remark;
pub(crate) mod resource_id;
mod service;
mod skipped;
mod step;
pub(crate) mod tags;
mod target;
mod task_size;
mod text;
mod unreachable;
mod unused;
mod verdict;

pub use crate::engine::model::idle::{Forgotten, IdleFacts, WhyLikely, WhyReportOnly, WhyReported};
pub use crate::engine::model::instance::{Details, Instance, State};
pub use crate::engine::model::instant::is_sane;
pub(crate) use crate::engine::model::instant::{began, sane, sane_option};
pub(crate) use crate::engine::model::notes::instances;
pub(crate) use crate::engine::schedule::parse_date as date;

pub use crate::engine::model::locale::Locale;

pub(crate) use crate::engine::model::money::decimal;
pub use crate::engine::model::money::{Currency, HOURS_PER_MONTH, RATE_DAYS, Usd};
pub(crate) use crate::engine::model::named::named;
pub use crate::engine::model::news::{Contact, Item, Message, Named, Receipt, Subject, Subjects};
pub use crate::engine::model::notes::Notes;

pub use crate::engine::model::marker::{Lacks, Listed, Marker, UnknownFact};
#[cfg(debug_assertions)]
#[doc(hidden)]
pub use crate::engine::model::panic::set_trap;
pub use crate::engine::model::product::Product;
pub use crate::engine::model::reason::Reason;
pub use crate::engine::model::remark::{Remark, Starter, Stopped};
pub use crate::engine::model::tags::{TagPattern, Tags};
pub use crate::engine::model::target::{Account, Target};
pub(crate) use crate::engine::model::target::{is_account, without_other_accounts};
pub use crate::engine::model::text::Text;

pub use crate::engine::model::because::Because;
pub use crate::engine::model::by_resource::ByResource;
pub use crate::engine::model::cap::Cap;
pub use crate::engine::model::database::{CannotStop, Database, DatabaseEvent, Happened, Member};
pub use crate::engine::model::health::{Counts, FURTHER_METRICS, Health, WATCHED_METRICS};
pub use crate::engine::model::mark_step::{Lifted, MarkEnd, MarkStep, MarkVerb, Tier};
pub use crate::engine::model::not_armed::NotArmed;
pub use crate::engine::model::outcome::{NO_CAPACITY, NOT_ALLOWED, ONLY_ITS_OWN, Outcome, OutcomeKind};
pub use crate::engine::model::record_key::{RecordKey, RecordKeyInvalid};
pub use crate::engine::model::resource_id::{Kind, ResourceId};
pub(crate) use crate::engine::model::resource_id::{names, placed, places, settle};
pub use crate::engine::model::service::{Deployment, Scaling, Service, Size, StopTag, Suspended};
pub use crate::engine::model::step::Step;
pub use crate::engine::model::task_size::{Platform, TaskSize};
pub use crate::engine::model::unreachable::{NotDue, SkippedAccount, Unlisted, Unreachable};
pub use crate::engine::model::unused::{Billed, ReportOnly, Unused, UnusedId, WhyUnused};
pub use crate::engine::model::verdict::{Action, Gauge, Outside, Quiet, Reopening, Skipped, Unscoped, Verdict};
