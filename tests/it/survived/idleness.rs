//! Longer histories with idle evidence: machines that are left and do nothing, machines that only look so, and people
//! who come back. The hours that CloudWatch has are those that each machine really had. The reference is written from
//! the documentation alone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Timelike, Utc};
use idle_reaper::decide::case::Activity;
use idle_reaper::decide::report::Report;
use idle_reaper::decide::settings::Settings;
use idle_reaper::words::{Because, Details, Instance, OwnTag, State, Subject};

use super::model::{is_weekday, local, tag};
use super::plans;
use super::reference::{Memory, Nature, business_days_after, open, protected};
use crate::fake::{Deed, Dice, Hour, SETTINGS, Shape, World, apply, at, instance, settings};

/// A Monday; the ten weeks after it have no holiday in Japan.
const BEGIN: &str = "2027-05-10T00:00:00+09:00";
const DAYS: i64 = 70;
/// Hours between runs. Offices open and close at such an hour.
const STEP: i64 = 3;
const OWNERS: [&str; 4] = ["ana", "ben", "eva", "nobody"];
/// Fewer than would be a sudden change.
const BOXES: usize = 9;

/// Machines of `dev` have office hours, and are stopped for being idle when that is certain; those of `lab` are always
/// open, and are stopped when it is likely. Everybody but `nobody` can be told.
fn told() -> Settings {
    let channel =
        |owner: &&str| format!("[channels.{owner}]\nsns = \"arn:aws:sns:ap-northeast-1:999999999999:{owner}\"\n");
    let channels: String = OWNERS[..3].iter().map(channel).collect();
    let map = "channels = { \"ana\" = \"ana\", \"ben\" = \"ben\", \"eva\" = \"eva\" }";
    let owners = format!("{channels}[owners]\ntags = [\"Owner\"]\n{map}\n[idle]\n[calendars.japan]");
    let around =
        "[schedules.around]\nzone = \"Asia/Tokyo\"\ncalendar = \"japan\"\nopen = [\"mon-sun all-day\"]\n[[policies]]";
    let text = SETTINGS.replace("[calendars.japan]", &owners).replace("unannounced = true", "idle = \"stop\"");
    let lab = "[[policies]]\nname = \"lab\"\nstage = \"enforce\"\nmatch = { tags = [\"Env=lab\"] }\nschedule = \"around\"\n\
               outside = \"stop\"\nat-opening = \"start-reaped\"\nidle = \"stop\"\nidle-tier = \"likely\"\n";
    settings(&(text.replacen("[[policies]]", around, 1) + lab))
}

#[derive(Default)]
struct Figures {
    instance_days: f64,
    hours: usize,
    idle: usize,
    marks: usize,
    starts: usize,
    wrong: Vec<String>,
    forgotten: usize,
    missed: Vec<String>,
    messages: usize,
    owner_weeks: f64,
}

struct History<'a> {
    world: World,
    dice: RefCell<Dice>,
    memory: RefCell<BTreeMap<String, Memory>>,
    /// When a channel first heard of an instance, by subject; forgotten when everything begins anew.
    heard: RefCell<BTreeMap<(String, String, Subject), DateTime<Utc>>>,
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

    fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn memory<T>(&self, id: &str, read: impl FnOnce(&Memory) -> T) -> T {
        read(&self.memory.borrow()[id])
    }

    fn remember<T>(&self, id: &str, change: impl FnOnce(&mut Memory) -> T) -> T {
        change(self.memory.borrow_mut().get_mut(id).expect("a memory"))
    }

    fn make(&self, member: bool, launched: DateTime<Utc>, now: DateTime<Utc>) {
        let number = self.made.replace_with(|made| *made + 1);
        let details = Details { vcpus: Some(2), interfaces: 1, ..Details::default() };
        let found = instance(&format!("i-{number:03}"));
        let found = Instance { kind: "m5.large".into(), details, launch: Some(launched), ..found };
        let found = found.tag("Owner", self.one_of(&OWNERS)).tag("Env", self.one_of(&["dev", "lab"]));
        let found = if member { found.tag("aws:autoscaling:groupName", "web") } else { found };
        let natures = [Nature::Left, Nature::Left, Nature::Used, Nature::Used, Nature::Used];
        let odd = [Nature::Batch(1), Nature::Batch(7), Nature::Batch(30), Nature::Patchy];
        let nature = if self.chance(700) { self.one_of(&natures) } else { self.one_of(&odd) };
        let memory = Memory { nature, anew: launched, disturbed: launched, ..Memory::default() };
        let id = found.id.to_string();
        self.memory.borrow_mut().insert(id.clone(), memory);
        self.world.add(found);
        // It has run since then, and its last weeks of work lie somewhere in between.
        let until = launched + Duration::hours(self.below(((now - launched).num_hours() + 1) as usize) as i64);
        let mut hour = launched;
        while hour < now {
            let used = nature == Nature::Used || (nature == Nature::Left && hour < until);
            self.hour(&id, hour, used);
            hour += Duration::hours(1);
        }
    }

    /// One hour in which it ran.
    fn hour(&self, id: &str, hour: DateTime<Utc>, used: bool) {
        let (nature, anew) = self.memory(id, |memory| (memory.nature, memory.anew));
        let settled = anew + Duration::hours(2) <= hour; // work right after a start may be the start
        let batch = matches!(nature, Nature::Batch(days) if hour.timestamp() / 3600 % (days * 24) == 5);
        let works = settled && (batch || (used && self.chance(60)));
        if nature == Nature::Patchy && self.chance(200) {
            return;
        }
        self.world.ran(id, hour, if works { Hour::WORK } else { Hour::QUIET });
        self.remember(id, |memory| {
            memory.ran.insert(hour);
            memory.cpu = if works { Hour::WORK.cpu } else { Hour::QUIET.cpu };
            if works {
                memory.worked.insert(hour);
                memory.disturbed = hour + Duration::hours(1);
            }
        });
    }

    /// What happens to one instance in the hours before `now`.
    fn lives(&self, found: &Instance, now: DateTime<Utc>) {
        let id = &*found.id;
        let (nature, up) = (self.memory(id, |memory| memory.nature), found.state == State::Running);
        let launch = found.launch.expect("a launch time");
        for ago in (1..=STEP).rev() {
            let hour = now - Duration::hours(ago);
            if up && launch <= hour {
                self.hour(id, hour, nature == Nature::Used);
            }
        }
        self.world.now_is(id, Activity::Cpu(self.memory(id, |memory| memory.cpu)));
        if tag(found, "aws:autoscaling:groupName").is_some() {
            if up && self.chance(8) {
                let when = now - Duration::minutes(30);
                self.world.change(id, |found| Instance { state: State::Terminated, transition: Some(when), ..found });
                self.make(true, now - Duration::hours(1), now);
            }
            return;
        }
        match nature {
            Nature::Used if self.chance(4) => self.remember(id, |memory| memory.nature = Nature::Left),
            Nature::Used => self.people(found, now),
            // Somebody misses it, or thinks of it again; or only starts it, and forgets it again.
            Nature::Left if !up && !self.memory(id, |memory| memory.reaped) && self.chance(12) => {
                let comes_back = self.chance(500);
                self.start(id, now);
                self.remember(id, |memory| memory.nature = if comes_back { Nature::Used } else { Nature::Left });
            }
            // Somebody restarts it for a patch, and thinks no more of it.
            Nature::Left if up && self.chance(6) => self.start(id, now),
            Nature::Left if self.chance(1) => self.remember(id, |memory| memory.nature = Nature::Used),
            Nature::Left | Nature::Batch(_) | Nature::Patchy => {}
        }
    }

    fn start(&self, id: &str, now: DateTime<Utc>) {
        let when = now - Duration::minutes(1 + self.below(58) as i64);
        let up = |found| Instance { state: State::Running, launch: Some(when), transition: None, ..found };
        self.world.change(id, up);
        self.remember(id, |memory| {
            (memory.reaped, memory.anew, memory.disturbed, memory.cpu) = (false, when, now, Hour::QUIET.cpu);
        });
        self.world.now_is(id, Activity::Cpu(Hour::QUIET.cpu));
    }

    /// What people do to a machine that they use.
    fn people(&self, found: &Instance, now: DateTime<Utc>) {
        let (id, up) = (&*found.id, found.state == State::Running);
        let opening = is_weekday(local(now).date()) && local(now).hour() == 12;
        if !up && self.chance(if opening { 300 } else { 20 }) {
            self.start(id, now);
        } else if up && self.chance(15) {
            let when = now - Duration::minutes(1 + self.below(58) as i64);
            self.world.change(id, |found| Instance { state: State::Stopped, transition: Some(when), ..found });
            self.remember(id, |memory| (memory.reaped, memory.disturbed) = (false, now));
        }
        let retag = |key: &str, value: Option<&str>| {
            self.remember(id, |memory| memory.disturbed = now);
            self.world.change(id, |found| match value {
                Some(value) => found.tag(key, value),
                None => found.untagged(key),
            });
        };
        if self.chance(20) {
            match self.below(9) {
                0 => retag("idle-reaper:keep", Some("")),
                1 | 2 => retag("idle-reaper:keep", None),
                3 => {
                    let days = self.below(9) as i64;
                    retag("idle-reaper:keep-until", Some(&(local(now).date() + Duration::days(days)).to_string()));
                }
                4 => retag("idle-reaper:keep-until", None),
                5 => retag("idle-reaper:schedule", Some(self.one_of(&["office", "night", "always", "9 to 5"]))),
                6 => retag("idle-reaper:schedule", None),
                7 => retag("Owner", Some(self.one_of(&OWNERS))),
                _ => retag("Env", Some(self.one_of(&["dev", "lab", "lab", "prod"]))),
            }
        }
    }

    fn told(&self, found: &Instance, subject: Subject) -> Option<DateTime<Utc>> {
        let owner = tag(found, "Owner").unwrap_or_default().to_owned();
        self.heard.borrow().get(&(owner, found.id.to_string(), subject)).copied()
    }

    /// The reaper's turn, and what the laws say of it.
    fn reap(&self, now: DateTime<Utc>, figures: &mut Figures) {
        let before = self.world.all();
        let (first, said) = (self.world.log().len(), self.world.said().len());
        let report = apply(&self.world, self.settings, now);
        let log = self.world.log().split_off(first);
        let did = |deed: Deed, id: &str| log.iter().any(|call| call.deed == deed && call.ok && call.names(id));
        for found in &before {
            let id = &*found.id;
            let (due, mut stopped) = (self.memory(id, |memory| memory.is_due(found, now)), None);
            if did(Deed::Stop, id) {
                let own = self.world.get(id).tags.get("idle-reaper:stopped").map(OwnTag::parse);
                let own = own.expect("a tag").expect("a tag that can be read");
                stopped = Some(own.because);
                let (subject, count) = match own.because {
                    Because::Idle => (Subject::Idle, &mut figures.idle),
                    Because::Hours => (Subject::FirstStop, &mut figures.hours),
                };
                *count += 1;
                let told = self.told(found, subject);
                if let Some(why) = self.memory(id, |memory| memory.why_not(found, own.because, told, now)) {
                    figures.wrong.push(format!("{now}: {:?} although {why}: {found:?}", own.because));
                }
                self.remember(id, |memory| {
                    memory.reaped = own.because == Because::Hours;
                    memory.idle_stops += usize::from(own.because == Because::Idle);
                });
            }
            if did(Deed::Start, id) {
                figures.starts += 1;
                let reaped = self.remember(id, |memory| std::mem::take(&mut memory.reaped));
                if !reaped || open(found, now + Duration::minutes(15)) != Some(true) || protected(found, now).is_some()
                {
                    figures.wrong.push(format!("{now}: started and should not have been: {found:?}"));
                }
            }
            self.count_missed(found, due, stopped, &report, now, figures);
        }
        self.world.forget();
        figures.marks += report.marks.len();
        let news = self.world.said().split_off(said);
        figures.messages += news.len();
        for (channel, message) in news {
            for named in message.named {
                let key = (channel.clone(), named.id.to_string(), named.subject);
                let anew = self.memory(&named.id, |memory| memory.disturbed);
                let mut heard = self.heard.borrow_mut();
                let known = heard.entry(key).or_insert(now);
                if named.subject == Subject::Idle && *known < anew {
                    *known = now;
                }
            }
        }
    }

    /// Forgotten is what does nothing and could be found; missed is what still runs when its owner was to be told long
    /// ago, and the grace is long over.
    fn count_missed(
        &self,
        found: &Instance,
        due: bool,
        stopped: Option<Because>,
        report: &Report,
        now: DateTime<Utc>,
        figures: &mut Figures,
    ) {
        let id = &*found.id;
        if protected(found, now).is_some() || found.state == State::Terminated {
            self.remember(id, |memory| memory.disturbed = now);
        }
        let since = self.memory(id, |memory| memory.due_since).filter(|_| due);
        figures.forgotten += usize::from(due && since.is_none());
        let late = since.is_some_and(|since| now > business_days_after(since, 5) + Duration::days(3));
        if late && stopped != Some(Because::Idle) {
            let line = report.rows.iter().find(|row| row.id == found.id).map(|row| (&row.verdict, &row.undetermined));
            figures.missed.push(format!("{now}: forgotten since {since:?}: {line:?} {found:?}"));
        }
        let next = if late || stopped == Some(Because::Idle) { None } else { since.or(due.then_some(now)) };
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
    for n in 0..BOXES + 2 {
        history.make(n >= BOXES, begin - Duration::days(40), begin);
    }
    // The end itself is the midnight of a holiday.
    for step in 1..DAYS * 24 / STEP {
        let now = begin + Duration::hours(step * STEP);
        for found in history.world.all().into_iter().filter(|found| found.state != State::Terminated) {
            history.lives(&found, now);
        }
        history.reap(now, figures);
        figures.instance_days += history.world.all().len() as f64 * STEP as f64 / 24.0;
    }
    figures.owner_weeks += 3.0 * DAYS as f64 / 7.0;
}

#[test]
fn what_does_nothing_is_found_its_owner_told_and_it_is_stopped_and_what_only_looks_so_is_not() {
    let (settings, mut figures) = (told(), Figures::default());
    let histories = plans(1);
    for seed in 0..histories {
        history(seed, &settings, &mut figures);
    }
    let Figures { instance_days, hours, idle, marks, starts, wrong, forgotten, missed, messages, owner_weeks } =
        figures;
    println!(
        "{histories} histories of {DAYS} days: {instance_days:.0} instance-days, {hours} stops for hours, {idle} for doing \
         nothing, {marks} marks put or lifted, {starts} starts; false: {} ({:.1} per million instance-days); forgotten \
         {forgotten}, missed {}; {:.2} messages per owner and week",
        wrong.len(),
        wrong.len() as f64 * 1e6 / instance_days,
        missed.len(),
        messages as f64 / owner_weeks
    );
    assert_eq!(wrong.first(), None);
    assert_eq!(missed.first(), None);
    let n = histories as usize;
    assert!(idle > 2 * n && forgotten > 2 * n && hours > 20 * n, "too tame: {idle} of {forgotten}, {hours}");
    assert!(messages as f64 / owner_weeks < 10.0, "noise: {messages} messages");
}
