//! `idle-reaper`: finds EC2 instances left running outside business hours, in every account of an
//! organisation, and reports or stops them.
//!
//! The layers, lowest first; a module uses what is beneath it and never what is above (`ARCHITECTURE.md`):
//! [`words`] and [`schedule`], [`decide`], [`ports`], [`flow`], `adapters`, `entry`.

pub mod adapters;
pub mod decide;
pub mod entry;
pub mod flow;
pub mod ports;
pub mod render;
pub mod schedule;
pub mod words;
