//! `[forgotten]`: which kinds of resources are found and reported besides instances. None of them is ever touched.

use chrono::Duration;

use crate::engine::config::reader::Section;
use crate::engine::model::ReportOnly;

/// `[forgotten]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// What is found, each kind once.
    pub kinds: Vec<ReportOnly>,
    /// What is known to have been so for less than this is not reported as forgotten yet.
    pub after: Duration,
}

impl Forgotten {
    /// The kinds that AWS, or an inventory, is asked for. Groups come from the tags of instances.
    pub fn listed(&self) -> Vec<ReportOnly> {
        self.kinds.iter().copied().filter(|kind| !kind.is_group()).collect()
    }
}

/// `None` with `off = true`: then nothing is scanned that is only reported.
pub(crate) fn read(section: &Section<'_>) -> Option<Forgotten> {
    let off = section.flag("off").unwrap_or(false);
    let kinds = section.some_of("kinds", "a kind of resource in `[forgotten]`", ReportOnly::ALL);
    let mut kinds = kinds.unwrap_or_else(|| ReportOnly::USUAL.to_vec());
    kinds.sort_unstable();
    kinds.dedup();
    let after = section.duration("after").unwrap_or_else(|| Duration::days(14));
    (!off).then_some(Forgotten { kinds, after })
}
