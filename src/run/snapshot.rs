//! Saves a scan, so that it can be judged again later, elsewhere, under other settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Settings;
use crate::engine::kinds::reported::Facts;
use crate::engine::model::{Instance, ReportOnly, Target, Unreachable};
use crate::engine::report::snapshot::{Saved, SavedKind, Snapshot};
use crate::engine::request::Scope;
use crate::ports::Scan;
use crate::run::survey::{Sweep, survey};
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
    let (found, scanned) = survey(port, Sweep::of(settings, scope, clock, progress)).await?;
    let mut targets: BTreeMap<Arc<Target>, Vec<Instance>> = BTreeMap::new();
    for instance in found {
        targets.entry(instance.id.place.clone()).or_default().push(instance);
    }
    let saved = targets.into_iter().map(|(place, mut instances)| {
        let Target { account, region } = (*place).clone();
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        Saved { account, region, instances }
    });
    let forgotten = forgotten(port, settings, clock, &scanned).await;
    Ok(Snapshot {
        forgotten,
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

/// What is only reported, where the settings ask for it, in every target whose instances were scanned.
async fn forgotten(port: &impl Scan, settings: &Settings, clock: Clock, scanned: &Scanned) -> Vec<SavedKind> {
    let Some(wanted) = &settings.forgotten else { return Vec::new() };
    let dark: Vec<Target> = scanned.unreachable.iter().map(Unreachable::target).collect();
    let is_dark = |target: &&Target| dark.iter().chain(&scanned.denied).any(|dark| dark.covers(target));
    let targets = scanned.background.targets.iter().filter(|target| !is_dark(target));
    let kinds = &wanted.listed();
    let asked = targets.map(|target| async move { (target, port.reported(target, kinds, clock.at()).await) });
    let answers: Vec<_> = stream::iter(asked).buffered(settings.run.width).collect().await;
    let saved = |target: &Target, kind, answer: Result<Vec<Facts>, String>| {
        let (found, failed) = answer.map_or_else(|why| (Vec::new(), Some(why)), |found| (found, None));
        SavedKind { target: target.clone(), kind, found, failed }
    };
    let of = |(target, answers): (&Target, BTreeMap<ReportOnly, Result<Vec<Facts>, String>>)| {
        answers.into_iter().map(|(kind, answer)| saved(target, kind, answer)).collect::<Vec<_>>()
    };
    answers.into_iter().flat_map(of).collect()
}
