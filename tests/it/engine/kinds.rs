//! The kinds that are only reported: what seems to be forgotten, what protects, and what is billed.

mod address;
mod eks;
mod gateway;
mod left_over;
mod load_balancer;
mod traffic;
mod volume;

use std::collections::HashMap;
use std::sync::Arc;

use idle_reaper::engine::kinds::reported::{Facts, Stopped, Surroundings};
use idle_reaper::engine::model::{Kind, ReportOnly, Step, Target, Unused};

use crate::fake::at;

/// What is found of these facts where `i-stopped` and `i-ours` are stopped, the latter by the reaper.
pub fn found(facts: Facts) -> Option<Unused> {
    let place = Arc::new(Target::new("111111111111", "eu-west-1"));
    let of = |by_reaper| Stopped { by_reaper, launched: Some(at("2026-11-20T08:00:00Z")) };
    let stopped = HashMap::from([(Arc::from("i-stopped"), of(false)), (Arc::from("i-ours"), of(true))]);
    facts.unused(&Surroundings { place: &place, stopped: &stopped })
}

#[test]
fn no_step_of_a_plan_can_name_a_kind_that_is_only_reported() {
    for kind in *ReportOnly::ALL {
        let step = serde_json::json!({
            "account": "111111111111", "region": "eu-west-1", "id": "x", "kind": kind.as_str(), "action": "stop",
            "policy": "dev", "reason": "outside-hours",
        });
        let wrong = serde_json::from_value::<Step>(step.clone()).expect_err("a step of a kind that is only reported");
        assert!(wrong.to_string().contains("kind") || wrong.to_string().contains(kind.as_str()), "{wrong}");
        let mut right = step;
        right["kind"] = Kind::Instance.as_str().into();
        serde_json::from_value::<Step>(right).expect("the same step of an instance");
    }
}
