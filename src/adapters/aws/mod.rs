//! The ports over the AWS SDK.

mod act;
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
mod look;
mod messenger;
mod metrics;
mod metrics_weeks;
mod organization;
mod page;
mod page_xml;
mod pricing;
mod secrets;
mod sessions;
mod sns;
mod store;
mod tokens;
mod volumes;
mod webhook;
mod whole;

pub use act::Hands;
pub use config::{Aws, Meter};
pub use endpoints::all_loopback;
pub use hub::AwsHub;
pub use look::Eyes;
pub use messenger::AwsMessenger;
pub use pricing::Pricing;
pub use store::fetch_settings;
pub use webhook::Patience;
