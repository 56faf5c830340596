//! Deciding: pure, total, deterministic. No clock, no environment, no network, no async.

pub mod config;
pub mod cost;
pub mod evidence;
pub mod history;
pub mod judge;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod report;
pub mod request;
pub mod rules;
pub mod schedule;
pub mod tags;
pub mod undo;
