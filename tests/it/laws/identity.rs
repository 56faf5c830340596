//! A resource is its kind, account, Region and name. Whatever the record, a plan or an undo says of one is never taken for
//! another of its name: resources in several places may share names as they like, and nothing comes out otherwise.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::savings::{Savings, Sight, Whose};
use idle_reaper::engine::history::idle_stops::IdleStops;
use idle_reaper::engine::history::notices::Ledger;
use idle_reaper::engine::model::{Database, Instance, Kind, ResourceId, State, Subject, Target};
use idle_reaper::engine::request::{Mode, Scope};
use idle_reaper::engine::undo::Finding;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::arbitrary::for_all;
use super::mixed::as_kind;
use crate::engine::judge::forgotten::{TELLING, idle_box, rests, telling};
use crate::fake::{
    Ask, Back, EVENING, HERE, Parts, SETTINGS, Shape, THERE, World, apply, at, db_cluster, for_every_kind, here,
    in_parts, instance, plan, row, try_apply, try_undo,
};

/// Two Regions of one account, and one of them in another account.
const PLACES: [(&str, &str); 3] = [HERE, (HERE.0, THERE.1), (THERE.0, HERE.1)];

/// What shares its names with the others: instances in each place, and other kinds in the first one, where AWS lets a DB
/// instance, a cluster and a service have the same name.
const SPOTS: [((&str, &str), What); 6] = [
    (PLACES[0], What::Instance),
    (PLACES[1], What::Instance),
    (PLACES[2], What::Instance),
    (PLACES[0], What::DbInstance),
    (PLACES[0], What::DbCluster),
    (PLACES[0], What::Service),
];

#[derive(Clone, Copy, Debug)]
enum What {
    Instance,
    DbInstance,
    DbCluster,
    Service,
}

impl What {
    /// The same resource as one of these.
    fn of(self, found: &Instance) -> Instance {
        match self {
            Self::Instance => found.clone(),
            Self::DbInstance => as_kind(found, Kind::Database),
            Self::DbCluster => {
                let place = ResourceId::db_cluster(found.id.place.clone(), &found.id.name);
                let cluster = db_cluster("any", |facts| Database { created: found.launch, ..facts });
                Instance { id: place, tags: found.tags.clone(), ..cluster }
            }
            Self::Service => as_kind(found, Kind::Service),
        }
    }
}

/// The same resource, which a person has started.
fn started(one: Instance, at: &str) -> Instance {
    match one.id.kind {
        Kind::Instance => one.state(State::Running).launched(at),
        Kind::Database => one.state(State::Running),
        Kind::Service => one.service(|facts| (facts.desired, facts.running) = (Some(2), Some(2))),
    }
}

/// The same resource, when what is under way has ended.
fn arrived(one: Instance) -> Instance {
    match (one.id.kind, one.state) {
        (Kind::Service, _) => one,
        (_, State::Stopping) => one.state(State::Stopped),
        (_, State::Pending) => one.state(State::Running),
        _ => one,
    }
}

/// The settings for every kind.
fn telling_of_every_kind() -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    for_every_kind(&text)
}

/// What an instance is like, and whether people start it again in the evening.
#[derive(Clone, Copy, Debug)]
enum Like {
    Plain { restarted: bool },
    Forgotten,
    Kept,
    Unowned,
}

fn any_fleet() -> impl Strategy<Value = Vec<(usize, Like)>> {
    let like = select(vec![
        Like::Plain { restarted: false },
        Like::Plain { restarted: true },
        Like::Plain { restarted: true },
        Like::Forgotten,
        Like::Forgotten,
        Like::Kept,
        Like::Unowned,
    ]);
    let spot = select(vec![0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5]);
    prop::collection::vec((spot, like), 2..8)
}

/// The fleet, each with a name of its own, or with the names `i-0`, `i-1` and so on anew in every place.
fn fleet(of: &[(usize, Like)], shared: bool) -> Vec<Instance> {
    let mut next = [0; SPOTS.len()];
    let one = |(n, (place, like)): (usize, &(usize, Like))| {
        let name = format!("i-{}", if shared { next[*place] } else { n });
        next[*place] += 1;
        let plain = instance(&name).launched("2026-11-02T09:30:00+09:00");
        let found = match like {
            Like::Plain { .. } => plain.tag("Owner", "ana"),
            Like::Forgotten => idle_box(&name),
            Like::Kept => plain.tag("Owner", "ana").tag("idle-reaper:keep", ""),
            Like::Unowned => plain,
        };
        let ((account, region), what) = SPOTS[*place];
        what.of(&found.account(account).region(region))
    };
    of.iter().enumerate().map(one).collect()
}

/// The evening whose run is undone in one Region.
const UNDONE: &str = "2026-11-24T21:30:00+09:00";

/// When there are runs, from the first notice to the stop of what is idle, and fights over two evenings.
const RUNS: [&str; 17] = [
    "2026-11-16T12:00:00+09:00",
    "2026-11-16T21:30:00+09:00",
    "2026-11-17T21:30:00+09:00",
    "2026-11-18T09:05:00+09:00",
    "2026-11-18T12:00:00+09:00",
    "2026-11-18T21:30:00+09:00",
    "2026-11-18T23:55:00+09:00",
    "2026-11-19T02:25:00+09:00",
    "2026-11-19T09:05:00+09:00",
    "2026-11-19T12:00:00+09:00",
    "2026-11-24T12:00:00+09:00",
    UNDONE,
    "2026-11-24T23:55:00+09:00",
    "2026-11-25T09:05:00+09:00",
    "2026-11-25T12:00:00+09:00",
    "2026-11-25T21:30:00+09:00",
    "2026-11-26T09:05:00+09:00",
];

/// When people have started theirs again before a run: longer ago than overtime is respected.
const BACK: [(&str, &str); 3] = [
    ("2026-11-18T23:55:00+09:00", "2026-11-18T21:35:00+09:00"),
    ("2026-11-19T02:25:00+09:00", "2026-11-18T23:59:00+09:00"),
    ("2026-11-24T23:55:00+09:00", "2026-11-24T21:45:00+09:00"),
];

/// What all runs over one fleet say and do, with each instance as its number in the fleet.
struct Story {
    world: World,
    of: Vec<(usize, Like)>,
    number: HashMap<ResourceId, usize>,
    lines: Vec<String>,
}

impl Story {
    fn new(of: &[(usize, Like)], shared: bool) -> Self {
        let fleet = fleet(of, shared);
        let number = fleet.iter().enumerate().map(|(n, found)| (found.id.clone(), n)).collect();
        Self { world: World::of(fleet), of: of.to_vec(), number, lines: Vec::new() }
    }

    fn number(&self, id: &ResourceId) -> usize {
        self.number[id]
    }

    fn say(&mut self, mut lines: Vec<String>) {
        lines.sort();
        self.lines.extend(lines);
    }

    /// What was under way has ended; what is forgotten has done nothing; people have started theirs again.
    fn before(&self, now: DateTime<Utc>, text: &str) {
        for found in self.world.all() {
            let like = self.of[self.number(&found.id)].1;
            let back = BACK.iter().find(|(run, _)| *run == text && matches!(like, Like::Plain { restarted: true }));
            self.world.change_one(&found.id, |one| match (arrived(one), back) {
                (one, Some((_, start))) if one.state == State::Stopped => started(one, start),
                (one, _) => one,
            });
            if matches!(like, Like::Forgotten) {
                rests(&self.world, &found.id.to_string(), now);
            }
        }
    }

    fn run(&mut self, text: &str, parts: bool) {
        let (now, said) = (at(text), self.world.said().len());
        self.before(now, text);
        let named = Box::leak(format!("{}-0000000a", now.format("%Y%m%dT%H%M%SZ")).into_boxed_str());
        let ask = Ask { named: Some(named), ..Ask::at(now) };
        let report = match parts {
            true => in_parts(
                &self.world,
                &telling_of_every_kind(),
                Mode::Apply,
                &ask,
                &Parts { size: 1, ..Parts::default() },
            ),
            false => try_apply(&self.world, &telling_of_every_kind(), &ask),
        };
        let report = report.expect("a report");
        let of = |id: &ResourceId| self.number(id);
        let rows =
            report.rows.iter().map(|row| format!("{text} row {} {} {}", of(&row.id), row.verdict.reason(), row.armed));
        let steps = report.plan.steps.iter().map(|step| format!("{text} step {} {}", of(&step.id), step.action));
        let waits = report
            .plan
            .deferred
            .iter()
            .map(|one| format!("{text} wait {} {:?} {:?}", of(&one.id), one.because, one.until));
        let marks = report.marks.iter().map(|end| format!("{text} mark {} {:?}", of(&end.step.id), end.step.verb));
        let ends =
            report.outcomes.iter().map(|one| format!("{text} end {} {} {:?}", of(&one.id), one.action, one.outcome));
        let heard = self.world.said()[said..]
            .iter()
            .flat_map(|(to, message)| {
                message.named.iter().map(move |one| format!("{text} said {to} {} {:?}", of(&one.id), one.subject))
            })
            .collect::<Vec<_>>();
        let lines = rows.chain(steps).chain(waits).chain(marks).chain(ends).chain(heard).collect();
        self.say(lines);
        if text == UNDONE {
            self.undo(named);
        }
        self.savings(text);
    }

    /// The run is undone in one Region alone.
    fn undo(&mut self, run: &str) {
        self.before(at(UNDONE), "");
        let scope = Scope { regions: Some(vec![THERE.1.to_owned()]), ..Scope::default() };
        let back =
            Back { undoes: run.to_owned(), at: at("2026-11-24T21:40:00+09:00"), scope, apply: true, ..Back::default() };
        let undo = try_undo(&self.world, &telling_of_every_kind(), &back).expect("an undo");
        let word = |finding: &Finding| match finding {
            Finding::Start => "start",
            Finding::Left(why) => why.as_str(),
        };
        let found = undo.found.iter().map(|one| format!("undo {} {}", self.number(&one.stop.id), word(&one.finding)));
        let ends = undo.outcomes.iter().map(|one| format!("undone {} {:?}", self.number(&one.id), one.outcome));
        let lines = found.chain(ends).collect();
        self.say(lines);
    }

    /// Open stops, by whose instance, and the months; a stop is dated by the process's own clock, to some milliseconds.
    fn savings(&mut self, text: &str) {
        let Some((_, kept)) = self.world.recorded(Savings::KEY).pop() else { return };
        let savings = Savings::parse(&kept).expect("savings");
        let open = savings.open.keys().map(|id| format!("{text} open {}", self.number(id)));
        let round = |figure: rust_decimal::Decimal| figure.round_dp(2).normalize();
        let months = savings.lines().map(|line| {
            let (hours, unknown) = (round(line.saved.hours), round(line.saved.unknown_hours));
            format!("{text} saved {} {} {hours} {unknown}", line.whose.account, line.whose.owner)
        });
        let lines = open.chain(months).collect();
        self.say(lines);
    }
}

fn told(of: &[(usize, Like)], shared: bool, parts: bool) -> Vec<String> {
    let mut story = Story::new(of, shared);
    RUNS.iter().for_each(|now| story.run(now, parts));
    story.lines
}

#[test]
fn resources_of_one_name_in_several_places_never_mix() {
    let seen = std::cell::RefCell::new(HashMap::<&str, usize>::new());
    for_all(24, any_fleet(), |of| {
        let (own, shared) = (told(&of, false, false), told(&of, true, false));
        assert_eq!(own, shared, "{of:?}");
        let ids: Vec<_> = fleet(&of, true).into_iter().map(|found| found.id).collect();
        let twins = ids.iter().any(|id| ids.iter().any(|other| id != other && id.identifier() == other.identifier()));
        for what in ["restart-fight", "undone", "Stopped", "FirstStop", " Idle", "open", "undo ", "mark"] {
            let there = twins && shared.iter().any(|line| line.contains(what));
            *seen.borrow_mut().entry(what).or_default() += usize::from(there);
        }
    });
    let seen = seen.into_inner();
    assert!(seen.len() == 8 && seen.values().all(|times| *times >= 3), "the cases are too tame: {seen:?}");
}

#[test]
fn nor_do_they_where_a_run_is_divided() {
    for_all(4, any_fleet(), |of| assert_eq!(told(&of, false, true), told(&of, true, true), "{of:?}"));
}

/// Everything that the record may say of `i-1` of another place, or of nobody's place.
fn record(world: &World, place: &str) {
    let line = |what: &str| format!("{{\"id\":\"i-1\",{place}{what}}}\n");
    let told = "\"policy\":\"dev\",\"owner\":\"ana\",\"place\":\"arn:aws:sns:ap-northeast-1:999999999999:ana\",\"binding\":true";
    let told = format!(
        "\"subject\":\"first-stop\",\"told\":{{{told},\"first\":\"2026-11-20T12:30:00Z\",\"last\":\"2026-11-20T12:30:00Z\",\"seen\":\"2026-11-25T03:00:00Z\"}}"
    );
    world.put("state/told.jsonl", &line(&told));
    let stops = ["2026-10-01", "2026-11-01"].map(|day| line(&format!("\"at\":\"{day}T03:00:00Z\"")));
    world.put("state/idle-stops.jsonl", &stops.concat());
    world.put("undone/date=2026-11-25/20261125T113000Z-1.jsonl", &line("\"at\":\"2026-11-25T11:30:00Z\""));
}

#[test]
fn what_was_recorded_without_a_place_counts_until_its_instance_is_found_and_then_has_one() {
    let settings = telling();
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    record(&world, "");
    // Its Region cannot be scanned: the lines stay as they are.
    let dark = World::of([instance("i-2").region(THERE.1)]);
    record(&dark, "");
    apply(&dark, &settings, at(EVENING));
    assert!(dark.recorded("undone/").iter().all(|(_, text)| !text.contains("account")));
    for _ in 0..2 {
        let report = plan(&world, &settings, at(EVENING));
        assert_eq!(row(&report, "i-1").verdict.reason().as_str(), "undone");
    }
    assert!(world.recorded("state/told").iter().all(|(_, text)| !text.contains("account")), "a dry run writes nothing");
    for _ in 0..2 {
        let report = apply(&world, &settings, at(EVENING));
        assert_eq!(row(&report, "i-1").verdict.reason().as_str(), "undone");
        assert_eq!(report.health().as_str(), "ok", "{:?}", report.notes);
    }
    for part in ["state/told.jsonl", "state/idle-stops.jsonl", "undone/"] {
        let lines: Vec<Value> = world
            .recorded(part)
            .iter()
            .flat_map(|(_, text)| {
                text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<_>>()
            })
            .collect();
        assert!(!lines.is_empty(), "{part}");
        assert!(lines.iter().all(|line| line["account"] == HERE.0 && line["region"] == HERE.1), "{part}: {lines:?}");
    }
    let told = world.recorded("state/told.jsonl").remove(0).1;
    let ledger = Ledger::parse(&told, at(EVENING));
    let notice = ledger.find(&here("i-1"), Subject::FirstStop).expect("the notice");
    assert_eq!(notice.first, at("2026-11-20T12:30:00Z"), "it is still the first one");
    let stops = world.recorded("state/idle-stops.jsonl").remove(0).1;
    assert_eq!(IdleStops::parse(&stops, at(EVENING)).count(&here("i-1")), 2);
}

#[test]
fn what_was_recorded_of_another_place_or_of_another_kind_says_nothing() {
    let settings = telling();
    let verdict = |place: &str| {
        let world = World::of([instance("i-1").tag("Owner", "ana")]);
        record(&world, place);
        try_apply(&world, &settings, &Ask::at(at(EVENING))).map(|report| {
            (
                row(&report, "i-1").verdict.reason().as_str(),
                report.plan.deferred.iter().map(|one| one.because.as_str()).next(),
            )
        })
    };
    let place = |account: &str, region: &str| format!("\"account\":\"{account}\",\"region\":\"{region}\",");
    assert_eq!(verdict(&place(HERE.0, HERE.1)).expect("a report"), ("undone", None));
    for (account, region) in [(HERE.0, THERE.1), (THERE.0, HERE.1)] {
        assert_eq!(verdict(&place(account, region)).expect("a report"), ("outside-hours", Some("not-notified")));
    }
    // A kind of which this release knows nothing is no instance, and an undo that cannot be read protects.
    let other = place(HERE.0, HERE.1) + "\"kind\":\"queue\",";
    assert!(verdict(&other).is_err());
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    record(&world, &other);
    let [told, stops] = ["state/told.jsonl", "state/idle-stops.jsonl"].map(|part| world.recorded(part).remove(0).1);
    assert_eq!(Ledger::parse(&told, at(EVENING)), Ledger::default());
    assert_eq!(IdleStops::parse(&stops, at(EVENING)), IdleStops::default());
}

#[test]
fn an_open_stop_is_kept_by_its_id_and_one_of_an_older_release_by_its_name_and_place() {
    let ids = PLACES.map(|(account, region)| ResourceId::instance(Target::new(account, region), "i-1"));
    let (mut savings, mut then) = (Savings::default(), at("2026-11-25T10:00:00Z"));
    for id in &ids {
        let whose = Whose { account: id.place.account.clone(), policy: "dev".into(), owner: "ana".into() };
        savings.stopped(id, whose, None, then);
    }
    assert_eq!(Savings::parse(&savings.text()).as_ref(), Ok(&savings));
    assert_eq!(savings.open.keys().cloned().collect::<std::collections::BTreeSet<_>>(), ids.iter().cloned().collect());
    // One of them is started; the others go on saving.
    then += chrono::Duration::hours(1);
    let sight = |id, state| Sight { id, state, launch: Some(then), ours: true };
    let sights = [sight(&ids[0], State::Running), sight(&ids[1], State::Stopped), sight(&ids[2], State::Stopped)];
    savings.accrue(sights, |_| true, then);
    assert_eq!(savings.open.keys().cloned().collect::<Vec<_>>(), [ids[1].clone(), ids[2].clone()]);
    let old = savings.text().replace(&format!("{}", ids[1]), "i-1").replace(
        "\"account\":\"111111111111\"",
        &format!("\"target\":{{\"account\":\"{}\",\"region\":\"{}\"}},\"account\":\"111111111111\"", HERE.0, THERE.1),
    );
    assert!(old.contains("\"i-1\":{\"target\""), "{old}");
    assert_eq!(Savings::parse(&old).expect("savings").open, savings.open);
}
