//! Stops and starts resources of every kind; services need more than one call. A stop suspends the scaling of a service before its desired count is set to 0, because an alarm
//! would lift the count again. A start restores what the stop has found.

use std::collections::HashMap;

use crate::engine::model::{Instance, Kind, NOT_ALLOWED, ResourceId, Scaling, Size, Suspended, Target, names};
use crate::engine::rules::case::own_tag;
use crate::ports::{Act, ActError, Pause, Scan};
use crate::run::act::Acting;

/// What the scan just before the act has found.
pub(crate) type Current = HashMap<ResourceId, Instance>;

impl<L: Scan, A: Act, P: Pause> Acting<'_, L, A, P> {
    /// What a start of this resource must restore. If its scaling is still suspended from an earlier stop, that stop's tag
    /// has what was suspended before.
    pub(crate) fn size_of(&self, instance: Option<&Instance>) -> Option<Size> {
        let instance = instance?;
        let now = instance.service.as_ref()?.size()?;
        let before = own_tag(instance, self.settings).and_then(|tag| tag.was).and_then(|size| size.suspended);
        let is_ours = now.suspended == Some(Suspended::ALL);
        Some(Size { suspended: before.filter(|_| is_ours).or(now.suspended), ..now })
    }

    /// Notes which stop tag databases and services have now, so that the record has it where another tool takes it away.
    pub(crate) fn remember<'i>(&self, ids: impl Iterator<Item = &'i ResourceId>, tag: Option<&str>) {
        let others = ids.filter(|id| id.kind != Kind::Instance);
        self.noted.stop_tags.borrow_mut().extend(others.map(|id| (id.clone(), tag.map(Box::from))));
    }

    /// Stops these resources, which are of one kind.
    pub(crate) async fn bring_down(
        &self,
        target: &Target,
        part: &[ResourceId],
        hibernate: bool,
        found: &Current,
    ) -> Result<(), ActError> {
        let Some(id) = part.first().filter(|id| id.kind == Kind::Service) else {
            return self.act.stop(target, &names(part), hibernate).await;
        };
        let Some(size) = self.size_of(found.get(id)) else {
            return Err(ActError::Refused("what a start would have to restore is not known".to_owned()));
        };
        let Some(former) = size.suspended else { return self.act.scale(target, &id.name, 0).await };
        self.resize(target, id, 0, Suspended::ALL, former).await
    }

    /// Suspends this of a service's scaling, and then sets its desired count. If that is refused, `before` is suspended again.
    async fn resize(
        &self,
        target: &Target,
        id: &ResourceId,
        desired: u32,
        to: Suspended,
        before: Suspended,
    ) -> Result<(), ActError> {
        let end = match self.act.suspend(target, &id.name, to).await {
            Ok(()) => self.act.scale(target, &id.name, desired).await,
            Err(ActError::Unclear(why)) => Err(ActError::Refused(why)),
            Err(why) => return Err(why),
        };
        match end {
            // Whether it was carried out shows later. If not, the next try finds what was suspended in the tag.
            Ok(()) | Err(ActError::Unclear(_)) => end,
            Err(why) => Err(self.restore_scaling(target, id, before, why).await),
        }
    }

    /// Suspends again what was suspended before, because the change of the desired count was refused for this cause.
    async fn restore_scaling(&self, target: &Target, id: &ResourceId, before: Suspended, why: ActError) -> ActError {
        match self.act.suspend(target, &id.name, before).await {
            Ok(()) => why,
            Err(again) => {
                self.noted.troubled.set(true);
                let text =
                    format!("{why}; and what is suspended of its scaling could not be set back to {before}: {again}");
                ActError::Refused(text)
            }
        }
    }

    /// Starts these resources, which are of one kind.
    pub(crate) async fn bring_up(&self, target: &Target, part: &[ResourceId], found: &Current) -> Result<(), ActError> {
        let Some(id) = part.first().filter(|id| id.kind == Kind::Service) else {
            return self.start_all(target, part, found).await;
        };
        let now = found.get(id);
        let Some(size) = now.and_then(|now| own_tag(now, self.settings)).and_then(|tag| tag.was) else {
            let why = "the stop's tag does not say how many tasks it had; set its desired count by hand";
            return Err(ActError::Refused(why.to_owned()));
        };
        self.rewrite_lost_tag(target, id, now).await?;
        let scaling = now.and_then(|now| now.service.as_ref()).map(|facts| facts.scaling);
        // Others may have changed what is suspended since, or deleted or created the scalable target: that is left as it is.
        let is_as_the_stop_left_it = scaling == Some(Scaling::Target(Suspended::ALL));
        match size.suspended.filter(|_| is_as_the_stop_left_it) {
            Some(former) => self.resize(target, id, size.desired, former, Suspended::ALL).await,
            None => self.act.scale(target, &id.name, size.desired).await,
        }
    }

    /// Starts instances or databases. RDS authorises by the tags of some minutes ago, so a start right after a lost tag was
    /// written again may be refused.
    async fn start_all(&self, target: &Target, part: &[ResourceId], found: &Current) -> Result<(), ActError> {
        let mut was_lost = false;
        for id in part.iter().filter(|id| id.kind == Kind::Database) {
            was_lost |= self.rewrite_lost_tag(target, id, found.get(id)).await?;
        }
        match self.act.start(target, &names(part)).await {
            Err(ActError::Refused(why)) if was_lost && why.starts_with(NOT_ALLOWED) => Err(ActError::NotSent(format!(
                "its tag `{}` was lost and has been written again, which AWS takes some minutes to accept; the next run or \
                 undo starts it",
                self.settings.tags.stopped
            ))),
            end => end,
        }
    }

    /// Writes the stop's tag again where only the record still has it: without it, the role may not start the resource.
    /// Returns whether it did.
    async fn rewrite_lost_tag(
        &self,
        target: &Target,
        id: &ResourceId,
        now: Option<&Instance>,
    ) -> Result<bool, ActError> {
        let key = self.settings.tags.stopped.as_str();
        let lost = self.noted.lost_tags.borrow().contains(id);
        let Some(value) = now.and_then(|now| now.tags.get(key)).filter(|_| lost) else { return Ok(false) };
        self.act.tag(target, &names([id]), key, value).await.map(|()| true).map_err(|why| match why {
            ActError::Refused(why) | ActError::Unclear(why) => ActError::Refused(format!(
                "not started, for its tag `{key}`, which was lost, could not be written again: {why}"
            )),
            ActError::InTransition(_) | ActError::NotSent(_) => why,
        })
    }
}
