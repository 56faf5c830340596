//! The ports over the AWS SDK.

mod actor;
mod balancers;
mod caller;
mod client;
mod config;
mod contact;
mod endpoints;
mod errors;
mod http;
mod hub;
mod instance;
mod messenger;
mod metrics;
mod metrics_weeks;
mod organization;
mod pricing;
mod reader;
mod secrets;
mod sessions;
mod sns;
mod store;
mod tokens;
mod volumes;
mod webhook;
mod whole;
mod xml;

pub use crate::aws::actor::AwsActor;
pub use crate::aws::config::{Aws, Meter};
pub use crate::aws::endpoints::all_loopback;
pub use crate::aws::hub::AwsHub;
pub use crate::aws::messenger::AwsMessenger;
pub use crate::aws::pricing::Pricing;
pub use crate::aws::reader::AwsReader;
pub use crate::aws::store::fetch_settings;
pub use crate::aws::webhook::Patience;
