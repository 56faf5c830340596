//! The order of the rules, as one array. The first rule that applies decides.

use crate::engine::kinds::database::{expiring_backups, maintenance_window, pauses_itself};
use crate::engine::kinds::ec2::{
    appliance, auto_scaling_member, cannot_hibernate, container_host, instance_store, kubernetes_node, managed_service,
    no_saving, spot,
};
use crate::engine::kinds::{cannot_stop, in_transition};
use crate::engine::model::{Kind, Lacks, Skipped, Verdict};
use crate::engine::rules::{
    Case, Rule, busy, calendar_exhausted, frozen, idle, incomplete, keep_unreadable, kept, kept_until, logged_in,
    match_unknown, never_listed, no_policy, not_in_scope, not_running, not_selected, other_hub, outside_hours,
    overtime, reopening, restart_fight, schedule_unreadable, tag_unknown, undone, unmeasured, within_hours, young,
};

/// Every rule, in order. The last one always decides if a policy matches.
pub const RULES: &[Rule] = &[
    kept::RULE,
    kept_until::RULE,
    keep_unreadable::RULE,
    tag_unknown::RULE,
    never_listed::RULE,
    not_in_scope::RULE,
    no_policy::RULE,
    not_selected::RULE,
    other_hub::RULE,
    in_transition::RULE,
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
    cannot_stop::RULE,
    pauses_itself::RULE,
    schedule_unreadable::RULE,
    calendar_exhausted::RULE,
    frozen::RULE,
    maintenance_window::RULE,
    idle::RULE,
    reopening::RULE,
    within_hours::RULE,
    undone::RULE,
    overtime::RULE,
    young::RULE,
    cannot_hibernate::RULE,
    expiring_backups::RULE,
    restart_fight::RULE,
    logged_in::RULE,
    busy::RULE,
    unmeasured::RULE,
    outside_hours::RULE,
];

/// The rules about this kind of resource, in order.
pub fn rules_for(kind: Kind) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.reason.is_about(kind))
}

/// The verdict for one resource. There is always one.
pub fn verdict(case: &Case<'_>) -> Verdict {
    rules_for(case.instance.id.kind).find_map(|rule| (rule.judge)(case)).unwrap_or(
        // `outside_hours` decides if a policy matches, `no_policy` if none does. If that ever fails, the instance is
        // skipped and shown.
        Verdict::Skip(Skipped::Incomplete { lacks: Lacks::Rule }),
    )
}
