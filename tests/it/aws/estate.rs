//! A small organisation in the simulator, for tests in which much goes wrong: who is to be stopped, who to be started,
//! and who is to be left alone, by name; and what must be true of them after any run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use idle_reaper::engine::tags::stop_tag::OwnTag;
use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::{EVENING, Ran};

const ACCOUNTS: [&str; 3] = ["web-dev", "shop-dev", "data-stg"];
const REGIONS: [&str; 2] = ["ap-northeast-1", "us-east-1"];
const OWN: &str = "idle-reaper:stopped";

/// The simulated organisation and the settings of its runs.
pub struct Estate {
    pub world: Simulated,
    pub settings: std::path::PathBuf,
    /// Of whom a run has said that AWS does not write their tag: it was told, so it is no lie.
    untagged: Mutex<BTreeSet<String>>,
}

/// One run of the real binary, with its report where it has one.
pub struct Ended {
    pub ran: Ran,
    pub report: Value,
}

impl Estate {
    /// In each of the first so many places: so many to be stopped, two to be started, four to be left alone.
    pub fn of(places: usize, to_stop: usize) -> Self {
        let mut instances = Vec::new();
        for place in 0..places {
            let (account, region) = (ACCOUNTS[place % 3], REGIONS[place / 3]);
            let mut add = |story: &str, fields: Value| {
                let mut one = json!({"story": format!("{story}-{place}"), "account": account, "region": region});
                one.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
                instances.push(one);
            };
            for n in 0..to_stop {
                add(&format!("stop-{n}"), json!({"tags": {"Env": "dev"}}));
            }
            for n in 0..2 {
                add(
                    &format!("start-{n}"),
                    json!({"launch-time": "2026-11-24T19:58:00+09:00", "person-stops": "2026-11-25T05:05:20+09:00", "tags": {"Env": "dev",
                        "idle-reaper:schedule": "mon-fri 20:00-05:00",
                        OWN: "2026-11-25T05:05:00+09:00 run=20261124T200500Z-4d5e6f00 policy=dev-office-hours"}}),
                );
            }
            add("kept", json!({"tags": {"Env": "dev", "idle-reaper:keep": ""}}));
            add("member", json!({"tags": {"Env": "dev", "aws:autoscaling:groupName": "web"}}));
            add("busy", json!({"cpu": 62, "tags": {"Env": "dev"}}));
            add("nobodys", json!({"tags": {}}));
        }
        let accounts: Vec<Value> = ["platform"].iter().chain(&ACCOUNTS).map(|name| json!({"name": name})).collect();
        let world = Simulated::of(&json!({
            "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
            "regions": REGIONS, "now": EVENING, "accounts": accounts, "instances": instances,
            "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
            "defaults": {"type": "t3.medium", "launch-time": "2026-11-25T09:05:00+09:00", "cpu": 1},
        }));
        let caps = (
            "stops-per-run = 50\nstops-per-account = 20\nstops-percent = 40",
            "stops-per-run = 1000\nstops-per-account = 1000\nstops-percent = 100",
        );
        let unreachable = ("max-unreachable-percent = 20", "max-unreachable-percent = 60");
        let settings = world.settings(&[caps, unreachable]);
        Self { world, settings, untagged: Mutex::default() }
    }

    pub fn fault(&self, fault: &Value) {
        self.world.post("fault", fault);
    }

    /// An acting run at this instant, by the reaper's clock and by AWS's.
    pub fn apply(&self, at: &str) -> Ended {
        self.apply_by(at, at)
    }

    /// The same with clocks that differ.
    pub fn apply_by(&self, at: &str, aws: &str) -> Ended {
        self.world.post("clock", &json!({"now": aws}));
        let ran = self.world.run(&self.settings, &["apply", "--yes", "--at", at, "--format", "json"]);
        let ended = Ended { report: serde_json::from_str(&ran.out).unwrap_or(Value::Null), ran };
        self.world.post("settle", &json!({}));
        self.untagged.lock().unwrap().extend(ended.untagged());
        ended
    }

    /// Every instance, by its story.
    pub fn all(&self) -> BTreeMap<String, Value> {
        let all = self.world.get("instances").as_array().unwrap().clone();
        all.into_iter().map(|one| (one["story"].as_str().unwrap().to_owned(), one)).collect()
    }

    /// Exactly one interval of the schedule passes: what a run has left behind is a quarter of an hour older.
    pub fn quarter_of_an_hour_passes(&self) {
        let objects = self.world.get("objects");
        let Some(lock) = objects["idle-reaper-records"]["record/acting.lock"].as_str() else { return };
        let mut lock: Value = serde_json::from_str(lock).unwrap();
        let until: DateTime<Utc> = lock["until"].as_str().unwrap().parse().unwrap();
        lock["until"] = json!(until - chrono::Duration::minutes(15));
        let lock = json!({"bucket": "idle-reaper-records", "key": "record/acting.lock", "text": lock.to_string()});
        self.world.post("object", &lock);
    }

    /// Whether somebody holds the lock; one that is void locks nobody out.
    pub fn locked(&self) -> bool {
        let objects = self.world.get("objects");
        let lock = objects["idle-reaper-records"]["record/acting.lock"].as_str();
        let until = |lock: &str| -> DateTime<Utc> {
            let held: Value = serde_json::from_str(lock).unwrap();
            held["until"].as_str().unwrap().parse().unwrap()
        };
        lock.is_some_and(|lock| Utc::now() < until(lock))
    }

    /// What is true after any run, whatever went wrong: nobody was stopped twice, nobody but who is to be stopped was
    /// stopped, and every stop says in its tag that it is the reaper's.
    pub fn no_owner_was_wronged(&self, context: &str) {
        for (story, one) in self.all() {
            let (stops, starts) = (one["stops"].as_u64().unwrap(), one["starts"].as_u64().unwrap());
            let kind = story.split('-').next().unwrap();
            let own = one["tags"][OWN].as_str().map(|tag| OwnTag::parse(tag).unwrap());
            match kind {
                "stop" => assert!(stops <= 1 && starts == 0, "{context}: {one}"),
                "start" => assert!(stops == 0 && starts <= 1, "{context}: {one}"),
                _ => assert_eq!((stops, starts), (0, 0), "{context}: {one}"),
            }
            if stops == 1 && one["state"] == "stopped" {
                let Some(own) = own else {
                    assert!(self.lacks_its_tag(&one), "{context}: stopped without a tag: {one}");
                    continue;
                };
                assert!(own.policy == "dev-office-hours" && !own.run.is_empty(), "{context}: {one}");
            }
        }
    }

    /// Whether a run has said that this instance does not bear its tag.
    fn lacks_its_tag(&self, one: &Value) -> bool {
        self.untagged.lock().unwrap().contains(one["id"].as_str().unwrap())
    }

    /// Everything is as one run without faults would have left it, and nobody bears a tag that lies.
    pub fn is_at_rest(&self, touched: &BTreeSet<String>, context: &str) {
        self.no_owner_was_wronged(context);
        for (story, one) in self.all().into_iter().filter(|(story, _)| !touched.contains(story)) {
            let own = one["tags"][OWN].as_str();
            match story.split('-').next().unwrap() {
                "stop" => {
                    let tagged = own.is_some() || self.lacks_its_tag(&one);
                    assert!(one["state"] == "stopped" && tagged, "{context}: {one}");
                }
                "start" => assert!(one["state"] == "running", "{context}: {one}"),
                _ => assert!(one["state"] == "running" && own.is_none(), "{context}: {one}"),
            }
        }
        assert!(!self.locked(), "{context}: the lock was not given back");
    }
}

impl Ended {
    pub fn outcomes(&self) -> Vec<Value> {
        self.report["outcomes"].as_array().cloned().unwrap_or_default()
    }

    /// Of whom it says that their tag is not there, or could not be seen.
    pub fn untagged(&self) -> BTreeSet<String> {
        let said = |one: &Value| one["detail"].as_str().is_some_and(|detail| detail.contains("tag it by hand"));
        self.outcomes().iter().filter(|one| said(one)).map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }
}
