//! Everything that decides. Pure, total and deterministic: no clock, no environment, no network, no async.
//!
//! The rooms, lowest first. A room uses only the rooms before it: `schedule`, `model`, `tags`, `config`, `request`,
//! `evidence`, `cost`, `history`, `rules`, `kinds`, `judge`, `plan`, `report`, `undo`.

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
