//! Three weeks of scheduled runs, each of a warm function that keeps its sessions: with `sweep = "4h"`, with and without
//! events, and with `sweep = "always"`. What is new in an empty target may be stopped late by one sweep, and nothing else
//! may differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::aws::{Aws, AwsActor, AwsHub, AwsMessenger, AwsReader, Pricing};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::events::Event;
use idle_reaper::engine::request::{Mode, Run, Scope};
use idle_reaper::run::{self, Clock, Order};
use serde_json::{Value, json};

use super::events::sample;
use super::simulated::Simulated;
use crate::fake::at;

/// A Monday.
const BEGIN: &str = "2026-11-02T00:00:00+09:00";
const DAYS: i64 = 21;
/// Hours between two runs, and within which everything is scanned once.
const INTERVAL: i64 = 3;
const SWEEP: i64 = 4;
const ACCOUNTS: usize = 6;
const REGIONS: [&str; 2] = ["ap-northeast-1", "us-east-1"];

/// Somebody launches an instance so many hours after the beginning, in the target with this number. The first two targets
/// have had an instance for long. More than ten instances that are stopped at once would be held back as a sudden change.
const LAUNCHES: [(i64, usize); 8] = [
    (13, 2),          // in office hours
    (20, 3),          // in the evening
    (2 * 24 + 23, 4), // at night
    (3 * 24 + 1, 5),
    (5 * 24 + 11, 6), // on a Saturday
    (8 * 24 + 22, 7),
    (11 * 24 + 2, 8),
    (15 * 24 + 21, 3), // where something was found meanwhile
];

struct Hub {
    aws: Simulated,
    sdk: Aws,
    settings: Settings,
    events: bool,
    runs: usize,
    /// When each instance was stopped, in order.
    stops: BTreeMap<String, Vec<DateTime<Utc>>>,
}

fn place(number: usize) -> (String, &'static str) {
    (format!("team{}-dev", number / REGIONS.len()), REGIONS[number % REGIONS.len()])
}

fn machine(story: &str, number: usize, launched: DateTime<Utc>) -> Value {
    let (account, region) = place(number);
    json!({
        "story": story, "account": account, "region": region, "launch-time": launched, "created": launched,
        "tags": {"Env": "dev"}, "type": "t3.medium",
    })
}

impl Hub {
    fn of(sweep: &str, events: bool) -> Self {
        let accounts: Vec<Value> = (0..ACCOUNTS).map(|n| json!({"name": format!("team{n}-dev")})).collect();
        let long_ago = at("2026-10-01T09:00:00+09:00");
        let aws = Simulated::of(&json!({
            "hub": "platform", "external-id": "demo-external-id", "now": BEGIN,
            "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "regions": REGIONS,
            "accounts": accounts, "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
            "instances": [machine("old-0", 0, long_ago), machine("old-1", 1, long_ago)],
        }));
        let scope = format!("[scope]\nsweep = \"{sweep}\"");
        let path = aws.settings(&[
            ("[scope]", &scope),
            ("cpu-percent = 10\nunmeasured = \"skip\"", "off = true"),
            ("stops-percent = 40", "stops-percent = 100"),
            // So that an instance is to be stopped before everything is scanned again.
            ("overtime = \"2h\"", "overtime = \"30m\""),
        ]);
        let settings = Settings::parse("reaper.toml", &std::fs::read_to_string(path).unwrap()).unwrap();
        Self { sdk: aws.aws(), aws, settings, events, runs: 0, stops: BTreeMap::new() }
    }

    /// One run at this instant, of everything that is due or of one target.
    async fn run(&mut self, now: DateTime<Utc>, scope: Scope) {
        self.aws.post("clock", &json!({"now": now}));
        self.runs += 1;
        let id: Arc<str> = format!("{}-{:08x}", now.format("%Y%m%dT%H%M%SZ"), self.runs).into();
        let run = Run { id: id.clone(), mode: Mode::Apply, scope, at: now };
        let (clock, settings) = (Clock::start(now, None), &self.settings);
        let order =
            Order { run: &run, settings, clock, wall: now, reviewed: None, acknowledge: None, progress: &|_, _| {} };
        let (reader, actor) = (AwsReader::new(&self.sdk, settings, &id), AwsActor::new(&self.sdk, settings, &id));
        let (hub, messenger) = (AwsHub::new(&self.sdk, settings), AwsMessenger::new(&self.sdk));
        let done = run::apply(&order, &reader, &actor, &hub, &messenger, &Pricing::new(&self.sdk)).await;
        let (report, _): (Report, _) = done.unwrap_or_else(|error| panic!("{now}: {error}"));
        assert_eq!((report.unreachable.len(), &report.plan.refused), (0, &None), "{now}");
        for outcome in report.outcomes.iter().filter(|one| one.outcome == OutcomeKind::Stopped) {
            let row = report.rows.iter().find(|row| row.id == outcome.id).expect("a line for each step");
            self.stops.entry(row.name.to_string()).or_default().push(now);
        }
    }

    async fn weeks(mut self) -> Self {
        for hour in 0..DAYS * 24 / INTERVAL {
            let hours = hour * INTERVAL..(hour + 1) * INTERVAL;
            self.run(at(BEGIN) + Duration::hours(hours.start), Scope::default()).await;
            for (number, (after, target)) in LAUNCHES.iter().enumerate().filter(|(_, (at, _))| hours.contains(at)) {
                let launched = at(BEGIN) + Duration::hours(*after) + Duration::minutes(20);
                self.aws.post("clock", &json!({"now": launched}));
                let made = self.aws.post("instance", &machine(&format!("new-{number}"), *target, launched));
                if self.events {
                    let mut event = sample("instance-running.json");
                    (event["account"], event["region"]) = (made["account"].clone(), made["region"].clone());
                    event["detail"]["instance-id"] = made["id"].clone();
                    let scope = Event::parse(&event).expect("an event").expect("one that is known").scope();
                    self.run(launched, scope).await;
                }
            }
        }
        self
    }

    fn described(&self) -> u64 {
        self.aws.calls()["ec2:DescribeInstances"].as_u64().unwrap()
    }
}

#[test]
fn three_weeks_give_the_same_stops_and_only_what_is_new_in_an_empty_target_may_come_late() {
    let [always, swept, told] = [("always", false), ("4h", false), ("4h", true)].map(|(sweep, events)| {
        let weeks = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(Box::pin(Hub::of(sweep, events).weeks()))
        };
        // Debug builds keep the whole run on the stack.
        std::thread::Builder::new().stack_size(64 << 20).spawn(weeks).unwrap()
    });
    let [always, swept, told] = [always, swept, told].map(|weeks| weeks.join().unwrap());
    assert!(always.stops.len() == 10 && always.stops.values().map(Vec::len).sum::<usize>() > 80, "{:?}", always.stops);
    assert_eq!(told.stops, always.stops, "with events nothing comes late");
    let names = |hub: &Hub| hub.stops.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&swept), names(&always), "nothing is forgotten, and nothing else is stopped");
    let mut late = 0;
    for (name, stops) in &always.stops {
        let others = &swept.stops[name];
        assert_eq!(others.len(), stops.len(), "{name}");
        let differ: Vec<_> = stops.iter().zip(others).filter(|(stop, other)| stop != other).collect();
        late += differ.len();
        for (stop, other) in &differ {
            let hours = (**other - **stop).num_minutes();
            assert!(name.starts_with("new-") && **stop == stops[0], "{name} was stopped at {other} instead of {stop}");
            assert!((1..=(SWEEP + INTERVAL) * 60).contains(&hours), "{name} was stopped {hours} minutes late");
        }
    }
    assert!(late >= 3, "some instances in empty targets must be found late, or nothing was compared");
    let (described, all) = (swept.described(), always.described());
    assert!(described < all, "{described} of {all} calls"); // runs every three hours sweep most of the time
}
