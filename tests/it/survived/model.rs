//! Random histories of people, Auto Scaling and the reaper, hour by hour for weeks, against a reference that knows only
//! the laws: written anew from the documentation, without a line of the rules.

use chrono::{DateTime, Duration, NaiveDate, Timelike, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::rules::case::Activity;

use super::histories::{self, Figures, OWNERS, WISHES, at_work, is_member, is_weekday, kept, local, tag, with_owners};
use super::plans;
use crate::fake::{at, settings};

/// A Monday; the three weeks after it have no holiday in Japan.
const BEGIN: &str = "2026-11-30T00:00:00+09:00";
const DAYS: i64 = 21;
/// Fewer than would be a sudden change.
const BOXES: usize = 10;

type History<'a> = histories::History<'a, Memory>;

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

impl histories::Memory for Memory {
    fn retagged(&mut self, now: DateTime<Utc>) {
        self.tagged = Some(now);
    }
}

/// The laws, as a person would check them: why this instance may not be stopped now.
fn why_not(found: &Instance, memory: &Memory, told: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<&'static str> {
    let launch = found.launch.expect("a launch time");
    let ran = now - launch;
    let open = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), now);
    let opened = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), launch);
    let told = told.is_some_and(|told| now - told >= Duration::days(1));
    [
        (found.state != State::Running, "it does not run"),
        (is_member(found), "Auto Scaling would replace it"),
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
    .or_else(|| kept(found, now))
}

/// Whether nothing that a team did, and no day that it named, is so recent that its owner may have to be told anew. What
/// was retagged while it stood still is announced when it is first found running.
fn is_settled(found: &Instance, memory: &Memory, now: DateTime<Utc>) -> bool {
    let long = |since: NaiveDate| local(now).date() - since > Duration::days(4);
    let until = tag(found, "idle-reaper:keep-until").and_then(|text| text.parse::<NaiveDate>().ok());
    let on_day = |when: DateTime<Utc>| long(local(when).date());
    until.is_none_or(long) && memory.tagged.is_none_or(|when| on_day(when) && found.launch.is_some_and(on_day))
}

impl History<'_> {
    fn make(&self, member: bool, launched: DateTime<Utc>) {
        let found = Instance { launch: Some(launched), ..self.next(member) };
        self.add(found, Memory::default());
    }

    /// What happens to one instance in the hour before `now`.
    fn lives(&self, found: &Instance, now: DateTime<Utc>) {
        let (id, when) = (&*found.id.name, self.of_late(now));
        let opening = is_weekday(local(now).date()) && local(now).hour() == 10;
        if opening {
            self.remember(id, |memory| memory.restarts = 0);
        }
        let up = found.state == State::Running;
        if is_member(found) {
            if up && self.chance(4) {
                self.goes_down(id, State::Terminated, when);
                self.make(true, when);
            }
            return;
        }
        let starts = if opening { 300 } else { 8 };
        if !up && self.chance(starts) {
            self.goes_up(id, when);
            self.remember(id, |memory| (memory.reaped, memory.restarts) = (false, memory.restarts + 1));
        } else if up && self.chance(10) {
            self.goes_down(id, State::Stopped, when);
            self.remember(id, |memory| memory.reaped = false);
        }
        if self.chance(12) {
            match self.below(WISHES + 1) {
                WISHES => self.retag(id, now, "Env", Some(self.one_of(&["dev", "dev", "dev", "prod"]))),
                wish => self.wish(id, now, wish),
            }
        }
        if self.chance(2) {
            self.retag(id, now, "Owner", Some(self.one_of(&OWNERS)));
        }
        let cpu = if self.chance(40) { 62.0 } else { 0.5 };
        self.remember(id, |memory| memory.cpu = cpu);
        self.world.now_is(id, Activity::of_cpu(cpu));
    }

    /// The reaper's turn, and what the laws say of it.
    fn reap(&self, now: DateTime<Utc>, figures: &mut Figures) {
        let before = self.world.all();
        let turn = self.turn(now);
        for found in &before {
            let id = &*found.id.name;
            let (memory, told) = (self.memory(id, Memory::clone), self.told(found, |_| true));
            let why = why_not(found, &memory, told, now);
            if turn.stopped(id) {
                figures.stops += 1;
                if let Some(why) = why {
                    figures.wrong.push(format!("{now}: `{id}` was stopped although {why}: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = true);
            }
            if turn.started(id) {
                figures.starts += 1;
                let soon = at_work(tag(found, "idle-reaper:schedule").unwrap_or(""), now + Duration::minutes(15));
                if !memory.reaped || soon != Some(true) {
                    figures.wrong.push(format!("{now}: `{id}` was started and should not have been: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = false);
            }
            let due = why.is_none() && memory.restarts < 2 && is_settled(found, &memory, now);
            self.count_missed(id, due, turn.stopped(id), now, figures);
        }
        figures.messages += turn.said.len();
        self.hear(turn.said, now, |_, _| None);
    }

    /// Forgotten is what could have been stopped at two runs, one after the other; missed is what was not.
    fn count_missed(&self, id: &str, due: bool, stopped: bool, now: DateTime<Utc>, figures: &mut Figures) {
        let since = self.memory(id, |memory| memory.due_since).filter(|_| due);
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
    let history = History::begin(seed, settings);
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
    let settings = settings(&with_owners("").replace("unannounced = true", ""));
    let mut figures = Figures::default();
    let histories = plans(4);
    for seed in 0..histories {
        history(seed, &settings, &mut figures);
    }
    let stops = figures.stops;
    figures.tell(histories, DAYS, &format!("{stops} stops"));
    let starts = figures.starts;
    assert!(stops > 20 * histories as usize && starts > 0, "too tame: {stops} stops, {starts} starts");
}
