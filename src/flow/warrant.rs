//! Proof that a run may act. A dry run cannot make one; nothing acts without one.

use std::sync::Mutex;

use crate::decide::caps::{Cap, Purse};
use crate::decide::plan::Step;
use crate::decide::settings::Settings;

/// That the intent stands in the record. Only writing it makes one.
pub(super) struct Recorded(());

impl Recorded {
    /// Called where the intent has just been written.
    pub(super) fn written() -> Self {
        Self(())
    }
}

/// Permission to act, for one run. It enforces the caps once more, at the edge where acts happen.
pub(super) struct Warrant {
    purse: Mutex<Purse>,
}

impl Warrant {
    /// A warrant for an armed run whose intent is recorded; `None` where the settings do not arm it.
    pub(super) fn issue(settings: &Settings, running: usize, recorded: Recorded) -> Option<Self> {
        let Recorded(()) = recorded;
        let armed = settings.run.armed && settings.run.record.is_some();
        armed.then(|| Self { purse: Mutex::new(Purse::new(settings.caps, running)) })
    }

    /// Spends one step, or names the cap that forbids it.
    pub(super) fn spend(&self, step: &Step) -> Result<(), Cap> {
        let mut purse = self.purse.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        purse.spend(step.action, &step.account)
    }
}
