//! The rules that every kind of resource shares. Rules of one kind are in `engine/kinds/<kind>`. The array in
//! `engine/judge/order.rs` defines the order of all rules.
//!
//! One rule is one file. Its name is also its [`Reason`], its section in `docs/rules.md` and its name in the report.
//! A rule is a pure function of a [`Case`]. If any input that it needs is unknown, the instance is skipped.

#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod busy;
pub(crate) mod calendar_exhausted;
pub mod case;
pub(crate) mod frozen;
pub(crate) mod idle;
pub(crate) mod incomplete;
pub mod inputs;
pub(crate) mod keep_unreadable;
pub(crate) mod kept;
pub(crate) mod kept_until;
pub(crate) mod logged_in;
pub(crate) mod match_unknown;
pub(crate) mod never_listed;
pub(crate) mod no_policy;
pub(crate) mod not_in_scope;
pub(crate) mod not_running;
pub(crate) mod not_selected;
pub(crate) mod other_hub;
pub(crate) mod outside_hours;
pub(crate) mod overtime;
pub(crate) mod reopening;
pub(crate) mod restart_fight;
pub(crate) mod schedule_unreadable;
pub mod standing_mark;
pub(crate) mod tag_unknown;
pub(crate) mod undone;
pub(crate) mod unmeasured;
pub(crate) mod within_hours;
pub(crate) mod young;

use crate::engine::model::{Reason, Verdict};
use crate::engine::rules::inputs::FoundTag;

pub use crate::engine::rules::case::{Activity, Case};
pub use crate::engine::rules::inputs::Inputs;

/// One rule.
pub struct Rule {
    /// Its name.
    pub reason: Reason,
    /// The verdict, if the rule decides.
    pub judge: fn(&Case<'_>) -> Option<Verdict>,
    /// The inputs that it read.
    pub inputs: fn(&Case<'_>) -> Inputs,
}

/// A tag with its key as written, for [`Inputs`].
pub(crate) fn owned((key, value): (&str, &str)) -> FoundTag {
    (key.to_owned(), value.to_owned())
}
