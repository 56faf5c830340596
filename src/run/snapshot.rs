//! Saves a scan, so that it can be judged again later, elsewhere, under other settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::config::Settings;
use crate::engine::model::{Instance, Target};
use crate::engine::report::snapshot::{Saved, Snapshot};
use crate::engine::request::Scope;
use crate::ports::Scan;
use crate::run::scan::survey;
use crate::run::{Clock, ScanError, Scanned};

/// Scans everything in scope and saves it.
///
/// # Errors
/// [`ScanError`] when the accounts cannot be listed.
pub async fn snapshot(
    port: &impl Scan,
    settings: &Settings,
    scope: &Scope,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
) -> Result<Snapshot, ScanError> {
    let mut scanned = Scanned::default();
    let found = survey(port, settings, scope, clock, progress, &mut scanned).await?;
    let mut targets: BTreeMap<Arc<Target>, Vec<Instance>> = BTreeMap::new();
    for found in found {
        targets.entry(found.instance.id.place.clone()).or_default().push(found.instance);
    }
    let saved = targets.into_iter().map(|(place, mut instances)| {
        let Target { account, region } = (*place).clone();
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        Saved { account, region, instances }
    });
    Ok(Snapshot {
        snapshot: 1,
        taken_at: clock.at(),
        units_asked: settings.units().cloned().collect(),
        accounts: scanned.background.accounts.into_values().collect(),
        skipped: scanned.skipped,
        targets: saved.collect(),
        unreachable: scanned.unreachable,
        denied: scanned.denied,
    })
}
