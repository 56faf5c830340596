//! How much is asked of AWS: calls and bytes by arithmetic, at scale, and under the documented limits.

use serde_json::{Value, json};

use super::simulated::Simulated;

/// The demo's settings without its caps, and without a look at the last hour.
const UNCAPPED: [(&str, &str); 2] = [
    (
        "stops-per-run = 50\nstops-per-account = 20\nstops-percent = 40",
        "stops-per-run = 100000\nstops-per-account = 100000\nstops-percent = 100\n\
         stops-per-account-per-day = 100000\nstops-per-policy-per-day = 100000",
    ),
    ("[busy]\ncpu-percent = 10\nunmeasured = \"skip\"\n", "[busy]\noff = true\n"),
];

/// The demo's settings match accounts by name; a fleet's are called otherwise.
fn settings(world: &Simulated) -> std::path::PathBuf {
    let mut change = UNCAPPED.to_vec();
    change.push(("accounts = [\"*-dev\", \"*-stg\"]", "accounts = [\"fleet-*\"]"));
    world.settings(&change)
}

fn count(calls: &Value, api: &str) -> u64 {
    calls[api].as_u64().unwrap_or(0)
}

#[test]
fn a_dry_run_makes_the_fewest_calls_that_a_sweep_can() {
    let world = Simulated::of_fleet(45, 6_000, 50);
    let report = world.plan(&settings(&world));
    assert_eq!(report["counts"]["found"], 6_000);
    let calls = world.calls();
    // 46 accounts with the hub, 20 a page; one session an account; 92 targets, of which none has over 1,000.
    assert_eq!(count(&calls, "organizations:ListAccounts"), 3);
    assert_eq!(count(&calls, "sts:AssumeRole"), 46);
    assert_eq!(count(&calls, "ec2:DescribeInstances"), 92);
    // Every target with something to stop is asked for the keys of those volumes, by 200 a call.
    assert_eq!(count(&calls, "ec2:DescribeVolumes"), 45);
    let accounts = world.get("meter")["accounts"].clone();
    assert_eq!(accounts.as_object().unwrap().len(), 46);
    for (account, calls) in accounts.as_object().unwrap() {
        assert_eq!(
            (count(calls, "sts:AssumeRole"), count(calls, "ec2:DescribeInstances")),
            (1, 2),
            "{account}: {calls}"
        );
    }
    let all: u64 = calls.as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let others = all - 3 - 46 - 92 - 45;
    assert!(others <= 12, "the record and the pause switch take {others} calls: {calls}");
    let told =
        report["cost"]["calls"].as_array().unwrap().iter().map(|one| one["calls"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(told, all, "the run tells what it asked");
    assert_eq!(world.get("meter")["writes"], 0);
}

#[test]
fn pages_of_a_thousand_are_asked_for_and_no_byte_is_asked_for_twice() {
    let world = Simulated::of_fleet(1, 5_200, 50);
    let report = world.plan(&settings(&world));
    assert_eq!(report["counts"]["found"], 5_200);
    // The hub's two Regions, the empty one, and six pages.
    assert_eq!(count(&world.calls(), "ec2:DescribeInstances"), 9);
    let bytes = world.get("meter")["bytes-out"].as_u64().unwrap();
    assert!((2_000..4_000).contains(&(bytes / 5_200)), "{bytes} bytes");
}

#[test]
fn a_batch_of_stops_is_four_calls_and_a_look_at_the_switch() {
    let world = Simulated::of_fleet(1, 1_000, 50);
    let report = world.apply(&settings(&world));
    assert_eq!(report["counts"]["stopped"], 1_000);
    assert_eq!(world.get("states"), json!({"stopped": 1_000}));
    let calls = world.calls();
    // 1,000 in batches of 50: for each a look, a tag, a stop and a look. Four looks were the sweep's.
    assert_eq!(count(&calls, "ec2:StopInstances"), 20);
    assert_eq!(count(&calls, "ec2:CreateTags"), 20);
    assert_eq!(count(&calls, "ec2:DescribeInstances"), 4 + 2 * 20);
    assert!(count(&calls, "ssm:GetParameter") <= 21, "{calls}");
}

#[test]
fn throttled_by_the_documented_limits_a_sweep_is_still_whole() {
    let world = Simulated::of_fleet(1, 130, 50);
    world.post("conditions", &json!({"throttle": true}));
    // What is left of a bucket that others have nearly emptied.
    world.post("fault", &json!({"action": "DescribeInstances", "mode": "throttle", "times": 2}));
    let report = world.apply(&settings(&world));
    assert_eq!(report["counts"]["stopped"], 130, "{}", report["outcomes"]);
    assert_eq!(report["unreachable"], json!([]));
    assert_eq!(world.get("meter")["faults"]["Throttle"], 2);
}

/// Instances that have run for months and do nothing, in one place.
fn forgotten(count: usize) -> Simulated {
    Simulated::of(&json!({
        "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
        "regions": ["ap-northeast-1"], "now": NOON, "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
        "fleet": {"accounts": 1, "instances": count, "mix": [{"weight": 1, "fields": {
            "type": "m5.large", "vcpus": 2, "launch-time": "2026-06-01T09:00:00+09:00", "cpu": 1, "tags": {"Env": "dev"}}}]},
    }))
}

/// A Wednesday at noon: nobody is outside hours.
const NOON: &str = "2026-11-25T12:00:00+09:00";

fn looks_for_idle(world: &Simulated) -> Value {
    let mut change = vec![UNCAPPED[0], ("accounts = [\"*-dev\", \"*-stg\"]", "accounts = [\"fleet-*\"]")];
    change.push((UNCAPPED[1].0, "[idle]\n"));
    change.push(("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = [\"ap-northeast-1\"]"));
    world.run(&world.settings(&change), &["plan", "--at", NOON, "--format", "json"]).json()
}

fn idle_of(report: &Value) -> usize {
    report["resources"].as_array().unwrap().iter().filter(|one| one["reason"] == "idle").count()
}

#[test]
fn metrics_are_asked_for_five_hundred_at_a_time_and_the_run_tells_what_they_cost() {
    let world = forgotten(300);
    let report = looks_for_idle(&world);
    assert_eq!(idle_of(&report), 300, "{}", report["resources"][0]);
    let meter = world.get("meter");
    // Every one survives the screen, so that all seven metrics of each are asked for.
    assert_eq!(meter["metrics"], 7 * 300);
    assert_eq!(report["cost"]["metrics"], 7 * 300);
    assert_eq!(report["cost"]["usd"], "0.021");
    // The screen is 300 metrics: one call and its pages of 100,800 datapoints.
    let calls = count(&meter["calls"], "monitoring:GetMetricData");
    assert!((6..=60).contains(&calls), "{calls} calls: {}", meter["calls"]);
}

#[test]
fn throttled_metric_pages_are_asked_for_again_and_what_stays_throttled_is_undetermined() {
    let world = forgotten(20);
    world.post("fault", &json!({"action": "GetMetricData", "mode": "throttle", "times": 2}));
    let report = looks_for_idle(&world);
    assert_eq!(idle_of(&report), 20, "{}", report["resources"][0]);
    world.post("fault", &json!({"action": "GetMetricData", "mode": "throttle"}));
    let report = looks_for_idle(&world);
    assert_eq!(idle_of(&report), 0);
    assert_eq!(report["counts"]["candidates"], 0);
    let missing = report["resources"][0]["undetermined"].as_str().expect("the missing datum");
    assert!(missing.contains("daily CPU") && missing.contains("Throttl"), "{missing}");
    let notes = report["notes"].as_array().expect("notes").iter().filter_map(Value::as_str);
    let about = |note: &&str| note.starts_with("whether 20 instances do nothing is unknown: ");
    assert!(notes.clone().find(about).is_some_and(|note| note.contains("Throttl")), "{:?}", notes.collect::<Vec<_>>());
}

#[test]
fn pages_that_repeat_are_no_second_line_and_a_token_that_comes_again_is_unreachable() {
    let world = Simulated::of_fleet(1, 2_500, 50);
    world.post("fault", &json!({"action": "DescribeInstances", "mode": "repeat-page"}));
    assert_eq!(world.plan(&settings(&world))["counts"]["found"], 2_500);
    world.post("fault/clear", &json!({}));
    world.post("fault", &json!({"action": "DescribeInstances", "mode": "same-token"}));
    let report = world.plan(&settings(&world));
    assert!(report["unreachable"].to_string().contains("page token twice"), "{}", report["unreachable"]);
}

#[test]
fn answers_that_break_off_stop_nothing_twice_and_the_next_run_completes_them() {
    let world = Simulated::of_fleet(1, 120, 50);
    for mode in ["cut", "cut-after", "truncate", "shorten", "lost"] {
        world.post("fault", &json!({"action": "StopInstances", "mode": mode, "times": 1}));
    }
    world.apply(&settings(&world));
    world.post("fault/clear", &json!({}));
    world.apply(&settings(&world));
    assert_eq!(world.get("states"), json!({"stopped": 120}));
    let all = world.get("instances");
    assert!(all.as_array().unwrap().iter().all(|one| one["stops"] == 1), "somebody was stopped twice");
}

#[test]
fn metrics_are_asked_for_by_the_five_hundred_and_a_throttled_page_is_asked_for_again() {
    let world = Simulated::of_fleet(1, 1_200, 50);
    let measured: Vec<_> = UNCAPPED[..1].iter().copied().chain([("[\"*-dev\", \"*-stg\"]", "[\"fleet-*\"]")]).collect();
    let settings = world.settings(&measured);
    let report = world.plan(&settings);
    assert_eq!(report["counts"]["candidates"], 1_200, "{}", report["counts"]);
    let meter = world.get("meter");
    // Each is asked for its CPU, and being quiet for network and writes: 1,200 and 3,600 metrics. A call that asks for
    // more than 500 is refused.
    assert_eq!((count(&meter["calls"], "monitoring:GetMetricData"), meter["metrics"].as_u64()), (3 + 8, Some(4_800)));
    world.post("meter/reset", &json!({}));
    world.post("fault", &json!({"action": "GetMetricData", "mode": "throttle", "after": 1, "times": 2}));
    let report = world.plan(&settings);
    let gap = report["resources"].as_array().unwrap().iter().find(|row| row["reason"] == "unmeasured");
    assert_eq!((report["counts"]["candidates"].as_u64(), gap), (Some(1_200), None));
    assert_eq!(count(&world.calls(), "monitoring:GetMetricData"), 13);
    // What stays throttled is a gap, and a gap skips.
    world.post("fault", &json!({"action": "GetMetricData", "mode": "throttle", "after": 1}));
    let report = world.plan(&settings);
    assert_eq!(report["counts"]["candidates"], 0, "{}", report["counts"]);
    let skipped = report["resources"].as_array().unwrap().iter().filter(|row| row["reason"] == "unmeasured").count();
    assert_eq!((skipped, report["counts"]["found"].as_u64()), (1_200, Some(1_200)));
}
