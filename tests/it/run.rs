//! Whole runs over the fake world.

pub mod anomalies;
pub mod bill;
pub mod contained;
pub mod doctor;
pub mod fan_out;
pub mod forgotten;
pub mod killed;
mod last_hour;
pub mod launches;
pub mod listing;
pub mod narrow;
mod new_regions;
pub mod noise;
pub mod of_stopped;
mod pages;
pub mod past;
pub mod people;
pub mod recall;
pub mod record;
mod slices;
pub mod sweeps;
pub mod tables;
pub mod trends;
pub mod tricks;
pub mod undo;
