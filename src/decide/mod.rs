//! Deciding: pure, total, deterministic. No clock, no environment, no network, no async.

pub mod caps;
pub mod case;
pub mod difference;
pub mod explain;
pub mod inputs;
pub mod judge;
pub mod past;
pub mod plan;
pub mod report;
pub mod request;
pub mod rules;
pub mod settings;
pub mod snapshot;
pub mod sudden;
pub mod told;
pub mod views;
