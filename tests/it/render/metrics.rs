//! The line of figures that a run in Lambda logs, and which of them CloudWatch charges for.

use std::collections::BTreeSet;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Counts, FURTHER_METRICS, Health, WATCHED_METRICS};
use idle_reaper::engine::report::Report;
use idle_reaper::render::{Figures, More, metrics};
use serde_json::{Value, json};

use crate::docs::read;
use crate::fake::{EVENING, at};
use crate::render::report::REPORT;

/// The line of a run with these settings, and the metrics that it declares.
fn line(run_section: &str, paused: bool) -> (Value, BTreeSet<String>) {
    let text = format!("version = 1\n[run]\n{run_section}\n");
    let settings = Settings::parse("reaper.toml", &text).expect("valid settings");
    let (counts, health) = (REPORT.counts(), Health::Degraded);
    let report = Report { paused, ..REPORT.clone() };
    let figures = Figures { run: "run-1", series: "apply", counts, health, more: More::of(&report) };
    let line: Value = serde_json::from_str(&metrics(&figures, &settings.run.metrics, at(EVENING))).expect("JSON");
    let emitted = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("a list").iter();
    let emitted = emitted.map(|metric| metric["Name"].as_str().expect("a name").to_owned()).collect();
    (line, emitted)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_run_emits_the_metrics_of_the_alarms_and_those_that_the_settings_name() {
    let usual = set(&["deferred", "degraded", "unreachable"]);
    assert_eq!(line("", true).1, set(&WATCHED_METRICS));
    assert_eq!(line("", false).1, usual, "a metric costs in the hours in which it is emitted");
    assert_eq!(line("metrics = []", false).1, usual, "without its metrics an alarm is silent");
    let (_, chosen) = line("metrics = [\"stopped\", \"degraded\", \"stopped\"]", true);
    assert_eq!(chosen, &set(&WATCHED_METRICS) | &set(&["stopped"]));
}

#[test]
fn every_alarm_of_the_templates_watches_a_metric_that_every_run_emits() {
    let hub = read("infra/hub.yaml");
    let alarms = hub.split("Namespace: IdleReaper\n").skip(1);
    let name =
        |alarm: &str| alarm.trim_start().strip_prefix("MetricName: ")?.split_whitespace().next().map(str::to_owned);
    let watched: BTreeSet<String> = alarms.map(|alarm| name(alarm).expect("a name after the namespace")).collect();
    assert_eq!(watched, line("", true).1);
}

#[test]
fn every_figure_is_in_the_line_whatever_is_emitted_and_every_count_can_be_chosen() {
    let (line, _) = line("", false);
    assert_eq!((&line["run"], &line["mode"], &line["degraded"]), (&json!("run-1"), &json!("apply"), &json!(1)));
    assert!(line["skipped"].as_str().expect("text").contains('='), "{line}");
    let counts = serde_json::to_value(Counts::default()).expect("JSON");
    let counts: BTreeSet<String> = counts.as_object().expect("an object").keys().cloned().collect();
    let known = &set(&WATCHED_METRICS) | &set(&FURTHER_METRICS);
    assert_eq!(known, &counts | &set(&["degraded", "paused", "saved-usd"]));
    assert!(counts.iter().all(|count| line[count.as_str()].is_u64()), "{line}");
}

#[test]
fn an_unknown_metric_is_a_mistake_with_a_hint() {
    let wrong = Settings::parse("reaper.toml", "version = 1\n[run]\nmetrics = [\"stoped\"]\n").unwrap_err().to_string();
    assert!(wrong.contains("`stoped` is not a metric") && wrong.contains("`stopped`"), "{wrong}");
}
