//! The figures of a run as one line in CloudWatch's embedded metric format.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use crate::engine::model::{Counts, Health, Reason, Verdict};
use crate::engine::report::Report;

/// The figures of a run.
pub struct Figures<'a> {
    /// The run.
    pub run: &'a str,
    /// What tells the metrics of whole runs from those of narrowed ones: the dimension `mode`.
    pub series: &'a str,
    /// The counts.
    pub counts: Counts,
    /// Whether the run could find and do everything.
    pub health: Health,
    /// Figures besides the counts.
    pub more: More,
}

/// Figures besides the counts.
#[derive(Default)]
pub struct More {
    /// The pause switch held the run back.
    paused: bool,
    /// US dollars saved in the month so far; a float, because CloudWatch uses floats.
    saved: Option<f64>,
    /// How many instances each rule skipped, such as `kept=3 no-policy=2`.
    skipped: String,
}

impl More {
    /// Those of this report.
    pub fn of(report: &Report) -> Self {
        let mut by_reason: BTreeMap<Reason, usize> = BTreeMap::new();
        for row in &report.rows {
            if matches!(row.verdict, Verdict::Skip(_) | Verdict::OutOfScope(_)) {
                *by_reason.entry(row.verdict.reason()).or_default() += 1;
            }
        }
        let skipped: Vec<String> = by_reason.iter().map(|(reason, count)| format!("{reason}={count}")).collect();
        let saved = report.saved().and_then(|(_, saved)| saved.usd.0.to_f64());
        Self { paused: report.paused, saved, skipped: skipped.join(" ") }
    }
}

/// The line. Every figure is a field of it, which log queries can read; only `chosen` ones become metrics, because
/// CloudWatch charges for each metric.
pub fn metrics(figures: &Figures<'_>, chosen: &BTreeSet<&str>, at: DateTime<Utc>) -> String {
    let Figures { run, series, counts, health, more: More { paused, saved, skipped } } = figures;
    let mut line = json!({
        "run": run,
        "mode": series,
        "degraded": u8::from(*health == Health::Degraded),
        "paused": u8::from(*paused),
        "skipped": skipped,
    });
    if let (Some(line), Ok(Value::Object(counts))) = (line.as_object_mut(), serde_json::to_value(counts)) {
        line.extend(counts);
        line.extend(saved.map(|saved| ("saved-usd".to_owned(), json!(saved))));
        // To an alarm no data is no pause, and a metric costs only in the hours in which it is emitted.
        let emitted = chosen.iter().filter(|name| line.contains_key(**name) && (**name != "paused" || *paused));
        let emitted: Vec<_> = emitted.map(|name| json!({"Name": name, "Unit": "Count"})).collect();
        let directive = json!({
            "Timestamp": at.timestamp_millis(),
            "CloudWatchMetrics": [{"Namespace": "IdleReaper", "Dimensions": [["mode"]], "Metrics": emitted}],
        });
        line.insert("_aws".to_owned(), directive);
    }
    line.to_string()
}
