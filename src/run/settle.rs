//! Watches stopped or started instances until they reach the wanted state, a bounded number of times.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::model::{Instance, ResourceId, State, Step, Target};
use crate::ports::{Act, ActError, Pause, Scan};
use crate::run::act::{Acting, SCAN_TIMEOUT};

/// Waits between scans after a stop or start: 15 s in all, less if the deadline is near. A stop shows within a second
/// or two. A start takes longer, and a start without a KMS grant falls back within seconds.
const WAITS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_millis(1500),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(5),
];

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    /// Scans until everything that was not refused has the wanted state, a bounded number of times. Returns the last
    /// states found.
    pub(crate) async fn watch(
        &self,
        target: &Target,
        steps: &[&Step],
        ends: &HashMap<ResourceId, Result<(), ActError>>,
        wanted: impl Fn(State) -> bool,
    ) -> HashMap<ResourceId, Instance> {
        let begun: Vec<&Step> = steps
            .iter()
            .copied()
            .filter(|step| !matches!(ends.get(&step.id), Some(Err(ActError::Refused(_) | ActError::NotSent(_)))))
            .collect();
        let mut seen: HashMap<ResourceId, Instance> = HashMap::new();
        if begun.is_empty() {
            return seen;
        }
        for wait in std::iter::once(Duration::ZERO).chain(WAITS) {
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
