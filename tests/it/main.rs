//! The integration tests: one binary, because linking the EC2 SDK takes seconds each time. They need neither
//! network nor environment, and every random choice in them comes from a fixed seed.

mod announced;
mod anomalies;
#[cfg(feature = "aws")]
mod aws;
mod command_line;
mod difference;
mod docs;
mod earlier;
mod events;
mod fake;
mod fan_out;
mod forgotten;
mod fuzzed;
mod idle;
mod inventory;
mod launches;
mod laws;
mod listing;
mod money;
mod narrow;
mod noise;
mod own_tags;
mod peers;
mod plans;
mod readme;
mod recall;
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
