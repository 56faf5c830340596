//! Whether an instance's `marked` tag is still valid.

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::History;
use crate::engine::model::{Instance, Lifted};
use crate::engine::rules::Case;
use crate::engine::tags::Mark;
use crate::engine::tags::mark::digest_of;

/// The instance's mark, if it is valid: readable, from this policy, and no sign of life since it was written.
///
/// # Errors
/// Why it is not valid; `None` if there is no mark.
pub fn standing(case: &Case<'_>) -> Result<Mark, Option<Lifted>> {
    let tags = &case.settings.tags;
    let value = case.instance.tags.get(&tags.marked).ok_or(None)?;
    let mark = Mark::parse(value).map_err(|_| Some(Lifted::Unreadable))?;
    // Another hub wrote this mark: this hub neither counts it nor removes it.
    if !case.settings.run.wrote(mark.hub.as_deref()) {
        return Err(None);
    }
    let policy = case.policy.map(|(policy, _)| policy.name.as_str());
    // A mark from the future is forged, or a clock is wrong.
    if mark.since.signed_duration_since(case.now) > Duration::minutes(1) {
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

/// The digest of the instance's tags, as a mark stores it. A change of a team's tags for the reaper is a sign of life
/// too.
pub(crate) fn digest(case: &Case<'_>) -> String {
    let tags = &case.settings.tags;
    let of_teams: Vec<&str> = tags.of_teams().into_iter().chain(tags.hours_keys()).collect();
    digest_of(&case.instance.tags, &tags.prefix, &of_teams)
}

/// Whether it was started after `since` by anyone but the reaper. The reaper's own start is no sign of life.
fn started_since(instance: &Instance, history: &History, since: DateTime<Utc>) -> bool {
    match instance.launch {
        None => true,
        Some(launch) => launch > since && !history.is_own_start(&instance.id, launch),
    }
}
