//! What a run has done and cannot be shown: the exit code says that it was done. What cannot be shown and could have been
//! known before: nothing was done.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::world::{EVENING, World};

const LATER: &str = "2026-11-25T21:45:00+09:00";

fn one_machine() -> Value {
    json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [{"story": "web", "tags": {"Env": "dev"}}],
    })
}

const PLAIN: &[(&str, &str)] =
    &[("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", ""), ("stops-percent = 40", "stops-percent = 100")];

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

/// A pipe whose reader is gone.
fn closed() -> Stdio {
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    pipe.into()
}

/// Takes away a place to which a command writes.
type Way = fn(&mut Command);

#[test]
fn a_result_that_cannot_be_shown_is_an_error_before_the_act_and_degraded_after_it() {
    let ways: [(&str, Way); 5] = [
        ("a file on a full disk", |command| {
            command.args(["--out", "/dev/full"]);
        }),
        ("a full standard output", |command| {
            command.stdout(full());
        }),
        ("a reader that is gone", |command| {
            command.stdout(closed());
        }),
        ("both full", |command| {
            command.stdout(full()).stderr(full());
        }),
        ("a full standard error", |command| {
            command.stderr(full());
        }),
    ];
    let ends = |world: &World, arguments: &[&str], way: Way| {
        let mut command = world.binary(&world.settings(PLAIN));
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        way(&mut command);
        command.status().unwrap().code()
    };
    for (what, way) in ways {
        let code = if what == "a full standard error" { 0 } else { 3 };
        let world = World::of(&one_machine());
        assert_eq!(ends(&world, &["apply", "--yes", "--at", EVENING], way), Some(code), "apply: {what}");
        assert_eq!(world.state("web"), "stopped", "{what}");
        let settings = world.settings(PLAIN);
        let runs = world.run(&settings, &["report", "--at", LATER, "--format", "json"]).json();
        let run = runs[0]["run"].as_str().unwrap().to_owned();
        world.clock(LATER);
        assert_eq!(ends(&world, &["undo", &run, "--yes", "--at", LATER], way), Some(code), "undo: {what}");
        assert_eq!(world.state("web"), "running", "{what}");
    }
}

#[test]
fn a_result_that_could_not_be_shown_stops_and_starts_nothing() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    let other = world.file("kept.json", "what it held before");
    for verb in
        [&["apply", "--yes", "--at", EVENING][..], &["undo", "20261125T123000Z-00000000", "--yes", "--at", LATER]]
    {
        let ran = world.run(&settings, &[verb, &["--out", "/nonexistent/r.json"]].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("cannot write `/nonexistent/r.json`"), "{}", ran.err);
        assert_eq!(world.writes(), Vec::<Value>::new(), "nothing was done, not even in the record");
    }
    let ran =
        world.run(&settings, &["undo", "20261125T123000Z-00000000", "--yes", "--at", LATER, "--out", "kept.json"]);
    assert_eq!((ran.code, std::fs::read_to_string(other).unwrap().as_str()), (1, "what it held before"), "{ran:?}");
}

#[test]
fn without_a_region_there_is_one_error_and_no_warning_of_the_sdk() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    let output = world.binary(&settings).env_remove("AWS_REGION").args(["plan"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.starts_with("error: no AWS Region is configured; set `AWS_REGION`"), "{said}");
}

#[test]
fn an_undo_of_what_is_no_run_says_where_the_runs_stand() {
    let world = World::of(&one_machine());
    let settings = world.settings(PLAIN);
    let ran = world.run(&settings, &["undo", "last"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err.contains("`last` is not the id of a run") && ran.err.contains("`idle-reaper report` lists"),
        "{ran:?}"
    );
}
