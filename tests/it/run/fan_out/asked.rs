//! What a part is asked, and what parts say that they called.

use idle_reaper::engine::cost::spent::Spent;
use idle_reaper::engine::report::fan_out::Used;
use idle_reaper::engine::request::stage::{Stage, StageInvalid};

#[test]
fn what_is_sent_to_a_part_is_read_strictly() {
    let parse = |text: &str| Stage::parse(text);
    let look = parse(r#"{"stage":"scan","run":"20261125T123000Z-1a2b3c4d","batch":3}"#).unwrap();
    assert_eq!(look, Stage::Scan { run: "20261125T123000Z-1a2b3c4d".into(), batch: 3 });
    let targets = parse(r#"{"stage":"targets","request":{"mode":"apply"},"accounts-a-child":5}"#).unwrap();
    assert_eq!(targets, Stage::Targets { request: r#"{"mode":"apply"}"#.into(), accounts: 5 });
    for wrong in [
        r#"{"stage":"scan","run":"../../reaper","batch":3}"#,
        r#"{"stage":"scan","run":"","batch":3}"#,
        r#"{"stage":"act","run":"a","batch":-1}"#,
        r#"{"stage":"act","run":"a"}"#,
        r#"{"stage":"conclude","run":"a","mode":"apply"}"#,
        r#"{"stage":"targets"}"#,
        r#"{"stage":"targets","request":{"mode":"apply"},"accounts-a-child":0}"#,
        r#"{"stage":"stop-everything","run":"a"}"#,
        r#"{"stage":null}"#,
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
    assert!(matches!(parse(r#"{"stage":"plan","run":"a/b"}"#), Err(StageInvalid::NotARun(_))));
}

#[test]
fn each_stage_is_called_in_logs_as_the_state_machine_calls_it() {
    for word in ["scan", "plan", "act", "conclude", "give-up"] {
        let batch = if matches!(word, "scan" | "act") { ",\"batch\":0" } else { "" };
        let text = format!("{{\"stage\":\"{word}\",\"run\":\"20261125T123000Z-1a2b3c4d\"{batch}}}");
        assert_eq!(Stage::parse(&text).expect(word).as_str(), word);
    }
    let targets = Stage::parse(r#"{"stage":"targets","request":{"mode":"plan"}}"#).expect("a stage");
    assert_eq!(targets.as_str(), "targets");
}

#[test]
fn the_id_of_a_run_has_at_most_64_characters() {
    let plan = |run: &str| Stage::parse(&format!("{{\"stage\":\"plan\",\"run\":\"{run}\"}}"));
    let longest = "a".repeat(64);
    assert_eq!(plan(&longest).expect("an id"), Stage::Plan { run: longest.as_str().into() });
    assert!(matches!(plan(&format!("{longest}a")), Err(StageInvalid::NotARun(_))));
}

#[test]
fn what_the_parts_called_adds_up_to_what_the_run_cost() {
    let part = |pages: u64, metrics: u64| {
        let calls = [("ec2:DescribeInstances".to_owned(), pages), ("cloudwatch:GetMetricData".to_owned(), 1)];
        Used::of(pages + 1, Spent::of(calls.into(), metrics))
    };
    let mut sum = Used::default();
    sum.add(&part(2, 500));
    sum.add(&part(3, 700));
    assert_eq!((sum.calls, sum.metrics), (7, 1200));
    let spent = sum.spent();
    assert_eq!(spent.calls.get("ec2:DescribeInstances"), Some(&5));
    assert_eq!(spent.calls.get("cloudwatch:GetMetricData"), Some(&2));
    assert_eq!((spent.metrics, spent.usd.to_string().as_str()), (1200, "0.012"));
}
