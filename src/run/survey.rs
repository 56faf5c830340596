//! Finds every resource in scope, and what could not be scanned.

use std::collections::BTreeSet;

use crate::engine::config::Settings;
use crate::engine::history::last_scans::Cadence;
use crate::engine::model::{Instance, Kind, NotDue, Target, Unreachable};
use crate::engine::request::{RequestInvalid, Scope};
use crate::ports::Scan;
use crate::run::clock::Clock;
use crate::run::scan::{Found, ScanError, Scanned};
use crate::run::sweep::sweep;

/// How deep a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Which accounts exist.
    Accounts,
    /// Which Regions they have.
    Regions,
    /// Which instances exist.
    Instances,
}

/// How an organisation is scanned.
pub(crate) struct Sweep<'a> {
    pub(crate) depth: Depth,
    /// Calls in flight.
    pub(crate) width: usize,
    /// Whether the accounts' tags are needed.
    pub(crate) account_tags: bool,
    /// The kinds besides instances that are asked for.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) scope: &'a Scope,
    /// Which targets are due; `None`: all of them.
    pub(crate) cadence: Option<&'a Cadence>,
    pub(crate) clock: Clock,
    pub(crate) progress: &'a dyn Fn(usize, usize),
}

impl<'a> Sweep<'a> {
    /// Finds everything that the settings name, within `scope`.
    pub(crate) fn of(settings: &Settings, scope: &'a Scope, clock: Clock, progress: &'a dyn Fn(usize, usize)) -> Self {
        let (width, account_tags, kinds) = (settings.run.width, settings.need_account_tags(), settings.listed_kinds());
        Self { depth: Depth::Instances, width, account_tags, kinds, scope, cadence: None, clock, progress }
    }
}

/// Finds every resource in scope, and what could not be scanned.
pub(crate) async fn survey(port: &impl Scan, how: Sweep<'_>) -> Result<(Vec<Instance>, Scanned), ScanError> {
    let (mut all, mut scanned) = (Vec::new(), Scanned::default());
    survey_each(port, how, &mut scanned, |found, _| all.push(found.instance)).await?;
    Ok((all, scanned))
}

/// The same, passing on each resource as soon as its target is scanned.
pub(crate) async fn survey_each(
    port: &impl Scan,
    how: Sweep<'_>,
    scanned: &mut Scanned,
    each: impl FnMut(Found, &mut Scanned),
) -> Result<(), ScanError> {
    let scope = how.scope;
    if scope.is_empty() {
        return Ok(());
    }
    let targets = sweep(port, how, scanned, each).await?;
    check_regions(scope, &targets, scanned)?;
    scanned.outside = outside(scope, &targets, scanned);
    let unreachable: Vec<Target> = scanned.unreachable.iter().map(Unreachable::target).collect();
    let failed: BTreeSet<&Target> = unreachable.iter().chain(&scanned.denied).collect();
    scanned.finished = targets.iter().filter(|target| !failed.contains(target)).count();
    scanned.targets = targets.len() + unreachable.iter().filter(|target| target.is_whole_account()).count();
    let not_due = scanned.not_due.iter().map(NotDue::target);
    scanned.background.targets = targets.into_iter().chain(not_due).collect();
    scanned.background.targets.sort();
    Ok(())
}

/// A Region that no account has is a typo, and a typo must not look like an empty result. If an account could not be
/// asked for its Regions, or none is in scope, this cannot be checked.
fn check_regions(scope: &Scope, targets: &[Target], scanned: &Scanned) -> Result<(), ScanError> {
    let unasked = scanned.unreachable.iter().any(|unreachable| unreachable.target().is_whole_account());
    if unasked || targets.is_empty() && scope.regions.is_none() {
        return Ok(());
    }
    let there = |name: &String| targets.iter().any(|target| *target.region == **name);
    match scope.regions.iter().flatten().find(|name| !there(name)) {
        None => Ok(()),
        Some(name) => {
            let mend = "see `idle-reaper targets` for what is";
            Err(ScanError::Request(RequestInvalid::OutOfScope { what: "Region", name: name.clone(), mend }))
        }
    }
}

/// Targets that an event names and that are not in scope: neither scanned, unreachable, denied, nor skipped for their
/// state.
fn outside(scope: &Scope, targets: &[Target], scanned: &Scanned) -> Vec<Target> {
    let known = |place: &Target| {
        targets.contains(place)
            || scanned.denied.iter().any(|denied| denied.covers(place))
            || scanned.unreachable.iter().any(|unreachable| unreachable.target().covers(place))
            || scanned.skipped.iter().any(|skipped| skipped.account == place.account)
    };
    let places = scope.places.iter().flatten();
    let places = places.map(|(account, region)| Target::new(account.as_str(), region.as_str()));
    places.filter(|place| !known(place)).collect()
}
