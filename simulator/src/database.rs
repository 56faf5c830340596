//! One simulated database: an RDS DB instance, or a cluster with its instances. Its states follow the world's clock, so
//! that a test moves through a stop, a start and the seventh day by setting it.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::database_fields::Fields;

/// For how long a stopped database stays stopped ("Stopping an Amazon RDS DB instance temporarily", RDS User Guide).
const STOPPED_FOR: Duration = Duration::days(7);

/// RDS keeps events for 14 days (DescribeEvents, API reference).
pub(crate) const EVENTS_FOR: Duration = Duration::days(14);

/// The state between `starting` and `available`.
const CONFIGURING: &str = "configuring-enhanced-monitoring";

/// What happens next, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Stopped,
    SeventhDay,
    Started,
    Ready,
}

/// The part that stale answers and stale authorisation show as it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    pub(crate) status: String,
    pub(crate) tags: BTreeMap<String, String>,
    /// When AWS starts it again.
    pub(crate) restarts: Option<DateTime<Utc>>,
}

/// A simulated database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) engine: String,
    pub(crate) classes: Vec<String>,
    pub(crate) is_cluster: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) multi_az: bool,
    pub(crate) license: Option<String>,
    pub(crate) storage: Option<String>,
    pub(crate) retention: u32,
    pub(crate) custom: bool,
    pub(crate) replica_of: Option<String>,
    pub(crate) replicas: Vec<String>,
    pub(crate) global: Option<String>,
    pub(crate) engine_mode: Option<String>,
    pub(crate) cluster_class: Option<String>,
    pub(crate) min_capacity: Option<f64>,
    pub(crate) maintenance_window: String,
    metrics: BTreeMap<String, f64>,
    pub(crate) life: Life,
    /// Before its last change.
    before: Option<Life>,
    /// Earlier tags, each with the instant at which they were replaced.
    earlier_tags: Vec<(DateTime<Utc>, BTreeMap<String, String>)>,
    next: Option<(DateTime<Utc>, Next)>,
    /// When it became available; `None` while it is not.
    up_since: Option<DateTime<Utc>>,
    /// What RDS reports about it, the oldest first.
    pub(crate) events: Vec<(DateTime<Utc>, String)>,
    stops: u32,
    starts: u32,
    /// What the infrastructure code says of it: classes and tags.
    declared: (Vec<String>, BTreeMap<String, String>),
}

impl Database {
    pub(crate) fn new(name: &str, fields: &Fields, now: DateTime<Utc>) -> Self {
        let created = fields.launch_time.unwrap_or(now);
        let mut made = Self {
            name: name.to_owned(),
            engine: "postgres".to_owned(),
            classes: vec!["db.t3.medium".to_owned()],
            is_cluster: fields.cluster.unwrap_or_default() || fields.members.unwrap_or_default() > 0,
            created,
            retention: 7,
            maintenance_window: "sun:18:00-sun:18:30".to_owned(),
            up_since: Some(created),
            ..Self::default()
        };
        made.life.status = "available".to_owned();
        made.change(fields, now);
        (made.before, made.events, made.earlier_tags) = (None, Vec::new(), Vec::new());
        made.declared = (made.classes.clone(), made.life.tags.clone());
        made
    }

    /// `DB instance` or `DB cluster`, as events name it.
    fn noun(&self) -> &'static str {
        if self.is_cluster { "DB cluster" } else { "DB instance" }
    }

    fn tell(&mut self, at: DateTime<Utc>, what: &str) {
        let text = format!("{} {what}", self.noun());
        self.events.push((at, text));
    }

    /// Changes what `fields` names.
    pub(crate) fn change(&mut self, fields: &Fields, now: DateTime<Utc>) {
        self.remember();
        let Fields { engine, class, classes, members, multi_az, license, storage, retention, custom, .. } = fields;
        if let Some(classes) = classes {
            (self.classes, self.is_cluster) = (classes.clone(), true);
        } else if class.is_some() || members.is_some() {
            let count = members.unwrap_or(self.classes.len()).max(usize::from(!self.is_cluster));
            let class = class.as_ref().or(self.classes.first()).cloned().unwrap_or_default();
            self.classes = vec![class; count];
        }
        self.engine = engine.clone().unwrap_or_else(|| self.engine.clone());
        self.multi_az = multi_az.unwrap_or(self.multi_az);
        self.retention = retention.unwrap_or(self.retention);
        self.custom = custom.unwrap_or(self.custom);
        self.min_capacity = fields.min_capacity.or(self.min_capacity);
        self.replicas = fields.replicas.clone().unwrap_or_else(|| self.replicas.clone());
        for (from, to) in [
            (license, &mut self.license),
            (storage, &mut self.storage),
            (&fields.replica_of, &mut self.replica_of),
            (&fields.global, &mut self.global),
            (&fields.engine_mode, &mut self.engine_mode),
            (&fields.cluster_class, &mut self.cluster_class),
        ] {
            if let Some(text) = from {
                *to = Some(text.clone()).filter(|text| !text.is_empty());
            }
        }
        if let Some(window) = &fields.maintenance_window {
            self.maintenance_window.clone_from(window);
        }
        if let Some(n) = fields.connections {
            let all = [
                ("DatabaseConnections", n),
                ("CPUUtilization", 3.0 + n),
                ("ReadIOPS", 0.2 + n),
                ("WriteIOPS", 0.8 + n),
            ];
            self.metrics.extend(all.map(|(name, value)| (name.to_owned(), value)));
        }
        self.metrics.extend(fields.metrics.clone());
        let changes = fields.tags.clone().into_iter();
        self.retag(now, |tags| {
            for (key, value) in changes {
                match value {
                    Some(value) => tags.insert(key, value),
                    None => tags.remove(&key),
                };
            }
        });
        self.live(fields, now);
    }

    fn live(&mut self, fields: &Fields, now: DateTime<Utc>) {
        if let Some(status) = &fields.status {
            self.life.status.clone_from(status);
            (self.life.restarts, self.next, self.up_since) = (None, None, None);
            match status.as_str() {
                "stopped" => self.rest(fields.stopped_at.unwrap_or(now)),
                "available" => self.up_since = Some(now),
                _ => {}
            }
        }
        if let Some(at) = fields.person_starts {
            self.tell(at, "started");
            self.ready(at);
        }
        if let Some(at) = fields.person_stops {
            self.tell(at, "stopped");
            self.rest(at);
        }
    }

    /// Keeps what stale answers show.
    pub(crate) fn remember(&mut self) {
        self.before = Some(self.life.clone());
    }

    /// Changes the tags.
    pub(crate) fn retag(&mut self, now: DateTime<Utc>, change: impl FnOnce(&mut BTreeMap<String, String>)) {
        let before = self.life.tags.clone();
        change(&mut self.life.tags);
        if before != self.life.tags {
            self.earlier_tags.push((now, before));
        }
    }

    /// An apply of infrastructure code: tags that it does not have go, and the class is what it says, unless that is ignored.
    /// Answers why AWS refused the class: only an available database can be modified.
    pub(crate) fn declare(&mut self, ignores_class: bool, now: DateTime<Utc>) -> Option<String> {
        self.remember();
        let (classes, tags) = self.declared.clone();
        self.retag(now, |own| *own = tags);
        if ignores_class || self.classes == classes {
            return None;
        }
        if self.life.status != "available" {
            return Some(format!("InvalidDBInstanceState: {} is not in available state.", self.name));
        }
        self.classes = classes;
        None
    }

    /// The tags by which IAM decides: those of `lag` ago.
    pub(crate) fn authorised_tags(&self, now: DateTime<Utc>, lag: Duration) -> &BTreeMap<String, String> {
        let replaced = self.earlier_tags.iter().find(|(until, _)| *until > now - lag);
        replaced.map_or(&self.life.tags, |(_, tags)| tags)
    }

    /// As an answer shows it; a stale one shows it before its last change.
    pub(crate) fn shown(&self, past: bool) -> &Life {
        self.before.as_ref().filter(|_| past).unwrap_or(&self.life)
    }

    fn rest(&mut self, at: DateTime<Utc>) {
        let restarts = at + STOPPED_FOR;
        (self.life.status, self.up_since) = ("stopped".to_owned(), None);
        (self.life.restarts, self.next) = (Some(restarts), Some((restarts, Next::SeventhDay)));
    }

    fn ready(&mut self, at: DateTime<Utc>) {
        (self.life.status, self.life.restarts) = ("available".to_owned(), None);
        (self.next, self.up_since) = (None, Some(at));
    }

    /// Carries out everything that has happened by itself until `now`. A stop and a start take `takes` each, and what
    /// is configured after a start half of that.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>, takes: Duration) {
        while let Some((at, next)) = self.next.filter(|(at, _)| *at <= now) {
            self.remember();
            match next {
                Next::Stopped => {
                    self.tell(at, "stopped");
                    self.rest(at);
                }
                Next::SeventhDay => {
                    self.tell(at, "is being started due to it exceeding the maximum allowed time being stopped.");
                    self.start(at, takes);
                }
                Next::Started => {
                    self.tell(at, "started");
                    CONFIGURING.clone_into(&mut self.life.status);
                    self.next = Some((at + takes / 2, Next::Ready));
                }
                Next::Ready => self.ready(at),
            }
        }
        self.events.retain(|(at, _)| *at > now - EVENTS_FOR);
    }

    /// Ends the transition that is under way.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>) {
        while self.next.is_some_and(|(_, next)| next != Next::SeventhDay) {
            self.next = self.next.map(|(_, next)| (now, next));
            self.advance(now, Duration::zero());
        }
    }

    pub(crate) fn stop(&mut self, now: DateTime<Utc>, takes: Duration) {
        self.remember();
        (self.life.status, self.up_since) = ("stopping".to_owned(), None);
        (self.next, self.stops) = (Some((now + takes, Next::Stopped)), self.stops + 1);
    }

    pub(crate) fn start(&mut self, now: DateTime<Utc>, takes: Duration) {
        self.remember();
        (self.life.status, self.life.restarts) = ("starting".to_owned(), None);
        (self.next, self.starts) = (Some((now + takes, Next::Started)), self.starts + 1);
    }

    /// The identifiers of the instances of a cluster.
    pub(crate) fn members(&self) -> impl Iterator<Item = (String, &str)> {
        let count = if self.is_cluster { self.classes.len() } else { 0 };
        (1..).zip(&self.classes).take(count).map(|(n, class)| (format!("{}-{n}", self.name), class.as_str()))
    }

    /// Whether a metric of the instance `id` is one of this database.
    pub(crate) fn has_instance(&self, id: &str) -> bool {
        if self.is_cluster { self.members().any(|(name, _)| name == id) } else { self.name == id }
    }

    /// The points of a metric while it was up, the latest first.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn series(&self, name: &str, start: i64, end: i64, period: i64) -> Vec<(f64, f64)> {
        let Some((up, value)) = self.up_since.zip(self.metrics.get(name)) else { return Vec::new() };
        let first = (start.max(up.timestamp()) + period - 1).div_euclid(period) * period;
        let last = (end - 1).div_euclid(period) * period;
        let times = (0..).map(|n| last - n * period).take_while(|at| *at >= first);
        times.map(|at| (at as f64, *value)).collect()
    }

    /// As the control API shows it.
    pub(crate) fn show(&self, account: &str, region: &str) -> Value {
        json!({
            "database": self.name, "cluster": self.is_cluster, "account": account, "region": region,
            "status": self.life.status, "tags": self.life.tags, "stops": self.stops, "starts": self.starts,
            "restarts": self.life.restarts.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn made(fields: Value) -> Database {
        let fields = Fields::read(&Map::new(), fields.as_object().unwrap()).unwrap();
        Database::new("orders", &fields, at("2026-11-01T00:00:00Z"))
    }

    #[test]
    fn a_stop_ends_on_the_seventh_day_with_its_events() {
        let (mut one, takes) = (made(json!({"members": 2})), Duration::minutes(8));
        let mut status = |text: &str, then: fn(&mut Database, DateTime<Utc>, Duration)| {
            one.advance(at(text), takes);
            then(&mut one, at(text), takes);
            one.life.status.clone()
        };
        assert_eq!(status("2026-11-02T09:00:00Z", Database::stop), "stopping");
        assert_eq!(status("2026-11-02T09:07:00Z", |_, _, _| {}), "stopping");
        assert_eq!(status("2026-11-02T09:08:00Z", |_, _, _| {}), "stopped");
        assert_eq!(status("2026-11-09T09:07:59Z", |_, _, _| {}), "stopped");
        assert_eq!(status("2026-11-09T09:08:00Z", |_, _, _| {}), "starting");
        assert_eq!(status("2026-11-09T09:17:00Z", |_, _, _| {}), CONFIGURING);
        assert_eq!(status("2026-11-09T09:20:00Z", |_, _, _| {}), "available");
        let told: Vec<&str> = one.events.iter().map(|(_, text)| text.as_str()).collect();
        let seventh = "DB cluster is being started due to it exceeding the maximum allowed time being stopped.";
        assert_eq!(told, ["DB cluster stopped", seventh, "DB cluster started"]);
        one.advance(at("2026-11-23T09:16:00Z"), takes);
        assert!(one.events.is_empty(), "fourteen days are over");
    }

    #[test]
    fn authorisation_sees_tags_minutes_later_than_the_listing() {
        let (mut one, lag) = (made(json!({"tags": {"Env": "dev"}})), Duration::minutes(5));
        one.retag(at("2026-11-02T09:00:00Z"), |tags| drop(tags.insert("idle-reaper:keep".to_owned(), String::new())));
        let kept = |text: &str| one.authorised_tags(at(text), lag).contains_key("idle-reaper:keep");
        assert!(!kept("2026-11-02T09:04:59Z") && kept("2026-11-02T09:05:00Z"));
        assert!(one.life.tags.contains_key("idle-reaper:keep"));
    }
}
