//! The real binary is killed at every call of applying, before and after the call is carried out, and runs again; two
//! runs at once; clocks that differ. The end is the same, and the tags tell the truth.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, Utc};
use idle_reaper::engine::tags::stop_tag::OwnTag;
use serde_json::{Value, json};

use super::estate::Estate;
use super::world::{EVENING, Ran};

const LATER: &str = "2026-11-25T21:50:00+09:00";
const APPLY: [&str; 6] = ["apply", "--yes", "--at", EVENING, "--format", "json"];

/// The calls that a run makes once it has looked: those that write, the looks just before and after an act, and the
/// pause switch.
const APPLYING: [&str; 8] = [
    "ec2:CreateTags",
    "ec2:DeleteTags",
    "ec2:DescribeInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "s3:DeleteObject",
    "s3:PutObject",
    "ssm:GetParameter",
];

/// Four accounts with the hub, two Regions.
const SWEEP: u64 = 8;

fn begin(estate: &Estate) -> Child {
    let mut command = estate.world.binary(&estate.settings);
    command.args(APPLY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Waits until a fault of this mode has met a call; false if the run ends without.
fn met(estate: &Estate, child: &mut Child, mode: &str) -> bool {
    loop {
        if estate.world.get("meter")["faults"][mode] == 1 {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A tag on what runs was written before it was started: whoever reads it knows that it is over.
fn tags_tell_the_truth(estate: &Estate, context: &str) {
    for (_, one) in estate.all() {
        let Some(tag) = one["tags"]["idle-reaper:stopped"].as_str() else { continue };
        let launched: DateTime<Utc> = one["launch-time"].as_str().unwrap().parse().unwrap();
        let written = OwnTag::parse(tag).unwrap().at;
        assert!(one["state"] == "stopped" || launched > written, "{context}: {one}");
    }
}

/// Kills the run at the n-th call of this action, and runs again.
fn kill(action: &str, n: u64, mode: &str) {
    let context = format!("killed at call {n} of {action}, {mode}");
    let estate = Estate::of(1, 3);
    let (_, name) = action.split_once(':').unwrap();
    estate.fault(&json!({"action": name, "mode": mode, "after": n, "times": 1, "seconds": 60}));
    let mut child = begin(&estate);
    assert!(met(&estate, &mut child, if mode == "hang" { "Hang" } else { "HangAfter" }), "{context}: no such call");
    child.kill().unwrap();
    child.wait().unwrap();
    estate.world.post("fault/clear", &json!({}));
    estate.no_owner_was_wronged(&context);
    estate.quarter_of_an_hour_passes();
    let second = estate.apply(LATER);
    assert_eq!(second.ran.code, 0, "{context}: {}{}", second.ran.err, second.ran.out);
    estate.is_at_rest(&BTreeSet::new(), &context);
    tags_tell_the_truth(&estate, &context);
}

#[test]
fn killed_at_any_call_of_applying_the_next_run_comes_to_the_same_end() {
    let estate = Estate::of(1, 3);
    assert_eq!(estate.apply(EVENING).ran.code, 0);
    let calls = estate.world.calls();
    let mut kills: Vec<(&str, u64, &str)> = Vec::new();
    for action in APPLYING {
        let first = if action == "ec2:DescribeInstances" { SWEEP } else { 0 };
        for n in first..calls[action].as_u64().unwrap() {
            kills.push((action, n, "hang"));
            if !action.contains(":Describe") && !action.contains(":Get") {
                kills.push((action, n, "hang-after"));
            }
        }
    }
    assert!(kills.len() > 25, "{calls}");
    println!("killed at {} points", kills.len());
    let kills = Mutex::new(kills);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((action, n, mode)) = { kills.lock().unwrap().pop() } {
                    kill(action, n, mode);
                }
            });
        }
    });
}

#[test]
fn while_one_run_acts_another_does_nothing_and_says_so() {
    let estate = Estate::of(2, 4);
    estate.fault(&json!({"action": "StopInstances", "mode": "hang-after", "times": 1, "seconds": 5}));
    let mut first = begin(&estate);
    assert!(met(&estate, &mut first, "HangAfter"));
    let second = estate.apply(EVENING);
    assert_eq!(second.ran.code, 1, "{}", second.ran.out);
    assert!(second.ran.err.contains("only one run acts at a time"), "{}", second.ran.err);
    estate.world.post("fault/clear", &json!({}));
    let first = end(first);
    assert_eq!(first.code, 0, "{}", first.err);
    estate.is_at_rest(&BTreeSet::new(), "a second run came to nothing");
}

#[test]
fn of_two_runs_that_begin_together_neither_stops_what_the_other_has_stopped() {
    for latency in [0, 5, 20] {
        let estate = Estate::of(2, 4);
        estate.world.post("conditions", &json!({"latency-ms": latency}));
        let (one, other) = (begin(&estate), begin(&estate));
        let codes = [end(one), end(other)].map(|ran| ran.code);
        let context = format!("{latency} ms a call: {codes:?}");
        assert!(codes.contains(&0) && codes.iter().all(|code| [0, 1].contains(code)), "{context}");
        estate.is_at_rest(&BTreeSet::new(), &context);
    }
}

#[test]
fn clocks_that_differ_by_minutes_stop_the_same_and_start_it_in_the_morning() {
    for aws in ["2026-11-25T21:20:00+09:00", "2026-11-25T21:40:00+09:00"] {
        let estate = Estate::of(1, 3);
        // Started, by AWS's clock, a moment ago: by the reaper's clock that may lie ahead.
        let soon = json!({"story": "stop-2-0", "person-starts": aws});
        estate.world.post("instance", &soon);
        let ended = estate.apply_by(EVENING, aws);
        assert_eq!(ended.ran.code, 0, "{aws}: {}", ended.ran.err);
        estate.is_at_rest(&BTreeSet::from(["stop-2-0".to_owned()]), aws);
        assert_eq!(estate.all()["stop-2-0"]["stops"], 0, "{aws}: it was just started");
        let morning = ["plan", "--at", "2026-11-26T09:00:00+09:00", "--format", "json"];
        let plan = estate.world.run(&estate.settings, &morning).json();
        for story in ["stop-0-0", "stop-1-0"] {
            let id = &estate.all()[story]["id"];
            let rows: Vec<&Value> =
                plan["resources"].as_array().unwrap().iter().filter(|row| row["id"] == *id).collect();
            assert_eq!(rows[0]["verdict"], "start", "{aws}: {}", rows[0]);
        }
    }
}
