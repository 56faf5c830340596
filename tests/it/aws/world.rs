//! The simulated AWS of `tests/world.py`, one for each test that asks, and the real binary run against it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use idle_reaper::aws::Aws;
use serde_json::{Value, json};

/// The instant of the stories: a Wednesday evening in Tokyo, the office has closed.
pub const EVENING: &str = "2026-11-25T21:30:00+09:00";

/// A simulated organisation. It ends with its standard input, that is, with this value.
pub struct World {
    process: Child,
    pub endpoint: String,
    control: String,
    hub: Value,
    pub folder: tempfile::TempDir,
}

/// The SDK with the hub's keys.
pub fn aws(endpoint: &str, hub: &Value) -> Aws {
    let key = |name: &str| hub[name].as_str().unwrap();
    let credentials = Credentials::new(key("access-key"), key("secret-key"), None, None, "world");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Aws::of(sdk)
}

impl World {
    /// The organisation of the demo.
    pub fn of_stories() -> Self {
        let spec = std::fs::read_to_string(root().join("tests/stories.json")).unwrap();
        Self::of(&serde_json::from_str(&spec).unwrap())
    }

    /// Any organisation.
    pub fn of(spec: &Value) -> Self {
        let python = std::env::var("IDLE_REAPER_PYTHON")
            .unwrap_or_else(|_| root().join(".venv/bin/python").display().to_string());
        let mut process = Command::new(&python)
            .arg(root().join("tests/world.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {python}: {error}; run `make setup`"));
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the simulated AWS did not start; run `make setup`");
        let text = |key: &str| ready[key].as_str().unwrap().to_owned();
        let (endpoint, control) = (text("endpoint"), text("control"));
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self { process, endpoint, control, hub: Value::Null, folder };
        world.hub = world.post("/world", spec)["hub"].clone();
        world
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        http("POST", &format!("{}{path}", self.control), &body.to_string())
    }

    pub fn get(&self, path: &str) -> Value {
        http("GET", &format!("{}{path}", self.control), "")
    }

    /// Moves the world's clock, so that what happens now is stamped with it.
    pub fn clock(&self, now: &str) {
        self.post("/clock", &json!({"now": now}));
    }

    pub fn fault(&self, fault: &Value) {
        self.post("/fault", fault);
    }

    pub fn clear_faults(&self) {
        self.post("/fault/clear", &json!({}));
    }

    /// The instances by story, as the world itself knows them.
    pub fn instances(&self) -> BTreeMap<String, Value> {
        let all = self.get("/instances");
        let list = all.as_array().or_else(|| all["instances"].as_array()).expect("a list of instances").clone();
        list.into_iter().map(|one| (one["story"].as_str().unwrap_or_default().to_owned(), one)).collect()
    }

    pub fn state(&self, story: &str) -> String {
        self.instances()[story]["state"].as_str().unwrap().to_owned()
    }

    pub fn id(&self, story: &str) -> String {
        self.instances()[story]["id"].as_str().unwrap().to_owned()
    }

    pub fn tag(&self, story: &str, key: &str) -> Option<String> {
        self.instances()[story]["tags"][key].as_str().map(str::to_owned)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Value> {
        self.get("/calls")["calls"].as_array().unwrap().clone()
    }

    pub fn writes(&self) -> Vec<Value> {
        self.calls().into_iter().filter(|call| call["writes"] == json!(true)).collect()
    }

    pub fn forget_calls(&self) {
        self.post("/calls/reset", &json!({}));
    }

    /// The text of every object of the bucket.
    pub fn objects(&self) -> BTreeMap<String, String> {
        let all = self.get("/objects");
        let bucket = all["idle-reaper-records"].as_object().cloned().unwrap_or_default();
        bucket.into_iter().map(|(key, text)| (key, text.as_str().unwrap_or_default().to_owned())).collect()
    }

    /// Settings of the demo, changed by replacing text, in a file.
    pub fn settings(&self, change: &[(&str, &str)]) -> PathBuf {
        let mut text = std::fs::read_to_string(root().join("tests/demo.toml")).unwrap();
        for (from, to) in change {
            assert!(text.contains(from), "the demo's settings have no `{from}`");
            text = text.replace(from, to);
        }
        self.file("reaper.toml", &text)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with a clean environment: nothing of the developer's own AWS settings reaches it.
    pub fn binary(&self, settings: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        command
            .env_clear()
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", "ap-northeast-1")
            .env("AWS_ACCESS_KEY_ID", self.hub["access-key"].as_str().unwrap())
            .env("AWS_SECRET_ACCESS_KEY", self.hub["secret-key"].as_str().unwrap())
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("IDLE_REAPER_CONFIG", settings)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// What every client of this world is made from, as the binary makes it from its environment.
    pub fn aws(&self) -> Aws {
        aws(&self.endpoint, &self.hub)
    }

    /// Runs a command line and answers exit code, standard output and standard error.
    pub fn run(&self, settings: &Path, arguments: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.binary(settings).args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// `plan` at an instant, as JSON.
    pub fn plan(&self, settings: &Path, at: &str) -> Value {
        self.run(settings, &["plan", "--at", at, "--format", "json"]).json()
    }

    /// `apply --yes` at an instant, as JSON; the world's clock is set to it.
    pub fn apply(&self, settings: &Path, at: &str) -> Value {
        self.clock(at);
        self.run(settings, &["apply", "--yes", "--at", at, "--format", "json"]).json()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// How a command line ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

/// The row of one instance in a report.
pub fn row<'a>(report: &'a Value, id: &str) -> &'a Value {
    let rows = report["resources"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no line for {id}"))
}

/// The outcome of one instance in a report, as its word and its detail.
pub fn outcome(report: &Value, id: &str) -> (String, String) {
    let all = report["outcomes"].as_array().unwrap();
    let one = all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("no outcome for {id} in {all:?}"));
    (one["outcome"].as_str().unwrap().to_owned(), one["detail"].as_str().unwrap().to_owned())
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A small HTTP client for loopback: one request, one answer in JSON.
pub fn http(method: &str, url: &str, body: &str) -> Value {
    let (status, text) = http_text(method, url, body);
    assert!(status < 400, "{method} {url} answered {status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// The same, with the status and the text as they are.
pub fn http_text(method: &str, url: &str, body: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    (status, if chunked { dechunk(text) } else { text.to_owned() })
}

fn dechunk(mut text: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole += &rest[..size];
        text = rest[size..].trim_start_matches("\r\n");
    }
    whole
}
