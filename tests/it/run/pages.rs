//! The pages in the record: which runs leave one, what one says, and what a page that cannot be written costs.

use std::fs;
use std::process::Command;

use idle_reaper::engine::model::Health;
use idle_reaper::engine::request::Scope;

use crate::fake::{Ask, Back, EVENING, Faults, SETTINGS, Shape, World, apply, at, instance, try_apply, try_undo, with};

const RUN: &str = "20261125T123000Z-1a2b3c4d";

fn pages(world: &World) -> Vec<String> {
    world.recorded(".html").into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_run_that_acted_leaves_its_page_and_the_latest_which_are_the_same() {
    let world = World::of((1..=3).map(|n| instance(&format!("i-{n}"))));
    let report = try_apply(&world, &with(&[]), &Ask { named: Some(RUN), ..Ask::at(at(EVENING)) }).expect("a report");
    assert_eq!(report.outcomes.len(), 3);
    let kept = world.recorded("runs/").into_iter().filter(|(key, _)| key.ends_with(".html")).collect::<Vec<_>>();
    let keys: Vec<&str> = kept.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, [&format!("runs/date=2026-11-25/{RUN}/report.html"), "runs/latest.html"]);
    assert_eq!(kept[0].1, kept[1].1);
    assert!(kept[0].1.contains("3 stopped") && kept[0].1.contains(RUN), "the page is of another run");
}

#[test]
fn a_run_with_nothing_to_do_leaves_only_the_latest_and_a_narrow_one_none() {
    let world = World::of([instance("i-1").tag("idle-reaper:keep", "")]);
    apply(&world, &with(&[]), at(EVENING));
    assert_eq!(pages(&world), ["runs/latest.html"]);
    let world = World::of([instance("i-1").tag("idle-reaper:keep", "")]);
    let scope = Scope { instances: Some(vec!["i-1".to_owned()]), ..Scope::default() };
    try_apply(&world, &with(&[]), &Ask { scope, ..Ask::at(at(EVENING)) }).expect("a report");
    assert_eq!(pages(&world), [""; 0]);
}

#[test]
fn an_undo_leaves_its_page_and_not_the_latest() {
    let world = World::of([instance("i-1")]);
    try_apply(&world, &with(&[]), &Ask { named: Some(RUN), ..Ask::at(at(EVENING)) }).expect("a report");
    let latest = world.recorded("latest.html");
    let back = Back { undoes: RUN.to_owned(), at: at("2026-11-25T21:45:00+09:00"), apply: true, ..Back::default() };
    let undo = try_undo(&world, &with(&[]), &back).expect("an undo");
    let page = world.recorded(&format!("{}/report.html", undo.run));
    assert_eq!(page.len(), 1);
    assert!(page[0].1.contains("started again"));
    assert_eq!(world.recorded("latest.html"), latest);
}

#[test]
fn a_page_that_cannot_be_written_degrades_the_run_and_undoes_nothing_of_it() {
    let faults = Faults { no_writing: Some(".html"), ..Faults::default() };
    let world = World::of([instance("i-1")]).with_faults(faults);
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!((report.counts().stopped, report.health()), (1, Health::Degraded));
    assert!(report.notes.iter().any(|note| note.contains("page could not be recorded")), "{:?}", report.notes);
    let reports = world.recorded("report.json").into_iter().filter(|(key, _)| key.starts_with("runs/"));
    assert_eq!(reports.count(), 1);
}

/// Through the binary, over a record in a folder: every format of a recorded run, and what is no run.
#[test]
fn a_recorded_run_is_shown_in_every_format() {
    let world = World::of((1..=3).map(|n| instance(&format!("i-{n}")).tag("Name", "web")));
    try_apply(&world, &with(&[]), &Ask { named: Some(RUN), ..Ask::at(at(EVENING)) }).expect("a report");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    for (key, text) in world.recorded("") {
        let path = folder.path().join("record").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let shown = |words: &[&str]| {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        let output = binary.current_dir(folder.path()).env_clear().arg("report").args(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    for (format, part) in [
        ("table", "i-2"),
        ("markdown", "| stop |"),
        ("json", "\"version\": 1"),
        ("csv", "account,region,id"),
        ("ndjson", "\"id\":\"i-3\""),
        ("html", "<!doctype html>"),
    ] {
        let (done, text, noted) = shown(&[RUN, "--format", format]);
        assert!(done && text.contains(part) && text.contains("i-1"), "{format}: {text} {noted}");
    }
    assert_eq!(shown(&[RUN, "--format", "ndjson"]).1.lines().count(), 3);
    let (done, _, noted) = shown(&[RUN, "--out", "page.html"]);
    assert!(done, "{noted}");
    assert!(fs::read_to_string(folder.path().join("page.html")).unwrap().contains(RUN));
    for (words, why) in [
        (&["20261125T123000Z-00000000"][..], "the record has no run"),
        (&["../../etc/passwd"], "is not the id of a run"),
        (&[RUN, "--days", "3"], "cannot be used with"),
        (&["--out", "list.html"], "makes no page"),
    ] {
        let (done, _, noted) = shown(words);
        assert!(!done && noted.contains(why), "{words:?}: {noted}");
    }
    assert!(!folder.path().join("list.html").exists());
}
