//! The limits of a child that acts: the lock of its run, and the age of the last hour that was measured for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::evidence::Recent;
use crate::engine::judge::Known;
use crate::engine::model::{Instance, ResourceId, Target};
use crate::engine::plan::Plan;
use crate::engine::report::snapshot::Saved;
use crate::engine::rules::Activity;
use crate::ports::{Pause, Scan, Switch, WriteRecord};
use crate::run::act::SCAN_TIMEOUT;
use crate::run::{Order, lock};

/// A run of one process lasts at most 15 minutes, so it never acts on an older last hour.
const MEASURED_MINUTES: i64 = 15;

/// Measures the last hour again for everything that was measured longer ago than a run of one process lasts. A missing
/// answer is a gap, and the instance is skipped.
pub(crate) async fn measure_anew(
    order: &Order<'_>,
    scanner: &impl Scan,
    plan: &Plan,
    targets: Vec<Saved>,
    known: &mut HashMap<ResourceId, Known>,
) {
    if order.clock.now() - order.clock.at() <= Duration::minutes(MEASURED_MINUTES) {
        return;
    }
    let found: HashMap<ResourceId, Instance> = targets
        .into_iter()
        .flat_map(|saved| saved.placed().1)
        .map(|instance| (instance.id.clone(), instance))
        .collect();
    let mut by_target: BTreeMap<Arc<Target>, Vec<Recent>> = BTreeMap::new();
    for step in &plan.steps {
        let Some(known) = known.get_mut(&step.id) else { continue };
        if matches!(known.activity, Activity::NotAsked) {
            continue;
        }
        known.activity = Activity::Gap("its last hour was measured long ago, and not again".to_owned());
        let asked = found.get(&step.id).map(Recent::of);
        by_target.entry(step.id.place.clone()).or_default().extend(asked);
    }
    let asked = by_target.into_iter().map(|(target, asked)| async move {
        let answer = tokio::time::timeout(SCAN_TIMEOUT, scanner.activity(&target, &asked, order.clock.now())).await;
        (target, asked, answer.unwrap_or_default())
    });
    let answers: Vec<_> = stream::iter(asked).buffer_unordered(order.settings.run.width).collect().await;
    for (target, asked, mut answer) in answers {
        for Recent { id, .. } in asked {
            let measured = answer.remove(&id);
            if let Some((known, activity)) = known.get_mut(&ResourceId::named(target.clone(), id)).zip(measured) {
                known.activity = activity;
            }
        }
    }
}

/// The pause switch of a child that acts: it is on as soon as the run no longer holds the lock. It is read before every
/// batch.
pub(crate) struct Guarded<'a, H> {
    pub(crate) hub: &'a H,
    pub(crate) order: &'a Order<'a>,
    /// The wall clock when the child began.
    pub(crate) wall: DateTime<Utc>,
    /// What the run's clock showed then.
    pub(crate) since: DateTime<Utc>,
}

impl<H: Pause + WriteRecord> Pause for Guarded<'_, H> {
    async fn switch(&self) -> Switch {
        let wall = self.wall + (self.order.clock.now() - self.since);
        match lock::hold(self.hub, &self.order.run.id, wall, self.order.clock.left(Std::ZERO)).await {
            Ok(()) => self.hub.switch().await,
            Err(why) => Switch::Unreadable(format!("it was not asked, for the run does not hold its lock: {why}")),
        }
    }
}
