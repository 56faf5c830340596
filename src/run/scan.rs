//! Scans every target, and judges each instance as its target arrives, so that memory holds verdicts and not instances.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Settings;
use crate::engine::cost::bill::Bill;
use crate::engine::evidence::witness::Sighting;
use crate::engine::history::last_scans::Visits;
use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::Confirmed;
use crate::engine::history::uptimes::Uptime;
use crate::engine::judge::Known;
use crate::engine::judge::owner::Contacts;
use crate::engine::model::{
    Account, Instance, MarkStep, NotDue, ResourceId, SkippedAccount, Target, Unlisted, Unreachable,
};
use crate::engine::plan::Candidate;
use crate::engine::report::Row;
use crate::engine::report::stocktake::Line;
use crate::engine::request::{Mode, RequestInvalid, Scope};
use crate::ports::{PortError, Scan};
use crate::run::clock::Clock;
use crate::run::judging::Judging;
use crate::run::survey::{Depth, Sweep, survey_each};
use crate::run::sweep::sweep;

/// Time kept back from the deadline while scanning: enough to plan, to record and to answer.
pub(crate) const RESERVE: Duration = Duration::from_secs(5);

/// The judged inventory: rows, unreachable targets, and the inputs of a plan.
#[derive(Debug, Default)]
pub struct Scanned {
    /// One line for each instance.
    pub rows: Vec<Row>,
    /// Steps that the rulings ask for.
    pub candidates: Vec<Candidate>,
    /// Targets that could not be scanned.
    pub unreachable: Vec<Unreachable>,
    /// Targets in which another kind could not be listed. Their instances were scanned.
    pub unlisted: Vec<Unlisted>,
    /// Targets that the organisation's policy denies.
    pub denied: Vec<Target>,
    /// Targets that were not due.
    pub not_due: Vec<NotDue>,
    /// Targets that an earlier run tried in vain since they were last due, or found denied, and where nothing is known to
    /// be. They count neither way in the share of unreachable targets.
    pub retried: BTreeSet<Target>,
    /// The number of accounts in which something was due.
    pub due_accounts: usize,
    /// Accounts skipped on purpose.
    pub skipped: Vec<SkippedAccount>,
    /// Targets that an event names and that are not in the settings' scope.
    pub outside: Vec<Target>,
    /// Patterns of `[never]` that match no instance.
    pub never_matched: Vec<String>,
    /// The number of targets: scanned, denied or unreachable.
    pub targets: usize,
    /// Targets that were scanned completely.
    pub finished: usize,
    /// Marks that are to be written or removed.
    pub marks: Vec<MarkStep>,
    /// What later stages also need.
    pub background: Background,
}

/// What the stages after the plan need besides the rows.
#[derive(Debug, Default)]
pub struct Background {
    /// Every account that was scanned.
    pub accounts: BTreeMap<Arc<str>, Account>,
    /// Every target in scope, by account and Region.
    pub targets: Vec<Target>,
    /// What was measured of candidates.
    pub known: HashMap<ResourceId, Known>,
    /// Lines for the monthly stocktake, in a run that takes it.
    pub stock: Vec<Line>,
    /// Activity found, for the record.
    pub sightings: Vec<Sighting>,
    /// Targets whose events of databases could not be read, with the cause.
    pub unread_events: Vec<(Target, String)>,
    /// What is known of the databases and services that were found, where that is kept.
    pub databases: Vec<(ResourceId, Uptime)>,
    /// What was done with the targets that were due.
    pub visits: Visits,
    /// Accounts' alternate contacts, where owners may depend on them.
    pub contacts: Contacts,
    /// Stops that earlier runs made and did not record.
    pub confirmed: Vec<Confirmed>,
    /// What tags confirm, by account.
    pub answers: BTreeSet<(Arc<str>, String)>,
    /// The bill, in a run that takes the stocktake and is to ask for it; or why it is unknown.
    pub bill: Option<Result<Bill, String>>,
}

/// Why the scan failed.
#[derive(Debug)]
pub enum ScanError {
    /// The accounts could not be listed.
    Accounts(PortError),
    /// The request selects something that does not exist.
    Request(RequestInvalid),
}

/// Scans everything in scope and judges it.
///
/// # Errors
/// [`ScanError`] when the accounts cannot be listed, or the request selects an account that is not in scope. A target
/// that cannot be scanned is not an error: it is unreachable.
pub async fn scan(
    port: &impl Scan,
    settings: &Settings,
    scope: &Scope,
    mode: Mode,
    history: &History,
    clock: Clock,
    progress: &dyn Fn(usize, usize),
) -> Result<Scanned, ScanError> {
    let mut scanned = Scanned::default();
    let mut judging = Judging::new(settings, scope, mode, history, clock);
    let each = |found, scanned: &mut Scanned| judging.take(found, scanned);
    let how = Sweep { cadence: history.cadence.as_ref(), ..Sweep::of(settings, scope, clock, progress) };
    survey_each(port, how, &mut scanned, each).await?;
    judging.finish(port, &mut scanned).await;
    // Two lines share an id only if the answer had no id. Their content then decides their order.
    let words =
        |row: &Row| (row.name.clone(), row.policy.as_ref().map(|p| p.name.clone()), format!("{:?}", row.verdict));
    // Unstable, because a stable sort would need half as much memory again.
    scanned.rows.sort_unstable_by(|a, b| a.id.cmp(&b.id).then_with(|| words(a).cmp(&words(b))));
    scanned.marks.sort_by(|a, b| a.id.cmp(&b.id));
    scanned.background.confirmed.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(scanned.sorted())
}

impl Scanned {
    /// Sorts what was not scanned, so that the order does not depend on the answers.
    fn sorted(mut self) -> Self {
        self.unreachable.sort();
        self.unlisted.sort();
        self.denied.sort();
        self.not_due.sort();
        self.skipped.sort();
        self
    }
}

/// An instance that was found, and whether its target was scanned completely.
pub(crate) struct Found {
    pub(crate) instance: Instance,
    /// Whether the whole target was scanned. Instances from a partial scan are shown and not acted on.
    pub(crate) whole: bool,
}

/// What would be scanned.
#[derive(Debug)]
pub struct TargetList {
    /// Accounts, by id.
    pub accounts: Vec<Account>,
    /// Accounts and Regions.
    pub targets: Vec<Target>,
    /// Accounts that could not be asked for their Regions, or that the reading role cannot enter.
    pub unreachable: Vec<Unreachable>,
    /// Accounts that the organisation's policy denies.
    pub denied: Vec<Target>,
    /// Accounts skipped on purpose.
    pub skipped: Vec<SkippedAccount>,
}

/// Finds what would be scanned, without scanning instances. Enters every account, because a list of Regions in the
/// settings is known without asking the account.
///
/// # Errors
/// [`ScanError`] when the accounts cannot be listed.
pub async fn list_targets(
    port: &impl Scan,
    settings: &Settings,
    scope: &Scope,
    clock: Clock,
) -> Result<TargetList, ScanError> {
    let mut scanned = Scanned::default();
    let how = Sweep { depth: Depth::Regions, ..Sweep::of(settings, scope, clock, &|_, _| {}) };
    let targets = sweep(port, how, &mut scanned, |_, _| {}).await?;
    let accounts: BTreeSet<Arc<str>> = targets.iter().map(|target| target.account.clone()).collect();
    let entered = accounts.into_iter().map(|account| async move { (port.enter(&account).await, account) });
    let mut entered = pin!(stream::iter(entered).buffer_unordered(settings.run.width));
    while let Some((answer, account)) = entered.next().await {
        if let Err(PortError(cause)) = answer {
            let Target { account, region } = Target::whole_account(account);
            scanned.unreachable.push(Unreachable { account, region, cause });
        }
    }
    let Scanned { background, unreachable, denied, skipped, .. } = scanned.sorted();
    Ok(TargetList { accounts: background.accounts.into_values().collect(), targets, unreachable, denied, skipped })
}

/// Finds the accounts that would be scanned, by id, and those that are skipped on purpose.
///
/// # Errors
/// As [`list_targets`].
pub(crate) async fn accounts(
    port: &impl Scan,
    settings: &Settings,
    scope: &Scope,
    clock: Clock,
) -> Result<(Vec<Account>, Vec<SkippedAccount>), ScanError> {
    let mut scanned = Scanned::default();
    let how = Sweep { depth: Depth::Accounts, ..Sweep::of(settings, scope, clock, &|_, _| {}) };
    sweep(port, how, &mut scanned, |_, _| {}).await?;
    let Scanned { background, skipped, .. } = scanned.sorted();
    Ok((background.accounts.into_values().collect(), skipped))
}
