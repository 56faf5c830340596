//! Proof that a run may act. A dry run cannot make one, and nothing acts without one.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::engine::config::Settings;
use crate::engine::history::Today;
use crate::engine::model::{Action, Cap, ResourceId, Step};
use crate::engine::plan::caps::{CapBudget, Running};

/// Proof that the intent is in the record. Only writing the intent makes one.
pub(crate) struct Recorded(());

impl Recorded {
    /// Called directly after the intent was written.
    pub(crate) fn written() -> Self {
        Self(())
    }
}

/// Permission to act, for one run. It enforces the limits once more, where the acts happen.
pub(crate) struct Warrant(Bound);

enum Bound {
    /// The caps.
    Caps(Box<Mutex<CapBudget>>),
    /// For an undo: each of these is started once, and nothing is stopped.
    Starts(Mutex<HashSet<ResourceId>>),
}

impl Warrant {
    /// A warrant for an armed run whose intent is recorded; `None` where the settings do not arm it.
    pub(crate) fn issue(settings: &Settings, running: &Running, today: &Today, recorded: Recorded) -> Option<Self> {
        let Recorded(()) = recorded;
        let armed = settings.run.armed && settings.run.record.is_some();
        armed.then(|| Self(Bound::Caps(Box::new(Mutex::new(CapBudget::new(settings.caps, running, today))))))
    }

    /// A warrant to start the instances of `steps`, once the intent is recorded. It does not need `armed` or `enforce`:
    /// it only reverses a run, and a run must stay undoable after a person has disarmed the reaper in a hurry.
    pub(crate) fn to_undo(steps: &[Step], recorded: Recorded) -> Self {
        let Recorded(()) = recorded;
        Self::to_start(steps)
    }

    /// A warrant to start the instances of `steps` by a person's own rights, where there may be no record. The person
    /// has agreed to these steps, and CloudTrail shows who it was.
    pub(crate) fn to_start(steps: &[Step]) -> Self {
        Self(Bound::Starts(Mutex::new(steps.iter().map(|step| step.id.clone()).collect())))
    }

    /// Uses up one step, or returns the cap that forbids it.
    pub(crate) fn spend(&self, step: &Step) -> Result<(), Cap> {
        match &self.0 {
            Bound::Caps(budget) => budget.lock().unwrap_or_else(std::sync::PoisonError::into_inner).spend(step),
            Bound::Starts(starts) => {
                let mut starts = starts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let allowed = step.action == Action::Start && starts.remove(&step.id);
                if allowed { Ok(()) } else { Err(Cap::NotReviewed) }
            }
        }
    }
}
