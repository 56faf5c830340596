//! A run from its request to its report: scan → judge → plan → act → notify → record. Every stage returns a value of
//! its own, and the report contains these values.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::cost::bill::EffectiveRates;
use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::Confirmed;
use crate::engine::history::uptimes::Uptimes;
use crate::engine::model::{Notes, Outcome, OutcomeKind};
use crate::engine::plan::Plan;
use crate::engine::report::Report;
use crate::engine::report::done::Done;
use crate::ports::{Act, Billing, Messenger, Pause, PriceList, ReadRecord, Scan, Switch, WriteRecord};
use crate::run::contained::{contained, port, stage};
use crate::run::decision::{Decision, decide, prepare, running};
use crate::run::error::Error;
use crate::run::execute::Executor;
use crate::run::intent::{intent, write_report};
use crate::run::notify::{Notified, notify};
use crate::run::order::Order;
use crate::run::recheck::Recheck;
use crate::run::record::{write_acts, write_tables};
use crate::run::state::is_stateful;
use crate::run::tables::RunLines;
use crate::run::texts::Texts;
use crate::run::warrant::Warrant;
use crate::run::wrap_up::keep;
use crate::run::{
    answers, bill, findings, forgotten, lock, morning, new_regions, pages, past, prices, savings, slices, stocktake,
    sudden, trends,
};

/// A dry run: scans, judges and plans. It has no port to act with.
///
/// # Errors
/// [`Error`] when the request or the settings' scope cannot be scanned.
pub async fn plan(order: &Order<'_>, scanner: &impl Scan, hub: &impl ReadRecord) -> Result<Report, Error> {
    order.run.scope.check(order.settings)?;
    sudden::check(order)?;
    let (history, unread) = past::history_or_nothing(order, hub).await;
    let mut planned = prepare(order, scanner, hub, &history, true).await?;
    let (mut shown, mut saved, mut rates, mut trends) = (None, None, EffectiveRates::default(), None);
    if unread.is_none() {
        let (known, notes) = trends::read(hub, order.settings, order.clock.at()).await;
        planned.notes.add(notes);
        trends = known;
        let predicted = sudden::predict(order, hub, &planned).await?;
        planned.notes.lines.extend(predicted);
        if is_stateful(order.settings) {
            let (known, notes) = prices::known(hub, &order.settings.money).await;
            planned.notes.add(notes);
            shown = known.filter(|prices| !prices.is_empty());
            saved = planned.notes.ok_or_note(savings::read(hub).await, "what was saved cannot be read");
            let (known, notes) = bill::rates(order, hub).await;
            planned.notes.add(notes);
            rates = known;
        }
    }
    planned.notes.lines.extend(unread);
    planned.plan.seal();
    let (report, background) = planned.report(order, scanner, shown.as_ref());
    let report = Report { saved, rates, trends, ..report };
    Ok(Box::pin(forgotten::preview(order, scanner, hub, &background, shown.as_ref(), report)).await)
}

/// A run that acts where the settings enable it in both places, notifies people, and records itself.
///
/// # Errors
/// [`Error`]; in this case nothing was stopped or started. A run that has acted always returns a report.
pub async fn apply(
    order: &Order<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &(impl Pause + WriteRecord),
    messenger: &impl Messenger,
    list: &(impl PriceList + Billing),
) -> Result<(Report, Option<String>), Error> {
    order.run.scope.check(order.settings)?;
    sudden::check(order)?;
    if let Some(reviewed) = order.reviewed {
        reviewed.check(order.settings, order.clock.at())?;
    }
    let locked = is_stateful(order.settings);
    if locked {
        lock(order, hub).await?;
    }
    // A future of this size on the stack, polled from within others, overflows it.
    let whole = Box::pin(run(order, scanner, actor, hub, messenger, list, locked));
    let ended = contained("run", "", whole).await;
    let ended = ended.map_err(Error::Broke).flatten();
    if ended.is_err() {
        let _ = lock::release(hub, &order.run.id).await; // the run's error is the one to return
    }
    ended
}

/// Takes the lock, so that only one run acts at a time.
async fn lock(order: &Order<'_>, hub: &impl WriteRecord) -> Result<(), Error> {
    let wall = order.wall + (order.clock.now() - order.clock.at());
    Ok(lock::take(hub, &order.run.id, wall, order.clock.left(Duration::ZERO)).await?)
}

/// The stages of a run. `locked`: it holds the lock from the beginning. A run that takes the lock only to act reads the
/// past again, because others may have acted since, and the warrant counts their acts.
async fn run(
    order: &Order<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &(impl Pause + WriteRecord),
    messenger: &impl Messenger,
    list: &(impl PriceList + Billing),
    locked: bool,
) -> Result<(Report, Option<String>), Error> {
    let switch = hub.switch().await;
    let mut history = past::history(order, hub).await.map_err(Error::Record)?;
    let (decision, dropped) = Box::pin(decide(order, scanner, hub, list, &switch, &history)).await?;
    let Decision { report, mut background, prices } = decision;
    let (acts, mut done) = may_act(&report.plan, &switch, order);
    if acts {
        if !locked {
            lock(order, hub).await?;
            history = past::history(order, hub).await.map_err(Error::Record)?;
        }
        let recorded = intent(hub, &report, is_narrow(order)).await.map_err(Error::Record)?;
        if let Some(warrant) = Warrant::issue(order.settings, &running(&report.rows), &history.today, recorded) {
            let recheck = Recheck::judge(&history, &background);
            let executor = Executor { order, recheck, scanner, act: actor, pause: hub, warrant: &warrant };
            done = Box::pin(executor.execute(&report.plan)).await;
        }
    }
    done.outcomes.extend(dropped);
    Uptimes::note_tags(&mut background.databases, std::mem::take(&mut done.stop_tags));
    let report = report.after(done);
    // Directly after the acts, so that a later failure cannot lose the record of what was done.
    let recorded = acts && write_acts(hub, &RunLines::from(&report), is_narrow(order), &[]).await.is_ok();
    let ended = Ended { acted: acts, recorded, locked: locked || acts };
    let decision = bill::add(order, list, hub, &history, Decision { report, background, prices }).await;
    Box::pin(finish(order, scanner, hub, messenger, list, &history, decision, ended)).await
}

/// Whether the run selects instances. The stops of all such runs of the day count together.
pub(crate) fn is_narrow(order: &Order<'_>) -> bool {
    !order.run.scope.is_whole()
}

/// Whether there is anything to do and the reaper is not paused. Steps that the pause switch holds back are not tried.
pub(crate) fn may_act(plan: &Plan, switch: &Switch, order: &Order<'_>) -> (bool, Done) {
    let mut done = Done::default();
    if plan.steps.is_empty() && plan.marks.is_empty() && plan.labels.is_empty() {
        return (false, done);
    }
    let Some(why) = switch.why_paused() else { return (true, done) };
    done.outcomes = Outcome::all(&plan.steps, OutcomeKind::NotTried, &why, order.clock.at());
    if matches!(switch, Switch::Unreadable(_)) {
        done.notes.degrade();
    }
    done.notes.note(why);
    (false, done)
}

/// The state of a run when it ends.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    /// Something may have been done.
    pub(crate) acted: bool,
    /// The outcomes are in the record.
    pub(crate) recorded: bool,
    /// This run holds the lock.
    pub(crate) locked: bool,
}

/// The stages after the acts: find what is forgotten, notify people, count savings, take the monthly stocktake, and record
/// everything. A stage that fails degrades the run, and the next stages still run.
#[allow(clippy::too_many_arguments)] // the ports, and what the stages before have made
pub(crate) async fn finish(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    messenger: &impl Messenger,
    list: &impl PriceList,
    history: &History,
    decision: Decision,
    ended: Ended,
) -> Result<(Report, Option<String>), Error> {
    let Decision { mut report, mut background, mut prices } = decision;
    let mut notes = Notes::default();
    let found = Box::pin(forgotten::find(order, scanner, hub, list, history, &background, &mut prices, &report));
    let found = stage("forgotten", "finding what is forgotten", found, &mut notes).await;
    let (found, forgotten) = found.unzip();
    report.forgotten = found;
    let prices = prices.as_ref();
    let morning = morning::messages(order, hub, &report);
    let morning = stage("morning", "reporting the starts", morning, &mut notes).await;
    let saved = savings::count(order, hub, prices, &background.confirmed, &report);
    let saved = stage("save", "counting savings", saved, &mut notes).await;
    let answered = answers::by_tags(order, hub, &background, report.at);
    stage("answers-by-tags", "reading who confirmed the stocktake", answered, &mut notes).await;
    let followed = findings::follow(order, hub, history, &background, &report, forgotten.as_ref());
    let findings = stage("findings", "following what was found", followed, &mut notes).await;
    let stock = stocktake::take(order, hub, history, prices, &mut background, &findings, &report);
    let stock = stage("stocktake", "the stocktake", stock, &mut notes).await;
    let reminders = answers::reminders(order, hub, history, &report);
    let reminders = stage("answers", "reminding of the stocktake", reminders, &mut notes).await;
    let mut texts = Texts { forgotten, morning, stock, reminders };
    let (digests, counts) = texts.take();
    let notified = notify(order, messenger, hub, history, &report, digests);
    let Notified { messages, accounts, texts: accepted } =
        stage("notify", "notifying owners", notified, &mut notes).await;
    let settled = texts.settle(hub, counts, &accepted, report.at);
    stage("settle", "recording who was notified", settled, &mut notes).await;
    let first = new_regions::notify(order, messenger, hub, history, &background, &report);
    let (first, firsts) = stage("new-regions", "notifying of new Regions", first, &mut notes).await;
    let kept = keep(order, hub, history, prices, &background, &firsts, &report);
    stage("keep", "recording prices and evidence", kept, &mut notes).await;
    let (rates, of_rates) = bill::rates(order, hub).await;
    notes.add(of_rates);
    let report = Report { messages: messages + first, saved, rates, ..report };
    let kept = trends::keep(order, hub, history, &report);
    let trends = stage("trends", "adding the run to the trends", kept, &mut notes).await;
    let report = Report { trends, ..report };
    record(order, scanner, hub, report.noting(notes), &accounts, &background.confirmed, ended).await
}

/// Writes the record of an apply, with the own parts of the accounts that it touched or `notified`, and returns the location
/// of the whole report. Once something was done, a record that cannot be written is a trouble and not an error: after an
/// error the caller would repeat what was done.
pub(crate) async fn record(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    report: Report,
    notified: &BTreeSet<Arc<str>>,
    confirmed: &[Confirmed],
    ended: Ended,
) -> Result<(Report, Option<String>), Error> {
    let Ended { acted, recorded, locked } = ended;
    let report = Report { calls: scanner.calls(), cost: scanner.spent(), ..report };
    if order.settings.run.record.is_none() {
        return Ok((report, None));
    }
    let mut notes = Notes::default();
    if acted && !recorded || !confirmed.is_empty() {
        let written = write_acts(hub, &RunLines::from(&report), is_narrow(order), confirmed).await;
        notes.ok_or_trouble(written, "the outcomes could not be recorded");
    }
    if locked {
        let released = lock::release(hub, &order.run.id).await;
        notes.ok_or_trouble(released, "the lock could not be given back; it is void after some minutes");
    }
    match port("tables", write_tables(hub, &report)).await {
        Err(error) if !acted => return Err(Error::Record(error)),
        tables => notes.ok_or_trouble(tables, "the tables could not be recorded"),
    };
    let parts = slices::write(order, hub, &report, notified);
    stage("slices", "writing the parts of accounts", parts, &mut notes).await;
    let (report, mut notes) = (report.noting(notes), Notes::default());
    let place = match port("report", write_report(hub, &report)).await {
        Err(error) if !acted => return Err(Error::Record(error)),
        place => notes.ok_or_trouble(place, "the report could not be recorded"),
    };
    notes.add(pages::write(hub, order.settings, &report, !is_narrow(order)).await);
    Ok((report.noting(notes), place))
}
