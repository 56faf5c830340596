//! Stops of which the record knows that they were to be made, and not how they ended: of a run that was killed, or whose
//! last write failed. Caps count all of them. As a stop that was made counts what a later run finds stopped, with the tag of
//! that very run and touched by nobody since.

use chrono::{DateTime, Utc};

use crate::engine::history::past_runs::History;
use crate::engine::model::Because;
use crate::engine::model::{Action, Instance, ResourceId};
use crate::engine::tags::stop_tag::OwnTag;

/// One such stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The run that was to make it.
    pub run: Box<str>,
    /// A stop or a hibernation.
    pub action: Action,
    /// The instant of the record's line.
    pub at: DateTime<Utc>,
    /// Whether the run was a narrowed one.
    pub narrow: bool,
}

/// An unverified stop that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// Which instance.
    pub id: ResourceId,
    /// The policy in the tag.
    pub policy: Box<str>,
    /// For what it was stopped.
    pub because: Because,
    /// When it had been started.
    pub launched: Option<DateTime<Utc>>,
    /// What the record said of it.
    pub stop: Unverified,
}

/// The stop that the tag of `instance` confirms, if it does. `ours`: whether nobody has touched the instance since its tag.
pub fn confirm(history: &History, instance: &Instance, tag: Option<&str>, ours: bool) -> Option<Confirmed> {
    let stops = history.unverified.get(&instance.id).filter(|_| ours && instance.state.is_down())?;
    let OwnTag { run, policy, because, .. } = OwnTag::parse(tag?).ok()?;
    let stop = stops.iter().find(|stop| *stop.run == *run)?.clone();
    Some(Confirmed { id: instance.id.clone(), policy: policy.into(), because, launched: instance.launch, stop })
}
