//! A month of the demo's organisation in messages: what each reader gets, before and after hours of delivery. docs/proof.md
//! has the command that prints it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use chrono::{Duration, NaiveDate, Timelike};
use chrono_tz::Asia::Tokyo;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, State, Target};
use serde_json::Value;

use crate::fake::{Faults, Shape, World, apply, at, instance, settings};

/// Owners by account, each with a channel; and an operator.
const READERS: &str = r#"
[owners]
accounts = { "shop-*" = "shop", "data-*" = "data", "sandbox" = "aiko" }
default = "platform"
channels = { "shop" = "shop", "data" = "data", "aiko" = "aiko", "platform" = "platform" }

[notify]
operator = "platform"
"#;

const NAMES: [&str; 4] = ["aiko", "data", "platform", "shop"];

/// The demo's settings with notices, and `more` in every channel.
fn demo(more: &str) -> Settings {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/demo.toml")).expect("the demo's settings");
    let channel =
        |name: &&str| format!("\n[channels.{name}]\nsns = \"arn:aws:sns:us-east-1:111111111111:{name}\"\n{more}\n");
    settings(&(text.replace("unannounced = true", "") + READERS + &NAMES.iter().map(channel).collect::<String>()))
}

/// The demo's organisation, as far as decisions see it.
fn organisation() -> World {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories.json")).expect("the demo's stories");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    let text = |value: &Value, default: &str| value.as_str().unwrap_or(default).to_owned();
    let mut world = World::of([]);
    let (mut ids, mut refusing) = (BTreeMap::new(), BTreeSet::new());
    for account in told["accounts"].as_array().expect("accounts") {
        let (name, id) = (text(&account["name"], ""), text(&account["id"], ""));
        let inactive = account["state"].as_str().map(|_| "suspended");
        if account["refuses"] == true {
            refusing.extend(["ap-northeast-1", "us-east-1", "*"].map(|region| Target::new(&*id, region)));
        }
        world = world.with_account(&id, Some(&name), inactive);
        ids.insert(name, id);
    }
    for (place, story) in told["instances"].as_array().expect("instances").iter().enumerate() {
        for n in 0..story["count"].as_u64().unwrap_or(1) {
            let account = &ids[&text(&story["account"], "shop-dev")];
            let mut one = instance(&format!("i-{place:03}{n}")).untagged("Env").account(account);
            one = one.region(&text(&story["region"], "ap-northeast-1"));
            one = one.launched(&text(&story["launch-time"], "2026-11-25T09:05:00+09:00"));
            for (key, value) in story["tags"].as_object().expect("tags") {
                one = one.tag(key, value.as_str().expect("a value"));
            }
            if story["state"] == "terminated" {
                one = one.state(State::Terminated);
            }
            world.add(one);
        }
    }
    world.set_faults(Faults { unreachable: refusing, ..Faults::default() });
    world
}

/// Messages by reader and day in November and December 2026: a run an hour, and people who start what is stopped.
fn month(settings: &Settings) -> BTreeMap<(String, NaiveDate), usize> {
    let (world, mut now) = (organisation(), at("2026-11-25T00:15:00+09:00"));
    let mut said = BTreeMap::new();
    for _ in 0..30 * 24 {
        let local = now.with_timezone(&Tokyo);
        if local.hour() == 10 {
            let stopped = |one: &Instance| one.state == State::Stopped;
            for one in world.all().into_iter().filter(stopped) {
                world.change_one(&one.id, |found| found.state(State::Running).launched(&now.to_rfc3339()));
            }
        }
        let before = world.said().len();
        apply(&world, settings, now);
        for (channel, message) in world.said().split_off(before) {
            assert!(!acts(&message.body), "a message has a link of its own: {}", message.body);
            *said.entry((channel, local.date_naive())).or_default() += 1;
        }
        world.forget();
        now += Duration::hours(1);
    }
    said
}

/// Whether a text holds an address that could be fetched, or a signature for one.
fn acts(text: &str) -> bool {
    ["http://", "https://", "mailto:", "X-Amz-", "Signature="].iter().any(|part| text.contains(part))
}

/// Messages, days with one, and the most in one day, of one reader.
fn figures(said: &BTreeMap<(String, NaiveDate), usize>, reader: &str) -> [usize; 3] {
    let days: Vec<usize> = said.iter().filter(|((name, _), _)| name == reader).map(|(_, count)| *count).collect();
    [days.iter().sum(), days.len(), days.iter().copied().max().unwrap_or(0)]
}

#[test]
#[ignore = "prints a table; docs/proof.md has the command"]
fn a_month_of_the_demos_organisation_in_messages() {
    let before = month(&demo(""));
    let after = month(&demo("deliver-at = \"09:00\"\nmax-lines = 20"));
    for reader in NAMES {
        let ([all, days, most], [all_after, days_after, most_after]) =
            (figures(&before, reader), figures(&after, reader));
        let row = format!("| `{reader}` | {all} | {days} | {most} | {all_after} | {days_after} | {most_after} |");
        println!("{row}");
        assert!(all_after <= all && most_after <= most, "{row}");
    }
}
