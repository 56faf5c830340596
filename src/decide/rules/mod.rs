//! The rules, in the order in which they are asked. The first that decides is the verdict.
//!
//! One rule is one file; its name is also its [`Reason`], its section in `docs/rules.md` and its word in the
//! report. A rule is a pure function of a [`Case`]; unknown spares.

mod appliance;
mod auto_scaling_member;
mod busy;
mod calendar_exhausted;
mod cannot_hibernate;
mod container_host;
mod frozen;
pub(in crate::decide) mod idle;
mod incomplete;
mod instance_store;
mod keep_unreadable;
mod kept;
mod kept_until;
mod kubernetes_node;
mod managed_service;
mod match_unknown;
mod never_listed;
mod no_policy;
mod no_saving;
mod not_looked_at;
mod not_running;
mod not_selected;
mod other_hub;
mod outside_hours;
mod overtime;
mod reopening;
mod restart_fight;
mod schedule_unreadable;
mod spot;
mod tag_unknown;
mod undone;
mod unmeasured;
mod within_hours;
mod young;

pub(super) use instance_store::tell as instance_store_tell;

use super::case::Case;
use super::inputs::{FoundTag, Inputs};
use crate::words::{Lacks, Reason, Spared, Verdict};

/// One rule.
pub struct Rule {
    /// Its name.
    pub reason: Reason,
    /// The verdict, if the rule decides.
    pub judge: fn(&Case<'_>) -> Option<Verdict>,
    /// What it looked at.
    pub inputs: fn(&Case<'_>) -> Inputs,
}

/// Every rule, in order. The last one always decides for an instance that a policy matches.
pub const RULES: &[Rule] = &[
    kept::RULE,
    kept_until::RULE,
    keep_unreadable::RULE,
    tag_unknown::RULE,
    never_listed::RULE,
    not_looked_at::RULE,
    no_policy::RULE,
    not_selected::RULE,
    other_hub::RULE,
    not_running::RULE,
    match_unknown::RULE,
    incomplete::RULE,
    auto_scaling_member::RULE,
    kubernetes_node::RULE,
    container_host::RULE,
    managed_service::RULE,
    spot::RULE,
    instance_store::RULE,
    no_saving::RULE,
    appliance::RULE,
    schedule_unreadable::RULE,
    calendar_exhausted::RULE,
    frozen::RULE,
    idle::RULE,
    reopening::RULE,
    within_hours::RULE,
    undone::RULE,
    overtime::RULE,
    young::RULE,
    cannot_hibernate::RULE,
    restart_fight::RULE,
    busy::RULE,
    unmeasured::RULE,
    outside_hours::RULE,
];

/// The verdict for one instance: total, one for every case.
pub fn verdict(case: &Case<'_>) -> Verdict {
    RULES.iter().find_map(|rule| (rule.judge)(case)).unwrap_or(
        // `outside_hours` decides whenever a policy matches and `no_policy` when none does; should that ever
        // not hold, the instance is spared and shown.
        Verdict::Spare(Spared::Incomplete { lacks: Lacks::Rule }),
    )
}

/// A tag with its key as written, for a rule's inputs.
fn owned((key, value): (&str, &str)) -> FoundTag {
    (key.to_owned(), value.to_owned())
}
