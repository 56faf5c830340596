//! Steps of which the record does not say how they ended: the run was killed, its last write failed, or the resource takes
//! minutes to stop or start. Caps count such stops. A later run that finds the resource writes how the step ended. A stop
//! counts as made if the resource is stopped, with the tag of that same run, and not touched since.

use chrono::{DateTime, Utc};

use crate::engine::history::History;
use crate::engine::model::{Action, Because, Instance, OutcomeKind, ResourceId, State};
use crate::engine::tags::OwnTag;

/// One such step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The run that planned it.
    pub run: Box<str>,
    /// What it was to do.
    pub action: Action,
    /// The time of the record's line.
    pub at: DateTime<Utc>,
    /// Its policy, as recorded.
    pub policy: Option<Box<str>>,
    /// The run that it undid.
    pub undo: Option<String>,
    /// Whether the run was a narrowed one.
    pub narrow: bool,
}

/// Such a step, with its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The resource.
    pub id: ResourceId,
    /// The policy in the tag, or else in the record.
    pub policy: Box<str>,
    /// Why it was stopped.
    pub because: Because,
    /// For a stop: when it had been started.
    pub launched: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: OutcomeKind,
    /// What the record contains about it.
    pub step: Unverified,
}

impl Confirmed {
    /// Whether it is a stop that was made.
    pub fn is_stopped(&self) -> bool {
        self.outcome == OutcomeKind::Stopped
    }
}

/// The step whose end `instance` shows, if any. `ours`: whether it has not been touched since its tag was written.
pub fn confirm(history: &History, instance: &Instance, tag: Option<&str>, ours: bool) -> Option<Confirmed> {
    let open = history.unverified.get(&instance.id)?;
    let tag = tag.filter(|_| ours).and_then(|tag| OwnTag::parse(tag).ok());
    // What takes minutes is open in every run, and only the last step shows in its state.
    let first = if instance.id.kind.takes_minutes() { open.len().saturating_sub(1) } else { 0 };
    let mut ends = open.iter().skip(first).filter_map(|step| Some((step, end(step, instance, tag.as_ref())?)));
    let (step, outcome) = ends.next()?;
    let tag = tag.filter(|_| step.action.is_stop());
    let because = tag.as_ref().map_or(Because::Hours, |tag| tag.because);
    let policy = tag.map(|tag| tag.policy.into()).or_else(|| step.policy.clone()).unwrap_or_default();
    let launched = instance.launch.filter(|_| step.action.is_stop());
    Some(Confirmed { id: instance.id.clone(), policy, because, launched, outcome, step: step.clone() })
}

fn end(step: &Unverified, instance: &Instance, tag: Option<&OwnTag>) -> Option<OutcomeKind> {
    let takes_minutes = instance.id.kind.takes_minutes();
    let is_up = matches!(instance.state, State::Running | State::Changing);
    if step.action.is_stop() {
        let is_down = if takes_minutes { instance.state == State::Stopped } else { instance.state.is_down() };
        if is_down && tag.is_some_and(|tag| *tag.run == *step.run) {
            return Some(OutcomeKind::Stopped);
        }
        let fell_back = instance.database.as_ref().is_some_and(|facts| facts.stop_failed);
        return (is_up && fell_back).then_some(OutcomeKind::Failed);
    }
    match instance.state {
        _ if is_up => Some(OutcomeKind::Started),
        // Nothing shows whether it was started. A later run asks again.
        State::Stopped if instance.database.as_ref().is_some_and(|facts| facts.doubtful) => None,
        // Others stopped it after it had started.
        State::Stopped if tag.is_none() => Some(OutcomeKind::Started),
        State::Stopped => Some(OutcomeKind::Failed),
        State::Pending | State::Running | State::Stopping | State::Changing => None,
        State::ShuttingDown | State::Terminated | State::Unknown => None,
    }
    .filter(|_| takes_minutes)
}
