//! What may be stopped for its hours or for doing nothing, and what must be found, as the documentation says it: without
//! a line of the rules.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::model::Because;
use idle_reaper::engine::model::{Instance, State};

use super::histories::{self, at_work, is_member, is_weekday, kept, local, tag};

/// What a machine is for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Nature {
    /// Nothing any more, and nobody thinks of it.
    #[default]
    Left,
    /// People work with it, start and stop and retag it.
    Used,
    /// One hour of work every so many days; nobody touches it.
    Batch(i64),
    /// Like `Left`, but a fifth of its datapoints never come.
    Patchy,
}

/// What the reference remembers of one instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) nature: Nature,
    /// Hours in which it ran, and those in which it worked, by their beginning.
    pub(super) ran: BTreeSet<DateTime<Utc>>,
    pub(super) worked: BTreeSet<DateTime<Utc>>,
    /// When somebody else than the reaper last started it.
    pub(super) anew: DateTime<Utc>,
    /// When anything last happened after which its owner has to be told anew.
    pub(super) disturbed: DateTime<Utc>,
    pub(super) cpu: f64,
    /// Stopped by the reaper for its hours, and nobody has touched it since.
    pub(super) reaped: bool,
    pub(super) idle_stops: usize,
    /// Since when it is forgotten: it could be found, and its owner be told.
    pub(super) due_since: Option<DateTime<Utc>>,
}

impl histories::Memory for Memory {
    fn retagged(&mut self, now: DateTime<Utc>) {
        self.disturbed = now;
    }
}

/// Whether its hours are open, by its tag or its policy.
pub(super) fn open(found: &Instance, now: DateTime<Utc>) -> Option<bool> {
    let lab = tag(found, "Env") == Some("lab");
    at_work(tag(found, "idle-reaper:schedule").unwrap_or(if lab { "always" } else { "office" }), now)
}

/// Why nothing may stop it, whatever is known of its work.
pub(super) fn protected(found: &Instance, now: DateTime<Utc>) -> Option<&'static str> {
    [
        (is_member(found), "Auto Scaling would replace it"),
        (!matches!(tag(found, "Env"), Some("dev" | "lab")), "no policy speaks of it"),
        (open(found, now).is_none(), "its schedule cannot be read"),
    ]
    .into_iter()
    .find_map(|(holds, why)| holds.then_some(why))
    .or_else(|| kept(found, now))
}

/// Why it does not do nothing, or why too little is known to say so. `sure`: what must be found, not what may be.
fn not_idle(found: &Instance, memory: &Memory, sure: bool, now: DateTime<Utc>) -> Option<&'static str> {
    let margin = if sure { Duration::days(1) } else { Duration::zero() };
    let (veto, decision) = (now - Duration::days(35), now - Duration::days(14));
    let since = if sure { veto - margin } else { memory.anew.max(veto) };
    let hours = memory.ran.range(memory.anew.max(decision)..).filter(|hour| **hour + Duration::hours(1) <= now).count();
    let strict = tag(found, "Env") == Some("dev");
    [
        (memory.worked.range(since..).next().is_some(), "it has worked"),
        (memory.cpu >= 15.0, "it works now"),
        (memory.nature == Nature::Patchy, "a fifth of its datapoints is missing"),
        (hours < if sure { 64 } else { 59 }, "it has hardly run"),
        (strict && memory.anew > veto - margin + Duration::hours(1), "it was started within the veto window"),
    ]
    .into_iter()
    .find_map(|(holds, why)| holds.then_some(why))
}

/// The same time of day, so many business days later.
pub(super) fn business_days_after(since: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    let (mut end, mut left) = (since, days);
    while left > 0 {
        end += Duration::days(1);
        left -= u32::from(is_weekday(local(end).date()));
    }
    end
}

impl Memory {
    /// Why it may not be stopped now, for this; `told`: when its owner first heard that it will be.
    pub(super) fn why_not(
        &self,
        found: &Instance,
        because: Because,
        told: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<&'static str> {
        match because {
            Because::Idle => self.why_not_idle(found, told, now),
            Because::Hours => self.why_not_hours(found, told, now),
        }
    }

    /// Why it may not be stopped for being idle now.
    fn why_not_idle(&self, found: &Instance, told: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<&'static str> {
        let told = told.filter(|told| *told >= self.disturbed);
        let in_grace = told.is_none_or(|told| now < business_days_after(told, 5));
        [
            (found.state != State::Running, "it does not run"),
            (tag(found, "idle-reaper:marked").is_none(), "it is not marked"),
            (in_grace, "its owner was not told, or has days left"),
            (self.idle_stops >= 2, "somebody has taken it back twice"),
        ]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
        .or_else(|| protected(found, now).or_else(|| not_idle(found, self, false, now)))
    }

    /// Why it may not be stopped for its hours now.
    fn why_not_hours(&self, found: &Instance, told: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<&'static str> {
        let launch = found.launch.expect("a launch time");
        let told = told.is_some_and(|told| now - told >= Duration::days(1));
        [
            (found.state != State::Running, "it does not run"),
            (open(found, now) == Some(true), "its hours have begun"),
            (now - launch < Duration::minutes(15), "it was just started"),
            (open(found, launch) == Some(false) && now - launch < Duration::hours(2), "somebody works late"),
            (self.cpu >= 10.0, "it is busy"),
            (!told, "its owner was not told a day ahead"),
        ]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
        .or_else(|| protected(found, now))
    }

    /// Whether it is forgotten, so that it must be found: it runs, or does so in its hours, surely does nothing, and its
    /// owner can be told.
    pub(super) fn is_due(&self, found: &Instance, now: DateTime<Utc>) -> bool {
        (found.state == State::Running || self.reaped)
            && protected(found, now).is_none()
            && not_idle(found, self, true, now).is_none()
            && tag(found, "Owner") != Some("nobody")
            && self.idle_stops < 2
    }
}
