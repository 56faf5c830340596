//! Hours in the notations of other tools. Each reader is a pure function of one value, and accepts only what it can
//! translate exactly.

pub mod c7n;
pub mod instance_scheduler;
mod week;
mod zones;

use chrono_tz::Tz;

use crate::engine::schedule::ExprError;

pub use crate::engine::schedule::dialects::c7n::C7n;
pub use crate::engine::schedule::dialects::week::{Edges, Week};

/// What the value of another tool's tag asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The tool leaves the resource alone.
    Keep,
    /// The policy's own hours, in this zone if the tag names one.
    Policy(Option<Tz>),
    /// The hours of this expression.
    Hours(String),
}

/// A notation, as `dialects` of the settings names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The off-hours tag of Cloud Custodian.
    C7n(C7n),
}

impl Dialect {
    /// The name of every dialect.
    pub const NAMES: [&'static str; 1] = ["c7n"];

    /// Reads a dialect as the settings write it: its name, then what it needs to know.
    ///
    /// # Errors
    /// The name, if there is no such dialect; or why the rest cannot be read.
    pub fn parse(text: &str) -> Result<Self, DialectError> {
        match text.split_once(' ').map_or((text, None), |(name, rest)| (name, Some(rest))) {
            ("c7n", None) => Ok(Self::C7n(C7n::default())),
            ("c7n", Some(hours)) => C7n::with_hours(hours).map(Self::C7n),
            _ => Err(DialectError::Unknown),
        }
    }

    /// The name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::C7n(_) => "c7n",
        }
    }

    /// What a value asks for.
    ///
    /// # Errors
    /// The part of the value that is not understood exactly.
    pub fn read(&self, value: &str) -> Result<Meaning, ExprError> {
        match self {
            Self::C7n(reader) => reader.read(value),
        }
    }
}

/// Why the settings' text of a dialect cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectError {
    /// There is no dialect of this name.
    Unknown,
    /// The hours after its name cannot be read.
    Hours(ExprError),
    /// The hours after its name are not the same in every week, never open or close, or have no zone.
    NotWeekly,
}
