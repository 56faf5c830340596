//! Policies of Cloud Custodian, as JSON: which tags they read, and by which default hours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::engine::import::{Import, PeerTag};
use crate::engine::schedule::dialects::{Edges, c7n};

/// What makes JSON of policies in YAML, with the Python of Cloud Custodian itself.
const AS_JSON: &str = "python3 -c 'import json,sys,yaml; json.dump(yaml.safe_load(sys.stdin),sys.stdout,default=str)' \
                       < policies.yml > policies.json";

/// The default hours of the policies of one tag, each with its zone: from their filters `offhour` and `onhour`.
#[derive(Default)]
struct Hours {
    off: BTreeSet<(Edges, String)>,
    on: BTreeSet<(Edges, String)>,
}

/// Reads policies.
///
/// # Errors
/// Why the text is none.
pub fn read(text: &str) -> Result<Import, String> {
    let document: Value = serde_json::from_str(text)
        .map_err(|error| format!("is not JSON ({error}); if it is YAML, convert it first: {AS_JSON}"))?;
    let policies = document.get("policies").and_then(Value::as_array).ok_or("has no list of `policies`")?;
    let (mut tags, mut left) = (BTreeMap::<String, Hours>::new(), BTreeSet::new());
    for policy in policies {
        let name = policy.get("name").and_then(Value::as_str).unwrap_or_default();
        let (mut times, mut others) = (Vec::new(), 0);
        filters(policy.get("filters").unwrap_or(&Value::Null), &mut times, &mut others);
        let resource = policy.get("resource").and_then(Value::as_str).unwrap_or_default();
        if !times.is_empty() && !matches!(resource, "ec2" | "aws.ec2") {
            left.insert(format!("the policy `{name}` is for `{resource}`: only instances are imported"));
            continue;
        }
        if !times.is_empty() && others > 0 {
            left.insert(format!("the policy `{name}` has {others} other filters: narrow `match` accordingly"));
        }
        for (kind, filter) in times {
            left.extend(untranslated(filter).map(|what| format!("the policy `{name}` has {what}")));
            let text = |key: &str| filter.get(key).and_then(Value::as_str);
            let hours = tags.entry(text("tag").unwrap_or("maid_offhours").to_lowercase()).or_default();
            let zone = text("default_tz").unwrap_or("et").to_lowercase();
            match kind {
                "onhour" => hours.on.insert((edges(filter, kind, 7, 0), zone)),
                _ => hours.off.insert((edges(filter, kind, 19, 4), zone)),
            };
        }
    }
    if tags.is_empty() {
        return Err("has no policy with a filter `offhour` or `onhour` for instances".to_owned());
    }
    let tags = tags.into_iter().filter_map(|(key, hours)| match hours.tag(&key) {
        Ok(tag) => Some(tag),
        Err(why) => {
            left.insert(format!("the tag `{key}` is not translated: {why}"));
            None
        }
    });
    let tags = tags.collect();
    Ok(Import::new(tags, Vec::new(), left))
}

/// The filters `offhour` and `onhour`, within `and`, `or` and lists; and the number of the others.
fn filters<'a>(filter: &'a Value, times: &mut Vec<(&'static str, &'a Value)>, others: &mut usize) {
    let kind = |name: &str| ["offhour", "onhour"].into_iter().find(|kind| *kind == name);
    let named = filter.as_str().or_else(|| filter.get("type")?.as_str());
    match (filter, named.and_then(kind)) {
        (_, Some(kind)) => times.push((kind, filter)),
        (Value::Array(list), None) => list.iter().for_each(|one| filters(one, times, others)),
        (Value::Object(parts), None) if parts.keys().all(|key| matches!(key.as_str(), "and" | "or")) => {
            parts.values().for_each(|part| filters(part, times, others));
        }
        (Value::Null, None) => {}
        (_, None) => *others += 1,
    }
}

/// The edges of a filter: on weekdays, on every day without `weekends`, or on one day with `weekends-only`.
fn edges(filter: &Value, kind: &str, usual: usize, only: usize) -> Edges {
    let flag = |key: &str, default| filter.get(key).and_then(Value::as_bool).unwrap_or(default);
    let hour = filter.get(kind).and_then(Value::as_u64).and_then(|hour| usize::try_from(hour).ok()).unwrap_or(usual);
    let days = match (flag("weekends-only", false), flag("weekends", true)) {
        (true, _) => only..only + 1,
        (false, true) => 0..5,
        (false, false) => 0..7,
    };
    days.map(|day| (day, hour * 60)).collect()
}

/// What a filter has that no setting here says in the same way.
fn untranslated(filter: &Value) -> impl Iterator<Item = &'static str> {
    let has = |key: &str| filter.get(key).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
    let parts = [
        ("opt-out", "`opt-out`: it acts on instances without the tag too; add them to `match`"),
        ("skip-days", "`skip-days`: add them to a calendar as `closed` or `freeze`"),
        ("skip-days-from", "`skip-days-from`: add the days to a calendar as `closed` or `freeze`"),
        ("fallback-schedule", "`fallback-schedule`: write it as the hours of the policy"),
        ("fallback_schedule", "`fallback_schedule`: write it as the hours of the policy"),
    ];
    parts.into_iter().filter_map(move |(key, what)| has(key).then_some(what))
}

impl Hours {
    /// The tag that its policies read.
    fn tag(&self, key: &str) -> Result<PeerTag, &'static str> {
        let Self { off, on } = self;
        let (Some((stop, zone)), 0..=1) = (off.first(), off.len()) else {
            return Err(if off.is_empty() { "no policy stops anything" } else { "its policies have different hours" });
        };
        let start = on.first();
        if on.len() > 1 || start.is_some_and(|(_, other)| other != zone) {
            return Err("its policies have different hours");
        }
        // A policy that only stops gives no opening: the usual one, at which nothing is started.
        let usual = || edges(&Value::Null, "onhour", 7, 0);
        let hours = c7n::expression(&start.map_or_else(usual, |(start, _)| start.clone()), stop, zone);
        let hours = hours.ok_or("its hours never open, or its zone cannot be read")?;
        Ok(PeerTag::custodian(key, &hours, start.is_some()))
    }
}
