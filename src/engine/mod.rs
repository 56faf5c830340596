//! Everything that decides. Pure, total and deterministic: no clock, no environment, no network, no async.
//!
//! The rooms, lowest first. A room uses only the rooms before it: `schedule`, `model`, `tags`, `config`, `request`,
//! `evidence`, `cost`, `history`, `trends`, `rules`, `kinds`, `judge`, `import`, `plan`, `report`, `undo`,
//! `doctor`.

// Our own enums are matched by name, so that a new arm is a question to every place that decides.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod config;
pub mod cost;
pub mod doctor;
pub mod evidence;
pub mod history;
pub mod import;
pub mod judge;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod report;
pub mod request;
pub mod rules;
pub mod schedule;
pub mod tags;
pub mod trends;
pub mod undo;
