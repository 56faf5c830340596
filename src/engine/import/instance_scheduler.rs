//! The configuration of AWS Instance Scheduler: the table that `aws dynamodb scan` returns, or what its command line
//! prints.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::engine::import::{Defined, Import, PeerTag};
use crate::engine::schedule::dialects::instance_scheduler::{Period, by_hand, week, zone};

/// A row: its texts by the names of its attributes, without `_` and in lower case.
type Row = BTreeMap<String, Vec<String>>;

/// Reads a configuration.
///
/// # Errors
/// Why the text is none.
pub fn read(text: &str) -> Result<Import, String> {
    let mut rows = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let document = document.map_err(|error| format!("is not JSON: {error}"))?;
        if ["LastEvaluatedKey", "NextToken"].iter().any(|key| document.get(key).is_some_and(|it| !it.is_null())) {
            return Err("is one page of a longer answer; scan the whole table".to_owned());
        }
        let lists = [("Items", ""), ("Periods", "period"), ("Schedules", "schedule")];
        let listed = lists.iter().filter_map(|(key, kind)| Some((document.get(key)?.as_array()?, *kind)));
        rows.extend(listed.flat_map(|(list, kind)| list.iter().map(move |one| row(one, kind))));
    }
    let of_kind = |kind: &str| rows.iter().filter(|row| one(row, "type") == Some(kind)).collect::<Vec<_>>();
    let periods: Vec<Period> = of_kind("period").into_iter().map(period).collect();
    let config = of_kind("config").into_iter().next();
    let default_zone = config.and_then(|config| one(config, "defaulttimezone")).unwrap_or("UTC");
    let (mut schedules, mut left) = (Vec::new(), BTreeSet::new());
    for row in of_kind("schedule") {
        let name = one(row, "name").unwrap_or_default().to_owned();
        let hours = named(&name).and_then(|()| hours(row, &periods, default_zone));
        left.extend(hours.as_ref().err().map(|why| format!("the schedule `{name}` is not translated: {why}")));
        left.extend(extras(row).map(|extra| format!("the schedule `{name}` {extra}")));
        schedules.push(Defined { hibernates: is(row, "hibernate"), name, hours });
    }
    if schedules.is_empty() {
        return Err(
            "has no schedule; write the output of `aws dynamodb scan --table-name …ConfigTable…` to it".to_owned()
        );
    }
    let tag = config.and_then(|config| one(config, "tagname")).unwrap_or("Schedule");
    Ok(Import::new(vec![PeerTag::schedule(tag)], schedules, left))
}

/// A row of either notation: `{"begintime": {"S": "09:00"}}` or `{"Begintime": "09:00"}`.
fn row(item: &Value, kind: &str) -> Row {
    let fields = item.as_object().into_iter().flatten();
    let mut row: Row = fields.map(|(key, value)| (key.replace('_', "").to_lowercase(), texts(value))).collect();
    if !kind.is_empty() {
        row.entry("type".to_owned()).or_insert_with(|| vec![kind.to_owned()]);
    }
    row
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Bool(flag) => vec![flag.to_string()],
        Value::Object(typed) => typed.values().flat_map(texts).collect(),
        Value::Null | Value::Number(_) => Vec::new(),
    }
}

fn one<'a>(row: &'a Row, key: &str) -> Option<&'a str> {
    row.get(key)?.first().map(String::as_str).filter(|text| !text.is_empty())
}

fn is(row: &Row, key: &str) -> bool {
    one(row, key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn period(row: &Row) -> Period {
    let text = |key: &str| one(row, key).map(str::to_owned);
    let list = |key: &str| row.get(key).cloned().unwrap_or_default();
    Period {
        name: text("name").unwrap_or_default(),
        begintime: text("begintime"),
        endtime: text("endtime"),
        weekdays: list("weekdays"),
        monthdays: list("monthdays"),
        months: list("months"),
    }
}

/// Whether the settings can have a schedule of this name.
fn named(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_word = matches!(name.to_lowercase().as_str(), "always" | "closed" | "never");
    if (1..=64).contains(&name.len()) && name.chars().all(allowed) && !is_word {
        return Ok(());
    }
    Err("a schedule here has a name of at most 64 letters, digits, `-`, `_` and `.`, which is no expression".to_owned())
}

/// The expression of a schedule, with its zone.
fn hours(row: &Row, periods: &[Period], default_zone: &str) -> Result<String, String> {
    match one(row, "overridestatus").map(str::to_lowercase).as_deref() {
        Some("running") => return Ok("always".to_owned()),
        Some("stopped") => return Ok("closed".to_owned()),
        Some(other) => return Err(format!("`{other}` is no override status")),
        None => {}
    }
    let name = one(row, "timezone").unwrap_or(default_zone);
    let zone = zone(name).ok_or_else(|| format!("`{name}` is not an IANA time zone"))?;
    let names = row.get("periods").into_iter().flatten().flat_map(|names| names.split(',')).map(str::trim);
    let mut own = Vec::new();
    for name in names {
        if name.contains('@') {
            return Err(format!("`{name}` changes the instance type"));
        }
        let period = periods.iter().find(|period| period.name == name);
        own.push(period.ok_or_else(|| format!("its period `{name}` is not defined"))?.clone());
    }
    if own.is_empty() {
        return Err("it has no periods".to_owned());
    }
    let hint = || by_hand(&own).map_or_else(String::new, |hours| format!("; by hand it is `{hours} @ {zone}`"));
    let week = week(&own).map_err(|why| format!("{why}{}", hint()))?.to_string();
    Ok(if matches!(week.as_str(), "always" | "closed") { week } else { format!("{week} @ {zone}") })
}

/// What a schedule has besides its hours, and is for a person to decide.
fn extras(row: &Row) -> impl Iterator<Item = &'static str> {
    let windows = row.get("ssmmaintenancewindow").is_some_and(|windows| windows.iter().any(|name| !name.is_empty()));
    let unused = one(row, "usemaintenancewindow").is_some_and(|text| text.eq_ignore_ascii_case("false"));
    let keeps_new = one(row, "stopnewinstances").is_some_and(|text| text.eq_ignore_ascii_case("false"));
    let extras = [
        (windows && !unused, "has maintenance windows, which are not translated: add each as a window of its own"),
        (
            is(row, "retainrunning"),
            "has `retain_running`: here what a person starts early runs until closing; see `overtime`",
        ),
        (keeps_new, "has `stop_new_instances` off: here a new instance is stopped outside its hours, after `overtime`"),
    ];
    extras.into_iter().filter_map(|(has, text)| has.then_some(text))
}
