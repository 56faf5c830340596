//! The laws of the architecture, numbered as there. Where a law speaks of "whatever else is true" it is tried on
//! arbitrary worlds; the cases are the same in every run.

mod accounting;
mod acting;
pub mod arbitrary;
mod capping;
mod evidence;
mod hours;
mod identity;
mod isolating;
mod keeping;
mod kinds;
mod limits;
pub mod mixed;
mod opening;
mod ordering;
mod recording;
mod repeating;
mod restarting;
mod selecting;
mod writing;
