//! Both tools beside each other for one week, minute by minute: where an instance runs under one and is stopped under
//! the other. At the begin the old tool is where its last action left it, and this one has stopped what is closed. What
//! the inventory saw is true of both.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::{DateTime, Datelike, Days, Duration, DurationRound, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::config::Settings;
use crate::engine::history::History;
use crate::engine::import::Caveat;
use crate::engine::judge::{Judge, Known};
use crate::engine::model::{Account, Action, Because, Instance, Reason, ResourceId, State, Tags};
use crate::engine::request::Scope;
use crate::engine::rules::{Activity, Case};
use crate::engine::schedule::dialects::{Dialect, Edges};
use crate::engine::schedule::{Schedule, begin_of};
use crate::engine::tags::OwnTag;

const DAYS: u64 = 7;

/// A clock change within this time before a difference may have made it: no zone skips more.
const LATELY: Duration = Duration::hours(3);

/// What a tool does at an instant: it starts (`true`) or stops.
type Acts = Rc<Vec<(DateTime<Utc>, bool)>>;

/// Some minutes in which both tools differ over an instance.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// The instance.
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// The first minute.
    pub from: DateTime<Utc>,
    /// The minute after the last one.
    pub to: DateTime<Utc>,
    /// Whether it runs under the old tool; under this one it is the other way round.
    pub old_runs: bool,
    /// The word for the kind of difference, as in the table of the page on moving in.
    pub word: &'static str,
    /// The rule that decides here.
    pub rule: Reason,
}

/// The comparison.
#[derive(Debug, Default)]
pub struct WeekCompared {
    /// The differences, by instance and time.
    pub differences: Vec<Difference>,
    /// How many instances were compared.
    pub compared: usize,
    /// How many have a tag whose meaning in the old tool is unknown here.
    pub unknown: usize,
}

struct Machine<'a> {
    account: Account,
    found: &'a Instance,
    acts: Acts,
    old: bool,
    ours: Instance,
    open: Option<Difference>,
}

/// Compares both tools from `first` on, 00:00 in the zone of the first policy. `seen`: when the inventory was taken.
pub fn compare_week<'a>(
    found: impl Iterator<Item = &'a Instance>,
    settings: &Settings,
    first: NaiveDate,
    seen: Option<DateTime<Utc>>,
) -> WeekCompared {
    let midnight = |date: Option<NaiveDate>| begin_of(settings.zone(), date.unwrap_or(first));
    let before = midnight(first.checked_sub_days(Days::new(DAYS)));
    let (begin, end) = (midnight(Some(first)), midnight(first.checked_add_days(Days::new(DAYS))));
    let mut week = WeekOf { before, begin, end, settings, known: HashMap::new() };
    let (mut result, mut machines) = (WeekCompared::default(), Vec::new());
    for instance in found {
        match week.acts(instance) {
            None => {}
            Some(None) => result.unknown += 1,
            Some(Some(acts)) => machines.extend(Machine::new(instance, acts, begin)),
        }
    }
    result.compared = machines.len();
    let seen = seen.and_then(|seen| seen.duration_trunc(Duration::minutes(1)).ok());
    let (scope, history) = (Scope::default(), History::default());
    for now in week.instants(&machines, seen) {
        let mut judge = Judge::new(settings, &scope, &history, now);
        for machine in &mut machines {
            machine.step(&mut judge, &settings.tags.stopped, now, seen == Some(now));
            result.differences.extend(machine.compare(&mut judge, now));
        }
    }
    result
        .differences
        .extend(machines.into_iter().filter_map(|machine| machine.open).map(|it| Difference { to: end, ..it }));
    result.differences.sort_by(|a, b| (&a.id, a.from).cmp(&(&b.id, b.from)));
    result
}

/// The minutes of the week and of the one before, and what is known of them. A week in which clocks change has an hour
/// more or less.
struct WeekOf<'a> {
    before: DateTime<Utc>,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
    settings: &'a Settings,
    known: HashMap<(String, String), Option<Acts>>,
}

impl WeekOf<'_> {
    /// From the week before, so that the state at the begin is known.
    fn minutes(&self) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        let before = self.before;
        let minutes = (self.end - before).num_minutes();
        (0..minutes).map(move |minute| before + Duration::minutes(minute))
    }

    /// What the old tool does with an instance; `None` where it has no tag of it.
    fn acts(&mut self, instance: &Instance) -> Option<Option<Acts>> {
        let names = &self.settings.tags;
        let find =
            |key: &str| instance.tags.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value);
        let in_dialect = names.dialects.iter().find_map(|(key, dialect)| Some((key, find(key)?, Some(dialect))));
        let named = || names.also_schedule.iter().find_map(|key| Some((key, find(key)?, None)));
        let (key, value, dialect) = in_dialect.or_else(named)?;
        let by = (key.clone(), value.to_owned());
        if let Some(known) = self.known.get(&by) {
            return Some(known.clone());
        }
        let acts = match dialect {
            Some(Dialect::C7n(reader)) => {
                let [off, on] = reader.acts(value);
                let act = |now| if is_at(&off, now) { Some(false) } else { is_at(&on, now).then_some(true) };
                Some(self.minutes().filter_map(|now| Some((now, act(now)?))).collect())
            }
            None => self.settings.schedules.get(value).map(|schedule| self.changes(schedule)),
        };
        let acts = acts.map(Rc::new);
        self.known.insert(by, acts.clone());
        Some(acts)
    }

    /// Where a schedule opens and closes.
    fn changes(&self, schedule: &Schedule) -> Vec<(DateTime<Utc>, bool)> {
        let mut before = None;
        let change = |now| {
            let open = schedule.is_open(now);
            let changed = before.replace(open).is_none_or(|before| before != open);
            changed.then_some((now, open))
        };
        self.minutes().filter_map(change).collect()
    }

    /// The instants of the week at which either tool may do something.
    fn instants(&self, machines: &[Machine<'_>], seen: Option<DateTime<Utc>>) -> BTreeSet<DateTime<Utc>> {
        let (scope, history) = (Scope::default(), History::default());
        let mut judge = Judge::new(self.settings, &scope, &history, self.begin);
        let (mut instants, mut known) = (BTreeSet::from([self.begin]), HashMap::new());
        let mut spans = BTreeSet::from([Duration::zero()]);
        instants.extend(seen);
        for machine in machines {
            let hours = |case: &Case<'_>| {
                case.policy.map(|(policy, hours)| ([policy.overtime, policy.min_uptime], hours.schedule.clone()))
            };
            let facts = judge.with_case(machine.found, &machine.account, &Known::NOTHING, hours);
            let Some((respected, schedule)) = facts else { continue };
            spans.extend(respected);
            let changes = known.entry(schedule.name.clone()).or_insert_with(|| self.changes(&schedule));
            instants.extend(changes.iter().map(|(at, _)| *at));
            instants.extend(machine.acts.iter().map(|(at, _)| *at));
            instants.extend(machine.found.launch.and_then(|at| at.duration_round_up(Duration::minutes(1)).ok()));
        }
        let later = instants.iter().flat_map(|at| spans.iter().map(move |span| *at + *span));
        let week = self.begin..self.end;
        later.filter(|at| week.contains(at)).collect()
    }
}

/// Whether the clocks of a zone were put forward shortly before.
fn skipped(zone: Tz, now: DateTime<Utc>) -> bool {
    let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    local(now) - local(now - LATELY) > LATELY
}

/// Whether one of these edges is at an instant.
fn is_at(edges: &Option<(Tz, Edges)>, now: DateTime<Utc>) -> bool {
    edges.as_ref().is_some_and(|(zone, edges)| {
        let local = now.with_timezone(zone);
        let minute = local.hour() * 60 + local.minute();
        edges.contains(&(local.weekday().num_days_from_monday() as usize, minute as usize))
    })
}

impl<'a> Machine<'a> {
    /// An instance as the old tool has left it at `begin`; `None` for one that is neither running nor stopped.
    fn new(found: &'a Instance, acts: Acts, begin: DateTime<Utc>) -> Option<Self> {
        let runs = found.state.runs()?;
        let old = acts.iter().rev().find(|(at, _)| *at < begin).map_or(runs, |(_, starts)| *starts);
        let launch = found.launch.map(|launch| launch.min(begin - Duration::days(1)));
        // The first step stops it where its hours are closed, so that it is started again when they open.
        let state = if acts.is_empty() { found.state } else { State::Running };
        let ours = Instance { launch, state, transition: None, ..found.clone() };
        let account = Account::bare(found.id.place.account.clone());
        Some(Self { account, found, acts, old, ours, open: None })
    }

    /// What both tools do at an instant.
    fn step(&mut self, judge: &mut Judge<'_>, stopped: &str, now: DateTime<Utc>, is_seen: bool) {
        if let Ok(n) = self.acts.binary_search_by_key(&now, |(at, _)| *at) {
            self.old = self.acts.get(n).is_some_and(|(_, starts)| *starts);
        }
        // What a person did until then is true of both.
        let runs = self.found.state == State::Running;
        if is_seen && (self.old != runs || (self.ours.state == State::Running) != runs) {
            self.old = runs;
            self.ours = Instance { transition: Some(now), ..self.found.clone() };
        }
        let ruling = judge.rule(&self.ours, &self.account, &Activity::NotAsked);
        match (ruling.verdict.action(), ruling.policy) {
            (Some(Action::Stop | Action::Hibernate), Some(policy)) => {
                let (run, policy) = ("week".to_owned(), policy.name.clone());
                let tag = OwnTag { at: now, run, policy, because: Because::Hours, was: None, hub: None }.to_string();
                let others = self.found.tags.iter().filter(|(key, _)| *key != stopped);
                let tags = Tags::new(others.chain([(stopped, &*tag)]));
                self.ours = Instance { state: State::Stopped, transition: Some(now), tags, ..self.ours.clone() };
            }
            (Some(Action::Start), _) => {
                self.ours = Instance { state: State::Running, launch: Some(now), ..self.ours.clone() };
            }
            (Some(Action::Stop | Action::Hibernate) | None, _) => {}
        }
    }

    /// The difference that ends at `now`, if one does.
    fn compare(&mut self, judge: &mut Judge<'_>, now: DateTime<Utc>) -> Option<Difference> {
        let ours = self.ours.state == State::Running;
        let rule = judge.rule(&self.ours, &self.account, &Activity::NotAsked).verdict.reason();
        let clock = |case: &Case<'_>| case.policy.map(|(_, hours)| (hours.at.open, skipped(hours.at.zone, now)));
        let clock = judge.with_case(&self.ours, &self.account, &Known::NOTHING, clock);
        let (is_open, was_skipped) = clock.unwrap_or_default();
        let word = match (self.old, ours, rule) {
            (true, false, _) if is_open => Caveat::Mornings,
            // The old tool looks for the minute of its action, which the clocks skipped.
            (true, false, _) if was_skipped => Caveat::ClockChange,
            (true, false, _) => Caveat::EdgesAndLevels,
            (false, true, Reason::ScheduleUnreadable) => Caveat::Unreadable,
            (false, true, Reason::WithinHours) => Caveat::ClockChange,
            (false, true, _) => Caveat::Protected,
            (true, true, _) | (false, false, _) => return self.open.take().map(|it| Difference { to: now, ..it }),
        };
        let word = word.as_str();
        if self.open.as_ref().is_some_and(|open| open.word == word && open.old_runs == self.old) {
            return None;
        }
        let (id, name) = (self.found.id.clone(), self.found.name().to_owned());
        let next = Difference { id, name, from: now, to: now, old_runs: self.old, word, rule };
        self.open.replace(next).map(|it| Difference { to: now, ..it })
    }
}
