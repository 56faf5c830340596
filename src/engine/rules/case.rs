//! The input of a rule: one instance and everything that is known about it.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::{AtOpening, Outside, Policy, Settings};
use crate::engine::evidence::{Idleness, LastHour};
use crate::engine::history::History;
use crate::engine::history::past_runs::START_MINUTES;
use crate::engine::model::{Account, Because, Instance, State, UnknownFact};
use crate::engine::request::Scope;
use crate::engine::schedule::{ExprError, HoursAt, Schedule};
use crate::engine::tags::{Kept, Mark, OwnTag};

/// How long after an opening an instance that others stopped is still started: a sweep of four hours, so that starts
/// beyond the cap of a run, and runs that were lost, are made up, and nothing that begins to match in the afternoon is
/// started.
const LATE_HOURS: i64 = 4;

/// The input of every rule. Rules read nothing else.
pub struct Case<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// What the request selects.
    pub scope: &'a Scope,
    /// The account of the instance.
    pub account: &'a Account,
    /// The instance.
    pub instance: &'a Instance,
    /// The first policy that matches, and the instance's hours under it.
    pub policy: Option<(&'a Policy, &'a Hours)>,
    /// The first policy whose match is unknown, if it comes before the first certain match, and the fact that is
    /// unknown. `policy` is then the one under which the reaper stopped the instance, if that policy may still match.
    pub match_unknown: Option<(&'a str, UnknownFact)>,
    /// What its tags request about keeping it.
    pub kept: Kept,
    /// The metrics of the last hour.
    pub activity: &'a Activity,
    /// The result of weeks of evidence.
    pub idleness: &'a Idleness,
    /// What earlier runs did.
    pub history: &'a History,
    /// The time at which everything is judged.
    pub now: DateTime<Utc>,
}

/// The hours of one instance under its policy.
#[derive(Clone, Debug)]
pub struct Hours {
    /// The policy's schedule, or the one from the instance's `schedule` tag (a name or an expression).
    pub schedule: Arc<Schedule>,
    /// Its state at `now`.
    pub at: HoursAt,
    /// The value of an unreadable tag and the error. The policy's schedule is used instead.
    pub unreadable: Option<(String, ExprError)>,
}

/// What is known about an instance's last hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Not requested: metrics are requested for candidates only, and a saved inventory has none.
    NotAsked,
    /// The metrics; some may be missing.
    Measured(LastHour),
    /// Requested, but there are no metrics, for this cause.
    Gap(String),
    /// Somebody is logged in by so many sessions of Session Manager. No metrics were requested.
    LoggedIn(usize),
    /// Whether somebody is logged in is unknown, for this cause. No metrics were requested.
    SessionsUnknown(String),
}

impl Activity {
    /// A complete hour with this CPU in percent, and no other activity.
    pub fn of_cpu(percent: f64) -> Self {
        Self::Measured(LastHour::of_cpu(percent))
    }

    /// What is missing before the hour can be called quiet, if it was requested.
    pub fn gap(&self) -> Option<&str> {
        match self {
            Self::NotAsked | Self::LoggedIn(_) => None,
            Self::Measured(hour) => hour.gap(),
            Self::Gap(gap) | Self::SessionsUnknown(gap) => Some(gap),
        }
    }
}

impl Case<'_> {
    /// Whether the policy hibernates and the instance is not set up for hibernation.
    pub(crate) fn cannot_hibernate(&self) -> bool {
        self.policy.is_some_and(|(policy, _)| policy.outside == Outside::Hibernate) && !self.instance.hibernation
    }

    /// Whether AWS made its last start, because a database had been stopped for seven days. Nobody wants to use it then.
    pub(crate) fn is_restarted_by_aws(&self) -> bool {
        self.instance.database.as_ref().is_some_and(|facts| facts.restarted_by_aws)
    }

    /// What protects it from a stop. Nothing does if the reaper stopped it and is about to start it: a keep tag means
    /// that the team wants it to run.
    pub(crate) fn kept_from_stops(&self) -> &Kept {
        if self.is_started_now() { &Kept::No } else { &self.kept }
    }

    /// Whether the reaper stopped it and its schedule is open or about to open.
    pub(crate) fn is_started_now(&self) -> bool {
        self.waits_for_opening().is_some() && self.opens_within_lead()
    }

    /// The reaper's own tag, if the instance is stopped, this policy stopped it, it has not been touched since, and
    /// the policy restarts what it stopped.
    pub(crate) fn waits_for_opening(&self) -> Option<OwnTag> {
        let (policy, _) = self.policy?;
        if self.instance.state != State::Stopped || policy.at_opening == AtOpening::Nothing {
            return None;
        }
        self.own_tag()
            .filter(|tag| tag.because == Because::Hours && tag.policy == policy.name && self.is_ours_since(tag))
    }

    /// When others stopped it before the opening that is now, if its policy starts whatever is stopped then. The times
    /// of EC2 tell whether it was already started for this opening, so a lost record or a killed run does not start it
    /// twice. Where one of them is unknown, it is not started. A keep tag protects it, too.
    pub(crate) fn stopped_before_opening(&self) -> Option<DateTime<Utc>> {
        let (policy, hours) = self.policy.filter(|(policy, _)| policy.at_opening == AtOpening::Start)?;
        let by_reaper = self.own_tag().is_some_and(|tag| self.is_ours_since(&tag));
        let doubtful = self.match_unknown.is_some() || self.other_hub().is_some() || self.kept != Kept::No;
        if self.instance.state != State::Stopped || by_reaper || doubtful || self.was_denied_today(hours) {
            return None;
        }
        let at = &hours.at;
        let opening = if at.open { at.opened? } else { at.opens? };
        let begins = opening.checked_sub_signed(policy.start_lead(self.instance.id.kind))?;
        let late = self.now.signed_duration_since(opening) > Duration::hours(LATE_HOURS);
        let due = begins <= self.now && !late;
        let (launch, stopped) = (self.instance.launch?, self.instance.transition?);
        (due && launch < begins && stopped < if at.open { opening } else { begins }).then_some(stopped)
    }

    /// Whether AWS denied its start earlier on this day of its schedule. The next try is tomorrow.
    fn was_denied_today(&self, hours: &Hours) -> bool {
        let day = |at: DateTime<Utc>| at.with_timezone(&hours.at.zone).date_naive();
        self.history.start_denied.get(&self.instance.id).is_some_and(|at| day(*at) == day(self.now))
    }

    /// Whether only the reaper has touched the instance since it wrote `tag`.
    pub(crate) fn is_ours_since(&self, tag: &OwnTag) -> bool {
        // A tag from the future is forged, or a clock is wrong: every change would seem to be older than it.
        let written = tag.at.signed_duration_since(self.now) <= Duration::minutes(1);
        written && (!tag.touched_since(self.instance) || self.own_start_fell_back())
    }

    /// Whether the last start was the reaper's own and failed. It changed the launch time anyway, and the instance
    /// still has to be started. Example: an instance without a KMS grant stops again without an error.
    fn own_start_fell_back(&self) -> bool {
        let (Some(known), Some(launch)) = (self.history.failed_starts.get(&self.instance.id), self.instance.launch)
        else {
            return false;
        };
        let begin = Duration::minutes(START_MINUTES);
        let own = known.iter().any(|known| known.signed_duration_since(launch) <= begin && launch <= *known);
        own && self.instance.transition.is_none_or(|transition| transition <= launch)
    }

    /// Whether the schedule is open, or opens within the policy's lead. If the calendar has no data or the tag is
    /// unreadable, the answer is yes: earlier rules handle those cases.
    pub(crate) fn opens_within_lead(&self) -> bool {
        self.policy.is_some_and(|(policy, hours)| {
            let at = &hours.at;
            let unknown = at.exhausted.is_some() || hours.unreadable.is_some();
            unknown
                || at.open
                || at.opens.is_some_and(|opens| {
                    opens.signed_duration_since(self.now) <= policy.start_lead(self.instance.id.kind)
                })
        })
    }

    /// The tag of the reaper's stop, as [`own_tag`] reads it.
    pub(crate) fn own_tag(&self) -> Option<OwnTag> {
        own_tag(self.instance, self.settings)
    }

    /// The key of a tag that another hub wrote, and that hub's name.
    pub(crate) fn other_hub(&self) -> Option<(&str, String)> {
        let names = &self.settings.tags;
        let find = |key: &str| self.instance.tags.get(key);
        let stopped = find(&names.stopped).and_then(|value| OwnTag::parse(value).ok()?.hub);
        let marked = || find(&names.marked).and_then(|value| Mark::parse(value).ok()?.hub);
        let other = |hub: &String| !self.settings.run.wrote(Some(hub));
        let stopped = stopped.filter(other).map(|hub| (&*names.stopped, hub));
        stopped.or_else(|| marked().filter(other).map(|hub| (&*names.marked, hub)))
    }
}

/// The tag of the reaper's stop on `instance`, if it is readable and has this hub's name or no name.
pub(crate) fn own_tag(instance: &Instance, settings: &Settings) -> Option<OwnTag> {
    let tag = OwnTag::parse(instance.tags.get(&settings.tags.stopped)?).ok();
    tag.filter(|tag| settings.run.wrote(tag.hub.as_deref()))
}
