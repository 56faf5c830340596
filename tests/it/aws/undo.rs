//! The way back over the simulated AWS: the real binary, its roles, the record in S3, the pause parameter.

use serde_json::{Value, json};

use super::world::{EVENING, World, outcome, row};

const LATER: &str = "2026-11-25T21:45:00+09:00";

fn two_machines() -> Value {
    json!({
        "hub": "platform", "external-id": "demo-external-id", "now": "2026-11-25T18:05:00+09:00",
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [
            {"story": "web", "tags": {"Env": "dev"}},
            {"story": "batch", "region": "us-east-1", "tags": {"Env": "dev"}},
            {"story": "by-hand", "tags": {"Env": "dev"}},
        ],
    })
}

const PLAIN: &[(&str, &str)] = &[
    ("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", "[busy]\noff = true\n"),
    ("stops-percent = 40", "stops-percent = 100"),
];

#[test]
fn a_run_is_listed_undone_recorded_and_the_reaper_pauses_until_somebody_says_off() {
    let world = World::of(&two_machines());
    let settings = world.settings(PLAIN);
    let report = world.apply(&settings, EVENING);
    assert_eq!(report["counts"]["stopped"], 3);
    let run = report["run"].as_str().unwrap().to_owned();
    world.clock("2026-11-25T21:40:00+09:00");
    world.post("/instance", &json!({"story": "by-hand", "person-starts": "2026-11-25T21:35:00+09:00"}));
    world.post("/instance", &json!({"story": "by-hand", "person-stops": "2026-11-25T21:38:00+09:00"}));
    world.clock(LATER);

    let runs = world.run(&settings, &["report", "--at", LATER, "--format", "json"]).json();
    assert_eq!((&runs[0]["run"], &runs[0]["stopped"]), (&report["run"], &json!(3)));
    let table = world.run(&settings, &["report", "--at", LATER]);
    assert!(table.code == 0 && table.out.contains(&run) && table.out.contains("3 stopped"), "{table:?}");

    world.forget_calls();
    let dry = world.run(&settings, &["undo", &run, "--at", LATER, "--format", "json"]);
    assert!(dry.code == 0 && dry.err.contains("--yes"), "{dry:?}");
    assert_eq!(dry.json()["plan"]["steps"].as_array().unwrap().len(), 2);
    assert_eq!(row(&dry.json(), &world.id("by-hand"))["reason"], "touched");
    assert_eq!(world.writes(), Vec::<Value>::new());

    let done = world.run(&settings, &["undo", &run, "--yes", "--at", LATER, "--format", "json"]);
    let undone = done.json();
    assert_eq!((done.code, &undone["counts"]["started"], &undone["undoes"]), (0, &json!(2), &json!(run)), "{done:?}");
    for story in ["web", "batch"] {
        assert_eq!(outcome(&undone, &world.id(story)).0, "started");
        assert_eq!((world.state(story).as_str(), world.tag(story, "idle-reaper:stopped")), ("running", None));
    }
    assert_eq!(world.state("by-hand"), "stopped");
    let tables: Vec<String> = world.objects().into_keys().filter(|key| key.contains("record/tables/")).collect();
    assert_eq!(tables.len(), 10, "{tables:?}");

    let next = world.apply(&settings, "2026-11-27T21:30:00+09:00");
    assert_eq!(next["counts"]["stopped"], 0);
    assert!(next["notes"].to_string().contains(&format!("run {run} was undone")), "{}", next["notes"]);
}

#[test]
fn part_of_a_run_is_undone_and_what_was_undone_is_left_alone_until_the_opening_after_next() {
    let world = World::of(&two_machines());
    let settings = world.settings(PLAIN);
    let run = world.apply(&settings, EVENING)["run"].as_str().unwrap().to_owned();
    world.clock(LATER);
    let part = ["undo", &run, "--account", "SHOP-DEV", "--region", "us-east-1", "--yes", "--at", LATER];
    assert_eq!(world.run(&settings, &part).code, 0);
    assert_eq!((world.state("batch").as_str(), world.state("web").as_str()), ("running", "stopped"));
    for night in ["2026-11-26T02:00:00+09:00", "2026-11-26T23:00:00+09:00"] {
        let report = world.apply(&settings, night);
        assert_eq!(row(&report, &world.id("batch"))["reason"], "undone", "{night}");
    }
    let report = world.apply(&settings, "2026-11-27T21:30:00+09:00");
    assert_eq!(outcome(&report, &world.id("batch")).0, "stopped");
}

#[test]
fn a_paused_reaper_and_an_unknown_run_are_refused_in_words() {
    let mut spec = two_machines();
    spec["ssm"]["/idle-reaper/pause"] = json!("off");
    let world = World::of(&spec);
    let settings = world.settings(PLAIN);
    let run = world.apply(&settings, EVENING)["run"].as_str().unwrap().to_owned();
    let unknown = world.run(&settings, &["undo", "20261124T123000Z-00000000", "--yes", "--at", LATER]);
    assert!(unknown.code == 1 && unknown.err.contains("the record has no run"), "{unknown:?}");
    let elsewhere = world.settings(&[PLAIN, &[("/idle-reaper/pause", "/idle-reaper/nowhere")]].concat());
    world.clock(LATER);
    let paused = world.run(&elsewhere, &["undo", &run, "--yes", "--at", LATER]);
    assert!(paused.code == 1 && paused.err.contains("--even-paused"), "{paused:?}");
    let even = world.run(&elsewhere, &["undo", &run, "--yes", "--even-paused", "--at", LATER]);
    assert!(even.code == 0 && even.err.contains("recorded in s3://"), "{even:?}");
    assert_eq!(world.state("web"), "running");
}
