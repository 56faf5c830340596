//! The reaper's own tag. It must be true: stopped instances have it, and others do not. AWS may confirm a tag that it
//! does not write, and may show one late. So a wrong tag is written once more and scanned again. If it is still wrong,
//! a message says so. A stop is never undone because of its tag.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::engine::config::AtOpening;
use crate::engine::model::{
    Because, Instance, NOT_ALLOWED, ONLY_ITS_OWN, Outcome, OutcomeKind, Reason, ResourceId, Size, State, Step, Target,
    names,
};
use crate::engine::tags::OwnTag;
use crate::ports::{Act, ActError, Pause, Scan};
use crate::run::act::{Acting, SCAN_TIMEOUT, ids_of};
use crate::run::bisect::{bisect, per_call};

/// Waits before the scans of a tag: 5 s in all, less if the deadline is near. A tag shows within a second. If the first
/// scan does not show it, it is written once more at once: writing it twice does no harm, and waiting might.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3)];

/// The wanted state of the reaper's tag.
#[derive(Clone, Copy)]
enum Wish<'a> {
    /// Present, with this value.
    Present(&'a str),
    /// Absent.
    Absent,
}

impl Wish<'_> {
    /// Whether an instance's tag is wrong. A terminated instance needs no tag.
    fn fails(self, instance: &Instance, key: &str) -> bool {
        let now = instance.tags.get(key);
        match (self, instance.state) {
            (Self::Present(_), State::ShuttingDown | State::Terminated) => false,
            (
                Self::Present(value),
                State::Pending | State::Running | State::Stopping | State::Stopped | State::Changing | State::Unknown,
            ) => now != Some(value),
            (Self::Absent, _) => now.is_some(),
        }
    }
}

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    /// The reaper's tag as of now, the same for a whole batch. An instance that an undo leaves stopped keeps the tag of
    /// the run that it undoes.
    pub(crate) fn own_tag(&self, policy: &str, steps: &[&Step], was: Option<Size>) -> String {
        let run = self.recheck.undoes().unwrap_or(&self.run.id).to_owned();
        let idle = steps.iter().any(|step| step.reason == Reason::Idle);
        let because = if idle { Because::Idle } else { Because::Hours };
        let hub = self.settings.run.hub.clone();
        OwnTag { at: self.clock.now(), run, policy: policy.to_owned(), because, was, hub }.to_string()
    }

    /// Ensures that instances that were stopped, or may have been, have the tag that was written before. Without it the
    /// reaper could not know who stopped them, and would not start them again. An instance that could not be scanned
    /// after its stop is tagged once more anyway.
    pub(crate) async fn ensure_stop_tag(
        &self,
        target: &Target,
        steps: &[&Step],
        seen: &HashMap<ResourceId, Instance>,
        value: &str,
        outcomes: &mut [Outcome],
    ) {
        let key = self.settings.tags.stopped.as_str();
        let may_stop =
            |step: &Step| outcomes.iter().any(|outcome| outcome.id == step.id && outcome.outcome.may_have_stopped());
        let bare = |step: &Step| seen.get(&step.id).is_none_or(|now| Wish::Present(value).fails(now, key));
        let bare: Vec<&Step> = steps.iter().copied().filter(|step| may_stop(step) && bare(step)).collect();
        for (id, scanned) in self.settle(target, bare, Wish::Present(value)).await {
            self.noted.troubled.set(true);
            let mend = format!("start it when it is wanted, or tag it by hand: `{value}`");
            let why = if scanned || seen.contains_key(&id) {
                format!("its tag `{key}` is not on it, though AWS confirmed it, so nothing will start it again; {mend}")
            } else {
                format!("whether its tag `{key}` is on it could not be seen; if not, {mend}")
            };
            add(outcomes, &id, &format!("; and {why}"));
        }
    }

    /// Removes the reaper's tag where its stop has failed, or its start has succeeded. A tag older than the start is
    /// recognised as obsolete. A tag on a failed stop is not, so it is verified.
    pub(crate) async fn remove_stop_tag(
        &self,
        target: &Target,
        steps: &[&Step],
        ids: &[ResourceId],
        outcomes: &mut [Outcome],
    ) {
        let removed = self.write_tag(target, ids, Wish::Absent, "removed", outcomes).await;
        let failed = |id: &ResourceId| outcomes.iter().any(|one| one.id == *id && one.outcome != OutcomeKind::Started);
        let doubtful = |step: &&&Step| removed.contains(&step.id) && failed(&step.id);
        let doubtful: Vec<&Step> = steps.iter().filter(doubtful).copied().collect();
        self.verify_tag(target, doubtful, Wish::Absent, "could not be removed", outcomes).await;
    }

    /// Writes the reaper's tag again on instances that fell back, because they must still be started.
    pub(crate) async fn restore_stop_tag(
        &self,
        target: &Target,
        policy: &str,
        steps: &[&Step],
        ids: &[ResourceId],
        outcomes: &mut [Outcome],
    ) {
        let value = self.own_tag(policy, &[], None);
        let wish = Wish::Present(&value);
        let written = self.write_tag(target, ids, wish, "written anew", outcomes).await;
        let owed: Vec<&Step> = steps.iter().filter(|step| written.contains(&step.id)).copied().collect();
        self.verify_tag(target, owed, wish, "is not as it was written anew", outcomes).await;
    }

    /// Writes or removes the tag, and adds to the outcomes where it could not be `done`. Returns where it was.
    async fn write_tag(
        &self,
        target: &Target,
        ids: &[ResourceId],
        wish: Wish<'_>,
        done: &str,
        outcomes: &mut [Outcome],
    ) -> HashSet<ResourceId> {
        let key = self.settings.tags.stopped.as_str();
        let mut written = HashSet::new();
        for (id, end) in bisect(ids, per_call(ids), async |part| self.put(target, &part, wish).await).await {
            match end {
                Ok(()) => _ = written.insert(id),
                Err(why) => add(outcomes, &id, &format!("; and its tag `{key}` could not be {done}: {why}")),
            }
        }
        written
    }

    async fn put(&self, target: &Target, part: &[ResourceId], wish: Wish<'_>) -> Result<(), ActError> {
        let key = self.settings.tags.stopped.as_str();
        match wish {
            Wish::Present(value) => self.act.tag(target, &names(part), key, value).await,
            Wish::Absent => self.act.untag(target, &names(part), key).await,
        }
    }

    /// Scans the tag, and adds to the outcomes where it is not as AWS has confirmed it.
    async fn verify_tag(
        &self,
        target: &Target,
        steps: Vec<&Step>,
        wish: Wish<'_>,
        wrong: &str,
        outcomes: &mut [Outcome],
    ) {
        let key = &self.settings.tags.stopped;
        for (id, _) in self.settle(target, steps, wish).await.into_iter().filter(|(_, scanned)| *scanned) {
            self.noted.troubled.set(true);
            add(outcomes, &id, &format!("; and its tag `{key}` {wrong}, though AWS confirmed it"));
        }
    }

    /// Whether others stopped the instance of a start, as far as `now` shows: the reaper's tag is missing, or is older
    /// than the last start.
    pub(crate) fn is_of_others(&self, policy: &str, step: &Step, now: Option<&Instance>) -> bool {
        let mut policies = self.settings.policies.iter().filter(|known| known.name == policy);
        let may_be = policies.any(|policy| policy.at_opening == AtOpening::Start) && self.recheck.undoes().is_none();
        let tag = |now: &Instance| OwnTag::parse(now.tags.get(&self.settings.tags.stopped)?).ok();
        let ours = |tag: OwnTag| step.launched.is_none_or(|launched| launched <= tag.at);
        may_be && now.is_some_and(|now| !tag(now).is_some_and(ours))
    }

    /// Adds to starts that the acting role may not make what it lacks, if others stopped the instance.
    pub(crate) async fn name_what_is_missing(
        &self,
        target: &Target,
        policy: &str,
        steps: &[&Step],
        outcomes: &mut [Outcome],
    ) {
        let is_denied = |one: &Outcome, id: &ResourceId| one.id == *id && one.detail.starts_with(NOT_ALLOWED);
        let denied = |step: &&&Step| outcomes.iter().any(|one| is_denied(one, &step.id));
        let denied: Vec<&Step> = steps.iter().filter(denied).copied().collect();
        let now = if denied.is_empty() { HashMap::new() } else { self.see(target, &denied).await.unwrap_or_default() };
        for step in denied.iter().filter(|step| self.is_of_others(policy, step, now.get(&step.id))) {
            add(outcomes, &step.id, ONLY_ITS_OWN);
        }
    }

    /// Scans the reaper's tag until it is right, a bounded number of times. It writes the tag once more after the first
    /// scan, or if no scan succeeded. Returns the instances whose tag was not found right, and whether any scan
    /// succeeded.
    async fn settle(&self, target: &Target, steps: Vec<&Step>, wish: Wish<'_>) -> Vec<(ResourceId, bool)> {
        let key = self.settings.tags.stopped.as_str();
        let (mut open, mut scanned, mut written) = (steps, false, false);
        for wait in WAITS {
            if open.is_empty() || !self.clock.fits(wait + SCAN_TIMEOUT) {
                break;
            }
            tokio::time::sleep(wait).await;
            if let Ok(now) = self.see(target, &open).await {
                // What only the record still has is not on the resource.
                let lost = self.noted.lost_tags.borrow();
                let is_gone = |id: &ResourceId| matches!(wish, Wish::Absent) && lost.contains(id);
                open.retain(|step| now.get(&step.id).is_some_and(|now| wish.fails(now, key) && !is_gone(&step.id)));
                scanned = true;
            }
            if !written {
                written = true;
                let ids = ids_of(&open);
                let attempt = |part: Vec<ResourceId>| async move {
                    self.in_time()?;
                    self.put(target, &part, wish).await
                };
                // The next scan shows whether it was written.
                let _ = bisect(&ids, per_call(&ids), attempt).await;
            }
        }
        open.iter().map(|step| (step.id.clone(), scanned)).collect()
    }
}

/// Adds to the text of one outcome.
fn add(outcomes: &mut [Outcome], id: &ResourceId, why: &str) {
    if let Some(outcome) = outcomes.iter_mut().find(|outcome| outcome.id == *id) {
        outcome.detail += why;
    }
}
