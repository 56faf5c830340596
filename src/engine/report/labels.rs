//! Steps that write the `launched-by` tag.

use crate::engine::config::{Settings, Stage};
use crate::engine::model::{MarkStep, MarkVerb, Reason};
use crate::engine::report::Row;

/// The maximum number of labels that one run writes. Each may need its own call of some 250 ms, one after the other:
/// 50 s in total.
pub(crate) const LABELS: usize = 200;

/// The maximum length of a tag value.
pub(crate) const VALUE: usize = 256;

/// The tags that name the person who launched an instance. They are written if the settings request them, the run is
/// armed, the policy is enforced, and no rule protects the instance.
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
    // The characters that AWS allows in the tags of every service; any other becomes `_`.
    let allowed = |c: char| if c.is_ascii_alphanumeric() || " +-=._:/@".contains(c) { c } else { '_' };
    let value = by.chars().map(allowed).take(VALUE).collect();
    Some(MarkStep { id: row.id.clone(), verb: MarkVerb::Put, value: Some(value), because: None })
}
