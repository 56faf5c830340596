//! Since when databases and services run, by what earlier runs found. AWS does not say it. The answer is never too early: a start counts
//! from the first run that found the database up.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{
    ByResource, DatabaseEvent, Happened, Instance, ResourceId, Scaling, Service, State, StopTag, Suspended, TaskSize,
    json_lines, sane, sane_option, settle,
};

/// Its path in the record.
pub const FILE: &str = "state/databases.jsonl";

/// A database that was not found for this many days is forgotten: it was deleted, or its account has left.
const FORGET_DAYS: i64 = 35;

/// After this many hours without a scan of it, a database may have been stopped and started meanwhile: a day, for one run
/// each night, and two more for a run that begins late.
const GAP_HOURS: i64 = 26;

/// A database that AWS has started runs until the closed hours, or until its maintenance window is over: a week at most, and a
/// day for a run that is late.
const RUNS_ON_DAYS: i64 = 8;

/// AWS starts a stopped database when it has announced, within this time: a start takes from minutes to an hour.
const RESTART_HOURS: i64 = 1;

/// What the runs so far have found of one database or service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Uptime {
    /// When it was found last.
    #[serde(deserialize_with = "sane")]
    found: DateTime<Utc>,
    /// Whether it was up then.
    up: bool,
    /// When it was first found up after its last start.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    started: Option<DateTime<Utc>>,
    /// Whether AWS made that start, because it had been stopped for seven days.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_aws: bool,
    /// When a database was first found stopped, if only AWS has started it since.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    resting: Option<DateTime<Utc>>,
    /// Whether it is up because the reaper's last stop failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stop_failed: bool,
    /// Whether this run has found a change that nothing explains so far.
    #[serde(skip)]
    unexplained: bool,
    /// It is stopped, others may have started it and stopped it since, and the events that would tell could not be read.
    /// The next run asks for them again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    doubtful: bool,
    /// It is stopped, and others may have started it at this time and stopped it since.
    #[serde(skip)]
    perhaps_started: Option<DateTime<Utc>>,
    /// When AWS starts it, as it was last found stopped.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    restarts: Option<DateTime<Utc>>,
    /// The tag of the reaper's stop, for as long as it is needed for a start. Other tools may take it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag: Option<Box<str>>,
    /// The task definition of a service whose size was asked for, and that size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<(Box<str>, TaskSize)>,
}

impl Uptime {
    /// Adds what is known to the facts of the resource.
    fn show(&self, found: &mut Instance) {
        if let Some(facts) = &mut found.database {
            (facts.restarted_by_aws, facts.stop_failed) = (self.by_aws, self.stop_failed);
            facts.doubtful = self.doubtful;
            facts.resting = self.resting;
        }
        found.date_start(self.started);
    }

    /// Since when it rests, as `earlier` runs have found it: it is stopped, or up by AWS alone. What then runs for longer than a
    /// week is in use. Where others may have started it unseen, it counts from now.
    fn rest(&mut self, earlier: Option<&Self>) {
        let now = self.found;
        let earlier = earlier.filter(|earlier| now - earlier.found <= Duration::hours(GAP_HOURS));
        let since = earlier.and_then(|earlier| earlier.resting).filter(|_| self.perhaps_started.is_none());
        let is_use = |started: DateTime<Utc>| now - started > Duration::days(RUNS_ON_DAYS);
        self.resting = match self.up {
            true if !self.by_aws || self.started.is_none_or(is_use) => None,
            true => since,
            false => since.or(Some(now.trunc_subsecs(0))),
        };
    }

    /// Adds the size of its tasks to a service whose task definition is the one that was asked for.
    fn recall_size(&mut self, found: &mut Instance) {
        let Some(facts) = &mut found.service else { return };
        let known = self.task.take().filter(|(definition, _)| facts.task_definition.as_ref() == Some(definition));
        facts.task = facts.task.or(known.map(|(_, size)| size));
        self.keep_size(facts);
    }

    /// Keeps the size of the tasks of a service.
    pub fn keep_size(&mut self, facts: &Service) {
        self.task = facts.task_definition.clone().zip(facts.task);
    }

    /// Whether this run has found a change that nothing explains so far. AWS's events may.
    pub fn is_unexplained(&self) -> bool {
        self.unexplained
    }

    /// Whether it is stopped, and it is unknown whether that is still the reaper's stop.
    pub fn is_doubtful(&self) -> bool {
        self.perhaps_started.is_some()
    }

    /// The same where a person stopped it, at the time `stopped` if that is known. It is not started again.
    #[must_use]
    fn protect(mut self, found: &mut Instance, stopped: Option<DateTime<Utc>>) -> Self {
        // The time of the stop: a start of the reaper that has the time of the start would count as its own.
        self.started = self.started.max(self.perhaps_started.take()).max(stopped);
        (self.unexplained, self.doubtful) = (false, false);
        self.show(found);
        self
    }

    /// The same where the events could not be read. A change is a person's for now: what is stopped is not started in this
    /// run, and the next one asks again.
    #[must_use]
    pub fn without_events(mut self, found: &mut Instance) -> Self {
        self.doubtful = self.perhaps_started.take().is_some();
        self.unexplained = false;
        self.show(found);
        if self.doubtful {
            found.date_start(Some(self.found));
        }
        self
    }
}

/// What the reaper itself did with a resource since it was found last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnActs {
    /// Its last stop, made or perhaps made.
    pub stop: Option<DateTime<Utc>>,
    /// Its last start. Only the later one of both is given. The start of an undo counts as a person's.
    pub start: Option<DateTime<Utc>>,
    /// Its last start, that of an undo included, if no stop has followed.
    pub tried: Option<DateTime<Utc>>,
    /// Whether it is unknown whether that start was made.
    pub is_open: bool,
}

/// The same for every database and service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uptimes(ByResource<Uptime>);

/// One of them, as the record stores it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    #[serde(flatten)]
    seen: Uptime,
}

impl Uptimes {
    /// Reads the file: one JSON line for each database. A line that is unreadable or in the future is ignored: then its
    /// database counts as started now.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Self {
        let mut lines: Vec<Line> = json_lines::readable(text).collect();
        settle(lines.iter_mut().map(|line| &mut line.id));
        let known = |seen: &Uptime| seen.found <= now && now - seen.found <= Duration::days(FORGET_DAYS);
        Self(lines.into_iter().filter(|line| known(&line.seen)).map(|Line { id, seen }| (id, seen)).collect())
    }

    /// The same, with what a run has found since.
    #[must_use]
    pub fn with(&self, found: &[(ResourceId, Uptime)]) -> Self {
        let mut all = self.clone();
        found.iter().for_each(|(id, seen)| all.0.insert(id.clone(), seen.clone()));
        all
    }

    /// Notes what a run has done with databases and services that it had found.
    pub fn note_tags(found: &mut [(ResourceId, Uptime)], stop_tags: Vec<StopTag>) {
        for (id, tag) in stop_tags {
            if let Some((_, seen)) = found.iter_mut().find(|(known, _)| *known == id) {
                seen.tag = tag;
            }
        }
    }

    /// The file, with what a run has found since.
    pub fn text_with(&self, found: &[(ResourceId, Uptime)], now: DateTime<Utc>) -> String {
        let all = self.with(found);
        let kept = all.0.iter().filter(|(_, seen)| now - seen.found <= Duration::days(FORGET_DAYS));
        json_lines::text(kept.map(|(id, seen)| Line { id: id.clone(), seen: seen.clone() }))
    }

    /// Adds to a database or a service when it was started last, and returns what is now known of it. One that was never found before
    /// may have been started by anybody just now.
    /// `stopped`: the key of the stop tag. A resource that has lost it, and was not started since, gets it from the record.
    pub fn date(&self, found: &mut Instance, own: OwnActs, now: DateTime<Utc>, stopped: &str) -> Option<Uptime> {
        if found.database.is_none() && found.service.is_none() {
            return None;
        }
        let up = matches!(found.state, State::Running | State::Changing);
        let mut seen = self.0.get(&found.id).cloned().unwrap_or_default();
        let is_gap = now - seen.found > Duration::hours(GAP_HOURS);
        if up && (!seen.up || is_gap || own.stop.is_some()) {
            // Before that, only a person can have started it.
            let announced = seen.restarts.is_some_and(|due| due <= now && now - due <= Duration::hours(RESTART_HOURS));
            seen.by_aws = announced && own.start.is_none();
            // Only RDS keeps events of starts and stops.
            seen.unexplained = own.start.is_none() && found.database.is_some();
            (seen.stop_failed, seen.doubtful) = (false, false);
            // The reaper's tag has whole seconds, too, and must not seem to be older than this.
            seen.started = Some(own.start.unwrap_or(now).trunc_subsecs(0));
        }
        if found.state == State::Stopped && found.database.is_some() {
            // After a start by the reaper it may have fallen back, or a person may have stopped it. If no run has found it
            // before, the record was lost, and its stop tag may be older than a start.
            let is_lost = self.0.get(&found.id).is_none() && found.tags.get(stopped).is_some();
            let is_unknown = is_lost || seen.doubtful;
            seen.perhaps_started = own.tried.or(is_unknown.then_some(now)).map(|at| at.trunc_subsecs(0));
            seen.unexplained |= seen.perhaps_started.is_some();
        }
        let restarts = found.database.as_ref().and_then(|facts| facts.restarts);
        seen.restarts = if up { None } else { restarts.or(seen.restarts) };
        (seen.found, seen.up) = (now, up);
        seen.rest(self.0.get(&found.id));
        seen.show(found);
        seen.recall_size(found);
        // If something else has scaled a service up, its scaling is still suspended, and the next stop needs to know what was
        // suspended before the first.
        let scaling = found.service.as_ref().map(|facts| facts.scaling);
        let is_needed = !up || scaling == Some(Scaling::Target(Suspended::ALL));
        let tag = found.tags.get(stopped).map(Box::from);
        // The run that has started it since may have failed to record that. Events show whether a database was started.
        let may_be_started = own.start.is_some() && !(own.is_open && found.database.is_some());
        let known = seen.tag.take().filter(|_| !may_be_started);
        seen.tag = tag.clone().or(known).filter(|_| is_needed);
        if let (None, Some(known)) = (&tag, &seen.tag) {
            found.tags = found.tags.with(stopped, known);
        }
        Some(seen)
    }

    /// The file, with the stop tags that an undo has left.
    pub fn text_with_tags(&self, stop_tags: Vec<StopTag>, now: DateTime<Utc>) -> String {
        let known = |(id, _): &StopTag| Some((id.clone(), self.0.get(id)?.clone()));
        let mut found: Vec<_> = stop_tags.iter().filter_map(known).collect();
        Self::note_tags(&mut found, stop_tags);
        self.text_with(&found, now)
    }

    /// Whether the resource was up when it was found last.
    pub fn was_up(&self, id: &ResourceId) -> bool {
        self.0.get(id).is_some_and(|seen| seen.up)
    }

    /// When the resource was found last.
    pub fn found(&self, id: &ResourceId) -> Option<DateTime<Utc>> {
        self.0.get(id).map(|seen| seen.found)
    }

    /// Explains a change by the events that AWS has kept of all databases of the target.
    pub fn explain(&self, mut seen: Uptime, found: &mut Instance, own: OwnActs, events: &[DatabaseEvent]) -> Uptime {
        let last = |what: Happened| {
            let its_own = events.iter().filter(|event| event.id == found.id && event.what == what);
            its_own.map(|event| event.at.trunc_subsecs(0)).max()
        };
        let (started, stopped, by_aws) =
            (last(Happened::Started), last(Happened::Stopped), last(Happened::StartedByAws));
        // After the reaper's start, a stop is a person's. If the record was lost, the events must show the last stop.
        let stop_is_own = match own.tried {
            Some(tried) => stopped.is_none_or(|stopped| stopped < tried),
            None => stopped.is_some_and(|stopped| started.is_none_or(|started| started < stopped)),
        };
        if by_aws.is_some_and(|by_aws| stopped.is_none_or(|stopped| stopped < by_aws)) {
            (seen.by_aws, seen.started) = (true, started.max(by_aws));
        } else if seen.is_doubtful() && !stop_is_own {
            return seen.protect(found, stopped);
        } else if started.is_some_and(|started| own.stop.or(own.tried).is_none_or(|acted| acted <= started)) {
            (seen.by_aws, seen.started) = (false, started);
        } else if own.stop.is_some_and(|acted| seen.up && stopped.is_none_or(|stopped| stopped < acted)) {
            // Neither stopped nor started: the stop failed, and it runs on as before.
            seen.stop_failed = true;
            seen.started = self.0.get(&found.id).and_then(|earlier| earlier.started);
        }
        seen.rest(self.0.get(&found.id));
        (seen.unexplained, seen.perhaps_started, seen.doubtful) = (false, None, false);
        seen.show(found);
        seen
    }
}
