//! `explain --run`: what an earlier run did with an instance, told from a record in a folder by the binary, with
//! neither credentials nor network.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use idle_reaper::engine::model::Cap;
use idle_reaper::engine::report::past::Past;
use idle_reaper::local::packed;
use idle_reaper::render::json;
use serde_json::Value;
use tempfile::TempDir;

use crate::fake::{self, EVENING, SETTINGS, Shape, World, at, instance, settings};

/// What the run is called in the record; runs over the fake world have no such ids.
const RUN: &str = "20261125T123000Z-1a2b3c4d";

/// A folder with the settings and the record of one evening: one instance stopped, one kept.
fn evening() -> TempDir {
    let world =
        World::of([instance("i-forgotten").tag("Name", "bat\u{7}ch"), instance("i-kept").tag("idle-reaper:keep", "")]);
    let report = fake::apply(&world, &settings(SETTINGS), at(EVENING));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    for (key, text) in world.recorded("") {
        let rename = |text: &str| text.replace(&*report.run, RUN);
        let path = folder.path().join("record").join(rename(&key));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = rename(&text);
        let is_packed = key.ends_with(packed::ENDING);
        std::fs::write(path, if is_packed { gzip(&text) } else { text.into_bytes() }).unwrap();
    }
    folder
}

fn gzip(text: &str) -> Vec<u8> {
    packed::packed(|out| out.write_all(text.as_bytes())).unwrap()
}

/// Exit code, standard output and standard error.
fn explain(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder).arg("explain").args(arguments);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn a_stop_is_explained_with_its_rule_its_outcome_and_the_tags_that_prevent_the_next() {
    let folder = evening();
    let (code, out, err) = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "i-forgotten (bat ch) in 111111111111/ap-northeast-1",
        "run      20261125T123000Z-1a2b3c4d, Wed 2026-11-25 12:30 UTC; health: ok",
        "verdict  stop, armed, by the rule `outside-hours` of the policy `dev`",
        "closed since Wed 2026-11-25 18:00 JST",
        "step     stop, not after Wed 2026-11-25 23:45 UTC",
        "outcome  stopping, Wed 2026-11-25 12:30 UTC: seen stopping",
        "idle-reaper:keep-until = 2026-12-02 ",
        "idle-reaper:schedule = ",
        "idle-reaper:keep ",
    ] {
        assert!(out.contains(part), "no `{part}` in:\n{out}");
    }
}

#[test]
fn json_tells_the_same_to_scripts() {
    let folder = evening();
    let (_, out, _) = explain(folder.path(), &["i-forgotten", "--run", RUN, "--format", "json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    let text = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    for (pointer, wanted) in [
        ("/run", RUN),
        ("/health", "ok"),
        ("/verdict", "stop"),
        ("/reason", "outside-hours"),
        ("/policy", "dev"),
        ("/step/action", "stop"),
        ("/step/not-after", "2026-11-25T23:45:00Z"),
        ("/outcome/outcome", "stopping"),
        ("/tags/keep-until", "idle-reaper:keep-until"),
    ] {
        assert_eq!(text(pointer), wanted, "{pointer} in {out}");
    }
}

#[test]
fn a_spared_instance_is_explained_without_advice() {
    let folder = evening();
    let (code, out, _) = explain(folder.path(), &["i-kept", "--run", RUN]);
    assert_eq!(code, 0);
    assert!(out.contains("verdict  skip, by the rule `kept`"), "{out}");
    assert!(!out.contains("outcome") && !out.contains("To keep it"), "{out}");
}

#[test]
fn the_last_run_is_the_newest_with_an_outcome_for_the_instance() {
    let folder = evening();
    let acts = folder.path().join("record/acts");
    let line = r#"{"id":"i-forgotten","action":"stop","outcome":"stopped","at":"2026-11-24T12:30:00Z"}"#;
    std::fs::create_dir_all(acts.join("date=2026-11-24")).unwrap();
    std::fs::write(acts.join("date=2026-11-24/20261124T123000Z-00000000.jsonl"), line).unwrap();
    let last = |now: &str| explain(folder.path(), &["i-forgotten", "--run", "last", "--at", now]);
    let (code, out, _) = last("2026-11-26T09:00:00+09:00");
    assert!(code == 0 && out.contains(RUN), "{out}");
    // Seen from before it, the newest is the one of which only the outcomes are left.
    let (code, _, err) = last("2026-11-25T12:00:00Z");
    assert!(code == 1 && err.contains("20261124T123000Z-00000000"), "{err}");
    let (code, _, err) = last("2026-12-25T12:00:00Z");
    assert!(code == 1 && err.contains("9 days") && err.contains("idle-reaper:stopped"), "{err}");
    let (code, _, err) = explain(folder.path(), &["i-kept", "--run", "last", "--at", "2026-11-26T09:00:00Z"]);
    assert!(code == 1 && err.contains("i-kept"), "{err}");
}

#[test]
fn what_was_put_off_is_reported_of_the_one_that_was_put_off() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    let report = fake::apply(&world, &fake::with(&[("stops-per-run = 1000", "stops-per-run = 1")]), at(EVENING));
    let (done, waits) = (fake::planned(&report).remove(0), report.plan.deferred[0].id.name.to_string());
    assert_ne!(done, waits);
    let text = json(&report, false).unwrap();
    let recall = |id: &str| Past::parse(&text).unwrap().recall(id, true).unwrap();
    assert_eq!((recall(&done).deferred, recall(&waits).deferred), (None, Some(Cap::StopsPerRun)));
    assert_eq!((recall(&done).step.is_some(), recall(&waits).step.is_some()), (true, false));
    assert_eq!((recall(&done).outcome.is_some(), recall(&waits).outcome.is_some()), (true, false));
}

#[test]
fn of_a_run_that_broke_off_the_plan_tells_what_was_meant() {
    let folder = evening();
    let run = folder.path().join("record/runs/date=2026-11-25").join(RUN);
    std::fs::remove_file(run.join("report.json.gz")).unwrap();
    let (code, out, _) = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert_eq!(code, 0);
    for part in ["health: broke off", "step     stop", "outcome  unknown"] {
        assert!(out.contains(part), "no `{part}` in:\n{out}");
    }
}

#[test]
fn a_record_of_an_earlier_release_is_read_although_it_is_not_compressed() {
    let folder = evening();
    let report = folder.path().join("record/runs/date=2026-11-25").join(RUN).join("report.json.gz");
    let whole = packed::unpacked(&std::fs::read(&report).unwrap()).unwrap();
    let compressed = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert_eq!(compressed.0, 0);
    // Unpacked in place, then as an earlier release named it.
    std::fs::write(&report, &whole).unwrap();
    assert_eq!(explain(folder.path(), &["i-forgotten", "--run", RUN]), compressed);
    std::fs::rename(&report, report.with_extension("")).unwrap();
    assert_eq!(explain(folder.path(), &["i-forgotten", "--run", RUN]), compressed);
    // Half of a file is no report, and the error says so.
    std::fs::write(&report, &gzip(std::str::from_utf8(&whole).unwrap())[..200]).unwrap();
    let (code, _, err) = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert!(code == 1 && err.contains("cannot be read"), "{err}");
}

#[test]
fn what_the_record_does_not_know_is_an_error_that_says_so() {
    let folder = evening();
    for (arguments, wanted) in [
        (["i-forgotten", "--run", "20261125T124500Z-1a2b3c4d"], "has no run"),
        (["i-elsewhere", "--run", RUN], "did not see `i-elsewhere`"),
        (["i-forgotten", "--run", "yesterday"], "not the id of a run"),
        (["i-forgotten", "--run", "../../etc-1"], "not the id of a run"),
    ] {
        let (code, out, err) = explain(folder.path(), &arguments);
        assert!(code == 1 && err.contains(wanted) && out.is_empty(), "{arguments:?}: {err}");
    }
    let report = folder.path().join("record/runs/date=2026-11-25").join(RUN).join("report.json.gz");
    std::fs::write(&report, gzip("{\"version\":2}")).unwrap();
    let (code, _, err) = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert!(code == 1 && err.contains("its version is 2"), "{err}");
    std::fs::write(folder.path().join("reaper.toml"), SETTINGS.replace("record = \"record\"", "")).unwrap();
    let (code, _, err) = explain(folder.path(), &["i-forgotten", "--run", RUN]);
    assert!(code == 1 && err.contains("no `record`"), "{err}");
}
