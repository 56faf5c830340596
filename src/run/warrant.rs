//! Proof that a run may act. A dry run cannot make one; nothing acts without one.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::engine::config::Settings;
use crate::engine::history::today::Today;
use crate::engine::model::Action;
use crate::engine::model::Cap;
use crate::engine::model::{ResourceId, Step};
use crate::engine::plan::caps::CapBudget;

/// That the intent stands in the record. Only writing it makes one.
pub(crate) struct Recorded(());

impl Recorded {
    /// Called where the intent has just been written.
    pub(crate) fn written() -> Self {
        Self(())
    }
}

/// Permission to act, for one run. It enforces once more, at the edge where acts happen, how much may be done.
pub(crate) struct Warrant(Bound);

enum Bound {
    /// The caps.
    Caps(Box<Mutex<CapBudget>>),
    /// The way back: each of these is started once, and nothing is stopped.
    Starts(Mutex<HashSet<ResourceId>>),
}

impl Warrant {
    /// A warrant for an armed run whose intent is recorded; `None` where the settings do not arm it.
    pub(crate) fn issue(settings: &Settings, running: usize, today: &Today, recorded: Recorded) -> Option<Self> {
        let Recorded(()) = recorded;
        let armed = settings.run.armed && settings.run.record.is_some();
        armed.then(|| Self(Bound::Caps(Box::new(Mutex::new(CapBudget::new(settings.caps, running, today))))))
    }

    /// A warrant to start what `steps` name, whose intent is recorded. It needs no key: it is the way back, and a
    /// record that somebody has disarmed in a hurry must still be undone.
    pub(crate) fn to_undo(steps: &[Step], recorded: Recorded) -> Self {
        let Recorded(()) = recorded;
        Self(Bound::Starts(Mutex::new(steps.iter().map(|step| step.id.clone()).collect())))
    }

    /// Spends one step, or names the cap that forbids it.
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
