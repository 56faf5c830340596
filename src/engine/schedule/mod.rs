//! When something is open: expressions, calendars, and the one question asked of them, "is it open now?".
//!
//! Time zones go one way, UTC → local. The other way has gaps and folds on the nights when clocks change,
//! so an opening is found by asking the question at candidate instants, never by converting 09:00.

mod business;
mod calendar;
mod expr;
mod holidays;
mod hours;
mod instants;

pub use crate::engine::schedule::calendar::{Calendar, DateRange, Day};
pub use crate::engine::schedule::expr::{Days, Expr, ExprError, Hours, Window, parse_day, parse_days, parse_zone};
pub use crate::engine::schedule::holidays::{CODES as HOLIDAY_CODES, Holidays, UnknownHolidays};
pub use crate::engine::schedule::hours::{HoursAt, Part, Schedule};
