//! Carries out a plan, batch by batch and target by target: re-check → tag → stop → verify. A failure does not affect
//! the other steps, and every step has its outcome.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::Settings;
use crate::engine::model::{
    Action, Instance, Kind, Outcome, OutcomeKind, Reason, ResourceId, State, Step, StopTag, Target, names,
};
use crate::engine::plan::pace::{Pace, order_within_target};
use crate::engine::plan::undo_capacity::{WORST_BATCH_SECONDS, WORST_BEYOND_SECONDS};
use crate::engine::request::Run;
use crate::ports::{Act, ActError, Pause, Scan, Switch};
use crate::run::Clock;
use crate::run::bisect::bisect;
use crate::run::contained::contained;
use crate::run::outcome::{started, stopped};
use crate::run::recheck::Recheck;
use crate::run::resize::Current;
use crate::run::warrant::Warrant;

/// Targets acted on in parallel. Each makes one call at a time, so this is also the number of calls in flight.
const WIDTH: usize = 16;

/// The worst case of one batch: a scan, a tag, a stop and the removal of the tag, at most 6 s each, then 15 s of
/// watching. A batch begins only if this fits before the deadline.
const WORST_BATCH: Duration = Duration::from_secs(WORST_BATCH_SECONDS);

/// The same for a batch of starts beyond the burst that AWS allows, including the wait before it.
const WORST_BEYOND: Duration = Duration::from_secs(WORST_BEYOND_SECONDS);

/// Timeout of one scan while acting. It asks for at most 50 instances, which AWS answers within a second.
pub(crate) const SCAN_TIMEOUT: Duration = Duration::from_secs(6);

/// The time that must be left for another call of a batch that is being halved, and for what follows the call.
const ANOTHER_CALL: Duration = Duration::from_secs(27);

/// The maximum age, in seconds, of the scan that a stop relies on. It is far below the five minutes that always
/// separate a stop from the opening.
const STALE_SECONDS: i64 = 30;

/// The inputs of acting.
pub(crate) struct Acting<'a, L, A, P> {
    pub(crate) run: &'a Run,
    pub(crate) settings: &'a Settings,
    /// How a step is re-checked just before it is done.
    pub(crate) recheck: Recheck<'a>,
    pub(crate) clock: Clock,
    pub(crate) scanner: &'a L,
    pub(crate) act: &'a A,
    pub(crate) pause: &'a P,
    pub(crate) warrant: &'a Warrant,
    pub(crate) noted: Noted,
}

/// What is noted while acting.
#[derive(Default)]
pub(crate) struct Noted {
    /// Set where a step was held back by a problem: no time was left, or the pause switch could not be read.
    pub(crate) troubled: Cell<bool>,
    /// The tags of databases and services that were stopped, and `None` of those that were started.
    pub(crate) stop_tags: RefCell<Vec<StopTag>>,
    /// Databases and services that have lost the tag of their stop, which only the record still has.
    pub(crate) lost_tags: RefCell<HashSet<ResourceId>>,
}

/// The ids of these steps.
pub(crate) fn ids_of(steps: &[&Step]) -> Vec<ResourceId> {
    steps.iter().map(|step| step.id.clone()).collect()
}

/// Carries out `steps`. Returns one outcome for each, in the same order.
pub(crate) async fn carry_out<L: Scan, A: Act, P: Pause>(acting: &Acting<'_, L, A, P>, steps: &[Step]) -> Vec<Outcome> {
    let mut by_target: BTreeMap<Arc<Target>, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        by_target.entry(step.id.place.clone()).or_default().push(step);
    }
    let work = by_target.into_iter().map(|(target, steps)| async move {
        let done = contained("act", &target.account, acting.target(&target, &steps)).await;
        done.unwrap_or_else(|panic| {
            acting.noted.troubled.set(true);
            acting.all(&steps, OutcomeKind::Unverified, &format!("acting broke off: {panic}"))
        })
    });
    let done: Vec<Vec<Outcome>> = stream::iter(work).buffer_unordered(WIDTH).collect().await;
    let mut by_id: HashMap<(ResourceId, Action), Outcome> =
        done.into_iter().flatten().map(|outcome| ((outcome.id.clone(), outcome.action), outcome)).collect();
    let missing = |step: &Step| acting.outcome(step, OutcomeKind::NotTried, "left out by mistake; please report this");
    steps.iter().map(|step| by_id.remove(&(step.id.clone(), step.action)).unwrap_or_else(|| missing(step))).collect()
}

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    pub(crate) fn outcome(&self, step: &Step, outcome: OutcomeKind, detail: impl Into<String>) -> Outcome {
        Outcome::of(step, outcome, detail, self.clock.now())
    }

    pub(crate) fn all(&self, steps: &[&Step], outcome: OutcomeKind, detail: &str) -> Vec<Outcome> {
        Outcome::all(steps.iter().copied(), outcome, detail, self.clock.now())
    }

    async fn target(&self, target: &Target, steps: &[&Step]) -> Vec<Outcome> {
        let mut groups: BTreeMap<(Action, u8, Kind, &str, Reason), Vec<&Step>> = BTreeMap::new();
        for step in steps {
            let (action, kind) = (step.action, step.id.kind);
            groups
                .entry((action, order_within_target(kind, action), kind, &step.policy, step.reason))
                .or_default()
                .push(step);
        }
        let mut outcomes = Vec::new();
        let mut starts = 0;
        for ((action, _, kind, policy, _), group) in groups {
            let pace = Pace::of(kind);
            for batch in group.chunks(pace.batch) {
                let limit = pace.start_burst.filter(|_| action == Action::Start);
                starts += limit.map_or(0, |_| batch.len());
                let beyond = limit.is_some_and(|limit| starts > limit);
                if let Some(why) = self.held_back(beyond).await {
                    outcomes.extend(self.all(batch, OutcomeKind::NotTried, &why));
                    continue;
                }
                outcomes.extend(self.batch(target, pace, action, policy, batch).await);
            }
        }
        outcomes
    }

    /// The reason why no batch may begin now, if there is one. `beyond`: there are more starts than AWS accepts at
    /// once, so the batch waits first.
    async fn held_back(&self, beyond: bool) -> Option<String> {
        if !self.clock.fits(if beyond { WORST_BEYOND } else { WORST_BATCH }) {
            self.noted.troubled.set(true);
            let why = "out of time: its worst case no longer fits before the deadline; the next run makes it up";
            return Some(why.to_owned());
        }
        if beyond {
            tokio::time::sleep(WORST_BEYOND - WORST_BATCH).await;
        }
        if !self.recheck.heeds_pause() {
            return None;
        }
        let switch = self.pause.switch().await;
        if matches!(switch, Switch::Unreadable(_)) {
            self.noted.troubled.set(true);
        }
        switch.why_paused()
    }

    /// Refuses a further call if it, and what must follow it, would not end before the deadline.
    pub(crate) fn in_time(&self) -> Result<(), ActError> {
        if self.clock.fits(ANOTHER_CALL) {
            return Ok(());
        }
        self.noted.troubled.set(true);
        Err(ActError::NotSent("there was no time left before the run's deadline".to_owned()))
    }

    /// Refuses a further call when the last scan is too old. Otherwise a batch that is throttled or halved often could
    /// stop an instance that was kept, paused or opened in the meantime.
    fn fresh(&self, scanned: DateTime<Utc>) -> Result<(), ActError> {
        if self.clock.now() - scanned <= chrono::Duration::seconds(STALE_SECONDS) {
            return Ok(());
        }
        self.noted.troubled.set(true);
        Err(ActError::NotSent("its last scan was too long ago; the next run scans it again".to_owned()))
    }

    async fn batch(&self, target: &Target, pace: &Pace, action: Action, policy: &str, steps: &[&Step]) -> Vec<Outcome> {
        let (mut outcomes, ready, found) = self.recheck(target, steps).await;
        let mut allowed: Vec<&Step> = Vec::new();
        for step in ready {
            match self.warrant.spend(step) {
                Ok(()) => allowed.push(step),
                Err(cap) => outcomes.push(self.outcome(step, OutcomeKind::NotTried, format!("cap `{}`", cap.as_str()))),
            }
        }
        if !allowed.is_empty() {
            outcomes.extend(match action {
                Action::Stop => self.stop(target, pace, policy, &allowed, false, &found).await,
                Action::Hibernate => self.stop(target, pace, policy, &allowed, true, &found).await,
                Action::Start => self.start(target, pace, policy, &allowed, &found).await,
            });
        }
        outcomes
    }

    /// Tags, stops, and verifies both. The tag is written first, so that every stop has its tag. If the stop then
    /// fails, the tag is removed again, because it would be false.
    async fn stop(
        &self,
        target: &Target,
        pace: &Pace,
        policy: &str,
        steps: &[&Step],
        hibernate: bool,
        found: &Current,
    ) -> Vec<Outcome> {
        let was = steps.first().and_then(|step| self.size_of(found.get(&step.id)));
        let (value, since) = (self.own_tag(policy, steps, was), self.clock.now());
        let Tagged { confirmed, possible, mut ends } = self.tag_before(target, pace, steps, &value, since).await;
        let attempt = |part: Vec<ResourceId>| async move {
            self.in_time()?;
            self.fresh(since)?;
            let end = self.bring_down(target, &part, hibernate, found).await;
            tokio::time::sleep(pace.after_stop).await;
            end
        };
        ends.extend(bisect(&confirmed, pace.per_call, attempt).await);
        let mut seen = self.watch(target, pace, steps, &ends, State::is_down).await;
        // The SDK retries: a call may be reported as refused although its first attempt succeeded. One scan shows
        // which.
        let is_refused = |step: &&Step| {
            let end = ends.get(&step.id);
            confirmed.contains(&step.id) && matches!(end, Some(Err(ActError::Refused(_) | ActError::InTransition(_))))
        };
        let refused: Vec<&Step> = steps.iter().copied().filter(is_refused).collect();
        if !refused.is_empty()
            && let Ok(now) = self.see(target, &refused).await
        {
            seen.extend(now);
        }
        let (mut outcomes, mut to_untag) = (Vec::new(), Vec::new());
        for step in steps {
            let end = ends.remove(&step.id).unwrap_or_else(no_answer);
            let (kind, detail) = stopped(&end, seen.get(&step.id).map(|instance| instance.state));
            if matches!(kind, OutcomeKind::Failed | OutcomeKind::NotTried) && possible.contains(&step.id) {
                to_untag.push(step.id.clone());
            }
            outcomes.push(self.outcome(step, kind, detail));
        }
        self.remove_stop_tag(target, steps, &to_untag, &mut outcomes).await;
        self.ensure_stop_tag(target, steps, &seen, &value, &mut outcomes).await;
        let stopped = outcomes.iter().filter(|outcome| outcome.outcome.may_have_stopped());
        self.remember(stopped.map(|outcome| &outcome.id), Some(&value));
        outcomes
    }

    /// Writes the tag of a stop. `since`: when the resources were scanned.
    async fn tag_before(
        &self,
        target: &Target,
        pace: &Pace,
        steps: &[&Step],
        value: &str,
        since: DateTime<Utc>,
    ) -> Tagged {
        let (key, mut tagged) = (self.settings.tags.stopped.as_str(), Tagged::default());
        let attempt = |part: Vec<ResourceId>| async move {
            self.in_time()?;
            self.fresh(since)?;
            let end = self.act.tag(target, &names(&part), key, value).await;
            tokio::time::sleep(pace.after_stop).await;
            end
        };
        for (id, end) in bisect(&ids_of(steps), pace.per_call, attempt).await {
            if matches!(end, Ok(()) | Err(ActError::Unclear(_))) {
                tagged.possible.insert(id.clone());
            }
            match end {
                Ok(()) => tagged.confirmed.push(id),
                Err(late @ ActError::NotSent(_)) => _ = tagged.ends.insert(id, Err(late)),
                Err(why) => {
                    let why = format!("not stopped, for its tag could not be written: {why}");
                    tagged.ends.insert(id, Err(ActError::Refused(why)));
                }
            }
        }
        tagged
    }

    /// Starts, verifies, and only then removes the tag. A start that falls back has changed the launch time. Its tag is
    /// written again, so that the stop still counts as the reaper's and the start is tried again. What others stopped
    /// gets no tag.
    async fn start(
        &self,
        target: &Target,
        pace: &Pace,
        policy: &str,
        steps: &[&Step],
        found: &Current,
    ) -> Vec<Outcome> {
        let ids = ids_of(steps);
        let attempt = |part: Vec<ResourceId>| async move {
            self.in_time()?;
            let end = self.bring_up(target, &part, found).await;
            tokio::time::sleep(pace.after_start).await;
            end
        };
        let mut ends: HashMap<_, _> = bisect(&ids, pace.per_call, attempt).await.into_iter().collect();
        let takes_minutes = steps.iter().any(|step| step.id.kind.takes_minutes());
        let is_up = |state| state == State::Running || takes_minutes && state == State::Pending;
        let seen = self.watch(target, pace, steps, &ends, is_up).await;
        let mut outcomes = Vec::new();
        let (mut up, mut fallen) = (Vec::new(), Vec::new());
        for step in steps {
            let end = ends.remove(&step.id).unwrap_or_else(no_answer);
            let (kind, detail) = started(&end, seen.get(&step.id).map(state_after_start), step.id.kind);
            if kind == OutcomeKind::Started {
                up.push(step.id.clone());
            } else if kind == OutcomeKind::Failed && end.is_ok() {
                fallen.push(*step);
            }
            outcomes.push(self.outcome(step, kind, detail));
        }
        self.remember(up.iter(), None);
        self.remove_stop_tag(target, steps, &up, &mut outcomes).await;
        fallen.retain(|step| !self.is_of_others(policy, step, seen.get(&step.id)));
        self.restore_stop_tag(target, policy, steps, &ids_of(&fallen), &mut outcomes).await;
        self.name_what_is_missing(target, policy, steps, &mut outcomes).await;
        outcomes
    }
}

/// The tags that stops are preceded by.
#[derive(Default)]
struct Tagged {
    /// Resources that have the tag.
    confirmed: Vec<ResourceId>,
    /// These, and those that may have it.
    possible: HashSet<ResourceId>,
    /// Why the others are not stopped.
    ends: HashMap<ResourceId, Result<(), ActError>>,
}

fn no_answer() -> Result<(), ActError> {
    Err(ActError::Unclear("no answer".to_owned()))
}

/// The state of what was started. A service that is being deployed has its tasks, too.
fn state_after_start(now: &Instance) -> State {
    if now.service.is_some() && now.state == State::Changing { State::Running } else { now.state }
}
