//! Random histories of people, Auto Scaling and the reaper, hour by hour for weeks, against a reference that knows only
//! the laws: written anew from the documentation, without a line of the rules.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc};
use idle_reaper::decide::case::Activity;
use idle_reaper::decide::settings::Settings;
use idle_reaper::words::{Instance, State};

use super::plans;
use crate::fake::{Deed, Dice, SETTINGS, Shape, World, apply, at, instance, settings};

/// A Monday; the three weeks after it have no holiday in Japan.
const BEGIN: &str = "2026-11-30T00:00:00+09:00";
const DAYS: i64 = 21;
const OWNERS: [&str; 4] = ["ana", "ben", "eva", "nobody"];
/// Fewer than would be a sudden change.
const BOXES: usize = 10;

/// Everybody but `nobody` can be told.
fn told() -> Settings {
    let channel =
        |owner: &&str| format!("[channels.{owner}]\nsns = \"arn:aws:sns:ap-northeast-1:999999999999:{owner}\"\n");
    let channels: String = OWNERS[..3].iter().map(channel).collect();
    let map = "channels = { \"ana\" = \"ana\", \"ben\" = \"ben\", \"eva\" = \"eva\" }";
    let owners = format!("{channels}[owners]\ntags = [\"Owner\"]\n{map}\n[calendars.japan]");
    settings(&SETTINGS.replace("[calendars.japan]", &owners).replace("unannounced = true", ""))
}

/// The figures of all histories.
#[derive(Default)]
struct Figures {
    instance_days: f64,
    stops: usize,
    starts: usize,
    wrong: Vec<String>,
    forgotten: usize,
    missed: Vec<String>,
    messages: usize,
    owner_weeks: f64,
}

/// What the reference remembers of one instance.
#[derive(Clone, Default)]
struct Memory {
    cpu: f64,
    /// Stopped by the reaper, and nobody has touched it since.
    reaped: bool,
    /// Starts by people since the hours ended.
    restarts: usize,
    /// When somebody changed its tags: a notice may begin anew, and a business day may last until after a weekend.
    tagged: Option<DateTime<Utc>>,
    /// Since when it could have been stopped.
    due_since: Option<DateTime<Utc>>,
}

pub(super) fn local(now: DateTime<Utc>) -> chrono::NaiveDateTime {
    now.naive_utc() + Duration::hours(9) // Japan has no other time
}

pub(super) fn is_weekday(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() <= 5
}

/// Whether the office, or the night shift, is at work.
pub(super) fn at_work(schedule: &str, now: DateTime<Utc>) -> Option<bool> {
    let (day, hour) = (local(now).date(), local(now).hour());
    match schedule {
        "" | "office" => Some(is_weekday(day) && (9..18).contains(&hour)),
        "night" => Some((is_weekday(day) && hour >= 20) || (is_weekday(day - Duration::days(1)) && hour < 5)),
        "always" => Some(true),
        _ => None,
    }
}

pub(super) fn tag<'a>(found: &'a Instance, key: &str) -> Option<&'a str> {
    found.tags.get(key)
}

/// The laws, as a person would check them: why this instance may not be stopped now.
fn why_not(found: &Instance, memory: &Memory, told: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<&'static str> {
    let launch = found.launch.expect("a launch time");
    let ran = now - launch;
    let open = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), now);
    let opened = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), launch);
    let until = tag(found, "idle-reaper:keep-until").map(|text| text.parse::<NaiveDate>());
    let told = told.is_some_and(|told| now - told >= Duration::days(1));
    [
        (found.state != State::Running, "it does not run"),
        (tag(found, "idle-reaper:keep").is_some(), "it is kept"),
        (
            until.is_some_and(|day| day.is_err() || day.is_ok_and(|day| local(now).date() <= day)),
            "it is kept until a day",
        ),
        (tag(found, "aws:autoscaling:groupName").is_some(), "Auto Scaling would replace it"),
        (tag(found, "Env") != Some("dev"), "no policy speaks of it"),
        (open.is_none(), "its schedule cannot be read"),
        (open == Some(true), "its hours have begun"),
        (ran < Duration::minutes(15), "it was just started"),
        (opened == Some(false) && ran < Duration::hours(2), "somebody works late"),
        (memory.cpu >= 10.0, "it is busy"),
        (!told, "its owner was not told a day ahead"),
    ]
    .into_iter()
    .find_map(|(holds, why)| holds.then_some(why))
}

/// Whether nothing that a team did, and no day that it named, is so recent that its owner may have to be told anew. What
/// was retagged while it stood still is announced when it is first found running.
fn is_settled(found: &Instance, memory: &Memory, now: DateTime<Utc>) -> bool {
    let long = |since: NaiveDate| local(now).date() - since > Duration::days(4);
    let until = tag(found, "idle-reaper:keep-until").and_then(|text| text.parse::<NaiveDate>().ok());
    let on_day = |when: DateTime<Utc>| long(local(when).date());
    until.is_none_or(long) && memory.tagged.is_none_or(|when| on_day(when) && found.launch.is_some_and(on_day))
}

/// One history.
struct History<'a> {
    world: World,
    dice: RefCell<Dice>,
    memory: RefCell<BTreeMap<String, Memory>>,
    /// When a channel first heard of an instance.
    heard: RefCell<BTreeMap<(String, String), DateTime<Utc>>>,
    settings: &'a Settings,
    made: RefCell<usize>,
}

impl History<'_> {
    fn below(&self, limit: usize) -> usize {
        self.dice.borrow_mut().below(limit)
    }

    fn chance(&self, in_a_thousand: usize) -> bool {
        self.below(1000) < in_a_thousand
    }

    fn one_of<'s>(&self, words: &[&'s str]) -> &'s str {
        words[self.below(words.len())]
    }

    fn make(&self, member: bool, launched: DateTime<Utc>) {
        let number = self.made.replace_with(|made| *made + 1);
        let found = instance(&format!("i-{number:03}")).tag("Owner", self.one_of(&OWNERS));
        let found = Instance { launch: Some(launched), ..found };
        let found = if member { found.tag("aws:autoscaling:groupName", "web") } else { found };
        self.memory.borrow_mut().insert(found.id.to_string(), Memory::default());
        self.world.add(found);
    }

    fn memory(&self, id: &str) -> Memory {
        self.memory.borrow().get(id).cloned().unwrap_or_default()
    }

    fn remember(&self, id: &str, change: impl FnOnce(&mut Memory)) {
        change(self.memory.borrow_mut().get_mut(id).expect("a memory"));
    }

    /// What happens to one instance in the hour before `now`.
    fn lives(&self, found: &Instance, now: DateTime<Utc>) {
        let id = &*found.id;
        let when = now - Duration::minutes(1 + self.below(58) as i64);
        let opening = is_weekday(local(now).date()) && local(now).hour() == 10;
        if opening {
            self.remember(id, |memory| memory.restarts = 0);
        }
        let up = found.state == State::Running;
        if tag(found, "aws:autoscaling:groupName").is_some() {
            if up && self.chance(4) {
                self.world.change(id, |found| Instance { state: State::Terminated, transition: Some(when), ..found });
                self.make(true, when);
            }
            return;
        }
        let starts = if opening { 300 } else { 8 };
        if !up && self.chance(starts) {
            self.world.change(id, |found| Instance {
                state: State::Running,
                launch: Some(when),
                transition: None,
                ..found
            });
            self.remember(id, |memory| (memory.reaped, memory.restarts) = (false, memory.restarts + 1));
        } else if up && self.chance(10) {
            self.world.change(id, |found| Instance { state: State::Stopped, transition: Some(when), ..found });
            self.remember(id, |memory| memory.reaped = false);
        }
        let retag = |key: &str, value: Option<&str>| {
            self.remember(id, |memory| memory.tagged = Some(now));
            self.world.change(id, |found| match value {
                Some(value) => found.tag(key, value),
                None => found.untagged(key),
            });
        };
        if self.chance(12) {
            match self.below(8) {
                0 => retag("idle-reaper:keep", Some("")),
                1 | 2 => retag("idle-reaper:keep", None),
                3 => {
                    let days = self.below(9) as i64;
                    retag("idle-reaper:keep-until", Some(&(local(now).date() + Duration::days(days)).to_string()));
                }
                4 => retag("idle-reaper:keep-until", None),
                5 => retag("idle-reaper:schedule", Some(self.one_of(&["office", "night", "always", "9 to 5"]))),
                6 => retag("idle-reaper:schedule", None),
                _ => retag("Env", Some(self.one_of(&["dev", "dev", "dev", "prod"]))),
            }
        }
        if self.chance(2) {
            retag("Owner", Some(self.one_of(&OWNERS)));
        }
        let cpu = if self.chance(40) { 62.0 } else { 0.5 };
        self.remember(id, |memory| memory.cpu = cpu);
        self.world.now_is(id, Activity::Cpu(cpu));
    }

    fn told(&self, found: &Instance) -> Option<DateTime<Utc>> {
        let owner = tag(found, "Owner").unwrap_or_default().to_owned();
        self.heard.borrow().get(&(owner, found.id.to_string())).copied()
    }

    /// The reaper's turn, and what the laws say of it.
    fn reap(&self, now: DateTime<Utc>, figures: &mut Figures) {
        let before: BTreeMap<String, Instance> =
            self.world.all().into_iter().map(|found| (found.id.to_string(), found)).collect();
        let (first, said) = (self.world.log().len(), self.world.said().len());
        apply(&self.world, self.settings, now);
        let ids = |starts: bool| {
            let wanted = |deed| if starts { deed == Deed::Start } else { matches!(deed, Deed::Stop | Deed::Hibernate) };
            let log = self.world.log();
            let done = log[first..].iter().filter(|call| wanted(call.deed) && call.ok);
            done.flat_map(|call| call.ids.iter().map(ToString::to_string)).collect::<BTreeSet<String>>()
        };
        let (stopped, started) = (ids(false), ids(true));
        self.world.forget();
        for (id, found) in &before {
            let (memory, told) = (self.memory(id), self.told(found));
            let why = why_not(found, &memory, told, now);
            if stopped.contains(id) {
                figures.stops += 1;
                if let Some(why) = why {
                    figures.wrong.push(format!("{now}: `{id}` was stopped although {why}: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = true);
            }
            if started.contains(id) {
                figures.starts += 1;
                let soon = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), now + Duration::minutes(15));
                if !memory.reaped || soon != Some(true) || tag(found, "idle-reaper:keep").is_some() {
                    figures.wrong.push(format!("{now}: `{id}` was started and should not have been: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = false);
            }
            let due = why.is_none() && memory.restarts < 2 && is_settled(found, &memory, now);
            self.count_missed(id, due, stopped.contains(id), now, figures);
        }
        let news = self.world.said().split_off(said);
        figures.messages += news.len();
        for (channel, message) in news {
            for named in message.named {
                self.heard.borrow_mut().entry((channel.clone(), named.id.to_string())).or_insert(now);
            }
        }
    }

    /// Forgotten is what could have been stopped at two runs, one after the other; missed is what was not.
    fn count_missed(&self, id: &str, due: bool, stopped: bool, now: DateTime<Utc>, figures: &mut Figures) {
        let since = self.memory(id).due_since.filter(|_| due);
        if stopped || (due && since.is_none()) {
            figures.forgotten += usize::from(due && since.is_none());
        } else if let Some(since) = since {
            figures
                .missed
                .push(format!("{now}: `{id}` could have been stopped since {since}: {:?}", self.world.get(id)));
        }
        let next = if stopped || !due { None } else { since.or(Some(now)) };
        self.remember(id, |memory| memory.due_since = next);
    }
}

fn history(seed: u32, settings: &Settings, figures: &mut Figures) {
    let begin = at(BEGIN);
    let history = History {
        world: World::of([]).shuffled_by(u64::from(seed)),
        dice: RefCell::new(Dice::new(u64::from(seed) + 1)),
        memory: RefCell::default(),
        heard: RefCell::default(),
        settings,
        made: RefCell::new(0),
    };
    for n in 0..BOXES + 3 {
        history.make(n >= BOXES, begin - Duration::days(3));
    }
    for hour in 1..=DAYS * 24 {
        let now = begin + Duration::hours(hour);
        for found in history.world.all() {
            history.lives(&found, now);
        }
        history.reap(now, figures);
        figures.instance_days += history.world.all().len() as f64 / 24.0;
    }
    figures.owner_weeks += 3.0 * DAYS as f64 / 7.0;
}

#[test]
fn random_histories_hold_no_false_stop_and_nothing_forgotten_is_missed() {
    let (settings, mut figures) = (told(), Figures::default());
    let histories = plans(4);
    for seed in 0..histories {
        history(seed, &settings, &mut figures);
    }
    let Figures { instance_days, stops, starts, wrong, forgotten, missed, messages, owner_weeks } = figures;
    println!(
        "{histories} histories of {DAYS} days: {instance_days:.0} instance-days, {stops} stops, {starts} starts; false: {} \
         ({:.1} per million instance-days); forgotten {forgotten}, missed {}; {:.2} messages per owner and week",
        wrong.len(),
        wrong.len() as f64 * 1e6 / instance_days,
        missed.len(),
        messages as f64 / owner_weeks
    );
    assert_eq!(wrong.first(), None);
    assert_eq!(missed.first(), None);
    assert!(stops > 20 * histories as usize && starts > 0, "too tame: {stops} stops, {starts} starts");
    assert!(messages as f64 / owner_weeks < 10.0, "noise: {messages} messages");
}
