//! The real binary as a Lambda function, under the local runtime emulator: every sample event, every error type.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::world::{EVENING, World, http_text, root};

/// The emulator and the function; both end with this value.
pub(super) struct Function {
    processes: Vec<Child>,
    url: String,
    log: std::path::PathBuf,
}

impl Function {
    pub(super) fn start(world: &World, settings: &Path, at: Option<&str>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let emulator = std::env::var("IDLE_REAPER_CARGO_LAMBDA")
            .unwrap_or_else(|_| root().join(".venv/bin/cargo-lambda").display().to_string());
        let emulator = Command::new(&emulator)
            .args(["lambda", "watch", "--only-lambda-apis", "-A", "127.0.0.1", "-P", &port.to_string(), "--quiet"])
            .env_remove("AWS_PROFILE")
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {emulator}: {error}; run `make setup`"));
        let mut function = Self {
            processes: vec![emulator],
            url: format!("http://127.0.0.1:{port}/2015-03-31/functions/_/invocations"),
            log: world.folder.path().join("function.log"),
        };
        let up = (0..400).any(|_| {
            let there = TcpStream::connect(("127.0.0.1", port)).is_ok();
            if !there {
                std::thread::sleep(Duration::from_millis(25));
            }
            there
        });
        assert!(up, "the local Lambda did not come up within 10 s");
        let log = std::fs::File::create(&function.log).unwrap();
        let mut command = world.binary(settings);
        command
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{port}/.rt"))
            .env("AWS_LAMBDA_FUNCTION_NAME", "_")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if let Some(at) = at {
            command.env("IDLE_REAPER_AT", at);
        }
        function.processes.push(command.spawn().unwrap());
        function
    }

    pub(super) fn invoke(&self, event: &str) -> Value {
        let (_, text) = http_text("POST", &self.url, event);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"))
    }

    pub(super) fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[test]
fn every_sample_event_runs_the_real_binary() {
    let world = World::of_stories();
    let settings = world.settings(&[("armed = true", "armed = false")]);
    let function = Function::start(&world, &settings, Some(EVENING));
    let mut seen = 0;
    for file in std::fs::read_dir(root().join("infra/events")).unwrap() {
        let path = file.unwrap().path();
        let answer = function.invoke(&std::fs::read_to_string(&path).unwrap());
        for key in ["run", "mode", "health", "counts", "report"] {
            assert!(answer.get(key).is_some(), "{}: {answer}", path.display());
        }
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn the_scheduled_event_stops_what_is_planned_and_points_to_the_report() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, Some(EVENING));
    let event = std::fs::read_to_string(root().join("infra/events/scheduled-event.json")).unwrap();
    let answer = function.invoke(&event);
    assert_eq!(answer["counts"]["stopped"], 18, "{answer}");
    let place = answer["report"].as_str().unwrap().strip_prefix("s3://idle-reaper-records/").unwrap().to_owned();
    let whole: Value = serde_json::from_str(&world.objects()[&place]).unwrap();
    assert_eq!(whole["counts"], answer["counts"]);
    assert_eq!(world.state("office-1"), "stopped");
    check_logs(&function.log(), answer["run"].as_str().unwrap(), &world);
}

/// Every line tells the run, one is in the embedded metric format, and none tells an account or an instance.
fn check_logs(log: &[Value], run: &str, world: &World) {
    assert!(log.len() >= 3, "{log:?}");
    for line in log {
        assert_eq!(line["run"], run, "{line}");
        let text = line.to_string();
        assert!(
            !text.contains("222222222222") && !text.contains(&world.id("office-1")),
            "account data in the log: {text}"
        );
    }
    let end = log.iter().find(|line| line["message"] == "run ends").expect("no end");
    assert_eq!(end["stopped"], 18, "{end}");
    for name in [
        "found",
        "candidates",
        "started",
        "failed",
        "deferred",
        "waiting",
        "marked",
        "lifted",
        "messages",
        "unreachable",
        "denied",
        "calls",
    ] {
        assert!(end[name].is_u64(), "`{name}` is no field that can be queried: {end}");
    }
    let metrics = log.iter().find(|line| line.get("_aws").is_some()).expect("no embedded metrics");
    assert_eq!(metrics["stopped"], 18);
    let names = metrics["_aws"]["CloudWatchMetrics"][0]["Metrics"].to_string();
    for name in ["deferred", "degraded", "unreachable"] {
        assert!(names.contains(&format!("\"{name}\"")), "{names}");
    }
    assert!(!names.contains("stopped"), "a metric that nobody asked for: {names}");
}

#[test]
fn a_dry_run_of_the_deployed_function_answers_the_report_and_writes_nothing() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, None);
    let answer = function.invoke(&json!({"mode": "plan", "at": EVENING}).to_string());
    assert_eq!(answer["report"]["version"], 1);
    assert_eq!(answer["report"]["plan"]["steps"].as_array().unwrap().len(), 20);
    let nothing = function.invoke(&json!({"mode": "plan", "at": EVENING, "accounts": []}).to_string());
    assert_eq!(nothing["counts"]["found"], 0, "an empty list selects nothing");
    assert_eq!(world.writes(), Vec::<Value>::new());
}

#[test]
fn errors_have_stable_types() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, Some(EVENING));
    let kind = |event: &str| function.invoke(event)["errorType"].as_str().map(str::to_owned);
    for event in [
        "{}",
        "[]",
        "\"apply\"",
        "{\"mode\":\"stop\"}",
        "{\"mode\":\"plan\",\"acounts\":[]}",
        "{\"mode\":\"plan\",\"accounts\":null}",
        "{\"source\":\"aws.ec2\",\"detail-type\":\"Something\"}",
        "{\"mode\":\"plan\",\"policies\":[\"no-such\"]}",
    ] {
        assert_eq!(kind(event).as_deref(), Some("RequestInvalid"), "{event}");
    }
    world.fault(&json!({"action": "ListAccounts", "code": "AccessDeniedException", "status": 400}));
    assert_eq!(kind("{\"mode\":\"plan\"}").as_deref(), Some("ScanFailed"));
    world.clear_faults();
    world.fault(&json!({"action": "PutObject", "code": "AccessDenied", "status": 403}));
    assert_eq!(kind("{\"mode\":\"apply\"}").as_deref(), Some("RecordFailed"));
    world.clear_faults();
    std::fs::write(&settings, "version = 2\n").unwrap();
    assert_eq!(kind("{\"mode\":\"plan\"}").as_deref(), Some("SettingsInvalid"));
    assert_eq!(world.state("office-1"), "running");
}

#[test]
fn a_reviewed_plan_in_the_record_is_carried_out_and_nothing_beyond_it() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let pause = |value: &str| world.post("/parameter", &json!({"name": "/idle-reaper/pause", "value": value}));
    // A paused run leaves a report whose plan nobody has carried out.
    pause("on");
    world.clock(EVENING);
    let only = world.id("office-1");
    world.run(&settings, &["apply", "--yes", "--at", EVENING, "--instance", &only]);
    pause("off");
    assert_eq!(world.state("office-1"), "running");
    let report = world.objects().into_keys().find(|key| key.ends_with("/report.json.gz")).unwrap();
    let key = report.strip_prefix("record/").unwrap();
    let function = Function::start(&world, &settings, Some(EVENING));
    let apply = |plan: &str| function.invoke(&json!({"mode": "apply", "plan": plan}).to_string());
    for (plan, kind, words) in [
        ("plans/none.json", "Refused", "the record has no `plans/none.json`"),
        ("../record/none.json", "RequestInvalid", "is not the key of a file in the record"),
    ] {
        let answer = apply(plan);
        assert_eq!(answer["errorType"], kind, "{answer}");
        assert!(answer["errorMessage"].as_str().unwrap().contains(words), "{answer}");
    }
    let answer = apply(key);
    assert_eq!((&answer["counts"]["stopped"], &answer["health"]), (&json!(1), &json!("degraded")), "{answer}");
    assert_eq!(world.state("office-1"), "stopped");
    let place = answer["report"].as_str().unwrap().strip_prefix("s3://idle-reaper-records/").unwrap().to_owned();
    let whole: Value = serde_json::from_str(&world.objects()[&place]).unwrap();
    let deferred = whole["plan"]["deferred"].as_array().unwrap();
    assert!(deferred.len() > 10 && deferred.iter().any(|one| one["because"] == "not-reviewed"), "{deferred:?}");
    drop(function);
    let function = Function::start(&world, &settings, Some("2026-11-25T22:30:00+09:00"));
    let answer = function.invoke(&json!({"mode": "apply", "plan": key}).to_string());
    assert_eq!(answer["errorType"], "Refused", "{answer}");
    assert!(answer["errorMessage"].as_str().unwrap().contains("expired"), "{answer}");
}

#[test]
fn a_payload_undoes_a_run_and_a_dry_run_of_it_writes_nothing() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let function = Function::start(&world, &settings, Some(EVENING));
    world.clock(EVENING);
    let answer = function.invoke(r#"{"mode":"apply"}"#);
    let run = answer["run"].as_str().unwrap().to_owned();
    assert_eq!(answer["counts"]["stopped"], 18, "{answer}");
    world.forget_calls();
    let dry = function.invoke(&json!({"mode": "undo", "run": run}).to_string());
    let steps = dry["report"]["plan"]["steps"].as_array().map(Vec::len);
    assert_eq!((dry["undoes"].as_str(), steps), (Some(run.as_str()), Some(18)), "{dry}");
    assert_eq!(world.writes(), Vec::<Value>::new());
    let one = json!({"mode": "undo", "run": run, "apply": true, "instances": [world.id("office-1")]});
    let done = function.invoke(&one.to_string());
    assert_eq!((&done["counts"]["started"], done["report"].as_str().is_some()), (&json!(1), true), "{done}");
    assert_eq!(world.state("office-1"), "running");
    for (event, kind) in [
        (json!({"mode": "undo"}), "RequestInvalid"),
        (json!({"mode": "undo", "run": run, "yes": true}), "RequestInvalid"),
        (json!({"mode": "plan", "run": run}), "RequestInvalid"),
        (json!({"mode": "undo", "run": run, "plan": "x.json"}), "RequestInvalid"),
        (json!({"mode": "undo", "run": "yesterday"}), "RequestInvalid"),
        (json!({"mode": "undo", "run": "20261124T123000Z-00000000"}), "Refused"),
    ] {
        assert_eq!(function.invoke(&event.to_string())["errorType"], kind, "{event}");
    }
}
