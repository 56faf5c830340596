//! The last part: one report and one digest, as if the run had not been divided.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::engine::history::past_runs::History;
use crate::engine::history::uptimes::Uptimes;
use crate::engine::model::{Notes, Outcome, OutcomeKind, ResourceId, instances};
use crate::engine::plan::Plan;
use crate::engine::report::Report;
use crate::engine::report::done::Done;
use crate::engine::report::fan_out::{Acted, Begun, Decided};
use crate::ports::{Billing, Messenger, PriceList, Scan, WriteRecord};
use crate::run::bill;
use crate::run::decision::{Decision, Planned, prepare};
use crate::run::fan_out::act::own;
use crate::run::fan_out::merged::Merged;
use crate::run::fan_out::store::{decided, done, find, key, scanned};
use crate::run::fan_out::{past, same_settings};
use crate::run::lock::NotLocked;
use crate::run::pipeline::{Ended, finish, is_narrow, record};
use crate::run::record::{read_run, run_key, write_acts};
use crate::run::tables::RunLines;
use crate::run::wrap_up::note_idle_stops;
use crate::run::{Error, FanOutError, Order, lock, prices};

/// Notifies, counts and records the results of the run, and releases the lock. If the settings were changed meanwhile,
/// what was done is still notified and recorded. A part that has lost the lock only records, because other runs may
/// have notified people and counted savings since.
///
/// # Errors
/// [`Error`] where the record does not show what was decided, already has the run's report, or cannot be written.
pub async fn conclude(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    messenger: &impl Messenger,
    list: &(impl PriceList + Billing),
    begun: &Begun,
    wall: DateTime<Utc>,
) -> Result<(Report, Option<String>), Error> {
    if read_run(hub, &begun.run, begun.at, "report").await.map_err(Error::Record)?.is_some() {
        let place = run_key(&begun.run, begun.at, "report");
        return Err(FanOutError::Concluded { run: begun.run.to_string(), place }.into());
    }
    let decided = decided(hub, &begun.run).await?;
    let held = match lock::hold(hub, &begun.run, wall, order.clock.left(Duration::ZERO)).await {
        Err(NotLocked::Port(error)) => return Err(Error::Record(error)), // the lock may still be ours: try again
        held => held,
    };
    let history = past::history(order, hub, begun).await?;
    let done = done(hub, &begun.run).await?;
    let mut whole = scanned(hub, scanner, begun).await?;
    let history = whole.known_to(history);
    whole.also(&decided.used);
    done.values().flatten().for_each(|acted| whole.also(&acted.used));
    let acted = decided.acts;
    // If the plan does nothing, the decision already contains every result.
    let carried =
        if acted { gather(begun, &decided.plan, &decided.batches, done, order.clock.now()) } else { Done::default() };
    let recorded = acted && record_acts(order, hub, &decided, &carried).await;
    let mut notes = Notes::default();
    if let Err(why) = same_settings(order, begun) {
        notes.trouble(format!("when the run was concluded: {why}"));
    }
    let decision = anew(order, hub, list, &history, &mut whole, decided, carried).await?;
    let ended = Ended { acted, recorded, locked: held.is_ok() };
    let Err(why) = held else {
        let decision = Decision { report: decision.report.noting(notes), ..decision };
        let decision = bill::add(order, list, hub, &history, decision).await;
        return finish(order, &whole, hub, messenger, list, &history, decision, ended).await;
    };
    notes.trouble(format!(
        "the run had lost its lock when it was concluded, so this conclusion notified nobody and counted no savings: {why}"
    ));
    notes.add(note_idle_stops(order, hub, &decision.report).await);
    let notified = BTreeSet::new();
    record(order, &whole, hub, decision.report.noting(notes), &notified, &[], ended).await
}

/// Writes what the children have done before anything else, so that a later failure cannot lose it.
async fn record_acts(order: &Order<'_>, hub: &impl WriteRecord, decided: &Decided, carried: &Done) -> bool {
    let outcomes: Vec<Outcome> = carried.outcomes.iter().chain(&decided.outcomes).cloned().collect();
    let notified = RunLines::bare(&order.run.id, order.clock.at(), &decided.plan.steps, &outcomes);
    write_acts(hub, &notified, is_narrow(order), &[]).await.is_ok()
}

/// Rebuilds the decided run from what the children have scanned, and adds what they have done.
#[allow(clippy::too_many_arguments)] // the ports, and the files of every part before this one
async fn anew<L: Scan>(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    list: &impl PriceList,
    history: &History,
    whole: &mut Merged<'_, L>,
    decided: Decided,
    mut carried: Done,
) -> Result<Decision, Error> {
    let Decided { plan, running: _, acts: _, batches: _, outcomes, mut notes, paused, used: _ } = decided;
    let mut planned = prepare(order, &*whole, hub, history, false).await?;
    let (prices, of_prices) = prices::look_up(order, list, hub, &planned.scanned.rows).await;
    // The notes of the decision, and those since: what could not be read only now.
    let since: Vec<_> = planned.notes.lines.into_iter().chain(of_prices.lines).collect();
    let since = since.into_iter().filter(|line| !notes.lines.contains(line)).collect();
    notes.add(Notes { lines: since, troubled: false });
    planned.scanned.background.sightings = std::mem::take(&mut whole.sightings);
    let (report, mut background) = Planned { plan, notes, ..planned }.report(order, &*whole, prices.as_ref());
    Uptimes::note_tags(&mut background.databases, std::mem::take(&mut carried.stop_tags));
    let lines: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    let bare = carried.outcomes.iter().filter(|outcome| !lines.contains(&outcome.id)).count();
    if bare > 0 {
        let of = instances(bare);
        carried.notes.trouble(format!(
            "what was seen of {of} cannot be read any more, so their outcomes have no lines and no savings"
        ));
    }
    carried.outcomes.extend(outcomes);
    Ok(Decision { report: Report { paused, ..report }.after(carried), background, prices })
}

/// What the children have done, in the plan's order. If a child left nothing, its outcomes are unknown.
fn gather(
    begun: &Begun,
    plan: &Plan,
    batches: &[usize],
    mut all: BTreeMap<usize, Result<Acted, String>>,
    at: DateTime<Utc>,
) -> Done {
    let mut gathered = Done::default();
    for batch in batches {
        let lost = |why: &str| {
            let accounts = begun.batches.get(*batch).map_or(&[][..], Vec::as_slice);
            Done::none(&own(plan, accounts), OutcomeKind::Unverified, why, at)
        };
        gathered.add(match all.remove(batch) {
            Some(Ok(acted)) => acted.done,
            Some(Err(why)) => lost(&why),
            None => lost("the part of the run that was to do it came to nothing, so nobody knows whether it was done"),
        });
    }
    gathered.in_order(plan)
}

/// Releases the lock of a run that failed before anything was done.
///
/// # Errors
/// [`Error`] where children of the run may be acting, which only its conclusion ends; and where the record cannot be
/// reached: the lock ends some seconds after the deadline of the part that holds it.
pub async fn give_up(hub: &impl WriteRecord, run: &str) -> Result<(), Error> {
    if find::<Decided>(hub, &key(run, "decided")).await?.is_some_and(|decided| decided.acts) {
        return Err(FanOutError::Acting { run: run.to_owned() }.into());
    }
    lock::release(hub, run).await.map_err(Error::Record)
}
