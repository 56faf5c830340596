//! Remarks about an instance: whether an earlier stop held, whether it has run for too long without a specific owner,
//! whether it has tags that look like ours but are not. Remarks decide nothing.

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::past_runs::START_MINUTES;
use crate::engine::model::{Because, Remark, Scaling, Starter, State, Stopped, Suspended};
use crate::engine::rules::Case;
use crate::engine::tags::{Kept, OwnTag};

/// For how many days a start after one of the reaper's stops is reported.
const TOLD_DAYS: i64 = 7;

/// After so many weeks in which only AWS has started a database, its owner is asked whether it is still wanted.
const RESTING_WEEKS: i64 = 8;

/// All remarks. `by_default`: the owner comes from the settings' default only.
pub fn remarks(case: &Case<'_>, by_default: bool) -> Vec<Remark> {
    let aged = aged(case, by_default).map(|since| Remark::Aged { since });
    let wanted = resting(case).map(|since| Remark::StillWanted { since });
    aged.into_iter()
        .chain(wanted)
        .chain(after_stop(case))
        .chain(scaling_suspended(case))
        .chain(unknown_tags(case))
        .collect()
}

/// Tags that look like ours but are not, except the one that the verdict already names.
fn unknown_tags(case: &Case<'_>) -> impl Iterator<Item = Remark> {
    let names = &case.settings.tags;
    let in_verdict = |key: &str| matches!(case.kept_from_stops(), Kept::Mistyped { key: found, .. } if found == key);
    let owner = |key: &str| case.settings.owners.tags.iter().any(|tag| tag.eq_ignore_ascii_case(key));
    case.instance.tags.iter().filter_map(move |(key, _)| {
        let meant = names.meant(key);
        let unknown = (meant.is_some() || names.is_unknown(key)) && !in_verdict(key) && !owner(key);
        unknown.then(|| Remark::UnknownTag { key: key.to_owned(), meant: meant.map(str::to_owned) })
    })
}

/// Since when it has been running, if that exceeds `max-age` and its owner comes from the settings' default only.
pub fn aged(case: &Case<'_>, by_default: bool) -> Option<DateTime<Utc>> {
    let idle = case.settings.idle.as_ref().filter(|_| by_default && case.policy.is_some())?;
    let up = case.instance.state == State::Running;
    case.instance.launch.filter(|since| up && case.now - *since > idle.max_age)
}

/// Since when only AWS has started a database, if that is long and nobody has said that it is wanted.
pub fn resting(case: &Case<'_>) -> Option<DateTime<Utc>> {
    let since = case.instance.database.as_ref()?.resting?;
    let is_known = case.kept != Kept::No || case.instance.tags.any_case(&case.settings.tags.seen).next().is_some();
    let is_long = case.now - since >= Duration::weeks(RESTING_WEEKS);
    (case.policy.is_some() && is_long && !is_known).then_some(since)
}

/// What happened after the stop that its own tag records.
fn after_stop(case: &Case<'_>) -> Option<Remark> {
    let tag = case.own_tag()?;
    if case.is_ours_since(&tag) {
        let down = matches!(case.instance.state, State::Stopping | State::Stopped);
        return down.then(|| Remark::Holds(stopped(tag)));
    }
    let at = started_again(case, &tag)?;
    let by = starter(case, at);
    Some(Remark::StartedAgain { stopped: stopped(tag), at, by })
}

/// A person who scales up a service may not know that its stop has suspended its scaling, and that only a start by the reaper
/// resumes it.
fn scaling_suspended(case: &Case<'_>) -> Option<Remark> {
    let facts = case.instance.service.as_ref()?;
    let up = matches!(case.instance.state, State::Running | State::Changing);
    if !up || facts.scaling != Scaling::Target(Suspended::ALL) {
        return None;
    }
    let tag = case.own_tag()?;
    let former = tag.was.and_then(|was| was.suspended)?;
    (former != Suspended::ALL).then(|| Remark::ScalingSuspended(stopped(tag)))
}

/// When it was started again, if that was recently and before its hours began: a start within its hours is normal. An
/// instance that was stopped as idle has no hours, so every start counts.
fn started_again(case: &Case<'_>, tag: &OwnTag) -> Option<DateTime<Utc>> {
    let up = matches!(case.instance.state, State::Pending | State::Running);
    let launch = case.instance.launch.filter(|launch| up && *launch > tag.at && *launch <= case.now)?;
    let opens = match tag.because {
        Because::Hours => case.policy.and_then(|(_, hours)| hours.schedule.next_opening(tag.at)),
        Because::Idle => None,
    };
    let lately = case.now - launch <= Duration::days(TOLD_DAYS);
    let early = opens.is_none_or(|opens| launch < opens);
    let own = case.history.is_own_start(&case.instance.id, launch) && undone(case, launch).is_none();
    (lately && early && !own).then_some(launch)
}

fn starter(case: &Case<'_>, launch: DateTime<Utc>) -> Starter {
    undone(case, launch).map_or(Starter::Unknown, |_| Starter::Undo)
}

/// The undo that a start belongs to. The undo is recorded when it decides, and the start follows within the same run.
fn undone(case: &Case<'_>, launch: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let at = *case.history.undone.get(&case.instance.id)?;
    (at <= launch && launch - at <= Duration::minutes(START_MINUTES)).then_some(at)
}

fn stopped(tag: OwnTag) -> Stopped {
    let OwnTag { at, run, policy: _, because, was: _, hub: _ } = tag;
    Stopped { at, run, because }
}
