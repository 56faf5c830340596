//! Watches stopped or started instances until they reach the wanted state, a bounded number of times.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::model::{Instance, ResourceId, State, Step, Target};
use crate::engine::plan::pace::Pace;
use crate::ports::{Act, ActError, Pause, Scan};
use crate::run::act::{Acting, SCAN_TIMEOUT};

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    /// Scans until everything that was not refused has the wanted state, a bounded number of times. Returns the last
    /// states found.
    pub(crate) async fn watch(
        &self,
        target: &Target,
        pace: &Pace,
        steps: &[&Step],
        ends: &HashMap<ResourceId, Result<(), ActError>>,
        wanted: impl Fn(State) -> bool,
    ) -> HashMap<ResourceId, Instance> {
        let begun: Vec<&Step> = steps
            .iter()
            .copied()
            .filter(|step| {
                !matches!(
                    ends.get(&step.id),
                    Some(Err(ActError::Refused(_) | ActError::InTransition(_) | ActError::NotSent(_)))
                )
            })
            .collect();
        let mut seen: HashMap<ResourceId, Instance> = HashMap::new();
        if begun.is_empty() {
            return seen;
        }
        for wait in std::iter::once(Duration::ZERO).chain(pace.waits.iter().copied()) {
            let reached = |step: &&Step| seen.get(&step.id).is_some_and(|instance| wanted(instance.state));
            let open: Vec<&Step> = begun.iter().copied().filter(|step| !reached(step)).collect();
            if open.is_empty() {
                break;
            }
            if !wait.is_zero() {
                if !self.clock.fits(wait + SCAN_TIMEOUT) {
                    break;
                }
                tokio::time::sleep(wait).await;
            }
            if let Ok(now) = self.see(target, &open).await {
                seen.extend(now);
            }
        }
        seen
    }
}
