//! The documentation names what the code has: rules, caps, gates, outcomes and settings.

pub mod commands;
mod paths;
mod quoted;

use std::fs;
use std::path::Path;

use idle_reaper::engine::model::{Cap, Ending, Reason};

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
    assert_names("docs/report.md", Ending::ALL.iter().map(|ending| ending.as_str()));
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

#[test]
fn every_key_of_the_settings_that_the_example_uses_is_documented() {
    let documented = read("docs/settings.md");
    for line in read("examples/reaper.toml").lines() {
        let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with([' ', '#', '['])) else {
            continue;
        };
        assert!(documented.contains(&format!("`{key}`")), "docs/settings.md does not speak of `{key}`");
    }
}
