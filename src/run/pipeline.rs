//! A run from its request to its report: the whole story on one page.

use std::time::Duration;

use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::Confirmed;
use crate::engine::model::{Ending, Outcome};
use crate::engine::plan::Plan;
use crate::engine::report::Report;
use crate::engine::report::done::Done;
use crate::ports::{Act, Hub, Messenger, PortError, PriceList, ReadRecord, Scan, Switch, WriteRecord};
use crate::render::json;
use crate::render::tables::Told;
use crate::run::contained::{contained, note, port};
use crate::run::decision::{Decision, decide, prepare, running};
use crate::run::error::Error;
use crate::run::execute::Executor;
use crate::run::launches;
use crate::run::lock;
use crate::run::order::Order;
use crate::run::recheck::Recheck;
use crate::run::record::{history, run_key, write_acts, write_plans, write_tables, write_unverified};
use crate::run::state;
use crate::run::sudden;
use crate::run::warrant::{Recorded, Warrant};
use crate::run::wrap_up;

/// A dry run: looks, judges and plans. There is nothing here to act with.
///
/// # Errors
/// [`Error`] when the request or the settings' scope cannot be looked at.
pub async fn plan(order: &Order<'_>, scanner: &impl Scan, hub: &impl ReadRecord) -> Result<Report, Error> {
    order.run.scope.check(order.settings)?;
    sudden::check(order)?;
    let (history, notes) = match past(order, hub).await {
        Ok(history) => (history, Vec::new()),
        Err(why) => {
            (History::default(), vec![format!("the run record cannot be read, so earlier runs are unknown: {why}")])
        }
    };
    let mut report = prepare(order, scanner, &history, true).await?.0;
    launches::name_launchers(hub, order.settings, &mut report).await;
    launches::plan_labels(order.settings, &mut report, order.reviewed);
    if notes.is_empty() {
        report.notes.extend(sudden::predict(order, hub, &report).await?);
        wrap_up::preview(order, hub, &mut report).await;
        report.calls = scanner.calls();
        report.cost = scanner.spent();
    }
    report.notes.extend(notes);
    report.plan.seal();
    Ok(report)
}

/// A run that acts where both keys allow it, tells people, and records itself.
///
/// # Errors
/// [`Error`]; nothing was stopped or started then. A run that has acted answers a report, whatever went wrong.
pub async fn apply(
    order: &Order<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &impl Hub,
    messenger: &impl Messenger,
    list: &impl PriceList,
) -> Result<(Report, Option<String>), Error> {
    let Order { run, settings, clock, wall: _, reviewed, acknowledge: _, progress: _ } = order;
    run.scope.check(settings)?;
    sudden::check(order)?;
    if let Some(reviewed) = reviewed {
        reviewed.check(settings, clock.at())?;
    }
    let stateful = wrap_up::is_stateful(settings);
    if stateful {
        lock(order, hub).await?;
    }
    let ended = contained("run", "", begun(order, scanner, actor, hub, messenger, list, stateful)).await;
    let broke = ended.is_err();
    let ended = ended.map_err(Error::Broke).flatten();
    if broke || stateful && ended.is_err() {
        let _ = lock::release(hub, &run.id).await; // the error that counts is the run's
    }
    ended
}

/// Only one run at a time.
async fn lock(order: &Order<'_>, hub: &impl WriteRecord) -> Result<(), Error> {
    let wall = order.wall + (order.clock.now() - order.clock.at());
    Ok(lock::take(hub, &order.run.id, wall, order.clock.left(Duration::ZERO)).await?)
}

/// A run that may go on; `locked` where nobody else runs.
async fn begun(
    order: &Order<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &impl Hub,
    messenger: &impl Messenger,
    list: &impl PriceList,
    locked: bool,
) -> Result<(Report, Option<String>), Error> {
    let switch = hub.switch().await;
    let mut history = past(order, hub).await.map_err(Error::Record)?;
    let mut decision = decide(order, scanner, hub, list, &history).await?;
    let acts = may_go_on(&mut decision.report, &switch);
    let mut recorded_acts = false;
    if acts {
        if !locked {
            lock(order, hub).await?;
        }
        let recorded = match prepare_to_act(order, hub, &mut history, &decision.report, locked).await {
            Ok(recorded) => recorded,
            Err(error) => {
                let _ = lock::release(hub, &order.run.id).await; // the error that counts is the record's
                return Err(Error::Record(error));
            }
        };
        let Decision { report, scanned, dropped, .. } = &mut decision;
        if let Some(warrant) = Warrant::issue(order.settings, running(report), &history.today, recorded) {
            let (accounts, contacts, known) = (&scanned.accounts, &scanned.contacts, &scanned.known);
            let again = Recheck::Judge { history: &history, accounts, contacts, known };
            let done = Executor { order, again, scanner, act: actor, pause: hub, warrant: &warrant }
                .execute(&report.plan)
                .await;
            take_in(report, done);
        }
        report.outcomes.append(dropped);
        // Directly after the acts: nothing that comes later may cost what was done its record.
        recorded_acts = write_acts(hub, &Told::from(&*report), is_narrow(order), &[]).await.is_ok();
    }
    let ended = Ended { acted: acts, recorded: recorded_acts, locked: locked || acts };
    end(order, scanner, hub, messenger, &history, decision, ended).await
}

/// Whether the run selects: what it stops counts for all such runs of the day together.
pub(crate) fn is_narrow(order: &Order<'_>) -> bool {
    !order.run.scope.is_whole()
}

/// What is done between the lock and the first act. Where the lock was taken only now, others may have acted since the past
/// was read: it is read again, and the warrant counts what they did.
async fn prepare_to_act(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &mut History,
    report: &Report,
    locked: bool,
) -> Result<Recorded, PortError> {
    if !locked {
        *history = past(order, hub).await?;
    }
    intent(order, hub, report).await
}

/// Puts what was done to the report.
pub(crate) fn take_in(report: &mut Report, done: Done) {
    let Done { outcomes, marks, notes, troubled } = done;
    report.outcomes.extend(outcomes);
    report.marks.extend(marks);
    report.notes.extend(notes);
    report.troubled |= troubled;
}

/// What a run has been through when it ends.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    /// Something may have been done.
    pub(crate) acted: bool,
    /// The outcomes stand in the record.
    pub(crate) recorded: bool,
    /// The lock is this run's.
    pub(crate) locked: bool,
}

/// What follows the acts: people are told, savings are counted, stock is taken, and everything is recorded.
pub(crate) async fn end(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    messenger: &impl Messenger,
    history: &History,
    decision: Decision,
    ended: Ended,
) -> Result<(Report, Option<String>), Error> {
    let Decision { mut report, mut scanned, prices, dropped } = decision;
    report.outcomes.extend(dropped);
    let prices = prices.as_ref();
    let stage = contained("notify", "", wrap_up::speak(order, messenger, hub, history, &mut report)).await;
    note("notifying owners", stage, &mut report);
    let stage = contained("save", "", wrap_up::save(order, hub, prices, &scanned.confirmed, &mut report)).await;
    note("counting savings", stage, &mut report);
    let stock = wrap_up::take_stock(order, messenger, hub, history, prices, &mut scanned, &mut report);
    let stage = contained("stocktake", "", stock).await;
    note("the stocktake", stage, &mut report);
    let stage = contained("keep", "", wrap_up::keep(order, hub, history, prices, &scanned, &mut report)).await;
    note("recording prices and evidence", stage, &mut report);
    conclude(order, scanner, hub, report, &scanned.confirmed, ended).await
}

/// Earlier runs, where a record knows them.
pub(crate) async fn past(order: &Order<'_>, hub: &impl ReadRecord) -> Result<History, PortError> {
    if order.settings.run.record.is_none() {
        return Ok(History::default());
    }
    let mut history = history(hub, order.clock.at()).await?;
    state::recall(hub, order.settings, &mut history, order.clock.at()).await?;
    history.today.as_own = is_narrow(order);
    Ok(history)
}

/// Whether there is anything to do, and nobody has paused.
pub(crate) fn may_go_on(report: &mut Report, switch: &Switch) -> bool {
    report.paused = !matches!(switch, Switch::Off);
    let Plan { steps, marks, labels, .. } = &report.plan;
    let work = !steps.is_empty() || !marks.is_empty() || !labels.is_empty();
    work && note_switch(report, switch)
}

/// Notes what the pause switch says; whether the run may go on. What it would have done is not tried.
fn note_switch(report: &mut Report, switch: &Switch) -> bool {
    let why = match switch {
        Switch::Off => return true,
        Switch::On(value) => format!("paused: the pause parameter says `{value}`"),
        Switch::Unreadable(why) => {
            report.troubled = true;
            format!("paused: the pause parameter cannot be read: {why}")
        }
    };
    report.outcomes = Outcome::all(&report.plan.steps, Ending::NotTried, &why, report.at);
    report.notes.push(why);
    false
}

/// Writes the record of an apply and answers where the whole report stands. Once something was done, a record
/// that cannot be written is a trouble and no error: an error would make the caller repeat what was done.
pub(crate) async fn conclude(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    mut report: Report,
    confirmed: &[Confirmed],
    ended: Ended,
) -> Result<(Report, Option<String>), Error> {
    let Ended { acted, recorded, locked } = ended;
    report.calls = scanner.calls();
    report.cost = scanner.spent();
    if order.settings.run.record.is_none() {
        return Ok((report, None));
    }
    let mut troubles = Vec::new();
    let unwritten = acted && !recorded || !confirmed.is_empty();
    if unwritten && let Err(error) = write_acts(hub, &Told::from(&report), is_narrow(order), confirmed).await {
        troubles.push(format!("the outcomes could not be recorded: {error}"));
    }
    if locked && let Err(error) = lock::release(hub, &order.run.id).await {
        troubles.push(format!("the lock could not be given back; it is void after some minutes: {error}"));
    }
    if let Err(error) = port("tables", write_tables(hub, &report)).await {
        if !acted {
            return Err(Error::Record(error));
        }
        troubles.push(format!("the tables could not be recorded: {error}"));
    }
    report.troubled |= !troubles.is_empty();
    report.notes.extend(troubles);
    match port("report", record(hub, &report, "report")).await {
        Ok(place) => Ok((report, Some(place))),
        Err(error) if acted => {
            report.troubled = true;
            report.notes.push(format!("the report could not be recorded: {error}"));
            Ok((report, None))
        }
        Err(error) => Err(Error::Record(error)),
    }
}

/// Writes what the run is about to do. Only then may it.
pub(crate) async fn intent(order: &Order<'_>, hub: &impl WriteRecord, report: &Report) -> Result<Recorded, PortError> {
    write_plans(hub, &Told::from(report)).await?;
    record(hub, report, "plan").await?;
    write_unverified(hub, &Told::from(report), is_narrow(order)).await?;
    Ok(Recorded::written())
}

pub(crate) async fn record(hub: &impl WriteRecord, report: &Report, what: &str) -> Result<String, PortError> {
    let text = json(report, false).map_err(|error| PortError(error.to_string()))?;
    hub.write(&run_key(&report.run, report.at, what), &text).await
}
