//! Steps that write the `launched-by` tag.

use crate::engine::config::{Settings, Stage};
use crate::engine::model::{MarkStep, MarkVerb, Reason};
use crate::engine::report::Row;

/// Labels that one run writes at most: each may be a call of its own, of some 250 ms, one after the other: 50 s.
pub(crate) const LABELS: usize = 200;

/// The longest value of a tag.
pub(crate) const VALUE: usize = 256;

/// The tags that say who launched an instance: where the settings ask for them and arm the run, the policy is enforced,
/// and nobody has said that the instance is not to be touched.
pub fn labels(settings: &Settings, rows: &[Row]) -> Vec<MarkStep> {
    if !settings.tags.writes_launched_by || !settings.run.armed {
        return Vec::new();
    }
    rows.iter().filter(|row| may_label(row)).filter_map(label).take(LABELS).collect()
}

fn may_label(row: &Row) -> bool {
    let untouchable = matches!(
        row.verdict.reason(),
        Reason::Kept
            | Reason::KeptUntil
            | Reason::KeepUnreadable
            | Reason::TagUnknown
            | Reason::OtherHub
            | Reason::NeverListed
            | Reason::ManagedService
    );
    let enforced = row.policy.as_ref().is_some_and(|policy| policy.stage == Stage::Enforce);
    row.unlabelled && enforced && row.running_in_scope && !untouchable
}

fn label(row: &Row) -> Option<MarkStep> {
    let by = row.launched_by.as_deref()?;
    // What AWS allows in every service's tags; anything else becomes `_`.
    let allowed = |c: char| if c.is_ascii_alphanumeric() || " +-=._:/@".contains(c) { c } else { '_' };
    let value = by.chars().map(allowed).take(VALUE).collect();
    Some(MarkStep { id: row.id.clone(), verb: MarkVerb::Put, value: Some(value), because: None })
}
