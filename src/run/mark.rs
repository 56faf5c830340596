//! Adds and removes marks: writes or removes a tag and stops nothing. A refusal does not affect the other instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::model::{Kind, MarkEnd, MarkStep, MarkVerb, ResourceId, Target, names};
use crate::engine::plan::pace::Pace;
use crate::ports::{Act, ActError, Pause};
use crate::run::Clock;
use crate::run::bisect::{bisect, per_call};
use crate::run::warrant::Warrant;

/// The worst case of one call of at most 6 s, halved once.
const WORST_CALL: std::time::Duration = std::time::Duration::from_secs(12);

/// The inputs of marking.
pub(crate) struct Marking<'a, A, P> {
    pub(crate) act: &'a A,
    pub(crate) pause: &'a P,
    pub(crate) clock: Clock,
    /// The key of the tag.
    pub(crate) key: &'a str,
    /// The key of the tag of a stop.
    pub(crate) stopped: &'a str,
    /// Proof that this run may write in accounts.
    pub(crate) warrant: &'a Warrant,
}

/// What the marks of one call share.
type OneValue<'a> = (Arc<Target>, Kind, &'a str, Option<&'a str>);

/// Carries out `steps`. Returns one result for each, in the same order.
pub(crate) async fn mark<A: Act, P: Pause>(marking: &Marking<'_, A, P>, steps: &[MarkStep]) -> Vec<MarkEnd> {
    let Warrant { .. } = marking.warrant;
    // One call writes one value. In one run, the values of instances under the same policy differ only if their tags do.
    let mut groups: BTreeMap<OneValue<'_>, Vec<&MarkStep>> = BTreeMap::new();
    for step in steps {
        let key = if step.verb == MarkVerb::Untag { marking.stopped } else { marking.key };
        groups.entry((step.id.place.clone(), step.id.kind, key, step.value.as_deref())).or_default().push(step);
    }
    let mut failed: BTreeMap<ResourceId, String> = BTreeMap::new();
    for ((target, kind, key, value), group) in groups {
        for batch in group.chunks(Pace::of(kind).batch) {
            failed.extend(marking.batch(&target, key, value, batch).await);
        }
    }
    let end = |step: &MarkStep| MarkEnd { step: step.clone(), failed: failed.remove(&step.id) };
    steps.iter().map(end).collect()
}

impl<A: Act, P: Pause> Marking<'_, A, P> {
    /// The marks that failed, with the reason.
    async fn batch(
        &self,
        target: &Target,
        key: &str,
        value: Option<&str>,
        batch: &[&MarkStep],
    ) -> Vec<(ResourceId, String)> {
        let ids: Vec<ResourceId> = batch.iter().map(|step| step.id.clone()).collect();
        if let Some(why) = self.pause.switch().await.why_paused() {
            return ids.into_iter().map(|id| (id, why.clone())).collect();
        }
        let attempt = |part: Vec<ResourceId>| async move {
            if !self.clock.fits(WORST_CALL) {
                return Err(ActError::NotSent("there was no time left before the run's deadline".to_owned()));
            }
            match value {
                Some(value) => self.act.tag(target, &names(&part), key, value).await,
                None => self.act.untag(target, &names(&part), key).await,
            }
        };
        let ends = bisect(&ids, per_call(&ids), attempt).await;
        ends.into_iter().filter_map(|(id, end)| Some((id, end.err()?.to_string()))).collect()
    }
}
