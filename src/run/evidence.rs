//! Gathers weeks of metrics and decides which instances are idle. The cheapest metrics come first; the rest are read
//! only for instances that still may be idle.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Idle;
use crate::engine::evidence::idle::{
    Asked, Next, Own, Peer, Question, Source, baselines, classify, network_per_hour, next, since,
};
use crate::engine::evidence::{Evidence, Idleness, Reading, Sighting, Wanted, Witness};
use crate::engine::model::{ByResource, IdleFacts, Instance, Kind, ResourceId, Target, WhyReportOnly};
use crate::ports::Scan;
use crate::run::Clock;
use crate::run::scan::RESERVE;

/// Screening, confirming and the remaining metrics, and one more: a further round would be a bug, and this ends the
/// loop.
const ROUNDS: usize = 4;

/// The evidence that was gathered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gathered {
    /// The verdict for each candidate.
    pub idleness: HashMap<ResourceId, Idleness>,
    /// Activity found now, for the record.
    pub sightings: Vec<Sighting>,
}

/// A candidate without a verdict so far.
struct Open<'a> {
    question: Question<'a>,
    evidence: Evidence,
}

/// Measures the candidates and decides for each whether it is idle. An instance that `witness` found active recently is
/// not measured. `own`: the reaper's own acts on each; any other start was made by a person. If a target cannot be
/// measured, or no time is left for it, only its own candidates are undetermined.
pub async fn gather(
    port: &impl Scan,
    settings: &Idle,
    candidates: &[&Instance],
    witness: &Witness,
    own: &ByResource<Own>,
    clock: Clock,
    width: usize,
) -> Gathered {
    let (now, nothing) = (clock.at(), Own::default());
    let mut gathered = Gathered::default();
    let mut open: Vec<Open<'_>> = Vec::new();
    for instance in candidates {
        let known = port.answered(&instance.id).or_else(|| witness.speaks(instance, settings, now));
        if let Some(known) = known {
            gathered.idleness.insert(instance.id.clone(), known);
            continue;
        }
        let own = own.get(&instance.id).unwrap_or(&nothing);
        open.push(Open { question: Question { settings, instance, own, now }, evidence: Evidence::default() });
    }
    for _ in 0..ROUNDS {
        if !measure(port, &mut open, clock, width).await {
            break;
        }
    }
    let peers: Vec<Peer> = open.iter().filter_map(peer).collect();
    let baselines = baselines(&peers, settings);
    for Open { question, evidence } in &open {
        let id = &question.instance.id;
        let answer = classify(*question, evidence, baselines.get(id).copied());
        gathered.sightings.extend(Sighting::of(question.instance, &answer));
        gathered.idleness.insert(id.clone(), answer);
    }
    behind_load_balancers(port, candidates, &mut gathered.idleness, clock, width).await;
    gathered
}

fn peer(open: &Open<'_>) -> Option<Peer> {
    let instance = open.question.instance;
    Some(Peer {
        id: instance.id.clone(),
        image: instance.details.image.clone(),
        network_per_hour: network_per_hour(open.question, &open.evidence)?,
    })
}

/// Reads the metrics that each candidate still needs, target by target. Returns whether any were needed.
async fn measure(port: &impl Scan, open: &mut [Open<'_>], clock: Clock, width: usize) -> bool {
    let mut wanted: BTreeMap<Arc<Target>, Vec<Wanted>> = BTreeMap::new();
    for Open { question, evidence } in &*open {
        let Next::Ask(metrics) = next(*question, evidence, None) else { continue };
        let asked = |metric| Asked { metric, since: since(metric, question.settings, question.now) };
        let id = &question.instance.id;
        let asked = metrics.into_iter().map(asked).collect();
        let one = Wanted {
            id: (&*id.name).into(),
            parts: question.instance.parts(),
            source: Source::of(question.instance),
            asked,
        };
        wanted.entry(id.place.clone()).or_default().push(one);
    }
    if wanted.is_empty() {
        return false;
    }
    let asked = wanted.into_iter().map(|(target, wanted)| async move {
        let answers = clock.within(RESERVE, port.evidence(&target, &wanted, clock.at())).await;
        let late = answers.is_none();
        (target, wanted, answers.unwrap_or_default(), late)
    });
    let answers: Vec<_> = stream::iter(asked).buffer_unordered(width).collect().await;
    let mut found: HashMap<ResourceId, Evidence> = HashMap::new();
    for (target, wanted, mut answers, late) in answers {
        for Wanted { id, parts: _, source: _, asked } in wanted {
            let answer = answers.remove(&id).unwrap_or_default();
            // A metric that is missing in the answer is a gap. It is requested only once.
            let cause = if late { "there was no time left to measure it" } else { "it was not in the answer" };
            let of = |asked: &Asked| {
                let known = answer.get(asked.metric).cloned();
                (asked.metric, known.unwrap_or_else(|| Reading::Gap(cause.to_owned())))
            };
            found.insert(ResourceId::named(target.clone(), id), Evidence::of(asked.iter().map(of)));
        }
    }
    for Open { question, evidence } in open {
        for (metric, reading) in found.get(&question.instance.id).into_iter().flat_map(Evidence::iter) {
            evidence.add(metric, reading.clone());
        }
    }
    true
}

/// An idle instance behind a load balancer is only reported, and so is one for which this is unknown.
async fn behind_load_balancers(
    port: &impl Scan,
    candidates: &[&Instance],
    idleness: &mut HashMap<ResourceId, Idleness>,
    clock: Clock,
    width: usize,
) {
    let open = |id: &ResourceId| match idleness.get(id) {
        Some(Idleness::Idle(facts)) => facts.report_only.is_none(),
        Some(Idleness::NotAsked | Idleness::Active(_) | Idleness::Undetermined(_)) | None => false,
    };
    let may_be_target = |instance: &&&Instance| instance.id.kind == Kind::Instance && open(&instance.id);
    let survivors: Vec<&Instance> = candidates.iter().filter(may_be_target).copied().collect();
    let targets: HashSet<&Target> = survivors.iter().map(|instance| &*instance.id.place).collect();
    let asked = targets.into_iter().map(|target| async move {
        let answer = clock.within(RESERVE, port.behind_load_balancer(target)).await;
        let late = || Err(crate::ports::PortError("there was no time left to ask".to_owned()));
        (target, answer.unwrap_or_else(late))
    });
    let answers: HashMap<_, _> = stream::iter(asked).buffer_unordered(width).collect().await;
    for instance in survivors {
        let why = match answers.get(&*instance.id.place) {
            Some(Ok(behind)) if !behind.contains(&*instance.id.name) => continue,
            Some(Ok(_)) => WhyReportOnly::LoadBalancer,
            Some(Err(why)) => WhyReportOnly::LoadBalancerUnknown(why.to_string()),
            None => WhyReportOnly::LoadBalancerUnknown(String::new()),
        };
        if let Some(Idleness::Idle(facts)) = idleness.get_mut(&instance.id) {
            let found = IdleFacts { report_only: Some(why), ..facts.clone() };
            *facts = found;
        }
    }
}
