//! Opening hours: expressions, calendars, and the main question "is it open now?".
//!
//! Time zones are converted in one direction only, UTC → local. The other direction has gaps and overlaps on nights
//! when clocks change. An opening is therefore found by testing candidate instants, never by converting 09:00.

// Tags and files may contain any instant, and every instant has an answer: no arithmetic may overflow.
#![warn(clippy::arithmetic_side_effects)]

mod business;
mod calendar;
mod dates;
mod day_note;
mod days;
pub mod dialects;
mod expr;
mod holidays;
mod hours;
mod instants;
mod once;

pub use crate::engine::schedule::calendar::{Calendar, Day, Like};
pub(crate) use crate::engine::schedule::dates::parse_date;
pub use crate::engine::schedule::dates::{DateRange, Dates, MonthDay};
pub use crate::engine::schedule::day_note::DayNote;
pub(crate) use crate::engine::schedule::days::PLACES;
pub use crate::engine::schedule::days::{Days, Monthly, parse_day, parse_days};
pub use crate::engine::schedule::expr::{Expr, ExprError, Hours, Window, parse_zone};
pub(crate) use crate::engine::schedule::holidays::countries;
pub use crate::engine::schedule::holidays::{CODES as HOLIDAY_CODES, Holidays, UnknownHolidays};
pub use crate::engine::schedule::hours::{HoursAt, Part, Schedule};
pub(crate) use crate::engine::schedule::instants::begin_of;
pub use crate::engine::schedule::instants::instants_of;
pub use crate::engine::schedule::once::{Once, parse_extra};
