//! AWS's own events: what is read of them, and that an odd one harms nobody.

use idle_reaper::engine::request::events::{Anomaly, Cause, Event, Launched};
use idle_reaper::engine::request::invocation::{Asked, Queued};
use serde_json::{Value, json};

use crate::fake::at;

fn read(event: Value) -> Event {
    Event::parse(&event).expect("it is whole").expect("it is known")
}

fn sample(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("infra/events").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).expect(name)).expect(name)
}

fn state(state: &str) -> Value {
    json!({"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification", "account": "111111111111",
        "region": "us-east-1", "detail": {"instance-id": "i-1", "state": state}})
}

#[test]
fn an_instance_that_came_up_is_named_with_its_place() {
    let (account, region, instance) = ("111111111111".to_owned(), "us-east-1".to_owned(), "i-1".to_owned());
    assert_eq!(read(state("running")), Event::Running { account, region, instance });
    assert_eq!(read(state("stopped")), Event::OtherState { state: "stopped".to_owned() });
}

#[test]
fn what_lacks_its_instance_is_an_error_and_no_instance() {
    let mut event = state("running");
    event["detail"] = json!({"state": "running"});
    assert!(Event::parse(&event).unwrap_err().contains("instance-id"));
    let mut event = state("running");
    event["account"] = json!("");
    assert!(Event::parse(&event).is_err());
}

fn causes(causes: Value) -> Value {
    json!({"anomalyId": "a-1", "impact": {"totalImpact": 42.5}, "rootCauses": causes})
}

#[test]
fn an_anomaly_is_read_in_both_spellings() {
    let ec2 = "Amazon Elastic Compute Cloud - Compute";
    let detail = causes(json!([
        {"service": ec2, "linkedAccount": "111111111111", "region": "us-east-1", "usageType": "BoxUsage:m5.large"},
        {"service": "Amazon Simple Storage Service", "linkedAccount": "111111111111", "region": "us-east-1"},
        {"service": ec2, "region": "us-east-1"},
    ]));
    let expected = Anomaly {
        id: "a-1".to_owned(),
        impact: Some("42.5".to_owned()),
        places: [("111111111111".to_owned(), "us-east-1".to_owned())].into(),
        others: [].into(),
        foreign: vec![
            Cause {
                service: Some("Amazon Simple Storage Service".to_owned()),
                account: Some("111111111111".to_owned()),
                region: Some("us-east-1".to_owned()),
            },
            Cause { service: Some(ec2.to_owned()), account: None, region: Some("us-east-1".to_owned()) },
        ],
        what: Some("Amazon EC2".to_owned()),
        since: Some("2026-11-24".to_owned()),
        link: None,
    };
    let with = |spelling: &str| {
        let mut detail = detail.clone();
        detail[spelling] = json!("Amazon EC2");
        detail["anomalyStartDate"] = json!("2026-11-24T00:00:00Z");
        detail
    };
    let bridge = json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": with("dimensionValue")});
    assert_eq!(read(bridge), Event::Anomaly(expected.clone()));
    let topic = topic(&with("dimensionalValue"));
    assert_eq!(read(topic), Event::Anomaly(expected));
}

fn topic(message: &Value) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message.to_string()}}]})
}

#[test]
fn a_link_is_shown_only_where_it_leads_to_the_console_of_aws() {
    let link = |address: &str| {
        let mut detail = causes(json!([]));
        detail["anomalyDetailsLink"] = json!(address);
        let Event::Anomaly(found) = read(topic(&detail)) else { panic!("an anomaly") };
        found.link
    };
    let ours = "https://console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/a/anomalies/b";
    assert_eq!(link(ours).as_deref(), Some(ours));
    for other in
        ["https://console.aws.amazon.com.example.com/", "http://console.aws.amazon.com/", "https://example.com"]
    {
        assert_eq!(link(other), None, "{other}");
    }
}

#[test]
fn what_a_topic_delivers_and_is_no_anomaly_is_an_error_and_is_not_lost() {
    for message in [json!({"alarm": 1}), json!("text"), json!([])] {
        assert!(Event::parse(&topic(&message)).is_err(), "{message}");
    }
    let text = json!({"Records": [{"Sns": {"Message": "Budget Name: all"}}]});
    assert!(Event::parse(&text).is_err());
    let mut two = topic(&causes(json!([])));
    two["Records"].as_array_mut().unwrap().push(json!({}));
    assert!(Event::parse(&two).is_err());
}

#[test]
fn an_anomaly_without_a_cause_leads_nowhere() {
    let empty = json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": causes(json!([]))});
    let Event::Anomaly(found) = read(empty) else { panic!("it is an anomaly") };
    assert!(found.places.is_empty() && found.foreign.is_empty());
}

fn launch(identity: Value) -> Value {
    json!({"source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventName": "RunInstances", "eventID": "e-1", "eventTime": "2026-11-25T01:02:03Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111111111111", "userIdentity": identity,
        "responseElements": {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}}})
}

#[test]
fn a_launch_tells_who_and_what() {
    let user = json!({"type": "IAMUser", "userName": "ana"});
    let expected = Launched {
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        instances: vec!["i-1".to_owned(), "i-2".to_owned()],
        by: "ana".to_owned(),
        at: at("2026-11-25T01:02:03Z"),
        event: "e-1".to_owned(),
        again: false,
    };
    assert_eq!(read(launch(user)), Event::Launched(expected));
}

#[test]
fn a_launch_is_believed_of_the_account_it_comes_from_and_of_no_other() {
    let mut event = launch(json!({"type": "IAMUser", "userName": "ana"}));
    event["account"] = json!("111111111111");
    assert!(matches!(read(event.clone()), Event::Launched(_)));
    event["account"] = json!("222222222222");
    assert!(Event::parse(&event).unwrap_err().contains("speaks of another"));
    for (pointer, value) in [("/detail/recipientAccountId", "../../state"), ("/detail/recipientAccountId", "1")] {
        let mut odd = launch(json!({}));
        *odd.pointer_mut(pointer).unwrap() = json!(value);
        assert!(Event::parse(&odd).is_err(), "{value}");
    }
    let mut odd = launch(json!({}));
    odd["detail"]["responseElements"]["instancesSet"]["items"][1]["instanceId"] = json!("*");
    assert!(Event::parse(&odd).is_err());
}

#[test]
fn a_session_is_resolved_to_the_person_as_far_as_the_event_allows() {
    let by = |identity: Value| match read(launch(identity)) {
        Event::Launched(launched) => launched.by,
        other => panic!("{other:?}"),
    };
    let role = |session: &str| {
        json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"), "arn": "arn:aws:sts::1:x",
            "sessionContext": {"sessionIssuer": {"userName": "Developer"}}})
    };
    assert_eq!(by(role("ana@example.com")), "ana@example.com");
    assert_eq!(by(role("ana")), "ana");
    assert_eq!(by(role("1732501323")), "Developer", "a number is nobody");
    let mut known = role("1732501323");
    known["sessionContext"]["sourceIdentity"] = json!("ben@example.com");
    assert_eq!(by(known), "ben@example.com");
    let invoked = |session: &str, role: &str, service: &str| {
        json!({"type": "AssumedRole", "principalId": format!("AROAEXAMPLE:{session}"), "invokedBy": service,
            "sessionContext": {"sessionIssuer": {"userName": role}}})
    };
    let (scaling, internal) = ("autoscaling.amazonaws.com", "AWS Internal");
    assert_eq!(by(invoked("AutoScaling", "AWSServiceRoleForAutoScaling", scaling)), scaling);
    assert_eq!(by(invoked("ana@example.com", "Developer", scaling)), scaling);
    assert_eq!(by(invoked("ana", "Developer", internal)), "ana", "a service without a name is nobody");
    for user in ["ana1990", "u0042", "1732501323", "ana@example.com", "ana"] {
        let center = "AWSReservedSSO_Developer_0123456789abcdef";
        assert_eq!(by(invoked(user, center, "")), user, "a user of IAM Identity Center");
        assert_eq!(by(invoked(user, center, "cloudformation.amazonaws.com")), user, "through a service");
    }
    assert_eq!(
        by(json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"})),
        "autoscaling.amazonaws.com"
    );
    assert_eq!(by(json!({"type": "Root", "arn": "arn:aws:iam::1:root"})), "root");
    assert_eq!(by(Value::Null), "unknown");
}

#[test]
fn each_kind_of_identity_has_one_name_that_tells_best_whatever_else_stands_beside_it() {
    let best = [("IAMUser", "ana"), ("AWSService", "autoscaling.amazonaws.com"), ("IdentityCenterUser", "u-1")];
    for (kind, expected) in best {
        let identity = json!({"type": kind, "userName": "ana", "invokedBy": "autoscaling.amazonaws.com",
            "arn": "arn:aws:iam::111111111111:x", "onBehalfOf": {"userId": "u-1"}});
        let Event::Launched(launched) = read(launch(identity)) else { panic!("a launch") };
        assert_eq!(launched.by, expected, "{kind}");
    }
}

#[test]
fn what_was_started_again_is_no_new_launch() {
    let mut event = launch(json!({"type": "IAMUser", "userName": "ana"}));
    event["detail"]["eventName"] = json!("StartInstances");
    let Event::Launched(launched) = read(event) else { panic!("a launch") };
    assert!(launched.again && launched.instances == ["i-1", "i-2"], "{launched:?}");
}

#[test]
fn an_answer_names_the_kind_of_its_event_as_documented() {
    let anomaly = || topic(&causes(json!([])));
    let mut failed = launch(json!({}));
    failed["detail"]["errorCode"] = json!("Client.UnauthorizedOperation");
    for (event, word) in [
        (state("running"), "instance-state"),
        (state("stopped"), "instance-state"),
        (anomaly(), "cost-anomaly"),
        (launch(json!({})), "launch"),
        (failed, "launch"),
    ] {
        assert_eq!(read(event).as_str(), word);
    }
}

#[test]
fn an_event_that_cannot_be_understood_is_refused_with_the_place_it_comes_from() {
    let mut state = state("running");
    state["detail"] = json!({"state": "running"});
    for (event, source) in [(state, "aws.ec2"), (topic(&json!({"alarm": 1})), "aws:sns")] {
        let wrong = Asked::parse(&event.to_string()).expect_err("it is broken").to_string();
        assert!(wrong.contains(&format!("the event from `{source}`")), "{wrong}");
    }
}

#[test]
fn a_launch_that_failed_is_none_and_other_calls_are_unknown() {
    let mut failed = launch(json!({"type": "IAMUser", "userName": "ana"}));
    failed["detail"]["errorCode"] = json!("Client.InsufficientInstanceCapacity");
    let nothing =
        Event::NothingLaunched { why: "the call failed with `Client.InsufficientInstanceCapacity`".to_owned() };
    assert_eq!(read(failed), nothing);
    let mut dry = launch(json!({"type": "IAMUser", "userName": "ana"}));
    dry["detail"]["responseElements"] = Value::Null;
    assert!(matches!(read(dry), Event::NothingLaunched { .. }));
    let mut other = launch(json!({}));
    other["detail"]["eventName"] = json!("StopInstances");
    assert_eq!(Event::parse(&other), Ok(None));
    assert_eq!(Event::parse(&json!({"source": "aws.s3", "detail-type": "Object Created"})), Ok(None));
}

/// A batch as a queue delivers it.
fn batch(bodies: &[String]) -> Value {
    let record = |(n, body): (usize, &String)| {
        json!({"messageId": format!("m-{n}"), "receiptHandle": "x", "body": body, "attributes": {}, "messageAttributes": {},
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:ap-northeast-1:111111111111:idle-reaper-events"})
    };
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

fn queued(event: &Value) -> Vec<Queued> {
    match Asked::parse(&event.to_string()).expect("a batch") {
        Asked::Queue(messages) => messages,
        other @ (Asked::Request(_) | Asked::Doctor(_) | Asked::Event(_) | Asked::Stage(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_queue_delivers_events_and_each_message_is_read_by_itself() {
    let topic = sample("cost-anomaly-sns.json")["Records"][0]["Sns"].clone();
    let bodies = [
        sample("instance-running.json").to_string(),
        "no JSON".to_owned(),
        sample("cost-anomaly.json").to_string(),
        topic.to_string(),
        sample("run-instances.json").to_string(),
    ];
    let messages = queued(&batch(&bodies));
    let read: Vec<_> =
        messages.iter().map(|one| (&*one.message_id, one.event().ok().map(|event| event.as_str()))).collect();
    let wanted = [Some("instance-state"), None, Some("cost-anomaly"), Some("cost-anomaly"), Some("launch")];
    assert_eq!(read, ["m-0", "m-1", "m-2", "m-3", "m-4"].into_iter().zip(wanted).collect::<Vec<_>>());
    let anomaly = |n: usize| match messages[n].event() {
        Ok(Event::Anomaly(anomaly)) => (anomaly.id, anomaly.impact, anomaly.places),
        other => panic!("{other:?}"),
    };
    assert_eq!(anomaly(2), anomaly(3), "a topic's message is the same anomaly");
}

#[test]
fn a_message_can_narrow_and_can_ask_for_nothing() {
    for body in [
        r#"{"mode":"apply"}"#.to_owned(),
        r#"{"mode":"undo","run":"20261125T123000Z-1a2b3c4d","apply":true}"#.to_owned(),
        r#"{"stage":"plan","run":"20261125T123000Z-1a2b3c4d"}"#.to_owned(),
        r#"{"source":"aws.events","detail-type":"Scheduled Event","time":"2026-11-25T12:30:00Z"}"#.to_owned(),
        batch(&[sample("instance-running.json").to_string()]).to_string(),
        r#"{"Type":"Notification","TopicArn":"arn:aws:sns:us-east-1:1:x","Message":"{\"mode\":\"apply\"}"}"#.to_owned(),
        String::new(),
        "[]".to_owned(),
    ] {
        let messages = queued(&batch(std::slice::from_ref(&body)));
        assert!(messages[0].event().is_err(), "{body}");
    }
}

#[test]
fn a_batch_that_lacks_an_id_or_holds_something_else_is_an_error_as_a_whole() {
    let mut nameless = batch(&["{}".to_owned()]);
    nameless["Records"][0].as_object_mut().unwrap().remove("messageId");
    let mut mixed = batch(&["{}".to_owned(), "{}".to_owned()]);
    mixed["Records"][1]["eventSource"] = json!("aws:kinesis");
    for event in [nameless, mixed] {
        assert!(Asked::parse(&event.to_string()).is_err(), "{event}");
    }
}
