//! Longer histories with idle evidence: machines that are left and do nothing, machines that only look so, and people
//! who come back. The hours that CloudWatch has are those that each machine really had. The reference is written from
//! the documentation alone.

use chrono::{DateTime, Duration, Timelike, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Because;
use idle_reaper::engine::model::{Details, Instance, State, Subject};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::engine::tags::stop_tag::OwnTag;

use super::histories::{self, Figures, OWNERS, WISHES, is_member, is_weekday, kept, local, with_owners};
use super::plans;
use super::reference::{Memory, Nature, business_days_after, open, protected};
use crate::fake::{Hour, Shape, at, settings};

/// A Monday; the ten weeks after it have no holiday in Japan.
const BEGIN: &str = "2027-05-10T00:00:00+09:00";
const DAYS: i64 = 70;
/// Hours between runs. Offices open and close at such an hour.
const STEP: i64 = 3;
/// Fewer than would be a sudden change.
const BOXES: usize = 9;

type History<'a> = histories::History<'a, Memory>;

/// Machines of `dev` have office hours, and are stopped for being idle when that is certain; those of `lab` are always
/// open, and are stopped when it is likely.
fn told() -> Settings {
    let around =
        "[schedules.around]\nzone = \"Asia/Tokyo\"\ncalendar = \"japan\"\nopen = [\"mon-sun all-day\"]\n[[policies]]";
    let text = with_owners("[idle]\n").replace("unannounced = true", "idle = \"stop\"");
    let lab = "[[policies]]\nname = \"lab\"\nstage = \"enforce\"\nmatch = { tags = [\"Env=lab\"] }\nschedule = \"around\"\n\
               outside = \"stop\"\nat-opening = \"start-reaped\"\nidle = \"stop\"\nidle-tier = \"likely\"\n";
    settings(&(text.replacen("[[policies]]", around, 1) + lab))
}

impl History<'_> {
    fn make(&self, member: bool, launched: DateTime<Utc>, now: DateTime<Utc>) {
        let details = Details { vcpus: Some(2), interfaces: 1, ..Details::default() };
        let found = Instance { kind: "m5.large".into(), details, launch: Some(launched), ..self.next(member) };
        let found = found.tag("Env", self.one_of(&["dev", "lab"]));
        let natures = [Nature::Left, Nature::Left, Nature::Used, Nature::Used, Nature::Used];
        let odd = [Nature::Batch(1), Nature::Batch(7), Nature::Batch(30), Nature::Patchy];
        let nature = if self.chance(700) { self.one_of(&natures) } else { self.one_of(&odd) };
        let memory = Memory { nature, anew: launched, disturbed: launched, ..Memory::default() };
        let id = found.id.name.to_string();
        self.add(found, memory);
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
        let id = &*found.id.name;
        let (nature, up) = (self.memory(id, |memory| memory.nature), found.state == State::Running);
        let launch = found.launch.expect("a launch time");
        for ago in (1..=STEP).rev() {
            let hour = now - Duration::hours(ago);
            if up && launch <= hour {
                self.hour(id, hour, nature == Nature::Used);
            }
        }
        self.world.now_is(id, Activity::of_cpu(self.memory(id, |memory| memory.cpu)));
        if is_member(found) {
            if up && self.chance(8) {
                self.goes_down(id, State::Terminated, now - Duration::minutes(30));
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
        let when = self.of_late(now);
        self.goes_up(id, when);
        self.remember(id, |memory| {
            (memory.reaped, memory.anew, memory.disturbed, memory.cpu) = (false, when, now, Hour::QUIET.cpu);
        });
        self.world.now_is(id, Activity::of_cpu(Hour::QUIET.cpu));
    }

    /// What people do to a machine that they use.
    fn people(&self, found: &Instance, now: DateTime<Utc>) {
        let (id, up) = (&*found.id.name, found.state == State::Running);
        let opening = is_weekday(local(now).date()) && local(now).hour() == 12;
        if !up && self.chance(if opening { 300 } else { 20 }) {
            self.start(id, now);
        } else if up && self.chance(15) {
            self.goes_down(id, State::Stopped, self.of_late(now));
            self.remember(id, |memory| (memory.reaped, memory.disturbed) = (false, now));
        }
        if self.chance(20) {
            match self.below(WISHES + 2) {
                WISHES => self.retag(id, now, "Owner", Some(self.one_of(&OWNERS))),
                wish if wish > WISHES => self.retag(id, now, "Env", Some(self.one_of(&["dev", "lab", "lab", "prod"]))),
                wish => self.wish(id, now, wish),
            }
        }
    }

    /// The reaper's turn, and what the laws say of it.
    fn reap(&self, now: DateTime<Utc>, figures: &mut Figures) {
        let before = self.world.all();
        let turn = self.turn(now);
        for found in &before {
            let id = &*found.id.name;
            let (due, mut stopped) = (self.memory(id, |memory| memory.is_due(found, now)), None);
            if turn.stopped(id) {
                let own = self.world.get(id).tags.get("idle-reaper:stopped").map(OwnTag::parse);
                let own = own.expect("a tag").expect("a tag that can be read");
                stopped = Some(own.because);
                let (subject, count) = match own.because {
                    Because::Idle => (Subject::Idle, &mut figures.idle),
                    Because::Hours => (Subject::FirstStop, &mut figures.stops),
                };
                *count += 1;
                let told = self.told(found, |about| about == subject);
                if let Some(why) = self.memory(id, |memory| memory.why_not(found, own.because, told, now)) {
                    figures.wrong.push(format!("{now}: {:?} although {why}: {found:?}", own.because));
                }
                self.remember(id, |memory| {
                    memory.reaped = own.because == Because::Hours;
                    memory.idle_stops += usize::from(own.because == Because::Idle);
                });
            }
            if turn.started(id) {
                figures.starts += 1;
                let reaped = self.remember(id, |memory| std::mem::take(&mut memory.reaped));
                // Whoever keeps what the reaper stopped wants it to run.
                let protected = protected(found, now).filter(|why| kept(found, now) != Some(why));
                if !reaped || open(found, now + Duration::minutes(15)) != Some(true) || protected.is_some() {
                    figures.wrong.push(format!("{now}: started and should not have been: {found:?}"));
                }
            }
            self.count_missed(found, due, stopped, &turn.report, now, figures);
        }
        figures.marks += turn.report.marks.len();
        figures.messages += turn.said.len();
        // What was said of doing nothing is void once everything begins anew.
        self.hear(turn.said, now, |memory, subject| (subject == Subject::Idle).then_some(memory.disturbed));
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
        let id = &*found.id.name;
        if protected(found, now).is_some() || found.state == State::Terminated {
            self.remember(id, |memory| memory.disturbed = now);
        }
        let since = self.memory(id, |memory| memory.due_since).filter(|_| due);
        figures.forgotten += usize::from(due && since.is_none());
        let late = since.is_some_and(|since| now > business_days_after(since, 5) + Duration::days(3));
        if late && stopped != Some(Because::Idle) {
            let line = report
                .rows
                .iter()
                .find(|row| row.id.name == found.id.name)
                .map(|row| (&row.verdict, &row.undetermined));
            figures.missed.push(format!("{now}: forgotten since {since:?}: {line:?} {found:?}"));
        }
        let next = if late || stopped == Some(Because::Idle) { None } else { since.or(due.then_some(now)) };
        self.remember(id, |memory| memory.due_since = next);
    }
}

fn history(seed: u32, settings: &Settings, figures: &mut Figures) {
    let begin = at(BEGIN);
    let history = History::begin(seed, settings);
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
fn what_is_idle_is_found_its_owner_notified_and_it_is_stopped_and_what_only_looks_so_is_not() {
    let (settings, mut figures) = (told(), Figures::default());
    let histories = plans(1);
    for seed in 0..histories {
        history(seed, &settings, &mut figures);
    }
    let (hours, idle, marks, forgotten) = (figures.stops, figures.idle, figures.marks, figures.forgotten);
    let stopped = format!("{hours} stops for hours, {idle} for doing nothing, {marks} marks put or lifted");
    figures.tell(histories, DAYS, &stopped);
    let n = histories as usize;
    assert!(idle > 2 * n && forgotten > 2 * n && hours > 20 * n, "too tame: {idle} of {forgotten}, {hours}");
}
