//! Reviewed plans: the request's `plan`, `apply --plan`, and the reports that hold them.

use std::process::{Command, Output};

use idle_reaper::decide::past::reviewed;
use idle_reaper::decide::request::{Mode, Request, RequestInvalid};
use idle_reaper::render::json;

use super::fake::{self, EVENING, SETTINGS, World, at, instance, settings};

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
fn apply_says_what_is_wrong_with_a_plan_in_the_record_before_it_asks_aws() {
    let folder = tempfile::tempdir().unwrap();
    let plans = folder.path().join("record/plans");
    std::fs::create_dir_all(&plans).unwrap();
    std::fs::write(plans.join("bad.json"), "{}").unwrap();
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
        ("record/plans/bad.json", "`record/plans/bad.json` holds no plan that can be carried out"),
        ("record/plans/none.json", "cannot read `record/plans/none.json`"),
    ] {
        let err = apply(SETTINGS, plan);
        assert!(err.contains(wanted), "{plan}: {err}");
    }
    let err = apply(&SETTINGS.replace("record = \"record\"", ""), "record:plans/none.json");
    assert!(err.contains("no `record`"), "{err}");
}
