//! One simulated instance.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::spec::Entry;

/// A state, with EC2's name and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are EC2's
pub enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

const STATES: [(State, &str, u8); 6] = [
    (State::Pending, "pending", 0),
    (State::Running, "running", 16),
    (State::ShuttingDown, "shutting-down", 32),
    (State::Terminated, "terminated", 48),
    (State::Stopping, "stopping", 64),
    (State::Stopped, "stopped", 80),
];

impl State {
    fn row(self) -> (State, &'static str, u8) {
        STATES.into_iter().find(|row| row.0 == self).unwrap_or(STATES[3])
    }

    /// EC2's name of the state.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn code(self) -> u8 {
        self.row().2
    }

    fn of(name: &str) -> Result<Self, String> {
        let found = STATES.into_iter().find(|row| row.1 == name).map(|row| row.0);
        found.ok_or_else(|| format!("there is no state `{name}`"))
    }
}

/// Tags in the order in which they were written.
pub(crate) type Tags = Vec<(Arc<str>, Arc<str>)>;

/// The part of an instance that changes.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) state: State,
    pub(crate) reason: String,
    pub(crate) launch: DateTime<Utc>,
    pub(crate) tags: Tags,
}

/// The part that seldom differs, shared by instances of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Build {
    pub(crate) kind: String,
    pub(crate) vcpus: Option<u32>,
    pub(crate) lifecycle: Option<String>,
    pub(crate) forwards: bool,
    pub(crate) root: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) tenancy: Option<String>,
    pub(crate) reservation: Option<String>,
    pub(crate) block: Option<String>,
    pub(crate) product_codes: Vec<String>,
    pub(crate) operator: Option<Option<String>>,
    pub(crate) hibernation: bool,
    pub(crate) protected: bool,
    /// The key of its encrypted volume: `aws`, an id or an ARN.
    pub(crate) kms_key: Option<String>,
    /// The ARN of its licence configuration.
    pub(crate) license: Option<String>,
    /// Its CPU utilisation in per cent; `None` where CloudWatch has no value.
    pub(crate) cpu: Option<f64>,
}

/// A simulated instance.
#[derive(Clone, Debug)]
pub struct Instance {
    pub(crate) id: Box<str>,
    pub(crate) story: Option<Box<str>>,
    pub(crate) created: DateTime<Utc>,
    pub(crate) build: Arc<Build>,
    pub(crate) life: Life,
    /// The state before its last change, for stale answers.
    pub(crate) before: Option<Box<Life>>,
    /// When a transitional state ends, and the state after it.
    pub(crate) settles: Option<(Instant, State)>,
    /// The number of stops and starts that changed its state.
    pub(crate) stops: u32,
    pub(crate) starts: u32,
}

impl Instance {
    pub(crate) fn new(id: Box<str>, story: Option<Box<str>>, now: DateTime<Utc>) -> Self {
        let life = Life { state: State::Running, reason: String::new(), launch: now, tags: Vec::new() };
        let build = Build { kind: "t3.micro".to_owned(), ..Build::default() };
        let build = Arc::new(build);
        Self { id, story, created: now, build, life, before: None, settles: None, stops: 0, starts: 0 }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its current state.
    pub fn state(&self) -> State {
        self.life.state
    }

    /// The value of one tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.life.tags.iter().find(|(k, _)| &**k == key).map(|(_, value)| &**value)
    }

    /// The number of stops that changed its state.
    pub fn stops(&self) -> u32 {
        self.stops
    }

    /// The number of starts that changed its state.
    pub fn starts(&self) -> u32 {
        self.starts
    }

    /// Ends a transitional state, when its time has come.
    pub(crate) fn settle(&mut self, now: Instant) {
        if let Some((_, state)) = self.settles.filter(|(at, _)| *at <= now) {
            self.life.state = state;
            self.settles = None;
        }
    }

    /// Keeps the current state, just before a change.
    pub(crate) fn remember(&mut self) {
        self.before = Some(Box::new(self.life.clone()));
    }

    pub(crate) fn put_tag(&mut self, key: &str, value: &str) {
        match self.life.tags.iter_mut().find(|(k, _)| &**k == key) {
            Some(tag) => tag.1 = value.into(),
            None => self.life.tags.push((key.into(), value.into())),
        }
    }

    pub(crate) fn drop_tag(&mut self, key: &str, value: Option<&str>) {
        self.life.tags.retain(|(k, v)| &**k != key || value.is_some_and(|value| value != &**v));
    }

    /// Changes the fields of the entry, in the order of `tests/world_ec2.py`.
    pub(crate) fn change(&mut self, entry: &Entry) -> Result<(), String> {
        let build = Arc::make_mut(&mut self.build);
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(kind) = &entry.r#type {
            build.kind.clone_from(kind);
        }
        build.vcpus = entry.vcpus.or(build.vcpus);
        build.protected = entry.stop_protected.unwrap_or(build.protected);
        build.forwards = entry.source_dest_check.map_or(build.forwards, |check| !check);
        build.hibernation = entry.hibernation.unwrap_or(build.hibernation);
        build.cpu = entry.cpu.unwrap_or(build.cpu);
        for (from, to) in [
            (&entry.lifecycle, &mut build.lifecycle),
            (&entry.root_device_type, &mut build.root),
            (&entry.host_id, &mut build.host),
            (&entry.tenancy, &mut build.tenancy),
            (&entry.capacity_reservation_id, &mut build.reservation),
            (&entry.capacity_block_id, &mut build.block),
            (&entry.kms_key, &mut build.kms_key),
            (&entry.license, &mut build.license),
        ] {
            if let Some(value) = from {
                *to = text(value);
            }
        }
        if let Some(codes) = &entry.product_codes {
            build.product_codes.clone_from(codes);
        }
        match &entry.operator_managed {
            Some(Value::String(who)) => build.operator = Some(Some(who.clone())),
            Some(Value::Bool(managed)) => build.operator = managed.then_some(None),
            _ => {}
        }
        if let Some(created) = entry.created {
            self.created = created;
        }
        self.live(entry)
    }

    fn live(&mut self, entry: &Entry) -> Result<(), String> {
        if let Some(launch) = entry.launch_time {
            self.life.launch = launch;
        }
        if let Some(state) = &entry.state {
            (self.life.state, self.life.reason, self.settles) = (State::of(state)?, String::new(), None);
        }
        if let Some(reason) = &entry.transition_reason {
            self.life.reason.clone_from(reason);
        }
        if let Some(at) = entry.person_starts {
            (self.life.state, self.life.reason, self.settles) = (State::Running, String::new(), None);
            self.life.launch = at;
        }
        if let Some(at) = entry.person_stops {
            (self.life.state, self.life.reason, self.settles) = (State::Stopped, by_user(at), None);
        }
        for (key, value) in &entry.tags {
            match value {
                Some(value) => self.put_tag(key, value),
                None => self.drop_tag(key, None),
            }
        }
        Ok(())
    }

    pub(crate) fn stop(&mut self, now: DateTime<Utc>, passing: Duration) {
        if matches!(self.life.state, State::Stopping | State::Stopped) {
            return;
        }
        self.remember();
        self.stops += 1;
        self.life.reason = by_user(now);
        self.pass(State::Stopping, State::Stopped, passing);
    }

    /// Starts it. A start without a grant `falls_back`: it is accepted, and the instance is stopped again.
    pub(crate) fn start(&mut self, now: DateTime<Utc>, passing: Duration, falls_back: bool) {
        if matches!(self.life.state, State::Pending | State::Running) {
            return;
        }
        self.remember();
        self.starts += 1;
        self.life.reason.clear();
        self.life.launch = now;
        let settled = if falls_back { State::Stopped } else { State::Running };
        self.pass(State::Pending, settled, passing);
    }

    fn pass(&mut self, passing: State, settled: State, time: Duration) {
        if time.is_zero() {
            (self.life.state, self.settles) = (settled, None);
        } else {
            (self.life.state, self.settles) = (passing, Some((Instant::now() + time, settled)));
        }
    }

    /// As the control API shows it.
    pub(crate) fn show(&self, account: &str, region: &str) -> Value {
        let tags: serde_json::Map<String, Value> =
            self.life.tags.iter().map(|(key, value)| (key.to_string(), json!(&**value))).collect();
        json!({
            "story": self.story, "account": account, "region": region, "id": self.id,
            "state": self.life.state.name(), "tags": tags,
            "launch-time": self.life.launch.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "transition-reason": self.life.reason, "stops": self.stops, "starts": self.starts,
        })
    }
}

/// `StateTransitionReason` in EC2's format.
fn by_user(at: DateTime<Utc>) -> String {
    format!("User initiated ({} GMT)", at.format("%Y-%m-%d %H:%M:%S"))
}
