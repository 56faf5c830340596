//! Random histories of people who make mistakes, and of runs that are killed: mistyped keys, dates that are ranges,
//! owners and schedules that change after the notice, a team that works from Sunday to Thursday, accounts whose names
//! nobody can tell, hostile lines in the run record, and runs that end at any point under daily caps. No instance may be
//! stopped that the documentation protects, and no day may see more stops than its cap.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc, Weekday};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::rules::case::Activity;

use super::histories::{self, OWNERS, at_work, is_member, is_weekday, local, tag, with_owners};
use super::plans;
use crate::fake::{Ask, Deed, HERE, Shape, THERE, apply_killed, at, settings};

/// A Monday; the three weeks after it have no holiday in Japan.
const BEGIN: &str = "2026-11-30T00:00:00+09:00";
const DAYS: i64 = 21;
/// Fewer than would be a sudden change.
const BOXES: usize = 9;
/// The daily cap of an account, few enough to be reached.
const A_DAY: usize = 4;

/// Its name says `prod`; the name of the last account cannot be told.
const ACCOUNTS: [&str; 3] = [HERE.0, THERE.0, "333333333333"];

/// Keys that are nearly `keep`, `keep-until` or `schedule`.
const TYPOS: [&str; 8] = [
    "idle-reaper:keep-untill",
    "idle-reaper:keep_until",
    "Idle-Reaper: Keep",
    "idle-reaper:kep",
    "idle-reaper:shedule",
    "idle-reeper:keep",
    "idlereaper:keep",
    "idle-reaper:schedul",
];

type History<'a> = histories::History<'a, Memory>;

/// What the reference remembers of one instance.
#[derive(Clone, Default)]
struct Memory {
    cpu: f64,
    /// Stopped by the reaper, and nobody has touched it since.
    reaped: bool,
    /// When its owner or its schedule was last changed.
    reassigned: Option<DateTime<Utc>>,
}

impl histories::Memory for Memory {
    fn retagged(&mut self, _: DateTime<Utc>) {}
}

/// Three policies: the first is for accounts by name, the second works from Sunday to Thursday.
fn three_policies() -> Settings {
    let first = "[schedules.gulf]\nzone = \"Asia/Riyadh\"\nopen = [\"sun-thu 08:00-17:00\"]\n\
                 [[policies]]\nname = \"prod\"\nstage = \"enforce\"\nmatch = { accounts = [\"*-prod\"] }\n\
                 schedule = \"office\"\noutside = \"report\"\n\
                 [[policies]]\nname = \"gulf\"\nstage = \"enforce\"\nmatch = { tags = [\"Env=gulf\"] }\n\
                 schedule = \"gulf\"\noutside = \"stop\"\nat-opening = \"start-reaped\"\n[[policies]]";
    let caps = format!("stops-per-account-per-day = {A_DAY}\nstops-percent");
    let text = with_owners("").replace("unannounced = true", "").replace("stops-percent", &caps);
    settings(&text.replacen("[[policies]]", first, 1))
}

/// Whether the hours of an instance are open, by its tag or its policy. The gulf has no daylight saving time.
fn open(found: &Instance, now: DateTime<Utc>) -> Option<bool> {
    match tag(found, "idle-reaper:schedule") {
        None if tag(found, "Env") == Some("gulf") => {
            let riyadh = now.naive_utc() + Duration::hours(3);
            Some(works(riyadh.date(), true) && (8..17).contains(&riyadh.hour()))
        }
        own => at_work(own.unwrap_or(""), now),
    }
}

/// Whether a day is a business day, there or in Japan.
fn works(day: NaiveDate, gulf: bool) -> bool {
    if gulf { !matches!(day.weekday(), Weekday::Fri | Weekday::Sat) } else { is_weekday(day) }
}

/// One business day after `since`, at the same time of the day or later.
fn a_business_day_after(since: DateTime<Utc>, gulf: bool) -> DateTime<Utc> {
    let offset = Duration::hours(if gulf { 3 } else { 9 });
    let mut end = since + Duration::days(1);
    while !works((end.naive_utc() + offset).date(), gulf) {
        end += Duration::days(1);
    }
    end
}

/// Whether one of its keys is a typo, or its day is a range that is not over.
fn misspelt(found: &Instance) -> Option<&'static str> {
    let range =
        tag(found, "idle-reaper:keep-until").is_some_and(|value| value.contains(" to ") || value.contains(" - "));
    let typo = found.tags.iter().any(|(key, _)| TYPOS.contains(&key));
    [(range, "its day is a range"), (typo, "a key is mistyped")]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
}

/// Why this instance may not be stopped now.
fn why_not(
    found: &Instance,
    memory: &Memory,
    notified: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let launch = found.launch.expect("a launch time");
    let gulf = tag(found, "Env") == Some("gulf");
    let since = notified.map(|when| when.max(memory.reassigned.unwrap_or(when)));
    let announced = since.is_some_and(|since| a_business_day_after(since, gulf) <= now);
    [
        (found.state != State::Running, "it does not run"),
        (is_member(found), "Auto Scaling would replace it"),
        (!gulf && tag(found, "Env") != Some("dev"), "no policy speaks of it"),
        (*found.id.place.account == *ACCOUNTS[1], "its account is one of production"),
        (*found.id.place.account == *ACCOUNTS[2], "its account may be one of production"),
        (open(found, now).is_none(), "its schedule cannot be read"),
        (open(found, now) == Some(true), "its hours have begun"),
        (now - launch < Duration::minutes(15), "it was just started"),
        (open(found, launch) == Some(false) && now - launch < Duration::hours(2), "somebody works late"),
        (memory.cpu >= 10.0, "it is busy"),
        (!announced, "its owner was not notified a business day ahead"),
    ]
    .into_iter()
    .find_map(|(holds, why)| holds.then_some(why))
    .or_else(|| misspelt(found))
    .or_else(|| kept_by_date(found, now))
}

/// Whether it is kept: for good, or until a day, which stands before a reason, that is not over.
fn kept_by_date(found: &Instance, now: DateTime<Utc>) -> Option<&'static str> {
    let day = tag(found, "idle-reaper:keep-until").and_then(|text| text.split(' ').next()?.parse::<NaiveDate>().ok());
    let held = day.is_some_and(|day| local(now).date() <= day);
    [(tag(found, "idle-reaper:keep").is_some(), "it is kept"), (held, "it is kept until a day")]
        .into_iter()
        .find_map(|(holds, why)| holds.then_some(why))
}

/// What came of all histories.
#[derive(Default)]
struct Figures {
    instance_days: f64,
    stops: usize,
    starts: usize,
    kept_starts: usize,
    killed: usize,
    hostile: usize,
    wrong: Vec<String>,
    /// Stops by history, account and day.
    by_day: BTreeMap<(u32, Arc<str>, NaiveDate), usize>,
}

impl History<'_> {
    fn make(&self, n: usize, launched: DateTime<Utc>) {
        let account = ACCOUNTS[[0, 0, 0, 0, 0, 0, 1, 2, 2][n % 9]];
        let region = if account == THERE.0 { THERE.1 } else { HERE.1 };
        let env = ["dev", "gulf"][usize::from(n.is_multiple_of(3))];
        let found = Instance { launch: Some(launched), ..self.next(false).account(account).region(region) };
        self.add(found.tag("Env", env), Memory::default());
    }

    /// What happens to one instance in the hour before `now`.
    fn lives(&self, found: &Instance, now: DateTime<Utc>) {
        let (id, when, up) = (&*found.id.name, self.of_late(now), found.state == State::Running);
        if !up && self.chance(if open(found, now) == Some(true) { 120 } else { 8 }) {
            self.goes_up(id, when);
            self.remember(id, |memory| memory.reaped = false);
        } else if up && self.chance(8) {
            self.goes_down(id, State::Stopped, when);
            self.remember(id, |memory| memory.reaped = false);
        }
        if self.chance(14) {
            self.errs(found, now);
        }
        let cpu = if self.chance(30) { 62.0 } else { 0.5 };
        self.remember(id, |memory| memory.cpu = cpu);
        self.world.now_is(id, Activity::of_cpu(cpu));
    }

    /// Something that a person gets nearly right, or puts right.
    fn errs(&self, found: &Instance, now: DateTime<Utc>) {
        let id = &*found.id.name;
        let retag = |key: &str, value: Option<&str>| self.retag(id, now, key, value);
        let day = |days: i64| (local(now).date() + Duration::days(days)).to_string();
        match self.below(12) {
            0 => retag(self.one_of(&TYPOS), Some("please")),
            1..=4 => TYPOS.iter().for_each(|key| retag(key, None)),
            5 => retag("idle-reaper:keep-until", Some(&format!("{} to {}", day(-1), day(6)))),
            6 => retag("idle-reaper:keep-until", Some(&format!("{} - {} load test", day(0), day(3)))),
            7 => retag("idle-reaper:keep-until", Some(&format!("{} ticket 2026-1234", day(0)))),
            8 | 9 => {
                retag("idle-reaper:keep-until", None);
                retag("idle-reaper:keep", None);
            }
            10 => retag("idle-reaper:keep", Some("")),
            _ => {
                let (key, value) = match self.below(2) {
                    0 => ("Owner", Some(self.one_of(&OWNERS))),
                    _ => ("idle-reaper:schedule", self.one_of(&[None, Some("office"), Some("night")])),
                };
                retag(key, value);
                // A tag that is written with the value that it has changes nothing, and nobody can see it.
                if tag(found, key) != value {
                    self.remember(id, |memory| memory.reassigned = Some(now));
                }
            }
        }
    }

    /// Somebody, or a disk, spoils the record.
    fn spoil(&self, now: DateTime<Utc>) {
        let day = now.date_naive();
        let hostile = [
            "{\"id\":\"i-001\",\"at\":\"-262143-01-01T00:00:00Z\"}",
            "{\"id\":\"i-002\",\"action\":\"stop\",\"outcome\":\"stopped\",\"at\":\"+262142-12-31T23:59:59Z\"}",
            "\u{0}\u{fffd}\u{202e}",
            "[[[[",
        ];
        let line = self.one_of(&hostile);
        match self.below(3) {
            0 => self.world.put(&format!("acts/date={day}/spoilt-{}.jsonl", self.below(9)), line),
            1 => self.world.put(&format!("state/launched/spoilt-{}", self.below(9)), line),
            _ => {
                for (key, text) in self.world.recorded("state/told.jsonl") {
                    self.world.put(&key, &format!("{line}\n{text}"));
                }
            }
        }
    }

    /// The reaper's turn: a run that ends, or one that is killed on the way.
    fn reap(&self, now: DateTime<Utc>, settings: &Settings, figures: &mut Figures, seed: u32) {
        let (before, said) = (self.world.all(), self.world.said().len());
        self.world.forget();
        if self.chance(60) {
            let after = std::time::Duration::from_millis(self.below(1200) as u64);
            figures.killed += usize::from(apply_killed(&self.world, settings, &Ask::at(now), after));
        } else {
            crate::fake::apply(&self.world, settings, now);
        }
        let log = self.world.log();
        let did =
            |id: &str, wanted: fn(Deed) -> bool| log.iter().any(|call| wanted(call.deed) && call.ok && call.names(id));
        for found in &before {
            let id = &*found.id.name;
            let (memory, notified) = (self.memory(id, Memory::clone), self.told(found, |_| true));
            if did(id, |deed| matches!(deed, Deed::Stop | Deed::Hibernate)) {
                figures.stops += 1;
                *figures.by_day.entry((seed, found.id.place.account.clone(), now.date_naive())).or_default() += 1;
                if let Some(why) = why_not(found, &memory, notified, now) {
                    figures.wrong.push(format!("{now}: `{id}` was stopped although {why}: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = true);
            }
            if did(id, |deed| deed == Deed::Start) {
                figures.starts += 1;
                let protected = misspelt(found).or_else(|| kept_by_date(found, now)).is_some();
                figures.kept_starts += usize::from(protected);
                if !memory.reaped || open(found, now + Duration::minutes(15)) == Some(false) {
                    figures.wrong.push(format!("{now}: `{id}` was started and should not have been: {found:?}"));
                }
                self.remember(id, |memory| memory.reaped = false);
            }
        }
        self.hear(self.world.said().split_off(said), now, |_, _| None);
    }
}

fn history(seed: u32, settings: &Settings, figures: &mut Figures) {
    let begin = at(BEGIN);
    let mut history = History::begin(seed, settings);
    history.world = std::mem::replace(&mut history.world, crate::fake::World::of([]))
        .with_account(ACCOUNTS[0], Some("shop-dev"), None)
        .with_account(ACCOUNTS[1], Some("data-prod"), None)
        .with_account(ACCOUNTS[2], None, None);
    for n in 0..BOXES {
        history.make(n, begin - Duration::days(3));
    }
    for hour in 1..=DAYS * 24 {
        let now = begin + Duration::hours(hour);
        for found in history.world.all() {
            history.lives(&found, now);
        }
        if history.chance(20) {
            figures.hostile += 1;
            history.spoil(now);
        }
        history.reap(now, settings, figures, seed);
        figures.instance_days += history.world.all().len() as f64 / 24.0;
    }
}

#[test]
fn random_histories_of_mistakes_and_killed_runs_hold_no_false_stop_and_no_cap_is_exceeded() {
    let (settings, mut figures) = (three_policies(), Figures::default());
    let histories = plans(3);
    for seed in 0..histories {
        history(seed, &settings, &mut figures);
    }
    let most = figures.by_day.values().max().copied().unwrap_or_default();
    println!(
        "{histories} histories of mistakes: {:.0} instance-days, {} stops, {} starts ({} of what was kept meanwhile), \
         {} runs killed, {} hostile lines; false: {}; at most {most} stops of one account on one day",
        figures.instance_days,
        figures.stops,
        figures.starts,
        figures.kept_starts,
        figures.killed,
        figures.hostile,
        figures.wrong.len(),
    );
    assert_eq!(figures.wrong.first(), None);
    assert!(most <= A_DAY, "{:?}", figures.by_day);
    let n = histories as usize;
    assert!(figures.stops > 10 * n && figures.starts > 2 * n && figures.killed > n, "too tame");
    assert!(figures.kept_starts > 0, "nothing that was kept after its stop was started");
}
