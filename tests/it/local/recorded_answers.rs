//! Answers that AWS really gave, over ten years (`recorded/README.md`): read whole, nothing dropped, every verdict explained.

use std::collections::BTreeSet;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Reason, Verdict};
use idle_reaper::engine::report::Report;
use idle_reaper::local::inventory::Recorded;
use idle_reaper::render::{Style, json, markdown, table};
use serde_json::Value;

use crate::fake::{at, plan_over, settings};

const ANSWERS: &str = include_str!("recorded/describe-instances.json");

/// Long after every launch, in the night.
const NIGHT: &str = "2026-11-25T21:30:00+09:00";

/// Settings that stop whatever no rule protects.
fn everything() -> Settings {
    settings(
        "version = 1\n[scope]\naccounts = \"self\"\nregions = \"enabled\"\n\
         [schedules.office]\nzone = \"Asia/Tokyo\"\nopen = [\"mon-fri 09:00-18:00\"]\n\
         [[policies]]\nname = \"all\"\nmatch = { all = true }\nschedule = \"office\"\noutside = \"stop\"\n",
    )
}

fn over(text: &str) -> Report {
    let settings = everything();
    let recorded = Recorded::parse("answers.json", text, &settings).unwrap_or_else(|wrong| panic!("{wrong}"));
    plan_over(&recorded, &settings, at(NIGHT))
}

/// Every instance in an answer: its owner where that is known, and its id.
fn instances(answer: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for reservation in answer["Reservations"].as_array().expect("reservations") {
        let owner = reservation["OwnerId"].as_str().filter(|id| id.len() == 12).unwrap_or("unknown");
        for instance in reservation["Instances"].as_array().expect("instances") {
            all.push((owner.to_owned(), instance["InstanceId"].as_str().expect("an id").to_owned()));
        }
    }
    all
}

#[test]
fn each_instance_of_the_recorded_answers_has_one_line_that_says_why() {
    let answers: Vec<Value> = serde_json::from_str(ANSWERS).expect("a list of answers");
    let whole = over(ANSWERS);
    let all: BTreeSet<_> = answers.iter().flat_map(instances).collect();
    let lines: BTreeSet<_> =
        whole.rows.iter().map(|row| (row.id.place.account.to_string(), row.id.name.to_string())).collect();
    assert_eq!(lines, all);
    // Some answers do not tell where an instance is: there its Region is unknown, and it has a line there.
    let places: BTreeSet<_> = whole.rows.iter().map(|row| (&row.id.place, &row.id.name)).collect();
    assert_eq!(whole.rows.len(), places.len(), "no instance has two lines in one place");
    for answer in &answers {
        let report = over(&answer.to_string());
        assert_eq!(report.rows.len(), instances(answer).into_iter().collect::<BTreeSet<_>>().len());
        assert!(report.unreachable.is_empty() && report.rows.iter().all(|row| !row.armed), "{:?}", report.unreachable);
    }
    let shown: Value = serde_json::from_str(&json(&whole, false).expect("JSON")).expect("JSON");
    for line in shown["resources"].as_array().expect("lines") {
        assert!(line["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{line}");
    }
    for text in [table(&whole, Style { colour: false, width: None }), markdown(&whole)] {
        assert!(text.contains("i-"), "{text}");
    }
}

#[test]
fn what_the_recorded_answers_lack_protects_and_is_flagged() {
    let report = over(ANSWERS);
    let reasons: BTreeSet<Reason> = report.rows.iter().map(|row| row.verdict.reason()).collect();
    for reason in [Reason::NotRunning, Reason::AutoScalingMember, Reason::OutsideHours] {
        assert!(reasons.contains(&reason), "{reason}: {reasons:?}");
    }
    for row in &report.rows {
        let Verdict::Stop(outside) = &row.verdict else { continue };
        assert!(!row.id.name.is_empty() && !row.kind.is_empty() && outside.launch < report.at, "{row:?}");
    }
}

#[test]
fn odd_values_of_another_tools_tags_are_flagged_where_they_stand_in_ours() {
    let another = ["c7n-tag-compliance", "hourly-mark", "custodian_status"];
    for (ours, reason) in
        [("idle-reaper:keep-until", Reason::KeepUnreadable), ("idle-reaper:schedule", Reason::ScheduleUnreadable)]
    {
        let text = another
            .iter()
            .fold(ANSWERS.to_owned(), |text, key| text.replace(&format!("\"{key}\""), &format!("\"{ours}\"")));
        let report = over(&text);
        let flagged = report.rows.iter().filter(|row| row.verdict.reason() == reason).count();
        assert!(flagged >= 2, "{ours}: {flagged}");
        for row in report.rows.iter().filter(|row| row.verdict.reason() == reason) {
            let Verdict::Skip(skipped) = &row.verdict else { panic!("{row:?}") };
            assert!(skipped.wants_attention(), "{row:?}");
        }
    }
}

#[test]
fn the_pages_of_an_answer_in_a_list_are_one_inventory() {
    let (settings, answers) = (everything(), serde_json::from_str::<Vec<Value>>(ANSWERS).expect("a list"));
    let mut pages = answers[..2].to_vec();
    pages[0]["NextToken"] = "more".into();
    assert!(over(&Value::from(pages.clone()).to_string()).unreachable.is_empty(), "the next page is there");
    pages[1]["NextToken"] = "and more".into();
    assert_eq!(over(&Value::from(pages.clone()).to_string()).unreachable.len(), 1);
    for wrong in ["[]", "[{}]", "[[]]", "[null]"] {
        assert!(Recorded::parse("answers.json", wrong, &settings).is_err(), "{wrong}");
    }
    pages.push(Value::Null);
    assert!(Recorded::parse("answers.json", &Value::from(pages).to_string(), &settings).is_err());
}
