//! How many instances, for notes.

/// `1 instance`, `2 instances`.
pub(crate) fn instances(count: usize) -> String {
    if count == 1 { "1 instance".to_owned() } else { format!("{count} instances") }
}
