//! ECS services in a saved inventory: what the AWS CLI answers about them is read whole, and what saves nothing is skipped.

use idle_reaper::engine::model::{
    CannotStop, Locale, Platform, Reason, Scaling, Skipped, State, Suspended, TaskSize, Verdict,
};
use idle_reaper::engine::report::Report;
use idle_reaper::local::inventory::{Recorded, Source};
use idle_reaper::render::{Style, detail, json, markdown, table};
use serde_json::{Value, json};

use crate::fake::{EVENING, HERE, SETTINGS, at, for_every_kind, plan_over, settings};

fn read(files: &[&str]) -> Recorded {
    let source = |(n, text): (usize, &&str)| Source { name: format!("{n}.json"), text: (*text).to_owned() };
    let files: Vec<Source> = files.iter().enumerate().map(source).collect();
    Recorded::read(&files, &for_every_kind(SETTINGS)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn over(files: &[&str]) -> Report {
    plan_over(&read(files), &for_every_kind(SETTINGS), at(EVENING))
}

/// One service, as `aws ecs describe-services --include TAGS` prints it.
fn service() -> Value {
    let arn = |what: &str| format!("arn:aws:ecs:{}:{}:{what}", HERE.1, HERE.0);
    json!({
        "serviceArn": arn("service/shop/web"),
        "serviceName": "web",
        "clusterArn": arn("cluster/shop"),
        "loadBalancers": [],
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "taskDefinition": arn("task-definition/web:7"),
        "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
        "deployments": [{
            "id": "ecs-svc/1234567890123456789",
            "status": "PRIMARY",
            "desiredCount": 2,
            "runningCount": 2,
            "createdAt": "2026-11-20T09:30:00+09:00",
            "updatedAt": "2026-11-20T09:35:00+09:00",
            "launchType": "FARGATE",
            "rolloutState": "COMPLETED",
        }],
        "events": [],
        "createdAt": "2026-11-20T09:30:00+09:00",
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": true,
        "propagateTags": "NONE",
        "tags": [{"key": "Env", "value": "dev"}],
    })
}

fn changed(mut value: Value, changes: Value) -> Value {
    for (key, change) in changes.as_object().expect("changes") {
        value[key] = change.clone();
    }
    value
}

fn answer(all: &[Value]) -> String {
    json!({"services": all, "failures": []}).to_string()
}

fn with(change: Value) -> String {
    answer(&[changed(service(), change)])
}

/// The verdict on the only service of an answer.
fn verdict(text: &str) -> Verdict {
    let report = over(&[text]);
    assert_eq!(report.rows.len(), 1, "{:?}", report.rows);
    report.rows[0].verdict.clone()
}

#[test]
fn a_service_is_stopped_outside_its_hours_and_named_by_its_cluster_and_its_name() {
    let other = json!({"clusterArn": format!("arn:aws:ecs:{}:{}:cluster/ads", HERE.1, HERE.0)});
    let report = over(&[&answer(&[service(), changed(service(), other)])]);
    let lines: Value = serde_json::from_str(&json(&report, false).expect("JSON")).expect("JSON");
    let lines = lines["resources"].as_array().expect("lines").clone();
    assert_eq!(lines.len(), 2, "two clusters may have services of one name");
    for (line, id) in lines.iter().zip(["service:ads/web", "service:shop/web"]) {
        assert_eq!((&line["id"], &line["kind"], &line["type"]), (&id.into(), &"service".into(), &"FARGATE".into()));
        assert_eq!(
            (&line["verdict"], &line["account"], &line["region"]),
            (&"stop".into(), &HERE.0.into(), &HERE.1.into())
        );
    }
    assert!(report.rows[0].parts.as_deref().is_some_and(Result::is_err), "an unknown price is not a wrong one");
    for text in [table(&report, Style { colour: false, width: None }), markdown(&report)] {
        assert!(text.contains("service:shop/web") && text.contains("2 services"), "{text}");
    }
}

#[test]
fn what_ecs_refuses_or_saves_nothing_is_skipped_for_its_reason() {
    let strategy = |names: &[&str]| {
        let all: Vec<Value> = names.iter().map(|name| json!({"capacityProvider": name, "weight": 1})).collect();
        with(json!({"launchType": null, "capacityProviderStrategy": all}))
    };
    let capacity = |name: &str| CannotStop::Capacity(name.into());
    let cases = [
        (with(json!({"schedulingStrategy": "DAEMON"})), CannotStop::Strategy("DAEMON".into())),
        (with(json!({"schedulingStrategy": null})), CannotStop::Strategy(String::new())),
        (with(json!({"resourceManagementType": "ECS"})), CannotStop::Express),
        (with(json!({"launchType": "EXTERNAL"})), CannotStop::External),
        (with(json!({"launchType": "EC2"})), capacity("EC2")),
        (with(json!({"launchType": "MANAGED_INSTANCES"})), capacity("MANAGED_INSTANCES")),
        (with(json!({"launchType": null})), capacity("")),
        (strategy(&["team-asg"]), capacity("team-asg")),
        (strategy(&["FARGATE", "team-asg"]), capacity("FARGATE+team-asg")),
        (with(json!({"capacityProviderStrategy": [{"weight": 1}]})), capacity("")),
    ];
    for (text, why) in cases {
        assert_eq!(verdict(&text), Verdict::Skip(Skipped::CannotStop { why }), "{text}");
    }
    assert_eq!(verdict(&strategy(&["FARGATE", "FARGATE_SPOT"])).as_str(), "stop");
    assert_eq!(verdict(&with(json!({"resourceManagementType": "CUSTOMER"}))).as_str(), "stop");
}

#[test]
fn a_service_that_is_being_deployed_is_left_to_a_later_run() {
    let deployments = |states: &[Value]| {
        let all: Vec<Value> = states.iter().map(|state| json!({"status": "PRIMARY", "rolloutState": state})).collect();
        verdict(&with(json!({"deployments": all})))
    };
    let deferred = |status: &str| Verdict::Skip(Skipped::InTransition { status: status.into(), stuck: false });
    assert_eq!(deployments(&[json!("IN_PROGRESS")]), deferred("deployment IN_PROGRESS"));
    assert_eq!(deployments(&[json!("COMPLETED"), json!("COMPLETED")]), deferred("2 deployments"));
    assert_eq!(deployments(&[json!("PAUSED")]), deferred("deployment PAUSED"), "what is unknown protects");
    assert_eq!(deployments(&[]), deferred("no deployment"));
    assert!(detail(&deployments(&[]), Locale::En).contains("no deployment"));
    for finished in [json!("COMPLETED"), json!("FAILED"), Value::Null] {
        assert_eq!(deployments(std::slice::from_ref(&finished)).as_str(), "stop", "{finished}");
    }
    let sets = |state: &str| verdict(&with(json!({"deployments": [], "taskSets": [{"stabilityStatus": state}]})));
    assert_eq!(sets("STABILIZING"), deferred("deployment STABILIZING"));
    assert_eq!(sets("STEADY_STATE").as_str(), "stop", "a task set of CodeDeploy");
}

#[test]
fn the_desired_count_says_whether_a_service_is_up() {
    let not_running = |change, state: State| {
        assert_eq!(verdict(&with(change)), Verdict::Skip(Skipped::NotRunning { state, ours: false }));
    };
    not_running(json!({"desiredCount": 0, "runningCount": 0}), State::Stopped);
    not_running(json!({"desiredCount": 0, "runningCount": 1}), State::Stopping);
    not_running(json!({"status": "DRAINING"}), State::ShuttingDown);
    not_running(json!({"status": "INACTIVE"}), State::Terminated);
    not_running(json!({"status": "RESTING"}), State::Unknown);
    not_running(json!({"desiredCount": null}), State::Unknown);
    assert_eq!(
        verdict(&with(json!({"runningCount": 0}))).as_str(),
        "stop",
        "tasks that crash are started again and billed"
    );
}

#[test]
fn a_service_that_was_just_deployed_is_left_to_who_deployed_it() {
    let deployed = |when: Value| {
        let deployment = json!({"status": "PRIMARY", "rolloutState": "COMPLETED", "createdAt": when});
        verdict(&with(json!({"deployments": [deployment]}))).reason()
    };
    assert_eq!(deployed(json!("2026-11-25T20:30:00+09:00")), Reason::Overtime);
    // The first version of the AWS CLI prints instants as numbers.
    assert_eq!(deployed(json!(1_764_070_200.25_f64 + 31_536_000.0)), Reason::Overtime);
    assert_eq!(deployed(json!("2026-11-24T20:30:00+09:00")), Reason::OutsideHours);
    assert_eq!(
        verdict(&with(json!({"createdAt": null, "deployments": [{"rolloutState": "COMPLETED"}]}))).reason(),
        Reason::Incomplete
    );
}

#[test]
fn tags_of_a_service_are_read_as_those_of_an_instance() {
    let tagged = |key: &str, value: &str| {
        verdict(&with(json!({"tags": [{"key": "Env", "value": "dev"}, {"key": key, "value": value}]}))).reason()
    };
    assert_eq!(tagged("idle-reaper:keep", ""), Reason::Kept);
    assert_eq!(tagged("idle-reaper:keep-until", "soon"), Reason::KeepUnreadable);
    assert_eq!(tagged("idle-reaper:schedule", "night"), Reason::WithinHours);
    let odd = |tags| verdict(&with(json!({"tags": tags}))).reason();
    assert_eq!(odd(Value::Null), Reason::MatchUnknown, "without `--include TAGS` a tag that protects would be missing");
    assert_eq!(odd(json!([{"key": "Env", "value": "dev"}, {"value": "x"}])), Reason::MatchUnknown);
    assert_eq!(odd(json!([])), Reason::NoPolicy);
    let all = settings(
        &SETTINGS
            .replace("match = { tags = [\"Env=dev\"] }", "kinds = [\"service\"]\nmatch = { all = true }")
            .replace("\"enforce\"", "\"observe\""),
    );
    let untagged = Recorded::parse("s.json", &with(json!({"tags": null})), &all).expect("an inventory");
    assert_eq!(plan_over(&untagged, &all, at(EVENING)).rows[0].verdict.reason(), Reason::Incomplete);
}

#[test]
fn scalable_targets_are_joined_and_services_without_one_stay_unknown() {
    let target = json!({
        "ServiceNamespace": "ecs",
        "ResourceId": "service/shop/web",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 4,
        "CreationTime": "2026-11-20T09:30:00+09:00",
        "SuspendedState": {
            "DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": true, "ScheduledScalingSuspended": false,
        },
        "ScalableTargetARN": format!("arn:aws:application-autoscaling:{}:{}:scalable-target/0ec51", HERE.1, HERE.0),
    });
    let (services, targets) = (
        answer(&[service(), changed(service(), json!({"serviceName": "api"}))]),
        json!({"ScalableTargets": [target]}).to_string(),
    );
    for files in [[&services, &targets], [&targets, &services]] {
        let recorded = read(&files.map(String::as_str));
        let scaling: Vec<_> = recorded
            .instances_found()
            .map(|found| (&*found.id.name, found.service.as_ref().expect("a service").scaling))
            .collect();
        let suspended = Suspended { scale_in: false, scale_out: true, scheduled: false };
        assert_eq!(scaling, [("service:shop/web", Scaling::Target(suspended)), ("service:shop/api", Scaling::Unknown)]);
    }
}

#[test]
fn odd_answers_are_read_or_refused_with_what_is_wrong() {
    // An ARN of the old format has no cluster.
    let short = json!({"serviceArn": format!("arn:aws:ecs:{}:{}:service/web", HERE.1, HERE.0)});
    assert_eq!(&*over(&[&with(short)]).rows[0].id.name, "service:shop/web");
    assert_eq!(verdict(&with(json!({"serviceName": "", "serviceArn": null}))).reason(), Reason::Incomplete);
    let bare = json!([service()]).to_string();
    assert_eq!(over(&[&bare]).rows.len(), 1, "a `--query` leaves whole services");
    let twice = format!("{}\n{}", answer(&[service()]), with(json!({"serviceName": "api"})));
    assert_eq!(over(&[&twice]).rows.len(), 2, "ten services are in each answer");
    let failed =
        json!({"services": [service()], "failures": [{"reason": "ACCESS"}, {"reason": "MISSING"}]}).to_string();
    let recorded = read(&[&failed]);
    assert!(
        recorded.notes.iter().any(|note| note.contains("`failures`") && note.ends_with(": 1")),
        "{:?}",
        recorded.notes
    );
    for (text, wanted) in [
        (json!([{"serviceName": "web", "desiredCount": 2}]), "parts of services"),
        (json!({"serviceArns": ["x"]}), "`aws ecs list-services`"),
    ] {
        let wrong = Recorded::parse("s.json", &text.to_string(), &settings(SETTINGS)).expect_err("not services");
        assert!(wrong.to_string().contains(wanted), "{wrong}");
    }
}

#[test]
fn a_service_that_no_policy_names_is_not_judged_and_not_hidden() {
    let (plain, text) = (settings(SETTINGS), answer(&[service()]));
    let recorded = Recorded::read(&[Source { name: "s.json".into(), text }], &plain).expect("an inventory");
    assert!(recorded.notes[0].contains("services that are not judged") && recorded.notes[0].ends_with(": 1"));
    assert!(plan_over(&recorded, &plain, at(EVENING)).rows.is_empty());
}

#[test]
fn a_saved_task_definition_gives_the_size_of_the_tasks() {
    let definition = json!({"taskDefinition": {
        "taskDefinitionArn": format!("arn:aws:ecs:{}:{}:task-definition/web:7", HERE.1, HERE.0),
        "containerDefinitions": [{"name": "web", "cpu": 0}],
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "1024",
        "memory": "2048",
        "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        "ephemeralStorage": {"sizeInGiB": 30},
    }, "tags": []})
    .to_string();
    let task = |files: &[&str]| {
        let read = read(files);
        let found = read.instances_found().next().expect("a service");
        found.service.as_ref().expect("its facts").task
    };
    let size = TaskSize { cpu: 1024, memory: 2048, platform: Platform::LinuxArm, storage: 30 };
    for files in [[with(json!({})), definition.clone()], [definition.clone(), with(json!({}))]] {
        assert_eq!(task(&files.each_ref().map(String::as_str)), Some(size));
    }
    assert_eq!(task(&[&format!("{}\n{definition}", with(json!({})))]), Some(size), "in one file");
    let other = with(json!({"taskDefinition": "arn:aws:ecs:ap-northeast-1:111111111111:task-definition/web:8"}));
    assert_eq!(task(&[&other, &definition]), None, "another revision may have another size");
    assert_eq!(task(&[&with(json!({})), &definition.replace("\"1024\"", "null")]), None);
}
