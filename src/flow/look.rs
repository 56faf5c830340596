//! Looks at every target, `width` at a time, and has each instance judged as its target arrives, so that memory
//! holds verdicts and not instances.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use super::across::across;
use super::clock::Clock;
use super::judging::Judging;
use crate::decide::case::History;
use crate::decide::judge::Known;
use crate::decide::marks::MarkStep;
use crate::decide::owner::Contacts;
use crate::decide::plan::Candidate;
use crate::decide::report::{Blind, Row, Skipped};
use crate::decide::request::{RequestInvalid, Scope};
use crate::decide::settings::Settings;
use crate::decide::stocktake::Line;
use crate::decide::witness::Sighting;
use crate::ports::{Look, PortError, Unseen};
use crate::words::{Account, Instance, Target};

/// What is kept back from the deadline while looking: the time to plan, to record and to answer.
pub(super) const RESERVE: Duration = Duration::from_secs(5);

/// The inventory, judged: rows, blind spots, and what a plan is made of.
#[derive(Debug, Default)]
pub struct Seen {
    /// One line for each instance.
    pub rows: Vec<Row>,
    /// Steps that the rulings ask for.
    pub candidates: Vec<Candidate>,
    /// Targets that could not be looked at.
    pub blind: Vec<Blind>,
    /// Targets that the organisation's policy closes.
    pub closed: Vec<Target>,
    /// Accounts left out on purpose.
    pub skipped: Vec<Skipped>,
    /// What an event names and the settings do not look at.
    pub outside: Vec<Target>,
    /// Every account looked at.
    pub accounts: BTreeMap<Arc<str>, Account>,
    /// Targets there were, seen, closed or blind.
    pub targets: usize,
    /// What was measured of candidates.
    pub known: HashMap<Box<str>, Known>,
    /// Lines for the stocktake, in a run that takes stock.
    pub stock: Vec<Line>,
    /// What was seen active, for the record.
    pub sightings: Vec<Sighting>,
    /// Marks that are to be written or removed.
    pub marks: Vec<MarkStep>,
    /// Accounts' alternate contacts, where owners may depend on them.
    pub contacts: Contacts,
}

/// Why nothing could be looked at.
#[derive(Debug)]
pub enum LookError {
    /// The accounts could not be listed.
    Accounts(PortError),
    /// The request selects what is not there.
    Request(RequestInvalid),
}

/// Looks at everything in scope and judges it.
///
/// # Errors
/// [`LookError`] when the accounts cannot be listed, or the request selects an account that is not in scope. A
/// target that cannot be looked at is no error: it is a blind spot.
pub async fn look(
    port: &impl Look,
    settings: &Settings,
    scope: &Scope,
    history: &History,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
) -> Result<Seen, LookError> {
    let mut seen = Seen::default();
    let mut judging = Judging::new(settings, scope, history, clock);
    let each = |found, seen: &mut Seen| judging.take(found, seen);
    survey_each(port, settings, scope, clock, progress, &mut seen, each).await?;
    judging.finish(port, &mut seen).await;
    // Two lines share an id only where the answer told none; what they say then gives them their order.
    let words =
        |row: &Row| (row.name.clone(), row.policy.as_ref().map(|p| p.name.clone()), format!("{:?}", row.verdict));
    // Not a stable sort, which would want half as much memory again.
    seen.rows
        .sort_unstable_by(|a, b| (&a.target, &a.id).cmp(&(&b.target, &b.id)).then_with(|| words(a).cmp(&words(b))));
    seen.marks.sort_by(|a, b| (&a.account, &a.region, &a.id).cmp(&(&b.account, &b.region, &b.id)));
    seen.blind.sort();
    seen.closed.sort();
    seen.skipped.sort();
    Ok(seen)
}

/// Finds every instance in scope, and notes in `seen` what could not be looked at.
pub(super) async fn survey(
    port: &impl Look,
    settings: &Settings,
    scope: &Scope,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
    seen: &mut Seen,
) -> Result<Vec<Found>, LookError> {
    let mut all = Vec::new();
    survey_each(port, settings, scope, clock, progress, seen, |found, _| all.push(found)).await?;
    Ok(all)
}

/// The same, handing each instance on as soon as its target was looked at.
async fn survey_each(
    port: &impl Look,
    settings: &Settings,
    scope: &Scope,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
    seen: &mut Seen,
    each: impl FnMut(Found, &mut Seen),
) -> Result<(), LookError> {
    if scope.is_empty() {
        return Ok(());
    }
    let accounts = accounts(port, scope, seen).await?;
    let targets = targets(port, settings, scope, &accounts, seen).await;
    check_regions(scope, &targets, seen)?;
    seen.outside = outside(scope, &targets, seen);
    seen.targets = targets.len() + seen.blind.len();
    seen.accounts = accounts.into_iter().map(|account| (account.id.clone(), account)).collect();
    let how = How { width: settings.run.width, scope, clock, progress };
    sweep(port, how, targets, seen, each).await;
    Ok(())
}

pub(super) async fn accounts(port: &impl Look, scope: &Scope, seen: &mut Seen) -> Result<Vec<Account>, LookError> {
    let mut found = port.accounts().await.map_err(LookError::Accounts)?;
    found.sort_by(|a, b| a.account.id.cmp(&b.account.id));
    for wanted in scope.accounts.iter().flatten() {
        let only = Scope { accounts: Some(vec![wanted.clone()]), ..Scope::default() };
        if !found.iter().any(|found| only.has_account(&found.account.id, found.account.name.as_deref())) {
            let mend = "see `idle-reaper targets` for what is";
            let wrong = RequestInvalid::OutOfScope { what: "account", name: wanted.clone(), mend };
            return Err(LookError::Request(wrong));
        }
    }
    let mut active = Vec::new();
    for found in found {
        let account = found.account;
        if !scope.has_account(&account.id, account.name.as_deref()) {
            continue;
        }
        match found.inactive {
            Some(because) => seen.skipped.push(Skipped { account: account.id, name: account.name, because }),
            None => active.push(account),
        }
    }
    Ok(active)
}

/// A Region that no account has is a typo, and a typo must not look like a clean result. Where an account could
/// not be asked for its Regions, or none is looked at, nobody knows.
fn check_regions(scope: &Scope, targets: &[Target], seen: &Seen) -> Result<(), LookError> {
    if targets.is_empty() && scope.regions.is_none() || !seen.blind.is_empty() || !seen.closed.is_empty() {
        return Ok(());
    }
    let there = |name: &String| targets.iter().any(|target| *target.region == **name);
    match scope.regions.iter().flatten().find(|name| !there(name)) {
        None => Ok(()),
        Some(name) => {
            let mend = "see `idle-reaper targets` for what is";
            Err(LookError::Request(RequestInvalid::OutOfScope { what: "Region", name: name.clone(), mend }))
        }
    }
}

/// What an event names and nobody looks at: neither seen, nor blind, nor closed, nor left out for its state.
fn outside(scope: &Scope, targets: &[Target], seen: &Seen) -> Vec<Target> {
    let known = |account: &str, region: &str| {
        let covers = |target: &Target| *target.account == *account && [region, "*"].contains(&&*target.region);
        let blind = |blind: &Blind| *blind.account == *account && [region, "*"].contains(&&*blind.region);
        targets.iter().any(covers)
            || seen.closed.iter().any(covers)
            || seen.blind.iter().any(blind)
            || seen.skipped.iter().any(|skipped| *skipped.account == *account)
    };
    let places = scope.places.iter().flatten().filter(|(account, region)| !known(account, region));
    places.map(|(account, region)| Target::new(account.as_str(), region.as_str())).collect()
}

/// The Regions of every account; one that cannot be asked is blind as a whole.
async fn targets(
    port: &impl Look,
    settings: &Settings,
    scope: &Scope,
    accounts: &[Account],
    seen: &mut Seen,
) -> Vec<Target> {
    let asked = accounts.iter().map(|account| async { (account.id.clone(), port.regions(&account.id).await) });
    let mut answers: Vec<_> = stream::iter(asked).buffer_unordered(settings.run.width).collect().await;
    answers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut targets = Vec::new();
    for (account, regions) in answers {
        match regions {
            Ok(regions) => targets.extend(
                regions
                    .into_iter()
                    .filter(|region| scope.has_region(region) && scope.has_place(&account, region))
                    .map(|region| Target::new(account.clone(), region)),
            ),
            Err(Unseen::Closed) => seen.closed.push(Target::new(account, "*")),
            Err(Unseen::Blind(cause)) => seen.blind.push(Blind { account, region: "*".into(), cause }),
        }
    }
    targets.sort();
    targets.dedup();
    targets
}

/// Every instance that was seen, with the target's own verdict on whether it was seen whole.
pub(super) struct Found {
    pub(super) instance: Instance,
    /// Whether the whole target was seen. What a broken look has shown is shown too, and not acted on.
    pub(super) whole: bool,
}

/// How instances are looked for.
struct How<'a> {
    width: usize,
    scope: &'a Scope,
    clock: Clock,
    progress: &'a dyn Fn(usize, usize),
}

async fn sweep(
    port: &impl Look,
    how: How<'_>,
    targets: Vec<Target>,
    seen: &mut Seen,
    mut each: impl FnMut(Found, &mut Seen),
) {
    let How { width, scope, clock, progress } = how;
    let total = targets.len();
    let targets = across(targets);
    let mut open: BTreeMap<Target, ()> = targets.iter().map(|target| (target.clone(), ())).collect();
    let only: Option<Vec<Box<str>>> =
        scope.instances.as_ref().map(|ids| ids.iter().map(|id| id.as_str().into()).collect());
    let only = only.as_deref();
    let looks = targets.into_iter().map(|target| async move {
        let mut instances = Vec::new();
        let answer = port.instances(&target, only, |instance| instances.push(instance)).await;
        // Pages may overlap while instances come and go: what two of them show is one, as the later one has it.
        instances.reverse();
        instances.sort_by(|a: &Instance, b| a.id.cmp(&b.id));
        instances.dedup_by(|a, b| !a.id.is_empty() && a.id == b.id);
        (target, instances, answer)
    });
    let mut answers = std::pin::pin!(stream::iter(looks).buffer_unordered(width));
    loop {
        let next = match clock.left(RESERVE) {
            None => answers.next().await,
            Some(left) => match tokio::time::timeout(left, answers.next()).await {
                Ok(next) => next,
                Err(_) => break, // out of time: what is still open is blind
            },
        };
        let Some((target, instances, answer)) = next else { break };
        open.remove(&target);
        let whole = answer.is_ok();
        instances.into_iter().for_each(|instance| each(Found { instance, whole }, seen));
        match answer {
            Ok(()) => {}
            Err(Unseen::Closed) => seen.closed.push(target),
            Err(Unseen::Blind(cause)) => {
                seen.blind.push(Blind { account: target.account, region: target.region, cause })
            }
        }
        progress(total - open.len(), total);
    }
    for target in open.into_keys() {
        let cause = "there was no time left to look before the run's deadline".to_owned();
        seen.blind.push(Blind { account: target.account, region: target.region, cause });
    }
}

/// What would be looked at.
#[derive(Debug)]
pub struct Aim {
    /// Accounts, by id.
    pub accounts: Vec<Account>,
    /// Accounts and Regions.
    pub targets: Vec<Target>,
    /// Accounts whose Regions could not be asked for.
    pub blind: Vec<Blind>,
    /// Accounts that the organisation's policy closes.
    pub closed: Vec<Target>,
    /// Accounts left out on purpose.
    pub skipped: Vec<Skipped>,
}

/// Finds what would be looked at, and looks at no instance.
///
/// # Errors
/// [`LookError`] when the accounts cannot be listed.
pub async fn aim(port: &impl Look, settings: &Settings, scope: &Scope) -> Result<Aim, LookError> {
    let mut seen = Seen::default();
    let accounts = accounts(port, scope, &mut seen).await?;
    let targets = targets(port, settings, scope, &accounts, &mut seen).await;
    Ok(Aim { accounts, targets, blind: seen.blind, closed: seen.closed, skipped: seen.skipped })
}
