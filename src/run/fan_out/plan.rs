//! One plan over everything that the children found, with all caps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::model::Notes;
use crate::engine::plan::Plan;
use crate::engine::report::Report;
use crate::engine::report::fan_out::{Begun, Decided, Used};
use crate::engine::request::Mode;
use crate::ports::{Pause, PriceList, Scan, WriteRecord};
use crate::render::json;
use crate::run::decision::{Decision, decide, running};
use crate::run::fan_out::merged::Merged;
use crate::run::fan_out::store::{find, key, scanned, write};
use crate::run::fan_out::targets::Item;
use crate::run::fan_out::{go_on, past};
use crate::run::intent::intent;
use crate::run::pipeline::{is_narrow, may_act, plan as preview};
use crate::run::wrap_up::PRICES_LOST;
use crate::run::{Error, FanOutError, Order, prices};

/// The result of the plan.
#[derive(Debug)]
pub enum Planned {
    /// A dry run, which ends here: its report, and the report's location.
    Preview(Box<Report>, String),
    /// An apply.
    Decided {
        /// Whether there is anything to carry out.
        acts: bool,
        /// The location of the list of batches that have something to do.
        place: String,
    },
}

/// Makes the plan. An apply records its intent here, before any child acts.
///
/// # Errors
/// [`Error`]; nothing was stopped or started.
pub async fn plan(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &(impl Pause + WriteRecord),
    list: &impl PriceList,
    begun: &Begun,
    wall: DateTime<Utc>,
) -> Result<Planned, Error> {
    go_on(order, begun, hub, wall).await?;
    let whole = scanned(hub, scanner, begun).await?;
    if order.run.mode != Mode::Apply {
        let report = preview(order, &whole, hub).await?;
        let text = json(&report, false).map_err(|error| Error::Record(error.into()))?;
        let place = hub.write(&key(&begun.run, "report"), &text).await.map_err(Error::Record)?;
        return Ok(Planned::Preview(Box::new(report), place));
    }
    // If the part is asked again because its answer was lost, the run must not be compared with its own count.
    let decided = match find(hub, &key(&begun.run, "decided")).await? {
        Some(decided) => decided,
        None => decide_now(order, scanner, &whole, hub, list, begun).await?,
    };
    let items: Vec<Item> = decided.batches.iter().map(|batch| Item { batch: *batch }).collect();
    let place = write(hub, &key(&begun.run, "acts"), &items).await?;
    Ok(Planned::Decided { acts: decided.acts, place })
}

async fn decide_now(
    order: &Order<'_>,
    scanner: &impl Scan,
    whole: &Merged<'_, impl Scan>,
    hub: &(impl Pause + WriteRecord),
    list: &impl PriceList,
    begun: &Begun,
) -> Result<Decided, Error> {
    // The reviewed plan is read again. It may differ from the one that the first part read, and it may have expired by
    // now.
    if let Some(reviewed) = order.reviewed {
        reviewed.check(order.settings, begun.at)?;
        reviewed.check(order.settings, order.clock.now())?;
    }
    let switch = hub.switch().await;
    let history = whole.known_to(past::history(order, hub, begun).await?);
    let (decision, dropped) = decide(order, whole, hub, list, &switch, &history).await?;
    let Decision { report, background: _, prices } = decision;
    let mut notes = Notes::default();
    // New prices are kept, because the conclusion needs them again.
    if let Some(prices) = prices {
        notes.ok_or_trouble(prices::write(hub, &prices).await, PRICES_LOST);
    }
    let report = report.noting(notes);
    let (acts, mut done) = may_act(&report.plan, &switch, order);
    if acts {
        intent(hub, &report, is_narrow(order)).await.map_err(Error::Record)?;
    }
    done.outcomes.extend(dropped);
    let Report { rows, plan, outcomes, notes, paused, troubled, .. } = report.after(done);
    let running = running(&rows);
    let batches = if acts { busy(begun, &plan)? } else { Vec::new() };
    let used = Used::of(scanner.calls(), scanner.spent());
    let decided =
        Decided { plan, running, acts, batches, outcomes, notes: Notes { lines: notes, troubled }, paused, used };
    write(hub, &key(&begun.run, "decided"), &decided).await?;
    Ok(decided)
}

/// The batches whose accounts have something to do. One child has all of an account, so that no two act in the same
/// Region of it at the same time.
fn busy(begun: &Begun, plan: &Plan) -> Result<Vec<usize>, FanOutError> {
    let home: HashMap<&Arc<str>, usize> = begun
        .batches
        .iter()
        .enumerate()
        .flat_map(|(batch, accounts)| accounts.iter().map(move |account| (&account.id, batch)))
        .collect();
    let steps = plan.steps.iter().map(|step| &step.id.place.account);
    let marks = plan.marks.iter().chain(&plan.labels).map(|mark| &mark.id.place.account);
    let mut batches = HashSet::new();
    for account in steps.chain(marks) {
        let missing =
            || FanOutError::Missing { run: begun.run.to_string(), key: format!("batch of account {account}") };
        batches.insert(*home.get(account).ok_or_else(missing)?);
    }
    let mut batches: Vec<usize> = batches.into_iter().collect();
    batches.sort_unstable();
    Ok(batches)
}
