//! What every random history has: people and their dice, the reaper's turns, who heard of what, and the figures; and
//! what both references know of hours and tags. What a machine is like, and what else the laws say, is each one's own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Message, State, Subject};
use idle_reaper::engine::report::Report;

use crate::fake::{Call, Deed, Dice, SETTINGS, Shape, World, apply, instance};

/// Everybody but `nobody` can be told.
pub(super) const OWNERS: [&str; 4] = ["ana", "ben", "eva", "nobody"];

/// So many things people do to the tags by which they tell the reaper what they want.
pub(super) const WISHES: usize = 9;

/// A key that somebody gets wrong.
const MISTYPED: &str = "idle-reaper: keep_untill";

/// The usual settings with a channel for each owner, and with `more` before the calendars.
pub(super) fn with_owners(more: &str) -> String {
    let channel =
        |owner: &&str| format!("[channels.{owner}]\nsns = \"arn:aws:sns:ap-northeast-1:999999999999:{owner}\"\n");
    let channels: String = OWNERS[..3].iter().map(channel).collect();
    let map = "channels = { \"ana\" = \"ana\", \"ben\" = \"ben\", \"eva\" = \"eva\" }";
    let owners = format!("{channels}[owners]\ntags = [\"Owner\"]\n{map}\n{more}[calendars.japan]");
    SETTINGS.replace("[calendars.japan]", &owners)
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

/// Whether Auto Scaling would replace it.
pub(super) fn is_member(found: &Instance) -> bool {
    tag(found, "aws:autoscaling:groupName").is_some()
}

/// Why it is kept, if it is: for good, or until a day that is not over or cannot be read.
pub(super) fn kept(found: &Instance, now: DateTime<Utc>) -> Option<&'static str> {
    let until = tag(found, "idle-reaper:keep-until").map(|text| text.parse::<NaiveDate>());
    let held = until.is_some_and(|day| day.is_err() || day.is_ok_and(|day| local(now).date() <= day));
    let keeps = tag(found, "idle-reaper:keep").is_some();
    let mistyped = tag(found, MISTYPED).is_some();
    [(keeps, "it is kept"), (held, "it is kept until a day"), (mistyped, "somebody mistyped a key")]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
}

/// What a reference remembers of one instance.
pub(super) trait Memory {
    /// Somebody has just changed its tags.
    fn retagged(&mut self, now: DateTime<Utc>);
}

/// The figures of all histories.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) instance_days: f64,
    /// Stops for hours.
    pub(super) stops: usize,
    /// Stops for doing nothing.
    pub(super) idle: usize,
    pub(super) marks: usize,
    pub(super) starts: usize,
    pub(super) wrong: Vec<String>,
    pub(super) forgotten: usize,
    pub(super) missed: Vec<String>,
    pub(super) messages: usize,
    pub(super) owner_weeks: f64,
}

impl Figures {
    /// Prints them, with `stopped` in words; and holds against them what holds for every history: nothing wrong,
    /// nothing missed, no noise.
    pub(super) fn tell(&self, histories: u32, days: i64, stopped: &str) {
        let Self {
            instance_days,
            stops: _,
            idle: _,
            marks: _,
            starts,
            wrong,
            forgotten,
            missed,
            messages,
            owner_weeks,
        } = self;
        let noise = *messages as f64 / owner_weeks;
        println!(
            "{histories} histories of {days} days: {instance_days:.0} instance-days, {stopped}, {starts} starts; \
             false: {} ({:.1} per million instance-days); forgotten {forgotten}, missed {}; \
             {noise:.2} messages per owner and week",
            wrong.len(),
            wrong.len() as f64 * 1e6 / instance_days,
            missed.len(),
        );
        assert_eq!(wrong.first(), None);
        assert_eq!(missed.first(), None);
        assert!(noise < 10.0, "noise: {messages} messages");
    }
}

/// One history, and what its reference remembers.
pub(super) struct History<'a, M> {
    pub(super) world: World,
    settings: &'a Settings,
    dice: RefCell<Dice>,
    memory: RefCell<BTreeMap<String, M>>,
    /// When a channel first heard of an instance, by subject.
    heard: RefCell<BTreeMap<(String, String, Subject), DateTime<Utc>>>,
    made: RefCell<usize>,
}

/// What the reaper did when it was its turn.
pub(super) struct Turn {
    pub(super) report: Report,
    log: Vec<Call>,
    /// What each channel was told.
    pub(super) said: Vec<(String, Message)>,
}

impl Turn {
    fn did(&self, deed: impl Fn(Deed) -> bool, id: &str) -> bool {
        self.log.iter().any(|call| deed(call.deed) && call.ok && call.names(id))
    }

    pub(super) fn stopped(&self, id: &str) -> bool {
        self.did(|deed| matches!(deed, Deed::Stop | Deed::Hibernate), id)
    }

    pub(super) fn started(&self, id: &str) -> bool {
        self.did(|deed| deed == Deed::Start, id)
    }
}

impl<'a, M: Memory> History<'a, M> {
    pub(super) fn begin(seed: u32, settings: &'a Settings) -> Self {
        Self {
            world: World::of([]).shuffled_by(u64::from(seed)),
            settings,
            dice: RefCell::new(Dice::new(u64::from(seed) + 1)),
            memory: RefCell::default(),
            heard: RefCell::default(),
            made: RefCell::new(0),
        }
    }

    pub(super) fn below(&self, limit: usize) -> usize {
        self.dice.borrow_mut().below(limit)
    }

    pub(super) fn chance(&self, in_a_thousand: usize) -> bool {
        self.below(1000) < in_a_thousand
    }

    pub(super) fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some minute of the hour before `now`.
    pub(super) fn of_late(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - Duration::minutes(1 + self.below(58) as i64)
    }

    pub(super) fn memory<T>(&self, id: &str, read: impl FnOnce(&M) -> T) -> T {
        read(&self.memory.borrow()[id])
    }

    pub(super) fn remember<T>(&self, id: &str, change: impl FnOnce(&mut M) -> T) -> T {
        change(self.memory.borrow_mut().get_mut(id).expect("a memory"))
    }

    /// The next machine, not yet in the world: somebody's own, or a member of an Auto Scaling group.
    pub(super) fn next(&self, member: bool) -> Instance {
        let number = self.made.replace_with(|made| *made + 1);
        let found = instance(&format!("i-{number:03}")).tag("Owner", self.one_of(&OWNERS));
        if member { found.tag("aws:autoscaling:groupName", "web") } else { found }
    }

    /// Puts it into the world.
    pub(super) fn add(&self, found: Instance, memory: M) {
        self.memory.borrow_mut().insert(found.id.name.to_string(), memory);
        self.world.add(found);
    }

    pub(super) fn goes_up(&self, id: &str, when: DateTime<Utc>) {
        let up = |found| Instance { state: State::Running, launch: Some(when), transition: None, ..found };
        self.world.change(id, up);
    }

    pub(super) fn goes_down(&self, id: &str, state: State, when: DateTime<Utc>) {
        self.world.change(id, |found| Instance { state, transition: Some(when), ..found });
    }

    pub(super) fn retag(&self, id: &str, now: DateTime<Utc>, key: &str, value: Option<&str>) {
        self.remember(id, |memory| memory.retagged(now));
        self.world.change(id, |found| match value {
            Some(value) => found.tag(key, value),
            None => found.untagged(key),
        });
    }

    /// One of the [`WISHES`].
    pub(super) fn wish(&self, id: &str, now: DateTime<Utc>, which: usize) {
        let retag = |key: &str, value: Option<&str>| self.retag(id, now, key, value);
        match which {
            0 => retag("idle-reaper:keep", Some("")),
            1 | 2 => retag("idle-reaper:keep", None),
            3 => {
                let day = |days: usize| (local(now).date() + Duration::days(days as i64)).to_string();
                let until = if self.chance(100) { format!("{} - {}", day(0), day(7)) } else { day(self.below(9)) };
                retag("idle-reaper:keep-until", Some(&until));
            }
            4 => retag("idle-reaper:keep-until", None),
            5 => retag("idle-reaper:schedule", Some(self.one_of(&["office", "night", "always", "9 to 5"]))),
            6 => retag("idle-reaper:schedule", None),
            7 if self.chance(150) => retag(MISTYPED, Some("2026-12-31")),
            _ => retag(MISTYPED, None),
        }
    }

    /// When the channel of its owner first heard of it, of these subjects.
    pub(super) fn told(&self, found: &Instance, about: impl Fn(Subject) -> bool) -> Option<DateTime<Utc>> {
        let owner = tag(found, "Owner").unwrap_or_default();
        let heard = self.heard.borrow();
        let told = |((who, id, subject), _): &(&(String, String, Subject), _)| {
            *who == owner && **id == *found.id.name && about(*subject)
        };
        heard.iter().filter(told).map(|(_, when)| *when).min()
    }

    /// The reaper's turn.
    pub(super) fn turn(&self, now: DateTime<Utc>) -> Turn {
        self.world.forget();
        let said = self.world.said().len();
        let report = apply(&self.world, self.settings, now);
        Turn { report, log: self.world.log(), said: self.world.said().split_off(said) }
    }

    /// Notes who has heard of what. `anew`: since when an earlier word on a subject does not count any more.
    pub(super) fn hear(
        &self,
        said: Vec<(String, Message)>,
        now: DateTime<Utc>,
        anew: impl Fn(&M, Subject) -> Option<DateTime<Utc>>,
    ) {
        let mut heard = self.heard.borrow_mut();
        for (channel, message) in said {
            for named in message.named {
                let anew = self.memory(&named.id.name, |memory| anew(memory, named.subject));
                let known = heard.entry((channel.clone(), named.id.name.to_string(), named.subject)).or_insert(now);
                if anew.is_some_and(|anew| *known < anew) {
                    *known = now;
                }
            }
        }
    }
}
