//! The stage that finds what is only reported: unattached volumes and the like. Each target is scanned once a day, at
//! the turn of its account; a dry run by hand scans everything that was asked for. It has no port that acts, and a kind
//! that cannot be scanned affects nothing else.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::{Channel, Forgotten as Wanted};
use crate::engine::cost::bundled;
use crate::engine::cost::price::Prices;
use crate::engine::history::forgotten::{Answers, FILE, Ledger};
use crate::engine::history::past_runs::History;
use crate::engine::kinds::reported::{Facts, Stopped, Surroundings};
use crate::engine::model::{NotDue, Notes, ReportOnly, State, Target, Unreachable, UnusedId};
use crate::engine::report::digest::{About, Digest, Reader};
use crate::engine::report::forgotten::{Forgotten, Line, Lookup, keys};
use crate::engine::report::groups::groups;
use crate::engine::report::{Report, Row};
use crate::ports::{PriceList, ReadRecord, Scan, WriteRecord};
use crate::render::forgotten_message;
use crate::run::contained::contained;
use crate::run::notify::{gathered, hours};
use crate::run::order::Order;
use crate::run::prices;
use crate::run::scan::Background;

/// Time kept back from the deadline: 8 s to notify, 10 s to take stock of 1,000 accounts, and the rest to record.
const RESERVE: Duration = Duration::from_secs(30);

/// Targets in one run: at 250 ms a call, five calls a target and 64 targets in flight, 20 s. The 17,000 targets of 1,000
/// accounts are 177 in each of a day's 96 runs, so a first day is over after 17 runs.
const TARGETS: usize = 1_000;

/// Whether the request is about whole targets. One that selects instances is about nothing else.
fn applies(order: &Order<'_>) -> bool {
    let scope = &order.run.scope;
    scope.instances.is_none() && scope.policies.is_none() && scope.places.is_none()
}

/// Adds to the report of a dry run what is forgotten in the targets that were asked for. Nothing is recorded.
pub(crate) async fn preview(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl ReadRecord,
    background: &Background,
    prices: Option<&Prices>,
    report: Report,
) -> Report {
    let Some(wanted) = order.settings.forgotten.as_ref().filter(|_| applies(order)) else { return report };
    let mut notes = Notes::default();
    let mut ledger = known(order, hub, &mut notes).await.unwrap_or_default();
    let targets = scanned(&background.targets, &report);
    scan(order, scanner, wanted, &targets, &report.rows, &mut ledger, &mut notes).await;
    let prices = prices.cloned().unwrap_or_default().or_bundled(bundled::prices());
    let forgotten = view(order, wanted, &ledger, background, &report.rows, Some(&prices));
    Report { forgotten: Some(forgotten), calls: scanner.calls(), cost: scanner.spent(), ..report }.noting(notes)
}

/// What is recorded once owners were notified.
pub(crate) struct Pending {
    ledger: Ledger,
    /// Whether something was scanned.
    scanned: bool,
    /// The digests about what is forgotten by now, or the operator's in place of an owner, each with its resources.
    pub(crate) digests: Vec<Digest>,
    about: Vec<Vec<UnusedId>>,
}

impl Pending {
    /// When a kind was scanned last in a target.
    pub(crate) fn scanned(&self, target: &Target, kind: ReportOnly) -> Option<DateTime<Utc>> {
        let last = self.ledger.scanned(target).filter(|last| last.kinds.contains(&kind));
        last.map(|last| last.scanned)
    }
}

/// Scans the targets whose turn it is, and asks for new prices. Returns what was found, and the digests about it.
#[allow(clippy::too_many_arguments)] // the ports, and what the stages before have made
pub(crate) async fn find(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    list: &impl PriceList,
    history: &History,
    background: &Background,
    prices: &mut Option<Prices>,
    report: &Report,
) -> (Option<(Forgotten, Pending)>, Notes) {
    let mut notes = Notes::default();
    let is_whole = order.run.scope.is_whole() && order.settings.run.record.is_some();
    let Some(wanted) = order.settings.forgotten.as_ref().filter(|_| is_whole) else { return (None, notes) };
    // A file that cannot be read is not replaced: the first sightings are in it.
    let Some(mut ledger) = known(order, hub, &mut notes).await else { return (None, notes) };
    let now = order.clock.at();
    let mut due = scanned(&background.targets, report);
    due.retain(|target| ledger.is_due(target, &wanted.kinds, now));
    due.sort_by_key(|target| ledger.scanned(target).map(|last| last.scanned));
    due.truncate(TARGETS);
    scan(order, scanner, wanted, &due, &report.rows, &mut ledger, &mut notes).await;
    ledger.forget(now);
    if let Some(prices) = prices {
        let keys = ledger.found().flat_map(|one| keys(&one.unused));
        let causes = prices::fill(list, prices, keys, now).await;
        notes.lines.extend(causes.into_iter().map(|cause| format!("a price of `[forgotten]` is unknown: {cause}")));
    }
    let found = view(order, wanted, &ledger, background, &report.rows, prices.as_ref());
    let (hours, gathered) = (hours(order, history), gathered(order, history, report));
    let mut news = found.news(order.settings, order.clock.at(), &gathered);
    news.retain(|(_, channel, _)| hours.is_due(channel));
    let digest = |(reader, channel, lines): &(Reader, &Arc<Channel>, Vec<&Line>)| {
        let text = forgotten_message(lines, order.settings, &channel.prefers);
        Digest::of(text, reader.clone(), channel, About::Forgotten)
    };
    let digests = news.iter().map(digest).collect();
    let about = news.iter().map(|(_, _, lines)| lines.iter().map(|line| line.id().clone()).collect()).collect();
    let pending = Pending { ledger, scanned: !due.is_empty(), digests, about };
    (Some((found, pending)), notes)
}

/// Records what was found, and who was notified of it, each resource once. What a channel did not accept, or what waits for
/// its hour, is left to a later run.
pub(crate) async fn settle(hub: &impl WriteRecord, pending: Pending, accepted: &[bool]) -> Notes {
    let (Pending { mut ledger, scanned, digests: _, about }, mut notes) = (pending, Notes::default());
    let sent = about.into_iter().zip(accepted).filter(|(_, accepted)| **accepted);
    ledger.notified(sent.flat_map(|(ids, _)| ids));
    if scanned || accepted.contains(&true) {
        let written = hub.write(FILE, &ledger.text()).await;
        notes.ok_or_trouble(written, "what was found forgotten could not be recorded, so its first sighting is lost");
    }
    notes
}

/// What the record knows; nothing where there is none. `None` where it cannot be read.
async fn known(order: &Order<'_>, hub: &impl ReadRecord, notes: &mut Notes) -> Option<Ledger> {
    if order.settings.run.record.is_none() {
        return Some(Ledger::default());
    }
    let text = notes.ok_or_note(hub.read(FILE).await, "since when something is forgotten is unknown")?;
    Some(text.map_or_else(Ledger::default, |text| Ledger::parse(&text)))
}

/// The targets whose instances this run has scanned: only there it is known which instances are stopped.
pub(crate) fn scanned(targets: &[Target], report: &Report) -> Vec<Target> {
    let dark: Vec<Target> = report.unreachable.iter().map(Unreachable::target).collect();
    let is_dark = |target: &Target| dark.iter().chain(&report.denied).any(|dark| dark.covers(target));
    let not_due: HashSet<Target> = report.not_due.iter().map(NotDue::target).collect();
    targets.iter().filter(|target| !is_dark(target) && !not_due.contains(target)).cloned().collect()
}

fn view(
    order: &Order<'_>,
    wanted: &Wanted,
    ledger: &Ledger,
    background: &Background,
    rows: &[Row],
    prices: Option<&Prices>,
) -> Forgotten {
    let Background { accounts, contacts, targets, .. } = background;
    let (settings, now) = (order.settings, order.clock.at());
    Forgotten::of(wanted, ledger, targets, Lookup { settings, accounts, contacts, rows, prices, now })
}

/// Scans these targets, `width` at a time, until the time is over. What is not reached stays due.
async fn scan(
    order: &Order<'_>,
    scanner: &impl Scan,
    wanted: &Wanted,
    targets: &[Target],
    rows: &[Row],
    ledger: &mut Ledger,
    notes: &mut Notes,
) {
    let now = order.clock.at();
    let (stopped, listed) = (stopped(rows), wanted.listed());
    let (none, listed) = (HashMap::new(), &listed);
    let mut groups = groups(rows, now);
    let one = |target: &'_ Target| {
        let (target, stopped) = (target.clone(), stopped.get(target).unwrap_or(&none));
        async move {
            let asked = contained("forgotten", &target.account, scanner.reported(&target, listed, now));
            let answer = order.clock.within(RESERVE, asked).await;
            (answer.map(|answer| judged(&target, listed, answer, stopped)), target)
        }
    };
    let mut answers = pin!(stream::iter(targets.iter().map(one)).buffer_unordered(order.settings.run.width));
    let mut late = 0;
    while let Some((answer, target)) = answers.next().await {
        match answer {
            Some(mut answers) => {
                let found = groups.remove(&target).unwrap_or_default();
                for kind in wanted.kinds.iter().filter(|kind| kind.is_group()) {
                    let of_kind = found.iter().filter(|one| one.id.kind == *kind).cloned();
                    answers.insert(*kind, Ok(of_kind.collect()));
                }
                ledger.learn(&target, answers, now);
            }
            None => late += 1,
        }
    }
    if late > 0 {
        notes.note(format!("there was no time left to scan {late} targets for `[forgotten]`; the next runs scan them"));
    }
}

/// What was found of each kind.
fn judged(
    target: &Target,
    kinds: &[ReportOnly],
    answer: Result<BTreeMap<ReportOnly, Result<Vec<Facts>, String>>, String>,
    stopped: &HashMap<Arc<str>, Stopped>,
) -> Answers {
    let place = Arc::new(target.clone());
    let around = Surroundings { place: &place, stopped };
    let found = |facts: Vec<Facts>| facts.iter().filter_map(|one| one.unused(&around)).collect();
    match answer {
        Ok(answer) => answer.into_iter().map(|(kind, facts)| (kind, facts.map(found))).collect(),
        Err(broke) => kinds.iter().map(|kind| (*kind, Err(broke.clone()))).collect(),
    }
}

/// The stopped instances of each target.
fn stopped(rows: &[Row]) -> HashMap<Target, HashMap<Arc<str>, Stopped>> {
    let mut all: HashMap<Target, HashMap<Arc<str>, Stopped>> = HashMap::new();
    for row in rows.iter().filter(|row| row.state == State::Stopped) {
        let stopped = Stopped { by_reaper: row.ours, launched: row.launch };
        all.entry((*row.id.place).clone()).or_default().insert(row.id.name.clone(), stopped);
    }
    all
}
