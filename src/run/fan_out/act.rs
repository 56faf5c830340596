//! A child that carries out the plan in one batch of accounts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::judge::Known;
use crate::engine::model::{Account, OutcomeKind, ResourceId};
use crate::engine::plan::Plan;
use crate::engine::report::done::Done;
use crate::engine::report::fan_out::{Acted, Begun, Decided, Part, Used};
use crate::ports::{Act, Pause, Scan, WriteRecord};
use crate::run::execute::Executor;
use crate::run::fan_out::guard::{Guarded, measure_anew};
use crate::run::fan_out::store::{act_key, begun_key, decided, find, need, scan_key, write};
use crate::run::fan_out::{go_on, past};
use crate::run::recheck::Recheck;
use crate::run::warrant::{Recorded, Warrant};
use crate::run::{Error, FanOutError, Order};

/// Carries out the plan's part in `batch`, and leaves the outcomes for the conclusion.
///
/// # Errors
/// [`Error`] where the record does not show what to do, or the outcomes cannot be written to it. The conclusion then
/// counts the steps as unverified.
pub async fn act(
    order: &Order<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &(impl Pause + WriteRecord),
    begun: &Begun,
    batch: usize,
    wall: DateTime<Utc>,
) -> Result<Acted, Error> {
    // If the part is asked again because its answer was lost, it acts only once.
    if let Some(acted) = find(hub, &act_key(&begun.run, batch)).await? {
        return Ok(acted);
    }
    let none = || FanOutError::NoBatch { run: begun.run.to_string(), batch };
    let accounts = begun.batches.get(batch).ok_or_else(none)?;
    let decided = decided(hub, &begun.run).await?;
    let plan = own(&decided.plan, accounts);
    let done = if hub.read(&begun_key(&begun.run, batch)).await.map_err(Error::Record)?.is_some() {
        // A child before this one began and left nothing. Its steps may have been done, so they are neither reported as
        // not tried nor repeated.
        let why = "a part of the run began it and came to nothing, so nobody knows whether it was done";
        Done::none(&plan, OutcomeKind::Unverified, why, order.clock.now())
    } else {
        match may_act(order, begun, hub, wall, decided.acts).await {
            Ok(()) => carry(Carrying { order, begun, batch, wall }, scanner, actor, hub, &decided, &plan).await?,
            Err(why) => Done::none(&plan, OutcomeKind::NotTried, &why, order.clock.now()),
        }
    };
    let acted = Acted { done, used: Used::of(scanner.calls(), scanner.spent()) };
    write(hub, &act_key(&begun.run, batch), &acted).await?;
    Ok(acted)
}

/// The reason why nothing may be done, if there is one.
async fn may_act(
    order: &Order<'_>,
    begun: &Begun,
    hub: &impl WriteRecord,
    wall: DateTime<Utc>,
    acts: bool,
) -> Result<(), String> {
    go_on(order, begun, hub, wall).await.map_err(|why| why.to_string())?;
    if !acts {
        return Err("nothing was to be carried out".to_owned());
    }
    begun.still_acts(wall, order.clock.now()).map_err(|why| why.to_string())
}

/// The part that carries out.
#[derive(Clone, Copy)]
struct Carrying<'a> {
    order: &'a Order<'a>,
    begun: &'a Begun,
    batch: usize,
    wall: DateTime<Utc>,
}

async fn carry(
    carrying: Carrying<'_>,
    scanner: &impl Scan,
    actor: &impl Act,
    hub: &(impl Pause + WriteRecord),
    decided: &Decided,
    plan: &Plan,
) -> Result<Done, Error> {
    let Carrying { order, begun, batch, wall } = carrying;
    let since = order.clock.now();
    let Part { targets, contacts, known, databases, .. } = need(hub, &begun.run, &scan_key(&begun.run, batch)).await?;
    let mut known: HashMap<ResourceId, Known> = known.into_iter().collect();
    let history = past::history(order, hub, begun).await?;
    // The plan recorded the intent before the decision.
    let issued = Warrant::issue(order.settings, &decided.running, &history.today, Recorded::written());
    let unarmed = || Done::none(plan, OutcomeKind::NotTried, "the settings arm nothing", order.clock.now());
    let Some(warrant) = issued else { return Ok(unarmed()) };
    measure_anew(order, scanner, plan, targets, &mut known).await;
    let accounts: BTreeMap<Arc<str>, Account> =
        begun.batches.get(batch).into_iter().flatten().map(|account| (account.id.clone(), account.clone())).collect();
    let databases = history.databases.as_ref().map(|earlier| earlier.with(&databases));
    let recheck =
        Recheck::Judge { history: &history, accounts: &accounts, contacts: &contacts, known: &known, databases };
    let pause = &Guarded { hub, order, wall, since };
    if hub.create(&begun_key(&begun.run, batch), &wall.to_rfc3339()).await.map_err(Error::Record)?.is_some() {
        return Err(FanOutError::Acting { run: begun.run.to_string() }.into());
    }
    Ok(Executor { order, recheck, scanner, act: actor, pause, warrant: &warrant }.execute(plan).await)
}

/// The part of the plan in these accounts.
pub(crate) fn own(plan: &Plan, accounts: &[Account]) -> Plan {
    let ids: HashSet<&str> = accounts.iter().map(|account| &*account.id).collect();
    let mut own = plan.clone();
    own.steps.retain(|step| ids.contains(&*step.id.place.account));
    own.marks.retain(|mark| ids.contains(&*mark.id.place.account));
    own.labels.retain(|label| ids.contains(&*label.id.place.account));
    own
}
