//! Builders and short words for tests: instances, settings, and what a report says of one instance.

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::{Judge, Ruling};
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::model::{
    Account, Action, Database, Deployment, Instance, Member, ResourceId, Scaling, Service, State, Tags, Target,
};
use idle_reaper::engine::report::{Report, Row};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::Activity;

/// A Wednesday evening in Tokyo, when the office is closed.
pub const EVENING: &str = "2026-11-25T21:30:00+09:00";

/// The account and Region of an instance of which nothing else is said.
pub const HERE: (&str, &str) = ("111111111111", "ap-northeast-1");

/// Another account and Region in scope.
pub const THERE: (&str, &str) = ("222222222222", "us-east-1");

/// Settings under which everything tagged `Env=dev` is stopped outside office hours in Tokyo, and started again.
pub const SETTINGS: &str = r#"
version = 1

[run]
armed = true
record = "record"

[scope]
accounts = "organization"
regions = ["ap-northeast-1", "us-east-1"]

[caps]
stops-per-run = 1000
stops-per-account = 1000
stops-percent = 100

[busy]
cpu-percent = 10

[calendars.japan]
holidays = ["jp"]

[schedules.office]
zone = "Asia/Tokyo"
calendar = "japan"
open = ["mon-fri 09:00-18:00"]

[schedules.night]
zone = "Asia/Tokyo"
open = ["mon-fri 20:00-05:00"]

[[policies]]
name = "dev"
stage = "enforce"
match = { tags = ["Env=dev"] }
schedule = "office"
outside = "stop"
at-opening = "start-reaped"
unannounced = true
"#;

/// Caps of a day that no test comes near, for tests of something else.
pub const NO_DAILY_CAPS: (&str, &str) = (
    "stops-percent = 100",
    "stops-percent = 100\nstops-per-account-per-day = 100000\nstops-per-policy-per-day = 100000",
);

/// Reads settings that are right.
pub fn settings(text: &str) -> Settings {
    Settings::parse("reaper.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// [`SETTINGS`] with each `from` replaced by its `to`; a `from` that is not there is a mistake in the test.
pub fn with(changes: &[(&str, &str)]) -> Settings {
    let replace = |text: String, (from, to): &(&str, &str)| {
        assert!(text.contains(from), "the settings do not hold `{from}`");
        text.replace(from, to)
    };
    settings(&changes.iter().fold(SETTINGS.to_owned(), replace))
}

/// [`SETTINGS`] less everything that these texts say.
pub fn without(parts: &[&str]) -> Settings {
    with(&parts.iter().map(|part| (*part, "")).collect::<Vec<_>>())
}

/// An instant.
pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
}

/// The id of an instance that is where most are.
pub fn here(id: &str) -> ResourceId {
    ResourceId::instance(Target::new(HERE.0, HERE.1), id)
}

/// A plain running instance with `Env=dev`, started in the morning of [`EVENING`]: it is candidates in the evening.
pub fn instance(id: &str) -> Instance {
    Instance {
        id: here(id),
        state: State::Running,
        kind: "t3.micro".into(),
        launch: Some(at("2026-11-25T09:30:00+09:00")),
        transition: None,
        lifecycle: None,
        root: Some("ebs".into()),
        ephemeral: false,
        tenancy: Some("default".into()),
        host: None,
        outpost: None,
        reservation: None,
        forwards: false,
        product_codes: Box::new([]),
        operator: None,
        hibernation: true,
        details: Default::default(),
        tags: Tags::new([("Env", "dev")]),
        tags_unreadable: false,
        database: None,
        service: None,
    }
}

/// A plain DB instance with `Env=dev`, created days before [`EVENING`].
pub fn db(identifier: &str) -> Instance {
    let id = ResourceId::db_instance(Target::new(HERE.0, HERE.1), identifier);
    Instance::database(id, "db.t3.medium", Some(Tags::new([("Env", "dev")])), db_facts("postgres"))
}

/// A plain Aurora cluster of one instance.
pub fn db_cluster(identifier: &str, change: impl FnOnce(Database) -> Database) -> Instance {
    let id = ResourceId::db_cluster(Target::new(HERE.0, HERE.1), identifier);
    let members = Box::new([Member { name: "one".into(), class: Some("db.r6g.large".into()) }]);
    let facts = change(Database { members, ..db_facts("aurora-postgresql") });
    Instance::database(id, "", Some(Tags::new([("Env", "dev")])), facts)
}

/// A plain service of two tasks on Fargate, without a scalable target.
pub fn service(name: &str) -> Instance {
    let finished = Deployment { state: Some("COMPLETED".into()), created: Some(at("2026-11-20T09:30:00+09:00")) };
    let facts = Service {
        status: "ACTIVE".into(),
        desired: Some(2),
        running: Some(2),
        created: Some(at("2026-11-20T09:30:00+09:00")),
        strategy: Some("REPLICA".into()),
        launch_type: Some("FARGATE".into()),
        deployments: Box::new([finished]),
        scaling: Scaling::Absent,
        ..Service::default()
    };
    let id = ResourceId::service(Target::new(HERE.0, HERE.1), "shop", name);
    Instance::service(id, Some(Tags::new([("Env", "dev")])), facts)
}

/// What RDS says of a plain database.
pub fn db_facts(engine: &str) -> Database {
    Database {
        status: "available".into(),
        engine: engine.into(),
        created: Some(at("2026-11-20T09:30:00+09:00")),
        multi_az: Some(false),
        retention: Some(7),
        ..Database::default()
    }
}

/// [`SETTINGS`] for databases and services as well.
pub fn for_every_kind(text: &str) -> Settings {
    settings(&text.replace("[[policies]]", "[[policies]]\nkinds = [\"instance\", \"database\", \"service\"]"))
}

/// [`SETTINGS`] for databases as well.
pub fn for_databases(text: &str) -> Settings {
    settings(&text.replace("[[policies]]", "[[policies]]\nkinds = [\"instance\", \"database\"]"))
}

/// Changes an instance in few words.
pub trait Shape {
    fn named(self, id: &str) -> Self;
    fn account(self, account: &str) -> Self;
    fn region(self, region: &str) -> Self;
    /// Changes what ECS knows of a service.
    fn service(self, change: impl FnOnce(&mut Service)) -> Self;
    fn tag(self, key: &str, value: &str) -> Self;
    fn untagged(self, key: &str) -> Self;
    fn launched(self, at: &str) -> Self;
    fn state(self, state: State) -> Self;
    /// Stopped by the reaper for the policy `dev` on the evening before [`EVENING`], and untouched since.
    fn reaped(self) -> Self;
}

impl Shape for Instance {
    fn service(self, change: impl FnOnce(&mut Service)) -> Self {
        let mut facts = *self.service.expect("a service");
        change(&mut facts);
        Instance::service(self.id, Some(self.tags), facts)
    }

    fn named(mut self, id: &str) -> Self {
        self.id.name = id.into();
        self
    }

    fn account(mut self, account: &str) -> Self {
        self.id.place = Target::new(account, self.id.place.region.clone()).into();
        self
    }

    fn region(mut self, region: &str) -> Self {
        self.id.place = Target::new(self.id.place.account.clone(), region).into();
        self
    }

    fn tag(self, key: &str, value: &str) -> Self {
        let mut found = self.untagged(key); // a key has one value
        found.tags = Tags::new(found.tags.iter().chain([(key, value)]));
        found
    }

    fn untagged(mut self, key: &str) -> Self {
        self.tags = Tags::new(self.tags.iter().filter(|(found, _)| *found != key));
        self
    }

    fn launched(mut self, launched: &str) -> Self {
        self.launch = Some(at(launched));
        self
    }

    fn state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    fn reaped(self) -> Self {
        let tag = "2026-11-24T12:30:00Z run=run-0 policy=dev";
        let transition = Some(at("2026-11-24T12:30:02Z"));
        let stopped = Self { transition, ..self.state(State::Stopped).launched("2026-11-24T09:30:00+09:00") };
        stopped.tag("idle-reaper:stopped", tag)
    }
}

/// The report's only line about an instance.
pub fn row<'a>(report: &'a Report, id: &str) -> &'a Row {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| *row.id.name == *id).collect();
    assert_eq!(rows.len(), 1, "`{id}` has {} lines", rows.len());
    rows[0]
}

/// How the only step for an instance ended.
pub fn outcome_of(report: &Report, id: &str) -> OutcomeKind {
    let ended: Vec<OutcomeKind> = report.outcomes.iter().filter(|o| *o.id.name == *id).map(|o| o.outcome).collect();
    assert_eq!(ended.len(), 1, "`{id}` has {} outcomes", ended.len());
    ended[0]
}

/// How every step ended, by id.
pub fn outcomes_of(report: &Report) -> Vec<(String, OutcomeKind)> {
    let mut ended: Vec<_> = report.outcomes.iter().map(|o| (o.id.name.to_string(), o.outcome)).collect();
    ended.sort_by(|a, b| a.0.cmp(&b.0));
    ended
}

/// The ids of the plan's steps, sorted.
pub fn planned(report: &Report) -> Vec<String> {
    let mut ids: Vec<_> = report.plan.steps.iter().map(|step| step.id.name.to_string()).collect();
    ids.sort();
    ids
}

/// What the plan does or puts off: sorted pairs of id and action.
pub fn keys(report: &Report) -> Vec<(String, Action)> {
    let steps = report.plan.steps.iter().map(|step| (step.id.name.to_string(), step.action));
    let deferred = report.plan.deferred.iter().map(|put_off| (put_off.id.name.to_string(), put_off.action));
    let mut keys: Vec<_> = steps.chain(deferred).collect();
    keys.sort();
    keys
}

/// What the rules decide for one quiet instance that no run has touched before.
pub fn judge(settings: &Settings, instance: &Instance, at: DateTime<Utc>) -> Ruling {
    judge_with(settings, instance, &Activity::of_cpu(0.5), &History::default(), at)
}

/// What the rules decide for one instance.
pub fn judge_with(
    settings: &Settings,
    instance: &Instance,
    activity: &Activity,
    history: &History,
    at: DateTime<Utc>,
) -> Ruling {
    let account = Account::bare(instance.id.place.account.clone());
    Judge::new(settings, &Scope::default(), history, at).rule(instance, &account, activity)
}
