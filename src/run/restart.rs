//! Checks before the plan whether the instances to stop could be started again. It asks for the encryption keys of the
//! volumes of these stops only.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::history::History;
use crate::engine::model::{Kind, ResourceId, Target, names};
use crate::engine::plan::Candidate;
use crate::engine::plan::caps::Running;
use crate::engine::plan::restart::{Volumes, obstacle};
use crate::ports::Scan;
use crate::run::Order;
use crate::run::scan::RESERVE;

/// How often the stops that replace held ones are checked too. Each round is one or two calls per target, in parallel:
/// ten rounds take 3 s.
const ROUNDS: usize = 10;

/// Once a stop was held, this many of the next in line are checked at once, so that 9 × 50 instances that cannot be
/// started again do not block the others.
const AHEAD: usize = 50;

/// Instances that one note names. The report's plan has all of them.
const NAMED: usize = 10;

/// Instances by target, whether they are held, and why they could not be started again.
type Obstacles = BTreeMap<(Arc<Target>, bool, String), Vec<ResourceId>>;

/// Holds every stop whose policy starts the instance again if the acting role could not start it. Other stops that
/// cannot be undone are only mentioned in the notes that it returns.
pub(crate) async fn check(
    order: &Order<'_>,
    port: &impl Scan,
    history: &History,
    candidates: &mut [Candidate],
    running: &Running,
) -> Vec<String> {
    let settings = order.settings;
    let (mut asked, mut found): (HashSet<ResourceId>, Obstacles) = (HashSet::new(), BTreeMap::new());
    let mut not_asked = false;
    for round in 0..ROUNDS {
        let let_through =
            Candidate::stops(settings, candidates, running, &history.today).map(|stop| stop.step().id.clone());
        let let_through: HashSet<ResourceId> = let_through.filter(|id| !asked.contains(id)).collect();
        if let_through.is_empty() {
            break;
        }
        let mut ahead = if round == 0 { 0 } else { AHEAD };
        let mut is_next = |stop: &Candidate| {
            let next = let_through.contains(&stop.step().id) || ahead > 0;
            ahead = ahead.saturating_sub(usize::from(next));
            next
        };
        let mut new: Vec<&mut Candidate> = candidates
            .iter_mut()
            .filter(|stop| stop.is_open_stop() && !asked.contains(&stop.step().id) && is_next(stop))
            .collect();
        let mut by_target: BTreeMap<Arc<Target>, Vec<ResourceId>> = BTreeMap::new();
        let has_volumes = |id: &ResourceId| id.kind == Kind::Instance;
        for id in new.iter().map(|stop| stop.step().id.clone()).filter(has_volumes) {
            by_target.entry(id.place.clone()).or_default().push(id);
        }
        let known = ask(order, port, by_target).await;
        for stop in &mut new {
            let id = stop.step().id.clone();
            let silent = if has_volumes(&id) {
                Volumes::Unknown("there was no answer".to_owned())
            } else {
                Volumes::Keys(BTreeSet::new())
            };
            let volumes = known.get(&id.place).and_then(|known| known.get(&*id.name)).unwrap_or(&silent);
            not_asked |= *volumes == Volumes::NotAsked;
            let launch = stop.step().launched;
            if let Some(why) = obstacle(&settings.restart, history, &id, launch, stop.licenses(), volumes) {
                found.entry((id.place.clone(), stop.starts_again(), why.to_string())).or_default().push(id.clone());
                if stop.starts_again() {
                    stop.hold();
                }
            }
            asked.insert(id);
        }
    }
    let mut steps: HashSet<ResourceId> = HashSet::new();
    for stop in Candidate::stops(settings, candidates, running, &history.today) {
        // A stop that is not checked by now waits for the next run.
        if stop.starts_again() && !asked.contains(&stop.step().id) {
            stop.hold();
        } else {
            steps.insert(stop.step().id.clone());
        }
    }
    for ((_, held, _), ids) in &mut found {
        ids.retain(|id| *held || steps.contains(id));
    }
    found.retain(|_, ids| !ids.is_empty());
    notes(found, not_asked)
}

/// Asks for the volumes of these instances, `width` targets in parallel, as long as there is time.
async fn ask(
    order: &Order<'_>,
    port: &impl Scan,
    stops: BTreeMap<Arc<Target>, Vec<ResourceId>>,
) -> HashMap<Arc<Target>, HashMap<Box<str>, Volumes>> {
    let asked = stops.into_iter().map(|(target, ids)| async move {
        let ids = names(&ids);
        let known = order.clock.within(RESERVE, port.volumes(&target, &ids)).await;
        (target, known.unwrap_or_default())
    });
    stream::iter(asked).buffer_unordered(order.settings.run.width).collect().await
}

fn notes(found: Obstacles, not_asked: bool) -> Vec<String> {
    let line = |((target, held, why), mut ids): ((Arc<Target>, bool, String), Vec<ResourceId>)| {
        ids.sort();
        let named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{}`", id.name)).collect();
        let more = ids.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let what = if held {
            "not stopped, because the acting role could not start them again at their opening"
        } else {
            "these stops cannot be undone, because the acting role could not start them again"
        };
        format!("{target}: {}{more}: {what}: {why}", named.join(", "))
    };
    let mut notes: Vec<String> = found.into_iter().map(line).collect();
    if not_asked {
        let why =
            "whether what would be stopped can be started again is not known: a saved inventory has no keys of volumes";
        notes.push(why.to_owned());
    }
    notes
}
