//! The integration tests: one binary, because linking the EC2 SDK takes seconds each time. They need neither
//! network nor environment, and every random choice in them comes from a fixed seed.

// `clippy.toml` lets tests end in a panic; these are for the functions that they share.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]
#![allow(unreachable_pub)] // what the tests share is one crate

mod announced;
mod anomalies;
mod at;
#[cfg(feature = "aws")]
mod aws;
mod command_line;
mod contained;
mod difference;
mod docs;
mod doctor;
mod earlier;
mod events;
mod fake;
mod fan_out;
mod forgotten;
mod fuzzed;
mod hostile;
mod hubs;
mod idle;
mod init;
mod inventories;
mod inventory;
mod killed;
mod launches;
mod laws;
mod layers;
mod listing;
mod money;
mod narrow;
mod noise;
mod output;
mod own_tags;
mod peers;
mod people;
mod plans;
mod readme;
mod recall;
mod record;
mod recorded_answers;
mod render;
mod request;
mod reviewed;
mod rules;
mod schedule;
mod schema;
mod settings;
mod sudden;
mod survived;
mod tables;
mod tell;
mod tricks;
mod typos;
mod undo;
mod untold;
mod views;
mod voices;
mod worth_knowing;
