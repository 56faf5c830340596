//! Undoes a run: read what it did → scan only those instances → plan the starts → warrant → start, verify → record →
//! pause. A dry run ends at the plan and has no port to act with.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};
use thiserror::Error;

use crate::engine::config::Settings;
use crate::engine::history::History;
use crate::engine::history::databases::Seen;
use crate::engine::model::{Account, Action, Instance, ResourceId, Target, Unreachable};
use crate::engine::plan::Plan;
use crate::engine::request::{Run, overrides::UndoOverrides};
use crate::engine::undo::{Finding, Found, Stop, Undo, WhyNot, find, left_out, steps, stops};
use crate::local::packed::packed;
use crate::ports::{Act, NotScanned, PortError, ReadRecord, Scan, SetPause, WriteRecord};
use crate::render::undo_json;
use crate::run::act::{Acting, carry_out};
use crate::run::contained::port;
use crate::run::lock::NotLocked;
use crate::run::recall::past;
use crate::run::recheck::{Recheck, named};
use crate::run::record::{run_key, write_acts, write_plans, write_undo_tables, write_unverified};
use crate::run::tables::RunLines;
use crate::run::warrant::{Recorded, Warrant};
use crate::run::{Clock, RecallError, lock, pages, slices, state, undone};

/// Why an undo failed. Nothing was started.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum UndoError {
    #[error("the settings have no `record`, and only a record shows what a run has stopped")]
    NoRecord,
    #[error(transparent)]
    Past(#[from] RecallError),
    #[error("cannot list the accounts, by whose names the request selects; select them by id")]
    Accounts(#[source] PortError),
    #[error("cannot use the run record, so nothing was started")]
    Record(#[source] PortError),
    #[error("the reaper is {0}; to undo all the same, add `--even-paused`, or `\"even-paused\": true` to the request")]
    Paused(String),
    #[error(
        "run {run} is acting until {until} at most; only one run acts at a time, so nothing was started; try again then"
    )]
    Busy { run: String, until: DateTime<Utc> },
}

/// The inputs of an undo, other than its ports.
pub struct UndoOrder<'a> {
    /// The request, with its own id. Its selectors narrow what is undone.
    pub run: &'a Run,
    /// The run that is undone.
    pub undoes: &'a str,
    /// Checks that the caller overrides.
    pub overrides: UndoOverrides,
    /// The settings in force.
    pub settings: &'a Settings,
    /// The instant and the deadline.
    pub clock: Clock,
    /// The wall clock when the run began. It differs from the clock only in rehearsals.
    pub wall: DateTime<Utc>,
    /// The ids of a plan that a person approved. The undo may only do less.
    pub agreed: Option<&'a [ResourceId]>,
}

/// A dry run of an undo: what would be started, and why the rest would not. Writes nothing.
///
/// # Errors
/// [`UndoError`] when the record does not show what the run did.
pub async fn preview(order: &UndoOrder<'_>, scanner: &impl Scan, hub: &impl ReadRecord) -> Result<Undo, UndoError> {
    let history = state::starts(hub, order.settings, order.clock.at()).await.map_err(UndoError::Record)?;
    let mut undo = prepare(order, scanner, hub, &history, false).await?;
    undo.calls = scanner.calls();
    Ok(undo)
}

/// Starts again what a run has stopped, and returns the location of its report. It needs a record and the acting role.
/// It does not need to be enabled in the two places, because it only reverses a run.
///
/// # Errors
/// [`UndoError`]; in this case nothing was started.
pub async fn undo(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    act: &impl Act,
    hub: &(impl SetPause + WriteRecord),
) -> Result<(Undo, Option<String>), UndoError> {
    let paused = hub.switch().await.why_paused();
    if let Some(why) = paused.clone().filter(|_| !order.overrides.even_paused) {
        return Err(UndoError::Paused(why));
    }
    let history = state::starts(hub, order.settings, order.clock.at()).await.map_err(UndoError::Record)?;
    let mut undo = prepare(order, scanner, hub, &history, true).await?;
    if undo.plan.steps.is_empty() {
        return Ok(conclude(order, scanner, hub, undo, false).await);
    }
    match lock::take(hub, &order.run.id, order.wall, order.clock.left(Duration::ZERO)).await {
        Ok(()) => {}
        Err(NotLocked::Held { run, until }) => return Err(UndoError::Busy { run, until }),
        Err(why @ NotLocked::RanOut { .. }) => return Err(UndoError::Record(PortError(why.to_string()))),
        Err(NotLocked::Port(error)) => return Err(UndoError::Record(error)),
    }
    let recorded = match intent(hub, &undo).await {
        Ok(recorded) => recorded,
        Err(error) => {
            let _ = lock::release(hub, &order.run.id).await; // the record's error is the one to return
            return Err(UndoError::Record(error));
        }
    };
    let warrant = Warrant::to_undo(&undo.plan.steps, recorded);
    let acting = Acting {
        run: order.run,
        settings: order.settings,
        recheck: Recheck::Undo { run: order.undoes, overrides: order.overrides, databases: history.databases.as_ref() },
        clock: order.clock,
        scanner,
        act,
        pause: hub,
        warrant: &warrant,
        troubled: std::cell::Cell::new(false),
        stop_tags: std::cell::RefCell::default(),
        lost_tags: std::cell::RefCell::default(),
    };
    undo.outcomes = carry_out(&acting, &undo.plan.steps).await;
    undo.troubled |= acting.troubled.get();
    if let Err(error) = write_acts(hub, &RunLines::from(&undo), false, &[]).await {
        undo.troubled = true;
        undo.notes.push(format!("the outcomes could not be recorded: {error}"));
    }
    if let Err(error) = state::note_tags(hub, acting.stop_tags.take(), order.clock.now()).await {
        undo.troubled = true;
        undo.notes.push(format!("the stop tags of services could not be recorded: {error}"));
    }
    if undo.whole {
        pause(order, hub, &mut undo, paused).await;
    }
    Ok(conclude(order, scanner, hub, undo, true).await)
}

/// Reads what the run did, scans only those instances, and plans their starts.
async fn prepare(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    hub: &impl ReadRecord,
    history: &History,
    applied: bool,
) -> Result<Undo, UndoError> {
    let UndoOrder { run, undoes, overrides, settings, clock, wall: _, agreed } = order;
    if settings.run.record.is_none() {
        return Err(UndoError::NoRecord);
    }
    let (past, ended) = past(hub, undoes).await?;
    let stops = stops(&past, ended);
    let mut notes = Vec::new();
    if !ended {
        notes.push(format!("run {undoes} broke off before its report, so only the tags show what it has stopped"));
    }
    let starts = past.plan.steps.iter().filter(|step| step.action == Action::Start).count();
    if starts > 0 {
        notes.push(format!("an undo only starts what a run stopped; {starts} starts of run {undoes} stand"));
    }
    let accounts = named_accounts(order, scanner).await?;
    notes.extend(unmatched(order, &stops, &accounts));
    let mut undo = Undo {
        run: run.id.clone(),
        undoes: (*undoes).to_owned(),
        by_tags_in: None,
        at: clock.at(),
        applied,
        whole: run.scope.is_whole(),
        found: Vec::new(),
        plan: Plan::of(settings, clock.at(), Vec::new()),
        outcomes: Vec::new(),
        unreachable: Vec::new(),
        denied: Vec::new(),
        notes,
        troubled: false,
        calls: 0,
        links: settings.links.clone(),
        locale: settings.run.locale,
    };
    let mut open: BTreeMap<Arc<Target>, Vec<Stop>> = BTreeMap::new();
    for stop in stops {
        match left_out(&stop, &run.scope, &accounts) {
            Some(why) => undo.found.push(left(stop, why)),
            None => open.entry(stop.id.place.clone()).or_default().push(stop),
        }
    }
    let scans = open.into_iter().map(|(target, stops)| async move {
        let ids: Vec<ResourceId> = stops.iter().map(|stop| stop.id.clone()).collect();
        let mut now: HashMap<ResourceId, Instance> = HashMap::new();
        let mut doubtful = Vec::new();
        let each = |mut instance: Instance| {
            let seen = history.date(&mut instance, clock.at(), &settings.tags.stopped);
            doubtful.extend(seen.filter(Seen::is_doubtful).map(|seen| (instance.id.clone(), seen)));
            now.insert(instance.id.clone(), instance);
        };
        let answer = named(scanner, &target, &ids, each).await;
        let events = if doubtful.is_empty() { None } else { scanner.database_events(&target).await.ok() };
        for (id, seen) in doubtful {
            if let Some(instance) = now.get_mut(&id) {
                history.explain(seen, instance, events.as_deref());
            }
        }
        (target, stops, now, answer)
    });
    let mut answers = stream::iter(scans).buffer_unordered(settings.run.width);
    while let Some((target, stops, now, answer)) = answers.next().await {
        let not_scanned = match answer {
            Ok(()) => None,
            Err(NotScanned::Denied) => {
                undo.denied.push((*target).clone());
                Some(WhyNot::Denied)
            }
            Err(NotScanned::Unreachable(cause)) => {
                let Target { account, region } = (*target).clone();
                undo.unreachable.push(Unreachable { account, region, cause });
                Some(WhyNot::Unreachable)
            }
        };
        for stop in stops {
            undo.found.push(match &not_scanned {
                Some(why) => left(stop, why.clone()),
                None => {
                    let instance = now.get(&stop.id);
                    let finding = find(settings, instance, undoes, &stop.policy, *overrides, clock.now());
                    let owner = instance
                        .and_then(|one| settings.owners.by_tag(&one.tags).ok().flatten())
                        .map(|(_, owner)| Box::from(owner));
                    Found { stop, finding, launched: instance.and_then(|one| one.launch), owner }
                }
            });
        }
    }
    if let Some(agreed) = agreed {
        for found in undo.found.iter_mut().filter(|found| !agreed.contains(&found.stop.id)) {
            if found.finding == Finding::Start {
                found.finding = Finding::Left(WhyNot::NotSelected);
            }
        }
    }
    undo.found.sort_by(|a, b| a.stop.id.cmp(&b.stop.id));
    undo.unreachable.sort();
    undo.denied.sort();
    let waiting = undo.found.iter().filter(|found| found.finding == Finding::Left(WhyNot::StillStopping)).count();
    if waiting > 0 {
        undo.troubled = true;
        undo.notes.push(format!("{waiting} are still on their way down; undo again in a minute"));
    }
    undo.plan = Plan::of(settings, clock.at(), steps(&undo.found));
    Ok(undo)
}

fn left(stop: Stop, why: WhyNot) -> Found {
    Found { stop, finding: Finding::Left(why), launched: None, owner: None }
}

/// The accounts with their names, if the request selects some by name.
async fn named_accounts(order: &UndoOrder<'_>, scanner: &impl Scan) -> Result<Vec<Account>, UndoError> {
    let is_id = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if order.run.scope.accounts.iter().flatten().all(is_id) {
        return Ok(Vec::new());
    }
    let mut accounts = Vec::new();
    scanner.accounts(|found| accounts.push(found.account)).await.map_err(UndoError::Accounts)?;
    Ok(accounts)
}

/// What the request selects and the run did not stop: a typo must not look like an empty result.
fn unmatched(order: &UndoOrder<'_>, stops: &[Stop], accounts: &[Account]) -> Vec<String> {
    let scope = &order.run.scope;
    let name = |stop: &Stop| {
        accounts.iter().find(|account| account.id == stop.id.place.account).and_then(|account| account.name.clone())
    };
    let account = |wanted: &String| {
        stops.iter().any(|stop| {
            *stop.id.place.account == **wanted || name(stop).is_some_and(|name| name.eq_ignore_ascii_case(wanted))
        })
    };
    let region = |wanted: &String| stops.iter().any(|stop| *stop.id.place.region == **wanted);
    let instance = |wanted: &String| stops.iter().any(|stop| *stop.id.name == **wanted);
    let policy = |wanted: &String| stops.iter().any(|stop| stop.policy == *wanted);
    let mut notes = Vec::new();
    let mut check = |what: &str, wanted: &Option<Vec<String>>, there: &dyn Fn(&String) -> bool| {
        for wanted in wanted.iter().flatten().filter(|wanted| !there(wanted)) {
            notes.push(format!(
                "the request selects the {what} `{wanted}`, of which run {} stopped nothing",
                order.undoes
            ));
        }
    };
    check("account", &scope.accounts, &account);
    check("Region", &scope.regions, &region);
    check("instance", &scope.instances, &instance);
    check("policy", &scope.policies, &policy);
    notes
}

/// Writes the intent of the undo. It may act only after this.
async fn intent(hub: &impl WriteRecord, undo: &Undo) -> Result<Recorded, PortError> {
    write_plans(hub, &RunLines::from(undo)).await?;
    undone::write(hub, undo).await?;
    record(hub, undo, "plan").await?;
    write_unverified(hub, &RunLines::from(undo), false).await?;
    Ok(Recorded::written())
}

async fn record(hub: &impl WriteRecord, undo: &Undo, what: &str) -> Result<String, PortError> {
    let text = undo_json(undo, false)?;
    let bytes = packed(|out| out.write_all(text.as_bytes()))?;
    hub.write_bytes(&run_key(&undo.run, undo.at, what), bytes).await
}

/// Sets the pause switch after the undo of a whole run, so that the next run does not stop the same instances again. A
/// text that people wrote into the switch stays.
async fn pause(order: &UndoOrder<'_>, hub: &impl SetPause, undo: &mut Undo, paused: Option<String>) {
    if paused.is_some() {
        undo.notes.push("the reaper stays paused; write `off` into the pause parameter when it may go on".to_owned());
        return;
    }
    if order.settings.run.pause.is_none() {
        let why = "a whole run was undone, and the settings name no `pause` parameter; to pause the reaper, take `armed` away";
        undo.notes.push(why.to_owned());
        return;
    }
    match hub.pause(&format!("run {} was undone by run {}", undo.undoes, undo.run)).await {
        Ok(()) => {
            let what = "a whole run was undone, so the reaper is paused; write `off` into the pause parameter when it may go on";
            undo.notes.push(what.to_owned());
        }
        Err(error) => {
            undo.troubled = true;
            undo.notes
                .push(format!("a whole run was undone, and the reaper could not be paused; pause it by hand: {error}"));
        }
    }
}

/// Writes the record of an undo and returns the location of its report. A record that cannot be written is a trouble
/// and not an error: after an error the caller would repeat what was done.
async fn conclude(
    order: &UndoOrder<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    mut undo: Undo,
    acted: bool,
) -> (Undo, Option<String>) {
    undo.calls = scanner.calls();
    let mut troubles = Vec::new();
    if acted && let Err(error) = lock::release(hub, &order.run.id).await {
        troubles.push(format!("the lock could not be given back; it is void after some minutes: {error}"));
    }
    if let Err(error) = port("tables", write_undo_tables(hub, &undo)).await {
        troubles.push(format!("the tables could not be recorded: {error}"));
    }
    undo.troubled |= !troubles.is_empty();
    undo.notes.extend(troubles);
    if let Err(error) = pages::write_undo(hub, order.settings, &undo).await {
        undo.troubled = true;
        undo.notes.push(format!("{}: {error}", pages::LOST));
    }
    let parts = slices::write_undo(hub, order.settings, &undo).await;
    undo.troubled |= parts.troubled;
    undo.notes.extend(parts.lines);
    match port("report", record(hub, &undo, "report")).await {
        Ok(place) => (undo, Some(place)),
        Err(error) => {
            undo.troubled = true;
            undo.notes.push(format!("the report could not be recorded: {error}"));
            (undo, None)
        }
    }
}
