//! The simulated AWS of `simulator/`, in this process, and the real binary run against it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use idle_reaper::aws::Aws;
use idle_reaper_simulator::Simulator;
use serde_json::{Value, json};

use super::world::{EVENING, Ran, aws, root};

/// A simulated organisation, and a folder for what the run leaves. Both end with this value.
pub struct Simulated {
    pub aws: Simulator,
    pub folder: tempfile::TempDir,
}

impl Simulated {
    /// The organisation of the demo.
    pub fn of_stories() -> Self {
        let spec = std::fs::read_to_string(root().join("tests/stories.json")).unwrap();
        Self::of(&serde_json::from_str(&spec).unwrap())
    }

    /// Any organisation.
    pub fn of(spec: &Value) -> Self {
        Self { aws: Simulator::start(spec).unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    /// A fleet of one kind in accounts of its own, as the demo's settings see it: everything is to be stopped.
    pub fn of_fleet(accounts: usize, instances: usize, empty_percent: u64) -> Self {
        Self::of(&json!({
            "hub": "platform", "reading-role": "IdleReaperRead", "acting-role": "IdleReaperAct", "external-id": "demo-external-id",
            "regions": ["ap-northeast-1", "us-east-1"], "now": EVENING,
            "ssm": {"/idle-reaper/pause": "off"}, "buckets": ["idle-reaper-records"],
            "fleet": {"accounts": accounts, "instances": instances, "empty-percent": empty_percent, "mix": [{"weight": 1,
                "fields": {"type": "t3.medium", "launch-time": "2026-11-25T09:05:00+09:00", "cpu": 1, "tags": {"Env": "dev"}}}]},
        }))
    }

    pub fn get(&self, path: &str) -> Value {
        self.aws.control("GET", path, &Value::Null).unwrap()
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.aws.control("POST", path, body).unwrap()
    }

    /// The SDK with the hub's keys, as a warm function keeps it.
    pub fn aws(&self) -> Aws {
        aws(&self.aws.endpoint(), &self.get("world")["hub"])
    }

    /// Calls so far, by `service:Action`.
    pub fn calls(&self) -> Value {
        self.get("meter")["calls"].clone()
    }

    /// Settings of the demo, changed by replacing text, in a file.
    pub fn settings(&self, change: &[(&str, &str)]) -> PathBuf {
        let mut text = std::fs::read_to_string(root().join("tests/demo.toml")).unwrap();
        for (from, to) in change {
            assert!(text.contains(from), "the demo's settings have no `{from}`");
            text = text.replace(from, to);
        }
        let path = self.folder.path().join("reaper.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with a clean environment: nothing of the developer's own AWS settings reaches it.
    pub fn binary(&self, settings: &Path) -> Command {
        let hub = self.get("world")["hub"].clone();
        let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        command
            .env_clear()
            .env("AWS_ENDPOINT_URL", self.aws.endpoint())
            .env("AWS_REGION", "ap-northeast-1")
            .env("AWS_ACCESS_KEY_ID", hub["access-key"].as_str().unwrap())
            .env("AWS_SECRET_ACCESS_KEY", hub["secret-key"].as_str().unwrap())
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("IDLE_REAPER_CONFIG", settings)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command line and answers exit code, standard output and standard error.
    pub fn run(&self, settings: &Path, arguments: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.binary(settings).args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    pub fn plan(&self, settings: &Path) -> Value {
        self.run(settings, &["plan", "--at", EVENING, "--format", "json"]).json()
    }

    pub fn apply(&self, settings: &Path) -> Value {
        self.run(settings, &["apply", "--yes", "--at", EVENING, "--format", "json"]).json()
    }
}
