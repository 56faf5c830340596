//! A deadline of seconds: the function answers before it, and says what there was no time for.

use std::time::Duration;

use serde_json::json;

use super::estate::Estate;
use super::runtime::invoke;

const APPLY: &str = r#"{"mode":"apply"}"#;

#[test]
fn before_a_deadline_of_seconds_the_function_answers_and_acts_on_nothing() {
    for hangs in ["DescribeInstances", "GetMetricData", "ListObjectsV2"] {
        let estate = Estate::of(4, 2);
        estate.fault(&json!({"action": hangs, "mode": "hang", "region": "us-east-1", "seconds": 50}));
        let answer = invoke(&estate.world, &estate.settings, APPLY, Duration::from_secs(8));
        assert!(answer.left.is_some(), "{hangs}: after the deadline: {}", answer.body);
        assert!(answer.failed || answer.body["health"] == "degraded", "{hangs}: {}", answer.body);
        assert_eq!(estate.world.get("states"), json!({"running": 24, "stopped": 8}), "{hangs}");
    }
}

#[test]
fn a_stop_that_hangs_does_not_take_the_run_beyond_its_deadline() {
    let estate = Estate::of(2, 2);
    estate.fault(&json!({"action": "StopInstances", "mode": "hang", "seconds": 50}));
    let answer = invoke(&estate.world, &estate.settings, APPLY, Duration::from_secs(60));
    assert!(answer.left.is_some(), "after the deadline: {}", answer.body);
    assert_eq!(answer.body["health"], "degraded", "{}", answer.body);
    assert_eq!((&answer.body["counts"]["stopped"], &answer.body["counts"]["failed"]), (&json!(0), &json!(4)));
    estate.no_owner_was_wronged("a stop that hangs");
}
