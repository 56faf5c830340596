//! Five days over every kind of resource, with a run each half hour. People start, stop and keep what they like, another tool takes
//! tags away, and runs are killed. A model of a few lines says what must never be stopped or started, and what must be up again.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Kind, ResourceId, Scaling, State, Suspended};

use super::plans;
use crate::fake::{
    Ask, Deed, Dice, SETTINGS, Shape, World, apply_killed, at, db, for_every_kind, instance, service, try_apply,
};

const TAG: &str = "idle-reaper:stopped";
const KEEP: &str = "idle-reaper:keep";

/// A person's start while the office is closed is respected for so long.
const OVERTIME: chrono::Duration = chrono::Duration::hours(2);

/// What the model knows of one resource.
#[derive(Clone, Debug)]
struct Known {
    id: ResourceId,
    /// The last change was the reaper's stop.
    ours: bool,
    started: Option<DateTime<Utc>>,
}

/// What everybody does to one resource.
#[derive(Clone, Copy, Debug)]
enum Event {
    StartsOrStops,
    KeepsOrNot,
    LosesTag,
}

fn fleet() -> Vec<Instance> {
    let target = Scaling::Target(Suspended { scale_in: true, ..Suspended::default() });
    let scaled = |name: &str, scaling| service(name).service(|facts| facts.scaling = scaling);
    let instances = (0..3).map(|n| instance(&format!("i-{n}")));
    let databases = (0..3).map(|n| db(&format!("db-{n}")));
    let services = [scaled("one", target), scaled("two", Scaling::Absent), scaled("three", target)];
    instances.chain(databases).chain(services).collect()
}

/// Days and hours of the office's schedule.
fn is_open(now: DateTime<Utc>) -> bool {
    let local = now.with_timezone(&FixedOffset::east_opt(9 * 3600).expect("an offset"));
    local.weekday().number_from_monday() <= 5 && (9..18).contains(&local.hour())
}

struct History {
    world: World,
    settings: Settings,
    known: Vec<Known>,
    dice: Dice,
}

impl History {
    fn new(seed: u64) -> Self {
        let fleet = fleet();
        let known = fleet.iter().map(|one| Known { id: one.id.clone(), ours: false, started: None }).collect();
        let settings = for_every_kind(SETTINGS);
        Self { world: World::of(fleet), settings, known, dice: Dice::new(seed) }
    }

    /// What happens between two runs.
    fn happen(&mut self, now: DateTime<Utc>) {
        for n in 0..self.known.len() {
            if self.dice.below(20) > 0 {
                continue;
            }
            let event =
                [Event::StartsOrStops, Event::StartsOrStops, Event::KeepsOrNot, Event::LosesTag][self.dice.below(4)];
            let known = &mut self.known[n];
            let found = self.world.get(&known.id.name);
            match (event, found.state) {
                (Event::StartsOrStops, State::Running) => {
                    (known.ours, known.started) = (false, None);
                    self.world.change(&known.id.name, |one| stopped(one, now));
                }
                (Event::StartsOrStops, State::Stopped) => {
                    (known.ours, known.started) = (false, Some(now));
                    self.world.change(&known.id.name, |one| started(one, now));
                }
                (Event::KeepsOrNot, _) => self.world.change(&known.id.name, |one| match one.tags.get(KEEP) {
                    Some(_) => one.untagged(KEEP),
                    None => one.tag(KEEP, ""),
                }),
                // Only of databases and services does the record remember it.
                (Event::LosesTag, _) if known.id.kind != Kind::Instance => {
                    self.world.change(&known.id.name, |one| one.untagged(TAG));
                }
                _ => {}
            }
        }
    }

    /// Compares what a run has done with what the model allows. Returns how much that was.
    fn check(&mut self, now: DateTime<Utc>, before: &[Instance]) -> (usize, usize) {
        let (mut stops, mut starts) = (0, 0);
        for (known, was) in self.known.iter_mut().zip(before) {
            let called =
                |deed| self.world.calls(|one| one == deed).iter().any(|call| call.ok && call.names(&known.id.name));
            let is = self.world.get(&known.id.name);
            if called(Deed::Stop) || called(Deed::Hibernate) {
                stops += 1;
                let respected = known.started.is_some_and(|started| !is_open(started) && now - started < OVERTIME);
                assert!(!is_open(now) && was.tags.get(KEEP).is_none() && !respected, "{now}: {known:?} {was:?}");
                known.ours |= is.state.is_down();
            }
            if called(Deed::Start) {
                starts += 1;
                let opens = is_open(now + chrono::Duration::minutes(31));
                assert!(known.ours && opens, "{now}: {known:?} {was:?}");
                known.ours = false;
                assert!(is.service.is_none_or(|facts| facts.desired == Some(2)), "{now}: {known:?}");
            }
        }
        (stops, starts)
    }

    /// An hour after the opening, nothing that the reaper has stopped is down, and each service has its own scaling.
    fn check_morning(&self, now: DateTime<Utc>) {
        for (known, first) in self.known.iter().zip(fleet()) {
            let is = self.world.get(&known.id.name);
            assert!(!known.ours, "{now}: nothing has started {is:?}");
            let scaling = |one: &Instance| one.service.as_ref().map(|facts| facts.scaling);
            let person = known.started.is_some() && scaling(&is) == Some(Scaling::Target(Suspended::ALL));
            let down = is.state == State::Stopped;
            assert!(person || down || scaling(&is) == scaling(&first), "{now}: {is:?}");
        }
    }
}

fn stopped(one: Instance, now: DateTime<Utc>) -> Instance {
    match one.id.kind {
        Kind::Instance => Instance { state: State::Stopped, transition: Some(now), ..one },
        Kind::Database => one.state(State::Stopped),
        Kind::Service => one.service(|facts| (facts.desired, facts.running) = (Some(0), Some(0))),
    }
}

fn started(one: Instance, now: DateTime<Utc>) -> Instance {
    match one.id.kind {
        Kind::Instance => Instance { state: State::Running, launch: Some(now), transition: None, ..one },
        Kind::Database => one.state(State::Running),
        Kind::Service => one.service(|facts| (facts.desired, facts.running) = (Some(2), Some(2))),
    }
}

#[test]
fn over_five_days_of_people_lost_tags_and_killed_runs_no_kind_is_stopped_or_started_against_the_rules() {
    let (stops, starts, kills) = (Cell::new(0), Cell::new(0), Cell::new(0));
    for seed in 0..u64::from(plans(6)) {
        let mut history = History::new(seed);
        let mut quiet = 1;
        for half_hour in 0..240 {
            let now = at("2026-11-25T12:10:00+09:00") + chrono::Duration::minutes(30 * half_hour);
            // After a killed run, the next one first finds what it has left.
            if quiet == 0 {
                history.happen(now);
            }
            quiet = usize::from(quiet > 1);
            history.world.forget();
            let before = history.world.all();
            if history.dice.below(25) == 0 {
                let after = Duration::from_millis(100 + history.dice.below(4000) as u64);
                kills.set(
                    kills.get() + usize::from(apply_killed(&history.world, &history.settings, &Ask::at(now), after)),
                );
                quiet = 2;
            } else {
                try_apply(&history.world, &history.settings, &Ask::at(now)).expect("a report");
            }
            let (stopped, started) = history.check(now, &before);
            stops.set(stops.get() + stopped);
            starts.set(starts.get() + started);
            let local = now.with_timezone(&FixedOffset::east_opt(9 * 3600).expect("an offset"));
            if is_open(now) && local.hour() == 10 && quiet == 0 {
                history.check_morning(now);
            }
        }
    }
    let done = (stops.get(), starts.get(), kills.get());
    assert!(done.0 > 80 && done.1 > 40 && done.2 > 7, "too tame: {done:?} stops, starts and killed runs");
}
