//! Reviewed plans: the request's `plan`, `apply --plan`, and the reports that hold them.

use std::process::{Command, Output};

use idle_reaper::engine::report::past::reviewed;
use idle_reaper::engine::request::{Mode, Request, RequestInvalid};
use idle_reaper::render::json;

use crate::fake::{self, EVENING, SETTINGS, World, at, instance, settings};

#[test]
fn a_request_to_apply_may_name_a_reviewed_plan_by_its_key_in_the_record() {
    let request = Request::parse(r#"{"mode":"apply","plan":"plans/monday.json"}"#).unwrap();
    assert_eq!((request.mode, request.plan.unwrap().as_str()), (Mode::Apply, "plans/monday.json"));
    assert_eq!(Request::parse(r#"{"mode":"apply"}"#).unwrap().plan, None);
}

#[test]
fn a_key_that_leads_out_of_the_record_or_to_no_file_is_refused() {
    for key in ["", "/plans/monday.json", "plans/", "../monday.json", "plans/../../monday.json", "plans/..", "a\\nb"] {
        let wrong = Request::parse(&format!(r#"{{"mode":"apply","plan":"{key}"}}"#));
        assert!(matches!(wrong, Err(RequestInvalid::RecordKey(_))), "{key}: {wrong:?}");
    }
}

#[test]
fn a_plan_goes_with_apply_alone_and_null_is_none() {
    let wrong = Request::parse(r#"{"mode":"plan","plan":"plans/monday.json"}"#);
    assert!(matches!(wrong, Err(RequestInvalid::PlanForPlan)), "{wrong:?}");
    for plan in ["null", "[]", "{}"] {
        let wrong = Request::parse(&format!(r#"{{"mode":"apply","plan":{plan}}}"#));
        assert!(matches!(wrong, Err(RequestInvalid::NotARequest(_))), "{plan}: {wrong:?}");
    }
}

#[test]
fn the_plan_of_a_report_is_read_back_as_it_was_made() {
    let report = fake::plan(&World::of([instance("i-a"), instance("i-b")]), &settings(SETTINGS), at(EVENING));
    let text = json(&report, true).unwrap();
    assert_eq!(reviewed(&text).unwrap(), report.plan);
    let other = text.replacen("\"version\": 1", "\"version\": 2", 1);
    assert_eq!(reviewed(&other).unwrap_err().to_string(), "its version is 2, and this release reads 1");
    for text in ["", "[]", "{}", "{\"version\":1}", "{\"version\":1,\"plan\":null}"] {
        assert!(reviewed(text).unwrap_err().to_string().starts_with("it is no report: "), "{text}");
    }
}

#[test]
fn a_plan_that_was_changed_after_it_was_made_is_refused() {
    let report = fake::plan(&World::of([instance("i-a"), instance("i-b")]), &settings(SETTINGS), at(EVENING));
    let text = json(&report, false).unwrap();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    type Change = fn(&mut serde_json::Value);
    let changes: [(&str, Change); 10] = [
        ("another instance", |plan| plan["steps"][0]["id"] = "i-c".into()),
        ("another account", |plan| plan["steps"][0]["account"] = "999999999999".into()),
        ("another Region", |plan| plan["steps"][0]["region"] = "eu-west-1".into()),
        ("another policy", |plan| plan["steps"][0]["policy"] = "other".into()),
        ("another launch", |plan| plan["steps"][0]["launched"] = "2026-11-25T01:00:00Z".into()),
        ("a later end", |plan| plan["steps"][0]["not-after"] = "2026-12-25T01:00:00Z".into()),
        ("a step less", |plan| drop(plan["steps"].as_array_mut().unwrap().pop())),
        ("a later time", |plan| plan["made-at"] = "2026-11-25T13:30:00Z".into()),
        ("a longer life", |plan| plan["expires"] = "2026-11-26T13:30:00Z".into()),
        ("other settings", |plan| plan["settings"] = "0".into()),
    ];
    for (what, change) in changes {
        let mut changed = whole.clone();
        change(&mut changed["plan"]);
        let why = reviewed(&changed.to_string()).expect_err(what).to_string();
        assert!(why.starts_with("it was changed after it was made"), "{what}: {why}");
    }
    let mut other = whole.clone();
    other["plan"]["id"] = "0123456789ab".into();
    assert!(reviewed(&other.to_string()).is_err(), "another id");
    // What is beside the steps, and how the text is written, changes nothing that would be done.
    let mut same = whole;
    same["plan"]["deferred"] = serde_json::json!([]);
    assert_eq!(reviewed(&serde_json::to_string_pretty(&same).unwrap()).unwrap().steps, report.plan.steps);
}

#[test]
fn apply_says_what_is_wrong_with_a_plan_in_the_record_before_it_asks_aws() {
    let folder = tempfile::tempdir().unwrap();
    let plans = folder.path().join("record/plans");
    std::fs::create_dir_all(&plans).unwrap();
    std::fs::write(plans.join("bad.json"), "{}").unwrap();
    let report = fake::plan(&World::of([instance("i-a")]), &settings(SETTINGS), at(EVENING));
    std::fs::write(plans.join("edited.json"), json(&report, true).unwrap().replace("\"i-a\"", "\"i-b\"")).unwrap();
    let apply = |settings: &str, plan: &str| {
        std::fs::write(folder.path().join("reaper.toml"), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        command.env_clear().current_dir(folder.path()).args(["apply", "--yes", "--plan", plan]);
        let Output { status, stdout: _, stderr } = command.output().unwrap();
        assert_eq!(status.code(), Some(1));
        String::from_utf8(stderr).unwrap()
    };
    for (plan, wanted) in [
        ("record:plans/none.json", "the record has no `plans/none.json`"),
        ("record:plans/bad.json", "`record:plans/bad.json` holds no plan that can be carried out"),
        ("record:../reaper.toml", "is not the key of a file in the record"),
        ("record:plans/edited.json", "it was changed after it was made: its plan has the id"),
        ("record/plans/edited.json", "it was changed after it was made: its plan has the id"),
        ("record/plans/bad.json", "`record/plans/bad.json` holds no plan that can be carried out"),
        ("record/plans/none.json", "cannot read `record/plans/none.json`"),
    ] {
        let err = apply(SETTINGS, plan);
        assert!(err.contains(wanted), "{plan}: {err}");
    }
    let err = apply(&SETTINGS.replace("record = \"record\"", ""), "record:plans/none.json");
    assert!(err.contains("no `record`"), "{err}");
}
