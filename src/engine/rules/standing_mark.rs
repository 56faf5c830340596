//! Whether the `marked` tag of an instance is still in force.

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::past_runs::History;
use crate::engine::model::{Instance, Lifted};
use crate::engine::rules::case::Case;
use crate::engine::tags::mark::{Mark, digest_of};

/// The instance's mark, if it counts: readable, this policy's, and nothing has happened since it was written.
///
/// # Errors
/// Why it does not count; `None` where there is no mark at all.
pub fn standing(case: &Case<'_>) -> Result<Mark, Option<Lifted>> {
    let tags = &case.settings.tags;
    let value = case.instance.tags.get(&tags.marked).ok_or(None)?;
    let mark = Mark::parse(value).map_err(|_| Some(Lifted::Unreadable))?;
    // Another hub's mark is none of ours: it neither counts nor is lifted.
    if !case.settings.run.wrote(mark.hub.as_deref()) {
        return Err(None);
    }
    let policy = case.policy.map(|(policy, _)| policy.name.as_str());
    // A mark of the future is a forged one, or a clock that is wrong.
    if mark.since > case.now + Duration::minutes(1) {
        return Err(Some(Lifted::Unreadable));
    }
    if policy != Some(&mark.policy) {
        return Err(Some(Lifted::OtherPolicy));
    }
    if digest(case) != mark.tags {
        return Err(Some(Lifted::Retagged));
    }
    if started_since(case.instance, case.history, mark.since) {
        return Err(Some(Lifted::Restarted));
    }
    Ok(mark)
}

/// The digest of the instance's tags as a mark keeps it. What a team tells the reaper is a sign of life too.
pub(crate) fn digest(case: &Case<'_>) -> String {
    let tags = &case.settings.tags;
    digest_of(&case.instance.tags, &tags.prefix, &[&tags.keep, &tags.keep_until, &tags.schedule])
}

/// Whether somebody else than the reaper has started it after `since`. Its own start is no sign of life.
fn started_since(instance: &Instance, history: &History, since: DateTime<Utc>) -> bool {
    match instance.launch {
        None => true,
        Some(launch) => launch > since && !history.is_own_start(&instance.id, launch),
    }
}
