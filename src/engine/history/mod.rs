//! ROOM engine::history

pub mod idle_stops;
pub mod launches;
pub mod notices;
pub mod past;
pub mod runs;
pub mod unverified;
