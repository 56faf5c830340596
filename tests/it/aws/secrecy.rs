//! What is secret stands nowhere, and nothing about accounts, machines or people stands in the logs at the default
//! level, whatever goes wrong: the real binary, as a function and on the command line.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::estate::Estate;
use super::runtime::{KEY, SESSION, invoke};
use super::world::EVENING;

const APPLY: &str = r#"{"mode":"apply"}"#;
const HOOK: &str = "/services/T000/B000/hunter2";

/// Nobody listens at the webhook, and its URL is the secret; the owner is a person.
fn estate() -> (Estate, PathBuf) {
    let estate = Estate::of(2, 3);
    for (_, one) in estate.all() {
        estate.world.post("instance", &json!({"id": one["id"], "tags": {"Owner": "jane.doe"}}));
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    estate.world.post("secret", &json!({"name": "hook", "value": format!("http://{free}{HOOK}")}));
    let channels = "[channels.dev]\nslack = \"secretsmanager:hook\"\n[owners]\ntags = [\"Owner\"]\nchannels = { \"jane*\" = \"dev\" }\n\
        [notify]\noperator = \"dev\"\n[never]";
    let settings = estate
        .world
        .settings(&[("[never]", channels), ("max-unreachable-percent = 20", "max-unreachable-percent = 60")]);
    (estate, settings)
}

/// Everything that goes wrong, each with what AWS would say about whom.
fn mishaps(estate: &Estate) -> Vec<Value> {
    let one = estate.all()["stop-0-0"].clone();
    let (id, account) = (one["id"].as_str().unwrap(), one["account"].as_str().unwrap());
    let words = format!("arn:aws:sts::{account}:assumed-role/x is not authorized for {id} {SESSION}");
    let refused = |action: &str| json!({"action": action, "code": "AccessDenied", "status": 403, "message": words});
    let mut all = vec![Value::Null];
    for action in ["ListAccounts", "AssumeRole", "DescribeInstances", "GetMetricData", "StopInstances", "CreateTags"] {
        all.push(refused(action));
    }
    all.extend([refused("PutObject"), refused("ListObjectsV2"), refused("GetParameter"), refused("GetSecretValue")]);
    all.push(json!({"action": "DescribeInstances", "mode": "truncate"}));
    all
}

/// What must not stand in a log.
fn private(estate: &Estate) -> Vec<String> {
    let mut words = secrets();
    words.push("jane".to_owned());
    for (story, one) in estate.all() {
        words.extend([story, one["id"].as_str().unwrap().to_owned(), one["account"].as_str().unwrap().to_owned()]);
    }
    let about = estate.world.get("world");
    words.extend(about["accounts"].as_object().unwrap().iter().flat_map(|(name, id)| {
        [name.clone(), id.as_str().unwrap().to_owned()].into_iter().filter(|word| word != "platform")
    }));
    words.push(about["hub"]["access-key"].as_str().unwrap().to_owned());
    words
}

/// What must stand nowhere at all.
fn secrets() -> Vec<String> {
    ["hunter2", KEY, "demo-external-id"].map(str::to_owned).to_vec()
}

fn holds(text: &str, words: &[String]) -> Option<String> {
    words.iter().find(|word| text.contains(&***word)).cloned()
}

#[test]
fn the_functions_log_tells_no_secret_and_of_no_account_machine_or_person() {
    let (estate, settings) = estate();
    for mishap in mishaps(&estate) {
        if !mishap.is_null() {
            estate.fault(&mishap);
        }
        let answer = invoke(&estate.world, &settings, APPLY, Duration::from_secs(120));
        assert!(answer.log.lines().count() >= 2, "{mishap}: {}", answer.log);
        assert_eq!(holds(&answer.log, &private(&estate)), None, "{mishap}: {}", answer.log);
        assert!(!answer.log.contains(SESSION), "{mishap}: {}", answer.log);
        assert_eq!(holds(&answer.body.to_string(), &secrets()), None, "{mishap}: {}", answer.body);
        estate.world.post("fault/clear", &json!({}));
        estate.quarter_of_an_hour_passes();
    }
    let record = estate.world.get("objects").to_string();
    assert_eq!(holds(&record, &secrets()), None, "in the record");
}

#[test]
fn the_command_line_tells_no_secret() {
    let (estate, settings) = estate();
    for value in [Value::Null, json!("hunter2"), json!("https://hunter2.example.com:notaport/x")] {
        if !value.is_null() {
            estate.world.post("secret", &json!({"name": "hook", "value": value}));
        }
        let mut command = estate.world.binary(&settings);
        command.env("AWS_SECRET_ACCESS_KEY", KEY).args(["apply", "--yes", "--at", EVENING]);
        let output = command.output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(text.contains(" instances: "), "{text}");
        assert_eq!(holds(&text, &secrets()), None, "{text}");
    }
    assert_eq!(holds(&estate.world.get("objects").to_string(), &secrets()), None, "in the record");
}
