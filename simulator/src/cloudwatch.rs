//! CloudWatch: metrics by formula, so that weeks of a hundred thousand instances need no memory.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::calls::{Slant, unknown};
use crate::cloudwatch_cbor;
use crate::dice;
use crate::instance::{Instance, State};
use crate::page::page;
use crate::request::{Call, Protocol};
use crate::world::World;

/// The maximum number of metrics in one call, and of datapoints on a page (GetMetricData, API reference).
const METRICS: usize = 500;
const POINTS: i64 = 100_800;

pub(crate) fn work(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    match call.action.as_str() {
        "GetMetricData" => data(world, call, slant),
        // No instance has an agent.
        "ListMetrics" => Ok(answer(call, &json!({"Metrics": []}))),
        _ => Err(unknown(call)),
    }
}

fn wrong(words: &str) -> Refusal {
    Refusal::new(400, "ValidationError", words)
}

/// Seconds since 1970, from a number or from RFC 3339.
fn seconds(value: &Value) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)]
    let number = value.as_f64().map(|seconds| seconds as i64);
    number.or_else(|| value.as_str()?.parse::<DateTime<Utc>>().ok().map(|at| at.timestamp()))
}

fn data(world: &mut World, call: &Call, slant: Slant) -> Result<Answer, Refusal> {
    let queries = call.json["MetricDataQueries"].as_array().ok_or_else(|| wrong("no MetricDataQueries"))?;
    let (start, end) =
        seconds(&call.json["StartTime"]).zip(seconds(&call.json["EndTime"])).ok_or_else(|| wrong("no time"))?;
    if queries.is_empty() || queries.len() > METRICS || start >= end {
        return Err(wrong("The collection MetricDataQueries must have a size from 1 to 500, and time must pass"));
    }
    let first = call.text("NextToken").is_none();
    if first {
        world.meter.metrics += queries.len() as u64;
    }
    let period = |query: &Value| query["MetricStat"]["Period"].as_i64().filter(|period| *period > 0).unwrap_or(300);
    let longest = queries.iter().map(|query| (end - start) / period(query) + 1).max().unwrap_or(1);
    let fit = usize::try_from(POINTS / longest.max(1)).unwrap_or(METRICS).max(1);
    let found = page(queries.len(), fit, call.text("NextToken"), slant.page).ok_or_else(|| wrong("no such token"))?;
    let place = world.place(call);
    let mut results = Vec::with_capacity(found.to - found.from);
    for query in &queries[found.from..found.to] {
        let metric = &query["MetricStat"]["Metric"];
        let of = metric["Dimensions"][0]["Value"].as_str().unwrap_or_default();
        // A volume has the same id as its instance, apart from the prefix.
        let id = of.strip_prefix("vol-").map_or_else(|| of.to_owned(), |tail| format!("i-{tail}"));
        let instance = place.by_id.get(id.as_str()).map(|n| &place.instances[*n]);
        let name = metric["MetricName"].as_str().unwrap_or_default();
        let database =
            metric["Namespace"].as_str().is_some_and(|one| ["AWS/RDS", "AWS/DocDB", "AWS/Neptune"].contains(&one));
        let left = || match place.databases.iter().find(|one| database && one.has_instance(of)) {
            Some(one) => one.series(name, start, end, period(query)),
            None => place.left.series(of, name, start, end, period(query)).unwrap_or_default(),
        };
        let points = instance.map_or_else(left, |one| series(one, name, start, end, period(query)));
        let (times, values): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        results.push(
            json!({"Id": query["Id"], "Label": name, "StatusCode": "Complete", "Timestamps": times, "Values": values}),
        );
    }
    let mut body = json!({"MetricDataResults": results, "Messages": []});
    if let Some(next) = found.next {
        body["NextToken"] = next.into();
    }
    Ok(answer(call, &body))
}

fn answer(call: &Call, body: &Value) -> Answer {
    if call.protocol == Protocol::Cbor { cloudwatch_cbor::answer(body) } else { Answer::json(body) }
}

/// Datapoints of a running instance since its start, the latest first.
#[allow(clippy::cast_precision_loss)]
fn series(instance: &Instance, name: &str, start: i64, end: i64, period: i64) -> Vec<(f64, f64)> {
    let Some(cpu) = instance.build.cpu else { return Vec::new() };
    if instance.life.state != State::Running {
        return Vec::new();
    }
    let since = start.max(instance.life.launch.timestamp());
    let first = (since + period - 1).div_euclid(period) * period;
    let mut at = (end - 1).div_euclid(period) * period;
    let seed = dice::text(&instance.id) ^ dice::text(name);
    let mut points = Vec::new();
    while at >= first {
        // CPU is as the spec says. Network and disk values vary by a tenth.
        let steady = name == "CPUUtilization";
        let noise = if steady { 1.0 } else { 0.9 + 0.1 * dice::share(dice::mix(seed ^ at.unsigned_abs())) };
        points.push((at as f64, figure(name, cpu, period as f64 / 3600.0) * noise));
        at -= period;
    }
    points
}

/// The value of a metric at this CPU over this many hours. Up to two per cent the instance is idle.
fn figure(name: &str, cpu: f64, hours: f64) -> f64 {
    let idle = cpu <= 2.0;
    match name {
        "CPUUtilization" => cpu,
        "NetworkIn" | "NetworkOut" => (if idle { 50_000.0 } else { cpu * 20_000_000.0 }) * hours,
        "EBSWriteOps" | "VolumeWriteOps" => (if idle { 400.0 } else { cpu * 2_000.0 }) * hours,
        "EBSWriteBytes" | "VolumeWriteBytes" => (if idle { 2_000_000.0 } else { cpu * 40_000_000.0 }) * hours,
        "CPUCreditBalance" => 144.0,
        _ => 0.0,
    }
}
