//! ROOM engine::evidence

pub mod idle;
pub mod last_hour;
pub mod witness;
