//! A candidates case, and for each reason the one change by which its rule comes to speak.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::{Idle, IdleDeed, Maintenance, Outside, Policy, Settings};
use idle_reaper::engine::evidence::idle::Idleness;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::{Judge, Known};
use idle_reaper::engine::model::{Account, ByResource, Database, Instance, Member, Reason, State, Verdict};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::{Activity, Case as RuleCase};

use crate::fake::{EVENING, SETTINGS, Shape, at, db, db_cluster, db_facts, for_every_kind, here, instance, settings};
use crate::render::voices::samples::idle_facts;

/// Everything that a rule may look at.
#[derive(Clone)]
pub struct Case {
    pub settings: Settings,
    pub instance: Instance,
    pub activity: Activity,
    pub idleness: Idleness,
    pub history: History,
    pub scope: Scope,
    pub now: DateTime<Utc>,
}

impl Case {
    /// A plain instance in the evening, under settings in which every rule can speak: it is candidates.
    pub fn candidates() -> Self {
        let extra = "[never]\ntags = [\"Role=bastion\"]\n\n[calendars.closing]\nfreeze = [\"2026-11-25\"]\n\n\
            [schedules.closing]\nzone = \"Asia/Tokyo\"\ncalendar = \"closing\"\nopen = [\"mon-fri 09:00-18:00\"]\n\n\
            [schedules.night]";
        Self {
            settings: settings(&SETTINGS.replace("[schedules.night]", extra)),
            instance: instance("i-1"),
            activity: Activity::of_cpu(0.5),
            idleness: Idleness::NotAsked,
            history: History::default(),
            scope: Scope::default(),
            now: at(EVENING),
        }
    }

    pub fn verdict(&self) -> Verdict {
        self.judge()
            .rule_known(&self.instance, &Account::bare(self.instance.id.place.account.clone()), &self.known())
            .verdict
    }

    /// Lends the case to `look` as the rules see it.
    pub fn seen_by_rules<T>(&self, look: impl FnOnce(&RuleCase<'_>) -> T) -> T {
        let account = Account::bare(self.instance.id.place.account.clone());
        self.judge().with_case(&self.instance, &account, &self.known(), look)
    }

    fn known(&self) -> Known {
        Known { activity: self.activity.clone(), idleness: self.idleness.clone() }
    }

    fn judge(&self) -> Judge<'_> {
        Judge::new(&self.settings, &self.scope, &self.history, self.now)
    }

    fn changed(self, change: impl FnOnce(Instance) -> Instance) -> Self {
        Self { instance: change(self.instance), ..self }
    }

    fn tagged(self, key: &str, value: &str) -> Self {
        self.changed(|found| found.tag(key, value))
    }
}

/// The same case with the tell of one rule: a new reason does not compile without one.
pub fn with_tell(reason: Reason, case: Case) -> Case {
    match reason {
        Reason::Kept => case.tagged("Idle-Reaper:KEEP", ""),
        Reason::KeptUntil => case.tagged("idle-reaper:keep-until", "2037-12-20 load test"),
        Reason::KeepUnreadable => case.tagged("IDLE-REAPER:keep-until", "until the launch"),
        Reason::TagUnknown => case.tagged("Idle_Reaper: keap", ""),
        Reason::NeverListed => case.tagged("role", "Bastion"),
        Reason::NotInScope => case.changed(|found| found.region("eu-central-1")),
        Reason::NoPolicy => case.changed(|found| found.untagged("Env")),
        Reason::NotSelected => Case { scope: Scope { policies: Some(Vec::new()), ..Scope::default() }, ..case },
        Reason::OtherHub => case.tagged("idle-reaper:stopped", "2026-11-24T12:30:00Z run=run-0 policy=dev hub=other"),
        Reason::InTransition => {
            as_database(case, of("postgres", |facts| Database { status: "backing-up".into(), ..facts }))
        }
        Reason::NotRunning => case.changed(|found| found.state(State::Pending)),
        Reason::MatchUnknown => case.changed(|found| Instance { tags_unreadable: true, ..found.untagged("Env") }),
        Reason::Incomplete => case.changed(|found| found.named("")),
        Reason::AutoScalingMember => case.tagged("aws:autoscaling:groupName", "web"),
        Reason::KubernetesNode => case.tagged("kubernetes.io/cluster/blue", "owned"),
        Reason::ContainerHost => case.tagged("AmazonECSManaged", ""),
        Reason::ManagedService => case.tagged("elasticbeanstalk:environment-id", "e-1"),
        Reason::Spot => case.changed(|found| Instance { lifecycle: Some("spot".into()), ..found }),
        Reason::InstanceStore => case.changed(|found| Instance { ephemeral: true, ..found }),
        Reason::NoSaving => case.changed(|found| Instance { host: Some("h-1".into()), ..found }),
        Reason::Appliance => case.changed(|found| Instance { forwards: true, ..found }),
        Reason::CannotStop => {
            as_database(case, of("postgres", |facts| Database { replica_of: Some("main".into()), ..facts }))
        }
        Reason::PausesItself => {
            let members = || Box::new([Member { name: "one".into(), class: Some("db.serverless".into()) }]);
            let serverless = |facts| Database { scales_to_zero: true, members: members(), ..facts };
            as_database(case, db_cluster("orders", serverless))
        }
        Reason::ScheduleUnreadable => case.tagged("Idle-Reaper:schedule", "whenever"),
        Reason::CalendarExhausted => later(case, Duration::days(3335)), // a Wednesday of 2036
        Reason::Frozen => case.tagged("idle-reaper:schedule", "closing"),
        Reason::MaintenanceWindow => {
            let facts = |facts| Database { restarted_by_aws: true, ..facts };
            let case = as_database(case, of("postgres", facts));
            let settings = with_policy(&case.settings, |policy| policy.maintenance = Maintenance::Allow);
            Case { settings, ..case }
        }
        Reason::Idle => {
            let mut settings = with_policy(&case.settings, |policy| policy.idle = IdleDeed::Report);
            settings.idle = Some(Idle::default());
            Case { settings, idleness: Idleness::Idle(idle_facts()), now: at("2026-11-25T14:00:00+09:00"), ..case }
        }
        Reason::Reopening => later(case, Duration::minutes(11 * 60 + 25)),
        Reason::WithinHours => case.tagged("idle-reaper:schedule", "night"),
        Reason::Undone => {
            let undone = ByResource::from_iter([(here("i-1"), at("2026-11-25T20:00:00+09:00"))]);
            let history = History { undone, ..case.history.clone() };
            Case { history, ..case }
        }
        Reason::Overtime => case.changed(|found| found.launched("2026-11-25T20:00:00+09:00")),
        Reason::Young => {
            let short = with_policy(&case.settings, |policy| policy.overtime = Duration::minutes(5));
            Case { settings: short, ..case }.changed(|found| found.launched("2026-11-25T21:20:00+09:00"))
        }
        Reason::CannotHibernate => {
            let hibernating = with_policy(&case.settings, |policy| policy.outside = Outside::Hibernate);
            Case { settings: hibernating, ..case }.changed(|found| Instance { hibernation: false, ..found })
        }
        Reason::ExpiringBackups => {
            as_database(case, db_cluster("orders", |facts| Database { retention: None, ..facts }))
        }
        Reason::RestartFight => {
            let stops = vec![at("2026-11-25T19:00:00+09:00"), at("2026-11-25T20:00:00+09:00")];
            let history = History { stops: ByResource::from_iter([(here("i-1"), stops)]), ..case.history.clone() };
            Case { history, ..case }
        }
        Reason::LoggedIn => Case { activity: Activity::LoggedIn(1), ..case },
        Reason::Busy => Case { activity: Activity::of_cpu(50.0), ..case },
        Reason::Unmeasured => Case { activity: Activity::Gap("no datapoints".to_owned()), ..case },
        Reason::OutsideHours => case,
    }
}

/// A DB instance of this engine.
fn of(engine: &str, change: impl FnOnce(Database) -> Database) -> Instance {
    let found = db("orders");
    Instance::database(found.id, "db.t3.medium", Some(found.tags), change(db_facts(engine)))
}

/// The same case for a database, under a policy for databases.
fn as_database(case: Case, instance: Instance) -> Case {
    Case { settings: for_every_kind(SETTINGS), instance, ..case }
}

/// The same at a later instant, the instance started accordingly later.
fn later(case: Case, span: Duration) -> Case {
    let longer = if span < Duration::days(1) { Duration::zero() } else { span };
    let moved = |found: Instance| Instance { launch: found.launch.map(|launch| launch + longer), ..found };
    Case { now: case.now + span, ..case }.changed(moved)
}

/// The same settings, in which the only policy is another.
pub fn with_policy(settings: &Settings, change: impl FnOnce(&mut Policy)) -> Settings {
    let mut settings = settings.clone();
    let mut policy = (*settings.policies[0]).clone();
    change(&mut policy);
    settings.policies[0] = policy.into();
    settings
}

/// Whether the rule of this reason would decide, were it asked alone.
pub fn speaks(case: &Case, reason: Reason) -> bool {
    let rules = idle_reaper::engine::judge::order::RULES;
    let rule = rules.iter().find(|rule| rule.reason == reason).expect("a rule for every reason");
    reason.is_about(case.instance.id.kind) && case.seen_by_rules(|seen| (rule.judge)(seen).is_some())
}
