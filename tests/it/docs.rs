//! The documentation names what the code has: rules, caps, gates, outcomes and settings.

pub mod commands;
mod paths;
mod quoted;

use std::fs;
use std::path::Path;

use idle_reaper::engine::model::{Cap, OutcomeKind, Reason};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|wrong| panic!("{path}: {wrong}"))
}

#[test]
fn every_rule_has_its_section_in_the_order_in_which_it_is_asked() {
    let text = read("docs/rules.md");
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let expected: Vec<String> = Reason::ALL.iter().map(|reason| format!("`{reason}`")).collect();
    assert_eq!(sections, expected);
}

/// Whether `page` names `word` in backticks.
fn assert_names(page: &str, words: impl IntoIterator<Item = &'static str>) {
    let text = read(page);
    for word in words {
        assert!(text.contains(&format!("`{word}`")), "{page} does not name `{word}`");
    }
}

#[test]
fn every_outcome_and_cap_of_the_code_is_documented() {
    assert_names("docs/report.md", OutcomeKind::ALL.iter().map(|outcome_of| outcome_of.as_str()));
    assert_names("docs/report.md", Cap::ALL.iter().filter(|cap| !cap.is_waiting()).map(|cap| cap.as_str()));
}

#[test]
fn every_gate_that_a_stop_waits_at_is_documented() {
    let text = read("docs/notices.md") + &read("docs/report.md");
    let mut gates = 0;
    for gate in Cap::ALL.iter().filter(|cap| cap.is_waiting()).map(|cap| cap.as_str()) {
        gates += 1;
        assert!(text.contains(&format!("`{gate}`")), "neither docs/notices.md nor docs/report.md names `{gate}`");
    }
    assert!(gates >= 6, "only {gates} gates");
}

/// (path, what the schema says of it) of every key below `schema`.
fn keys<'a>(path: &str, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    for (key, below) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}{key}");
        found.push((path.clone(), below));
        keys(&format!("{path}."), below, found);
        keys(&format!("{path}[]."), &below["additionalProperties"], found);
        keys(&format!("{path}[]."), &below["items"], found);
    }
}

#[test]
fn every_section_key_and_value_of_the_settings_is_documented() {
    let text = read("docs/settings.md");
    let schema: Value = serde_json::from_str(&read("docs/settings.schema.json")).unwrap();
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    keys("", &schema, &mut found);
    assert!(found.len() > 100, "only {} keys", found.len());
    for (path, schema) in found {
        let key = path.rsplit('.').next().unwrap_or(&path);
        if !["`", "`[", "`[["].iter().any(|before| text.contains(&format!("{before}{key}"))) {
            missing.push(format!("`{path}`"));
        }
        let values = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        missing.extend(
            values.filter(|value| !text.contains(&format!("`\"{value}\"`"))).map(|value| format!("`{path} = {value}`")),
        );
    }
    assert!(missing.is_empty(), "docs/settings.md does not name {}", missing.join(", "));
}

#[test]
fn the_examples_of_the_settings_page_are_together_one_valid_file() {
    let text = read("docs/settings.md");
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reaper.toml");
    std::fs::write(&file, format!("version = 1\n{}", blocks.collect::<String>())).unwrap();
    let binary = env!("CARGO_BIN_EXE_idle-reaper");
    let checked =
        std::process::Command::new(binary).arg("--config").arg(&file).arg("check").env_clear().output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_mails_that_the_documentation_shows_are_those_that_are_sent() {
    let page = read("docs/owners-and-messages.md");
    for language in ["en", "ja"] {
        let path = format!("tests/it/render/messages/snapshots/it__render__messages__texts__mail_{language}.snap");
        let snapshot = read(&path);
        let (_, mail) = snapshot.split_once("Subject: ").and_then(|(_, mail)| mail.split_once("\n\n")).unwrap();
        assert!(
            page.contains(&format!("```text\n{mail}```\n")),
            "copy the mail of {path} into docs/owners-and-messages.md"
        );
    }
}
