//! Stops that were planned but whose result is not in the record: the run was killed, or its last write failed. Caps
//! count all of them. Such a stop counts as made if a later run finds the instance stopped, with the tag of that same
//! run, and not touched since.

use chrono::{DateTime, Utc};

use crate::engine::history::History;
use crate::engine::model::{Action, Because, Instance, ResourceId};
use crate::engine::tags::OwnTag;

/// One such stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The run that planned it.
    pub run: Box<str>,
    /// A stop or a hibernation.
    pub action: Action,
    /// The time of the record's line.
    pub at: DateTime<Utc>,
    /// Whether the run was a narrowed one.
    pub narrow: bool,
}

/// An unverified stop that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The instance.
    pub id: ResourceId,
    /// The policy in the tag.
    pub policy: Box<str>,
    /// Why it was stopped.
    pub because: Because,
    /// When it had been started.
    pub launched: Option<DateTime<Utc>>,
    /// What the record contains about it.
    pub stop: Unverified,
}

/// The stop that the tag of `instance` confirms, if any. `ours`: whether the instance has not been touched since its
/// tag was written.
pub fn confirm(history: &History, instance: &Instance, tag: Option<&str>, ours: bool) -> Option<Confirmed> {
    let stops = history.unverified.get(&instance.id).filter(|_| ours && instance.state.is_down())?;
    let OwnTag { run, policy, because, .. } = OwnTag::parse(tag?).ok()?;
    let stop = stops.iter().find(|stop| *stop.run == *run)?.clone();
    Some(Confirmed { id: instance.id.clone(), policy: policy.into(), because, launched: instance.launch, stop })
}
