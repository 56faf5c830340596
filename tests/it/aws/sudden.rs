//! A sudden change over the simulated organisation: held back, then acknowledged; in a folder and in S3.

use std::path::Path;

use serde_json::{Value, json};

use super::world::{EVENING, Ran, World};

/// The Wednesdays before the evening, and how many each had.
const WEDNESDAYS: [(&str, usize); 5] =
    [("2026-10-21", 2), ("2026-10-28", 3), ("2026-11-04", 0), ("2026-11-11", 1), ("2026-11-18", 3)];

fn eighteen() -> World {
    World::of(&json!({
        "hub": "platform", "external-id": "demo-external-id", "now": EVENING,
        "accounts": [{"name": "platform"}, {"name": "shop-dev"}],
        "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "defaults": {"account": "shop-dev", "region": "ap-northeast-1", "cpu": 1, "launch-time": "2026-11-25T09:00:00+09:00"},
        "instances": [{"story": "web", "count": 18, "tags": {"Env": "dev"}}],
    }))
}

/// Caps that leave eighteen of eighteen alone.
const WIDE: (&str, &str) = ("stops-percent = 40", "stops-percent = 100");

fn running(world: &World) -> usize {
    world.instances().values().filter(|one| one["state"] == "running").count()
}

fn apply(world: &World, settings: &Path, more: &[&str]) -> Ran {
    let arguments = ["apply", "--yes", "--at", EVENING, "--format", "json"];
    world.run(settings, &[&arguments, more].concat())
}

fn seed(record: &Path) {
    for (day, armed) in WEDNESDAYS {
        let folder = record.join(format!("counts/date={day}"));
        std::fs::create_dir_all(&folder).unwrap();
        let count = json!({"candidates": armed, "armed": armed, "seen": 60});
        std::fs::write(folder.join("20261118T123000Z-1a2b3c4d.json"), count.to_string()).unwrap();
    }
}

#[test]
fn eighteen_after_weeks_of_three_are_held_back_until_somebody_acknowledges_them() {
    let world = eighteen();
    let record = world.folder.path().join("record");
    seed(&record);
    let settings = world.settings(&[WIDE, ("s3://idle-reaper-records/record", record.to_str().unwrap())]);

    let dry = world.run(&settings, &["plan", "--at", EVENING, "--format", "json"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.json()["notes"].to_string().contains("an apply would be held back: 18"), "{}", dry.json()["notes"]);
    assert!(!record.join("counts/date=2026-11-25").exists(), "a dry run writes nothing");

    let held = apply(&world, &settings, &[]);
    let report = held.json();
    assert_eq!((held.code, &report["health"]), (3, &json!("degraded")));
    assert_eq!((running(&world), &report["plan"]["steps"], &report["outcomes"]), (18, &json!([]), &json!([])));
    let deferred = report["plan"]["deferred"].as_array().unwrap();
    assert!(deferred.len() == 18 && deferred.iter().all(|one| one["because"] == "sudden-change"), "{deferred:?}");
    let run = report["run"].as_str().unwrap();
    let why = report["plan"]["refused"].as_str().unwrap();
    assert!(why.contains("more than 3") && why.contains(&format!("apply --acknowledge {run}")), "{why}");
    let writes: Vec<Value> = world.writes();
    assert_eq!(writes, Vec::<Value>::new(), "nothing was written in an account");

    let again = apply(&world, &settings, &[]);
    assert_eq!((again.code, running(&world)), (3, 18), "the first one raises no bar for the second");
    let typo = apply(&world, &settings, &["--acknowledge", "20261125T123000Z-00000000"]);
    assert_eq!((typo.code, running(&world)), (1, 18));
    assert!(typo.err.contains("knows no run `20261125T123000Z-00000000`"), "{}", typo.err);
    let narrow = apply(&world, &settings, &["--account", "shop-dev", "--acknowledge", run]);
    assert_eq!((narrow.code, running(&world)), (1, 18));
    assert!(narrow.err.contains("leave the selectors out"), "{}", narrow.err);

    let done = apply(&world, &settings, &["--acknowledge", run]);
    assert_eq!((done.code, running(&world), &done.json()["counts"]["stopped"]), (0, 0, &json!(18)), "{done:?}");
}

#[test]
fn a_record_in_s3_is_compared_and_acknowledged_alike() {
    let world = eighteen();
    let settings = world.settings(&[WIDE]);
    let week_ago = "2026-11-18T21:30:00+09:00";
    let before = world.run(&settings, &["apply", "--yes", "--at", week_ago, "--format", "json"]);
    assert_eq!((before.code, running(&world)), (0, 18), "a week ago nothing of this ran");
    world.forget_calls();
    let held = apply(&world, &settings, &[]);
    assert_eq!((held.code, running(&world)), (3, 18), "{held:?}");
    let calls = |action: &str| world.calls().iter().filter(|call| call["action"] == *action).count();
    let cost = (calls("ListObjects"), calls("GetObject"), calls("PutObject"));
    // Outcomes and undos are a list each; a get each for their index and for who launched what of the one account, and two
    // for the last scans, at the begin and at the end, and one for the trends; two tables, a count, the last scans, the
    // trends and the report are written, and its page, of the run and as the latest.
    assert_eq!(
        cost,
        (2 + 6, 1 + 1 + 1 + 2 + 1, 2 + 1 + 1 + 1 + 1 + 2),
        "a list for each day, a get for each run of theirs"
    );
    let run = held.json()["run"].as_str().unwrap().to_owned();
    let done = apply(&world, &settings, &["--acknowledge", &run]);
    assert_eq!((done.code, running(&world)), (0, 0), "{done:?}");
    let count = |run: &str| {
        let key = format!("record/counts/date=2026-11-25/{run}.json");
        serde_json::from_str::<Value>(&world.objects()[&key]).unwrap()
    };
    let acknowledging = done.json()["run"].as_str().unwrap().to_owned();
    assert_eq!((&count(&run)["held"], &count(&run)["acknowledged-by"]), (&json!(true), &json!(acknowledging)));
    assert_eq!(count(&acknowledging)["acknowledges"], json!(run));
}
