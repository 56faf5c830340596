//! The ports over the AWS SDK.

mod act;
mod client;
mod config;
mod endpoints;
mod errors;
mod hub;
mod instance;
mod look;
mod metrics;
mod organization;
mod sessions;
mod store;
mod tokens;

pub use act::Hands;
pub use config::{Aws, Meter};
pub use endpoints::all_loopback;
pub use hub::AwsHub;
pub use look::Eyes;
pub use store::fetch_settings;
