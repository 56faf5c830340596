//! A run from its request to its report: the whole story on one page.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::act::{Acting, carry_out};
use super::after;
use super::launches;
use super::lock::{self, NotLocked};
use super::look::{Seen, look};
use super::mark::{Marking, mark};
use super::order::{Error, Order};
use super::recheck::Again;
use super::record::{history, run_key, write_acts, write_plans, write_tables};
use super::state;
use super::sudden;
use super::warrant::{Recorded, Warrant};
use crate::decide::caps::Cap;
use crate::decide::case::History;
use crate::decide::idle::Missing;
use crate::decide::plan::{Plan, Step};
use crate::decide::report::{Ending, Outcome, Report};
use crate::ports::{Act, Hub, Look, Messenger, PortError, PriceList, Switch};
use crate::render::json;
use crate::render::tables::Told;
use crate::words::Target;

/// A dry run: looks, judges and plans. There is nothing here to act with.
///
/// # Errors
/// [`Error`] when the request or the settings' scope cannot be looked at.
pub async fn plan(order: &Order<'_>, looker: &impl Look, hub: &impl Hub) -> Result<Report, Error> {
    order.run.scope.check(order.settings)?;
    sudden::check(order)?;
    let (history, notes) = match past(order, hub).await {
        Ok(history) => (history, Vec::new()),
        Err(why) => {
            (History::default(), vec![format!("the run record cannot be read, so earlier runs are unknown: {why}")])
        }
    };
    let mut report = prepare(order, looker, &history).await?.0;
    launches::tell_who(hub, order.settings, &mut report).await;
    launches::plan_labels(order.settings, &mut report, order.reviewed);
    if notes.is_empty() {
        report.notes.extend(sudden::foretell(order, hub, &report).await?);
        after::foresee(order, hub, &mut report).await;
        report.calls = looker.calls();
        report.cost = looker.spent();
    }
    report.notes.extend(notes);
    Ok(report)
}

/// A run that acts where both keys allow it, tells people, and records itself.
///
/// # Errors
/// [`Error`]; nothing was stopped or started then. A run that has acted answers a report, whatever went wrong.
pub async fn apply(
    order: &Order<'_>,
    looker: &impl Look,
    actor: &impl Act,
    hub: &impl Hub,
    messenger: &impl Messenger,
    list: &impl PriceList,
) -> Result<(Report, Option<String>), Error> {
    let Order { run, settings, clock, wall, reviewed, acknowledge: _, progress: _ } = order;
    run.scope.check(settings)?;
    sudden::check(order)?;
    if let Some(reviewed) = reviewed {
        reviewed.check(settings, clock.at())?;
    }
    let stateful = after::is_stateful(settings);
    if stateful {
        lock(hub, &run.id, *wall).await?;
    }
    let ended = begun(order, looker, actor, hub, messenger, list, stateful).await;
    if stateful && ended.is_err() {
        let _ = lock::release(hub, &run.id).await; // the error that counts is the run's
    }
    ended
}

/// Only one run at a time.
async fn lock(hub: &impl Hub, run: &str, wall: DateTime<Utc>) -> Result<(), Error> {
    lock::take(hub, run, wall).await.map_err(|why| match why {
        NotLocked::Held { run, until } => Error::Busy { run, until },
        NotLocked::Port(error) => Error::Record(error),
    })
}

/// A run that may go on; `locked` where nobody else runs.
async fn begun(
    order: &Order<'_>,
    looker: &impl Look,
    actor: &impl Act,
    hub: &impl Hub,
    messenger: &impl Messenger,
    list: &impl PriceList,
    locked: bool,
) -> Result<(Report, Option<String>), Error> {
    let Order { run, settings, clock, wall, reviewed, acknowledge: _, progress: _ } = order;
    let switch = hub.switch().await;
    let history = past(order, hub).await.map_err(Error::Record)?;
    let (mut report, mut seen) = prepare(order, looker, &history).await?;
    launches::tell_who(hub, settings, &mut report).await;
    launches::plan_labels(settings, &mut report, *reviewed);
    let prices = after::price(order, list, hub, &mut report).await;
    sudden::hold_back(order, hub, &mut report).await?;
    let dropped = reviewed.map_or_else(Vec::new, |reviewed| dropped(&report, reviewed));
    report.paused = !matches!(switch, Switch::Off);
    let plan = &report.plan;
    let work = !plan.steps.is_empty() || !plan.marks.is_empty() || !plan.labels.is_empty();
    let acts = work && note_switch(&mut report, &switch);
    if acts && !locked {
        lock(hub, &run.id, *wall).await?;
    }
    if acts {
        let recorded = match intent(hub, &report).await {
            Ok(recorded) => recorded,
            Err(error) => {
                let _ = lock::release(hub, &run.id).await; // the error that counts is the record's
                return Err(Error::Record(error));
            }
        };
        if let Some(warrant) = Warrant::issue(settings, running(&report), &history.today, recorded) {
            let marking = Marking { act: actor, hub, clock: *clock, key: &settings.tags.marked, warrant: &warrant };
            report.marks = mark(&marking, &report.plan.marks).await;
            let (accounts, contacts, known) = (&seen.accounts, &seen.contacts, &seen.known);
            let acting = Acting {
                run,
                settings,
                again: Again::Judge { history: &history, accounts, contacts, known },
                clock: *clock,
                look: looker,
                act: actor,
                hub,
                warrant: &warrant,
                troubled: std::cell::Cell::new(false),
            };
            report.outcomes = carry_out(&acting, &report.plan.steps).await;
            report.troubled |= acting.troubled.get();
            let labelling = Marking { key: &settings.tags.launched_by, ..marking };
            launches::label(&labelling, &mut report).await;
        }
    }
    report.outcomes.extend(dropped);
    after::speak(order, messenger, hub, &history, &mut report).await;
    after::save(order, hub, prices.as_ref(), &mut report).await;
    after::take_stock(order, messenger, hub, &history, prices.as_ref(), &mut seen, &mut report).await;
    after::keep(order, hub, &history, prices.as_ref(), &seen.sightings, &mut report).await;
    conclude(order, looker, hub, report, acts, locked || acts).await
}

/// What a reviewed plan holds and this run does not do, with why: nobody who agreed to a step is left to wonder.
fn dropped(report: &Report, reviewed: &Plan) -> Vec<Outcome> {
    let planned: HashSet<_> = report.plan.steps.iter().map(|step| (&step.id, step.action)).collect();
    let put_off: HashMap<_, _> = report.plan.deferred.iter().map(|d| ((&d.id, d.action), d.because)).collect();
    let rows: HashMap<_, _> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let missing = reviewed.steps.iter().filter(|step| !planned.contains(&(&step.id, step.action)));
    let outcome = |step: &Step| {
        let (outcome, detail) = match (put_off.get(&(&step.id, step.action)), rows.get(&step.id)) {
            (Some(Cap::NotReviewed), _) => (
                Ending::Overtaken,
                "it has changed since the plan was made: it was started, or another policy matches".to_owned(),
            ),
            (Some(cap), _) => (Ending::NotTried, format!("put off by `{}`", cap.as_str())),
            (None, Some(row)) => {
                let (verdict, reason) = (row.verdict.as_str(), row.verdict.reason());
                (Ending::Overtaken, format!("now {verdict}, by the rule `{reason}`"))
            }
            (None, None) => (Ending::Overtaken, "it was not seen".to_owned()),
        };
        let Step { id, account, region, action, policy: _, reason: _, launched: _, not_after: _ } = step;
        let (id, account, region) = (id.clone(), account.clone(), region.clone());
        Outcome { id, account, region, action: *action, outcome, detail, at: report.at }
    };
    missing.map(outcome).collect()
}

/// Earlier runs, where a record knows them.
pub(super) async fn past(order: &Order<'_>, hub: &impl Hub) -> Result<History, PortError> {
    if order.settings.run.record.is_none() {
        return Ok(History::default());
    }
    let mut history = history(hub, order.clock.at()).await?;
    state::recall(hub, order.settings, &mut history, order.clock.at()).await?;
    history.today.as_own = order.run.scope.places.is_some();
    Ok(history)
}

/// Looks, judges and plans.
pub(super) async fn prepare(order: &Order<'_>, looker: &impl Look, history: &History) -> Result<(Report, Seen), Error> {
    let Order { run, settings, clock, wall: _, reviewed, acknowledge: _, progress } = order;
    let mut seen = look(looker, settings, &run.scope, history, *clock, progress).await?;
    let candidates = std::mem::take(&mut seen.candidates);
    let running = seen.rows.iter().filter(|row| row.running_in_scope).count();
    let mut plan = Plan::make(settings, clock.at(), candidates, running, &history.today);
    plan.marks = std::mem::take(&mut seen.marks);
    if let Some(reviewed) = reviewed {
        plan = plan.at_most(reviewed);
    }
    if let Some(why) = too_blind(&seen, settings.run.max_blind_percent) {
        plan = plan.refuse(why, Cap::TooBlind);
    }
    let mut notes = Vec::new();
    if settings.run.armed && settings.run.record.is_none() {
        notes.push("no `record` is configured, so nothing is acted on".to_owned());
    }
    for Target { account, region } in &seen.outside {
        notes.push(format!(
            "the event names account `{account}` in Region `{region}`, which the settings do not look at; nothing was done there"
        ));
    }
    notes.extend(unmeasured(&seen));
    for id in run.scope.instances.iter().flatten() {
        if seen.outside.is_empty() && !seen.rows.iter().any(|row| *row.id == **id) {
            notes.push(format!("the request selects instance `{id}`, which was not seen"));
        }
    }
    let report = Report {
        run: run.id.clone(),
        mode: run.mode,
        at: clock.at(),
        rows: std::mem::take(&mut seen.rows),
        plan,
        outcomes: Vec::new(),
        marks: Vec::new(),
        messages: 0,
        cost: looker.spent(),
        blind: seen.blind.clone(),
        closed: seen.closed.clone(),
        skipped: seen.skipped.clone(),
        names: seen.accounts.values().filter_map(|a| Some((a.id.clone(), a.name.clone()?))).collect(),
        notes,
        paused: false,
        saved: None,
        money: settings.money.clone(),
        priced: false,
        troubled: false,
        calls: looker.calls(),
        locale: settings.run.locale,
    };
    Ok((report, seen))
}

/// Causes that a note names. AWS puts an id of its own into each refusal, so that a thousand may be one: the lines of the
/// instances have them all.
const CAUSES: usize = 3;

/// Of how many it could not be told whether they do anything, because metrics were refused, throttled or late: by cause.
fn unmeasured(seen: &Seen) -> Vec<String> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &seen.rows {
        if let Some(Missing::Metric { metric: _, cause }) = row.undetermined.as_deref() {
            *causes.entry(cause).or_default() += 1;
        }
    }
    let mut causes: Vec<(&str, usize)> = causes.into_iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (told, rest) = causes.split_at(causes.len().min(CAUSES));
    let say = |(cause, count): &(&str, usize)| format!("whether {count} instances do nothing cannot be told: {cause}");
    let more: usize = rest.iter().map(|(_, count)| count).sum();
    let further = (more > 0).then(|| format!("nor can it of {more} more, for {} further causes", rest.len()));
    told.iter().map(say).chain(further).collect()
}

fn running(report: &Report) -> usize {
    report.rows.iter().filter(|row| row.running_in_scope).count()
}

/// Why so much is blind that nothing is acted on, if so. Closed targets do not count; an account that could not
/// even be asked for its Regions counts as an account.
fn too_blind(seen: &Seen, limit: u32) -> Option<String> {
    let targets = seen.targets - seen.closed.len().min(seen.targets);
    let dark = seen.blind.iter().filter(|blind| &*blind.region == "*").count();
    let share = |part: usize, whole: usize| if part == 0 { 0 } else { part * 100 / whole.max(1) };
    let over = |part: usize, whole: usize| part * 100 > limit as usize * whole;
    let blind = seen.blind.len();
    let why = |what: &str, percent| {
        format!("{percent} % of the {what} could not be looked at, and at most {limit} % may be (`max-blind-percent`)")
    };
    if over(blind, targets) {
        Some(why("targets", share(blind, targets)))
    } else if over(dark, seen.accounts.len()) {
        Some(why("accounts", share(dark, seen.accounts.len())))
    } else {
        None
    }
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
    let at = report.at;
    let not_tried = |step: &Step| Outcome {
        id: step.id.clone(),
        account: step.account.clone(),
        region: step.region.clone(),
        action: step.action,
        outcome: Ending::NotTried,
        detail: why.clone(),
        at,
    };
    report.outcomes = report.plan.steps.iter().map(not_tried).collect();
    report.notes.push(why.clone());
    false
}

/// Writes the record of an apply and answers where the whole report stands. Once something was done, a record
/// that cannot be written is a trouble and no error: an error would make the caller repeat what was done.
async fn conclude(
    order: &Order<'_>,
    looker: &impl Look,
    hub: &impl Hub,
    mut report: Report,
    acted: bool,
    locked: bool,
) -> Result<(Report, Option<String>), Error> {
    report.calls = looker.calls();
    report.cost = looker.spent();
    if order.settings.run.record.is_none() {
        return Ok((report, None));
    }
    let mut troubles = Vec::new();
    if acted && let Err(error) = write_acts(hub, &Told::from(&report)).await {
        troubles.push(format!("the outcomes could not be recorded: {error}"));
    }
    if locked && let Err(error) = lock::release(hub, &order.run.id).await {
        troubles.push(format!("the lock could not be given back; it is void after some minutes: {error}"));
    }
    if let Err(error) = write_tables(hub, &report).await {
        if !acted {
            return Err(Error::Record(error));
        }
        troubles.push(format!("the tables could not be recorded: {error}"));
    }
    report.troubled |= !troubles.is_empty();
    report.notes.extend(troubles);
    match record(hub, &report, "report").await {
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
async fn intent(hub: &impl Hub, report: &Report) -> Result<Recorded, PortError> {
    write_plans(hub, &Told::from(report)).await?;
    record(hub, report, "plan").await?;
    Ok(Recorded::written())
}

pub(super) async fn record(hub: &impl Hub, report: &Report, what: &str) -> Result<String, PortError> {
    let text = json(report, false).map_err(|error| PortError(error.to_string()))?;
    hub.write(&run_key(&report.run, report.at, what), &text).await
}
