//! A record that an earlier release has written is read as that release read it: `version = 1` of the record. The folder
//! `earlier/c7e5400` was written once, by the release of that commit, with [`write_the_fixture`], and is never written again:
//! `record/` is its record after nine days, `machines.json` how the instances stood then, and `expected.json` what that same
//! release then undid, did, notified and counted.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::cost::savings::{Line, Savings, Whose};
use idle_reaper::engine::model::{Details, Instance, State, Tags};
use idle_reaper::engine::request::events::Launched;
use idle_reaper::engine::undo::Finding;
use idle_reaper::local::folder::Folder;
use idle_reaper::ports::WriteRecord as _;
use idle_reaper::run::launches::remember;
use serde_json::{Value, json};

use crate::engine::judge::forgotten::{TELLING, idle_box, rests};
use crate::fake::{Ask, Back, HERE, Shape, World, at, block_on, instance, settings, try_apply, try_undo};

/// The run that is undone, and one that was killed before it could record its outcomes.
const UNDONE: &str = "20261124T123000Z-0000000a";
const KILLED: &str = "20261125T123000Z-0000000b";

/// The night in which the record ends.
const END: &str = "2026-11-25T22:10:00+09:00";

/// What happens after it, run by run.
const AFTER: [&str; 6] = [
    "2026-11-25T22:15:00+09:00",
    "2026-11-26T09:05:00+09:00",
    "2026-11-26T12:00:00+09:00",
    "2026-11-26T21:30:00+09:00",
    "2026-11-27T12:00:00+09:00",
    "2026-11-30T12:00:00+09:00",
];

const IDLE: [&str; 2] = ["i-d1", "i-d2"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/engine/history/earlier/c7e5400")
}

fn telling() -> idle_reaper::engine::config::Settings {
    let text = crate::fake::SETTINGS.replace("[calendars.japan]", TELLING);
    settings(&text.replace("unannounced = true", "idle = \"stop\""))
}

/// The instances as the fixture has them.
fn machines() -> Vec<Instance> {
    let text = std::fs::read_to_string(folder().join("machines.json")).expect("the machines");
    let all: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let instant = |value: &Value| value.as_str().map(at);
    let one = |told: &Value| {
        let id = told["id"].as_str().expect("an id");
        let base = if IDLE.contains(&id) { idle_box(id) } else { priced(id) };
        let tags: Vec<(String, String)> = serde_json::from_value(told["tags"].clone()).expect("tags");
        Instance {
            state: if told["up"] == true { State::Running } else { State::Stopped },
            launch: instant(&told["launch"]),
            transition: instant(&told["transition"]),
            tags: Tags::new(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
            ..base.account(told["account"].as_str().expect("an account"))
        }
    };
    all.iter().map(one).collect()
}

/// An instance that has a price.
fn priced(id: &str) -> Instance {
    let plain = instance(id);
    let details = Details { usage: Some("RunInstances".into()), ..plain.details };
    Instance { details, ..plain }
}

/// A world with the record and the machines of the fixture.
fn world() -> World {
    let world = World::of(machines());
    let root = folder().join("record");
    let mut open = vec![root.clone()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                open.push(entry);
            } else {
                let key = entry.strip_prefix(&root).expect("beneath it").to_string_lossy().into_owned();
                world.put(&key, &std::fs::read_to_string(&entry).expect("a file"));
            }
        }
    }
    world
}

fn whole(world: &World, now: DateTime<Utc>, named: &'static str) -> idle_reaper::engine::report::Report {
    IDLE.iter().for_each(|id| rests(world, id, now));
    world.all().iter().for_each(|one| world.change(&one.id.name, settled));
    let ask = Ask { named: Some(named), ..Ask::at(now) };
    try_apply(world, &telling(), &ask).expect("a report")
}

/// What was on its way has arrived.
fn settled(one: Instance) -> Instance {
    match one.state {
        State::Stopping => one.state(State::Stopped),
        State::Pending => one.state(State::Running),
        _ => one,
    }
}

/// What a run does with what the record says: steps, notices and savings.
fn told(world: &World) -> Value {
    let undo = Back { undoes: UNDONE.to_owned(), at: at(END), ..Back::default() };
    let killed = Back { undoes: KILLED.to_owned(), ..undo.clone() };
    let words = |back: &Back| -> Vec<(String, String)> {
        let undo = try_undo(world, &telling(), back).expect("an undo");
        let word = |finding: &Finding| match finding {
            Finding::Start => "start",
            Finding::Left(why) => why.as_str(),
        };
        undo.found.iter().map(|found| (found.stop.id.name.to_string(), word(&found.finding).to_owned())).collect()
    };
    let undos = [words(&undo), words(&killed)];
    let mut runs = Vec::new();
    for (n, now) in AFTER.iter().enumerate() {
        let said = world.said().len();
        let report = whole(world, at(now), Box::leak(format!("20270101T000000Z-{n:08x}").into_boxed_str()));
        let outcomes: Vec<_> = report
            .outcomes
            .iter()
            .map(|one| json!([one.id.name, one.action.to_string(), one.outcome.as_str()]))
            .collect();
        let verdicts: Vec<_> =
            report.rows.iter().map(|row| json!([row.id.name, row.verdict.reason().as_str()])).collect();
        let waits: Vec<_> =
            report.plan.deferred.iter().map(|one| json!([one.id.name, one.because.as_str(), one.until])).collect();
        let notices: Vec<_> = world.said()[said..]
            .iter()
            .flat_map(|(channel, message)| message.named.iter().map(move |one| (channel.clone(), one)))
            .map(|(channel, one)| json!([channel, format!("{:?}", one.subject), one.id.name]))
            .collect();
        let [(_, savings)] = &world.recorded(Savings::KEY)[..] else { panic!("no savings") };
        let savings = Savings::parse(savings).expect("savings");
        // A stop is dated by the process's own clock, so that milliseconds differ.
        let round = |figure: rust_decimal::Decimal| figure.round_dp(2).normalize().to_string();
        let months: Vec<_> = savings
            .lines()
            .map(|Line { month, whose: Whose { account, policy, owner }, saved }| {
                let figures = [saved.hours, saved.usd.0, saved.unknown_hours].map(round);
                json!([month, account, policy, owner, figures])
            })
            .collect();
        runs.push(json!({
            "at": now, "outcomes": outcomes, "verdicts": verdicts, "waits": waits, "notices": notices, "saved": months,
        }));
    }
    json!({"undos": undos, "runs": runs})
}

#[test]
fn an_earlier_release_s_record_gives_the_same_undo_notices_and_savings() {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("what is expected");
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let told = told(&world());
    assert_eq!(told["undos"], expected["undos"]);
    let [now, then] = [&told, &expected].map(|one| one["runs"].as_array().expect("runs"));
    for (now, then) in now.iter().zip(then) {
        for what in ["outcomes", "waits", "notices", "saved"] {
            assert_eq!(now[what], then[what], "{what} of {}", then["at"]);
        }
    }
    assert_eq!(now.len(), then.len());
}

#[test]
fn its_runs_are_listed_and_recalled() {
    let hub = Folder::new(&folder().join("record"));
    let runs = block_on(idle_reaper::run::runs(&hub, at(END), 2)).expect("runs");
    assert!(runs.iter().any(|run| run.run() == UNDONE) && runs.iter().any(|run| run.run() == KILLED), "{runs:?}");
    let tag = "idle-reaper:stopped";
    let recalled = block_on(idle_reaper::run::recall(&hub, "i-n1", UNDONE, tag, at(END))).expect("a run");
    assert_eq!(recalled.line.verdict, "stop", "{recalled:?}");
}

/// Nine days under the release that writes the fixture: nightly stops, an idle box that is marked and stopped, another in its
/// grace, a fight, an undo, launches by people, and a run that is killed after it has stopped what it planned.
fn nine_days() -> World {
    let nightly = ["i-n1", "i-n2", "i-n3", "i-f1"].map(|id| priced(id).tag("Owner", "ana").state(State::Stopped));
    let wrong = instance("i-w1").tag("Owner", "ana").tag("idle-reaper:keep-until", "next Tuesday");
    let world = World::of(nightly.into_iter().chain([wrong, idle_box("i-d1")]));
    let launched = Launched {
        account: HERE.0.to_owned(),
        region: HERE.1.to_owned(),
        instances: vec!["i-n1".to_owned()],
        by: "ana".to_owned(),
        at: at("2026-11-16T03:00:00Z"),
        event: "e-1".to_owned(),
        again: false,
    };
    block_on(remember(&world, &launched)).expect("remembered");
    let up = |ids: &[&str], now: &str| {
        for id in ids {
            world.change(id, |one| settled(one).state(State::Running).launched(now));
        }
    };
    let mut n = 100;
    let mut run = |now: &str, named: Option<&'static str>| {
        n += 1;
        let at = at(now);
        let made = Box::leak(format!("{}-{n:08x}", at.format("%Y%m%dT%H%M%SZ")).into_boxed_str());
        whole(&world, at, named.unwrap_or(made))
    };
    for day in [16, 17, 18, 19, 20, 24, 25] {
        let day = format!("2026-11-{day}");
        run(&format!("{day}T09:05:00+09:00"), None);
        let morning = format!("{day}T09:30:00+09:00");
        let down: Vec<String> = world
            .all()
            .iter()
            .filter(|one| one.id.name.starts_with("i-n") || one.id.name.starts_with("i-f"))
            .filter(|one| matches!(one.state, State::Stopped | State::Stopping))
            .map(|one| one.id.name.to_string())
            .collect();
        up(&down.iter().map(String::as_str).collect::<Vec<_>>(), &morning);
        if day.ends_with("20") {
            world.add(idle_box("i-d2"));
        }
        run(&format!("{day}T12:00:00+09:00"), None);
        let named = match &*day {
            "2026-11-24" => Some(UNDONE),
            "2026-11-25" => Some(KILLED),
            _ => None,
        };
        let before = [world.recorded("state/"), world.recorded("savings/")].concat();
        run(&format!("{day}T21:30:00+09:00"), named);
        if named == Some(KILLED) {
            before.iter().for_each(|(key, text)| world.put(key, text));
        }
        if day.ends_with("24") {
            world.all().iter().for_each(|one| world.change(&one.id.name, settled));
            let (at, undoes) = (at("2026-11-24T21:40:00+09:00"), UNDONE.to_owned());
            let scope =
                idle_reaper::engine::request::Scope { instances: Some(vec!["i-n3".to_owned()]), ..Default::default() };
            try_undo(&world, &telling(), &Back { at, undoes, scope, apply: true, ..Back::default() }).expect("an undo");
            for (back, again) in [("22:00", "22:05"), ("23:00", "23:05")] {
                up(&["i-f1"], &format!("{day}T{back}:00+09:00"));
                run(&format!("{day}T{again}:00+09:00"), None);
            }
        }
    }
    world.all().iter().for_each(|one| world.change(&one.id.name, settled));
    // Killed after its stops: it has its plan, and nothing after.
    for part in [format!("{KILLED}/report.json"), format!("{KILLED}.jsonl")] {
        for (key, _) in world.recorded(&part) {
            if !key.starts_with("tables/plans") {
                world.lose(&key);
            }
        }
    }
    world
}

/// Writes the fixture. Only the release of its name may: `FIXTURE=1 cargo test -- --ignored write_the_fixture`.
#[test]
#[ignore = "the fixture is an earlier release's and stays as it is"]
fn write_the_fixture() {
    let world = nine_days();
    let root = folder();
    let record = Folder::new(&root.join("record"));
    let since = at(END) - Duration::days(1);
    for (key, text) in world.recorded("") {
        // Tables, reports and counts of the last days will do; the rest is what later runs read.
        let old = ["tables/", "runs/"].iter().any(|part| key.starts_with(part));
        let days = [since, at(END)].map(|day| format!("date={}", day.date_naive()));
        if !old || days.iter().any(|day| key.contains(day)) {
            block_on(record.write(&key, &text)).expect("written");
        }
    }
    let all: Vec<Value> = world
        .all()
        .iter()
        .map(|one| {
            json!({"id": one.id.name, "account": one.id.place.account, "up": one.state == State::Running,
                "launch": one.launch, "transition": one.transition,
                "tags": one.tags.iter().collect::<Vec<_>>()})
        })
        .collect();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON") + "\n";
    std::fs::write(root.join("machines.json"), pretty(&Value::Array(all))).expect("written");
    let told = told(&self::world());
    std::fs::write(root.join("expected.json"), pretty(&told)).expect("written");
}
