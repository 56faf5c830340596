//! The rooms of the engine, tested as functions.

pub mod config;
pub mod cost;
pub mod evidence;
pub mod history;
mod import;
pub mod judge;
pub mod kinds;
pub mod plan;
pub mod report;
pub mod request;
pub mod rules;
pub mod schedule;
pub mod tags;
pub mod trends;
pub mod undo;
