//! The last part: one report, one digest, as of a run that was never divided.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::act::{ended, own};
use super::go_on;
use super::store::{decided, done, seen};
use crate::decide::fan_out::{Begun, Decided, Done};
use crate::decide::marks::MarkEnd;
use crate::decide::plan::Plan;
use crate::decide::report::{Ending, Outcome, Report};
use crate::flow::after;
use crate::flow::decision::{Decision, prepare};
use crate::flow::launches;
use crate::flow::lock;
use crate::flow::order::{Error, Order};
use crate::flow::run::{Ended, end, past};
use crate::ports::{Hub, Look, Messenger, PriceList};
use crate::words::Action;

/// Tells, counts and records what the run came to, and gives the lock back.
///
/// # Errors
/// [`Error`] where the record does not tell what was decided, or cannot be written.
pub async fn conclude(
    order: &Order<'_>,
    looker: &impl Look,
    hub: &impl Hub,
    messenger: &impl Messenger,
    list: &impl PriceList,
    begun: &Begun,
    wall: DateTime<Utc>,
) -> Result<(Report, Option<String>), Error> {
    // What was done is done: under other settings, or without the lock, it is told and recorded all the same.
    let trouble = go_on(order, begun, hub, wall).await.err();
    let Decided { plan, running: _, acts, batches, outcomes, notes, troubled, paused, used } =
        decided(hub, &begun.run).await?;
    let all = done(hub, &begun.run).await?;
    let mut whole = seen(hub, looker, begun).await?;
    whole.also(&used);
    all.values().flatten().for_each(|done| whole.also(&done.used));
    let history = past(order, hub).await.map_err(Error::Record)?;
    let (mut report, mut seen) = prepare(order, &whole, &history).await?;
    seen.sightings = std::mem::take(&mut whole.sightings);
    launches::tell_who(hub, order.settings, &mut report).await;
    let prices = after::price(order, list, hub, &mut report).await;
    // Of a plan in which nothing is done, what is known is known since the decision.
    let Done { outcomes: carried, marks, notes: said, troubled: held, used: _ } =
        if acts { gather(begun, &plan, &batches, all, order.clock.now()) } else { Done::default() };
    report.notes = notes.into_iter().chain(said).collect();
    report.troubled = troubled || held;
    if let Some(why) = trouble {
        report.troubled = true;
        report.notes.push(format!("when the run was concluded: {why}"));
    }
    report.paused = paused;
    report.plan = plan;
    report.outcomes = carried;
    report.marks = marks;
    let decision = Decision { report, seen, prices, dropped: outcomes };
    end(order, &whole, hub, messenger, &history, decision, Ended { acted: acts, locked: true }).await
}

/// What the children have done, in the plan's order. Of a child that left nothing nobody knows what it did.
fn gather(
    begun: &Begun,
    plan: &Plan,
    batches: &[usize],
    mut all: BTreeMap<usize, Result<Done, String>>,
    at: DateTime<Utc>,
) -> Done {
    let mut gathered = Done::default();
    for batch in batches {
        let lost = |why: &str| {
            let accounts = begun.batches.get(*batch).map_or(&[][..], Vec::as_slice);
            let (outcomes, marks) = ended(&own(plan, accounts), Ending::Unverified, why, at);
            Done { outcomes, marks, troubled: true, ..Done::default() }
        };
        let done = match all.remove(batch) {
            Some(Ok(done)) => done,
            Some(Err(why)) => lost(&why),
            None => lost("the part of the run that was to do it came to nothing, so nobody knows whether it was done"),
        };
        let Done { outcomes, marks, notes, troubled, used: _ } = done;
        gathered.outcomes.extend(outcomes);
        gathered.marks.extend(marks);
        gathered.notes.extend(notes);
        gathered.troubled |= troubled;
    }
    in_order(plan, gathered)
}

/// The outcomes and marks in the order of the plan.
fn in_order(plan: &Plan, gathered: Done) -> Done {
    let place: HashMap<(&str, Action), usize> =
        plan.steps.iter().enumerate().map(|(place, step)| ((&*step.id, step.action), place)).collect();
    let marked: HashMap<&str, usize> = plan.marks.iter().enumerate().map(|(place, mark)| (&*mark.id, place)).collect();
    let Done { mut outcomes, mut marks, notes, troubled, used } = gathered;
    outcomes.sort_by_key(|outcome: &Outcome| place.get(&(&*outcome.id, outcome.action)).copied());
    marks.sort_by_key(|end: &MarkEnd| marked.get(&*end.step.id).copied());
    Done { outcomes, marks, notes, troubled, used }
}

/// Gives the lock of a run back that comes to nothing before anything was done.
///
/// # Errors
/// [`Error`] where the record cannot be reached; the lock is void after some minutes.
pub async fn give_up(hub: &impl Hub, run: &str) -> Result<(), Error> {
    lock::release(hub, run).await.map_err(Error::Record)
}
