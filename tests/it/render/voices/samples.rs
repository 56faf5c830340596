//! One of every verdict and of everything a rule can look at, each with the values that must stand in its words
//! whatever the language. The matches are exhaustive, so that a new arm does not compile without its values.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Asia::Tokyo;
use idle_reaper::engine::config::Busy;
use idle_reaper::engine::evidence::idle::{Idleness, Ineligible, Metric, Missing, Sign};
use idle_reaper::engine::evidence::last_hour::LastHour;
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::{
    CannotStop, Forgotten, Gauge, IdleFacts, Lacks, Listed, Marker, Outside, Quiet, Reason, Reopening, Skipped, State,
    Target, UnknownFact, Unscoped, Verdict, WhyReportOnly, WhyReported,
};
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::engine::rules::inputs::Inputs;
use idle_reaper::engine::schedule::{DateRange, ExprError};
use idle_reaper::engine::tags::keep_until::KeepUnreadable;

use crate::fake::at;

fn text(value: &str) -> String {
    value.to_owned()
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 3, 31).expect("a date")
}

fn range(days: i64) -> DateRange {
    DateRange { first: date(), last: date() + Duration::days(days) }
}

fn closing() -> DateTime<Utc> {
    at("2026-11-25T18:00:00+09:00")
}

fn opening() -> DateTime<Utc> {
    at("2026-11-26T09:00:00+09:00")
}

fn outside() -> Vec<Outside> {
    let whole = Outside {
        zone: Tokyo,
        closed_since: Some(closing()),
        launch: at("2026-11-25T19:05:00+09:00"),
        opens: Some(opening()),
        last_hour: Quiet::Measured { cpu: 1.25, has: 11, of: 12 },
    };
    let launch = at("2026-11-25T07:00:00+09:00");
    let earlier = Outside { launch, last_hour: Quiet::Unmeasured, ..whole.clone() };
    let never = Outside { closed_since: None, opens: None, last_hour: Quiet::NotAsked, ..whole.clone() };
    vec![whole, earlier, never]
}

fn reopening() -> Vec<Reopening> {
    let whole =
        Reopening { zone: Tokyo, opens: Some(opening()), stopped: closing(), run: Some(text("20261125T09-ab12")) };
    vec![Reopening { opens: None, ..whole.clone() }, Reopening { run: None, ..whole.clone() }, whole]
}

fn tells() -> Vec<Marker> {
    vec![
        Marker::Tag(text("eks:cluster-name")),
        Marker::ManagedBy(text("eks.amazonaws.com")),
        Marker::ManagedByUnnamed,
        Marker::RootDevice(text("instance-store")),
        Marker::EphemeralVolumes,
        Marker::HasStore(text("m5d.large")),
        Marker::UnknownType(text("z99.large")),
        Marker::TagIs(text("Vendor"), text("Databricks")),
        Marker::Outpost(text("arn:aws:outposts:us-west-2:111111111111:outpost/op-0123")),
        Marker::Host(text("h-0123")),
        Marker::TenancyHost,
        Marker::Mac(text("mac2.metal")),
        Marker::Reservation(text("cr-0123")),
        Marker::Forwards,
        Marker::Product(text("prod-0123")),
    ]
}

fn in_tell(tell: &Marker) -> Vec<String> {
    match tell {
        Marker::Tag(value)
        | Marker::ManagedBy(value)
        | Marker::RootDevice(value)
        | Marker::HasStore(value)
        | Marker::UnknownType(value)
        | Marker::Outpost(value)
        | Marker::Host(value)
        | Marker::Mac(value)
        | Marker::Reservation(value)
        | Marker::Product(value) => vec![value.clone()],
        Marker::TagIs(key, value) => vec![key.clone(), value.clone()],
        Marker::TenancyHost => vec![text("host")],
        Marker::ManagedByUnnamed | Marker::EphemeralVolumes | Marker::Forwards => Vec::new(),
    }
}

fn listed() -> Vec<Listed> {
    vec![
        Listed::Account(text("*-prod")),
        Listed::Unit(text("ou-ab12-34cd56ef")),
        Listed::UnitsUnknown,
        Listed::NameUnknown(text("legacy-*")),
        Listed::AccountUnknown(text("legacy-*")),
        Listed::Tag(text("Env=prod*")),
    ]
}

fn in_listed(by: &Listed) -> Vec<String> {
    match by {
        Listed::Account(value)
        | Listed::Unit(value)
        | Listed::NameUnknown(value)
        | Listed::AccountUnknown(value)
        | Listed::Tag(value) => {
            vec![value.clone()]
        }
        Listed::UnitsUnknown => Vec::new(),
    }
}

const LACKS: [Lacks; 7] =
    [Lacks::Id, Lacks::Launch, Lacks::Kind, Lacks::Root, Lacks::Tags, Lacks::FirstLaunch, Lacks::Rule];

const FACTS: [UnknownFact; 7] = [
    UnknownFact::AccountId,
    UnknownFact::AccountName,
    UnknownFact::AccountUnits,
    UnknownFact::AccountTags,
    UnknownFact::Region,
    UnknownFact::Kind,
    UnknownFact::Tags,
];

const STATES: [State; 8] = [
    State::Pending,
    State::Running,
    State::ShuttingDown,
    State::Terminated,
    State::Stopping,
    State::Stopped,
    State::Changing,
    State::Unknown,
];

fn exprs() -> Vec<ExprError> {
    vec![
        ExprError::TwoTags(text("office"), text("night")),
        ExprError::TwoKeys(text("Schedule=office"), text("maid_offhours=on")),
        ExprError::OffHours(text("never")),
        ExprError::NoOpening(text("off=(m,7);on=(m,7)")),
        ExprError::SameHour(text("off=[(m-f,19),(f,20)];on=[(m-f,7),(f,20)]")),
        ExprError::Empty,
        ExprError::Never,
        ExprError::TooLong(2000),
        ExprError::Zone(text("JTS")),
        ExprError::ZoneOnConstant("always"),
        ExprError::Window(text("9to5")),
        ExprError::Day(text("getsu")),
        ExprError::Weekday(text("2nd-sat")),
        ExprError::DayOfMonth(text("day-32")),
        ExprError::Time(text("9")),
        ExprError::BeginsAtMidnightsEnd,
        ExprError::EqualEnds(text("09:00-09:00")),
        ExprError::Extra(text("2026-12-05")),
        ExprError::ExtraEnds(text("2026-12-06 02:00..2026-12-05 14:00")),
    ]
}

fn in_expr(wrong: &ExprError) -> Vec<String> {
    match wrong {
        ExprError::TwoTags(one, other) | ExprError::TwoKeys(one, other) => vec![one.clone(), other.clone()],
        ExprError::TooLong(length) => vec![length.to_string()],
        ExprError::ZoneOnConstant(word) => vec![text(word)],
        ExprError::Zone(value)
        | ExprError::OffHours(value)
        | ExprError::NoOpening(value)
        | ExprError::SameHour(value)
        | ExprError::Window(value)
        | ExprError::Day(value)
        | ExprError::Weekday(value)
        | ExprError::DayOfMonth(value)
        | ExprError::Time(value)
        | ExprError::Extra(value)
        | ExprError::ExtraEnds(value)
        | ExprError::EqualEnds(value) => vec![value.clone()],
        ExprError::Empty => vec![text("always")],
        ExprError::Never => ["never", "closed", "always", "keep"].map(text).to_vec(),
        ExprError::BeginsAtMidnightsEnd => vec![text("24:00"), text("00:00")],
    }
}

fn skipped() -> Vec<Skipped> {
    let key = || text("idle-reaper:keep");
    let (minutes, hours) = (Duration::minutes(45), Duration::hours(2));
    let mut all = vec![
        Skipped::Kept { key: key(), value: text("yes please") },
        Skipped::Kept { key: key(), value: String::new() },
        Skipped::KeptUntil { value: text("2026-12-31 load test"), too_far: None },
        Skipped::KeptUntil { value: text("2036-12-31"), too_far: Some(90) },
        Skipped::KeepUnreadable { value: text("next friday") },
        Skipped::OtherHub { key: text("idle-reaper:marked"), hub: text("platform-osaka") },
        Skipped::TagUnknown { key: text("idle-reaper:keep-untill"), meant: text("idle-reaper:keep-until") },
        Skipped::AutoScalingMember { group: text("web-asg") },
        Skipped::Spot { lifecycle: text("capacity-block") },
        Skipped::ScheduleUnreadable { value: String::new(), wrong: ExprError::Empty },
        Skipped::CalendarExhausted { date: date() },
        Skipped::Frozen { range: range(0) },
        Skipped::Frozen { range: range(1) },
        Skipped::WithinHours { schedule: text("tokyo-office") },
        Skipped::Reopening { opens: opening(), zone: Tokyo },
        Skipped::Undone { at: closing(), until: Some(opening()), zone: Tokyo },
        Skipped::Undone { at: closing(), until: None, zone: Tokyo },
        Skipped::Overtime { age: minutes, respected: hours },
        Skipped::Young { age: minutes, grace: hours },
        Skipped::Young { age: -minutes, grace: hours },
        Skipped::CannotHibernate,
        Skipped::LoggedIn { sessions: 3 },
        Skipped::SessionsUnknown { why: text("no answer in time") },
        Skipped::InTransition { status: text("backing-up"), stuck: false },
        Skipped::InTransition { status: text("storage-full"), stuck: true },
        Skipped::PausesItself,
        Skipped::ExpiringBackups { days: Some(1), opens: Some(opening()), zone: Tokyo },
        Skipped::ExpiringBackups { days: None, opens: None, zone: Tokyo },
        Skipped::MaintenanceWindow { window: Some(text("wed:09:00-wed:09:30")), until: Some(opening()), zone: Tokyo },
        Skipped::MaintenanceWindow { window: Some(text("whenever")), until: None, zone: Tokyo },
        Skipped::MaintenanceWindow { window: None, until: None, zone: Tokyo },
        Skipped::Busy { gauge: Gauge::Cpu, figure: 12.34, limit: 7.5 },
        Skipped::Busy { gauge: Gauge::Gpu, figure: 97.0, limit: 10.0 },
        Skipped::Busy { gauge: Gauge::Connections, figure: 12.0, limit: 1.0 },
        Skipped::Busy { gauge: Gauge::Network, figure: 45_678.0, limit: 20_000.0 },
        Skipped::Busy { gauge: Gauge::Writes, figure: 987_654.0, limit: 100_000.0 },
        Skipped::Unmeasured { gap: text("no answer in time") },
        Skipped::RestartFight { stops: 3 },
    ];
    all.extend(listed().into_iter().map(|by| Skipped::NeverListed { by }));
    all.extend(LACKS.map(|lacks| Skipped::Incomplete { lacks }));
    all.extend(FACTS.map(|fact| Skipped::MatchUnknown { policy: text("prod-quiet"), fact }));
    all.push(Skipped::Unjudged { panic: text("attempt to divide by zero") });
    all.extend(STATES.iter().flat_map(|state| [true, false].map(|ours| Skipped::NotRunning { state: *state, ours })));
    all.extend(refusals().into_iter().map(|why| Skipped::CannotStop { why }));
    for tell in tells() {
        all.push(Skipped::KubernetesNode { tell: tell.clone() });
        all.push(Skipped::ContainerHost { tell: tell.clone() });
        all.push(Skipped::ManagedService { tell: tell.clone() });
        all.push(Skipped::InstanceStore { tell: tell.clone() });
        all.push(Skipped::NoSaving { tell: tell.clone() });
        all.push(Skipped::Appliance { tell });
    }
    all.extend(exprs().into_iter().map(|wrong| Skipped::ScheduleUnreadable { value: text("mo-fr 9-18"), wrong }));
    all
}

/// Every reason why a database cannot be stopped.
fn refusals() -> Vec<CannotStop> {
    vec![
        CannotStop::Member(text("orders")),
        CannotStop::Replica(text("orders-main")),
        CannotStop::Source(text("orders-replica")),
        CannotStop::Global(text("orders-global")),
        CannotStop::Global(String::new()),
        CannotStop::ServerlessV1,
        CannotStop::Limitless,
        CannotStop::MultiAzCluster(text("mysql")),
        CannotStop::SqlServerMultiAz,
        CannotStop::Custom(text("custom-oracle-ee")),
        CannotStop::Engine(text("db3-ae")),
        CannotStop::NoMembers,
        CannotStop::Strategy(text("DAEMON")),
        CannotStop::Strategy(String::new()),
        CannotStop::Express,
        CannotStop::Capacity(text("EC2")),
        CannotStop::Capacity(String::new()),
        CannotStop::External,
    ]
}

fn in_refusal(why: &CannotStop) -> Vec<String> {
    match why {
        CannotStop::Member(word)
        | CannotStop::Replica(word)
        | CannotStop::Source(word)
        | CannotStop::Global(word)
        | CannotStop::MultiAzCluster(word)
        | CannotStop::Custom(word)
        | CannotStop::Strategy(word)
        | CannotStop::Capacity(word)
        | CannotStop::Engine(word) => vec![word.clone()],
        CannotStop::ServerlessV1
        | CannotStop::Limitless
        | CannotStop::SqlServerMultiAz
        | CannotStop::NoMembers
        | CannotStop::Express
        | CannotStop::External => Vec::new(),
    }
}

fn in_spared(skipped: &Skipped) -> Vec<String> {
    match skipped {
        Skipped::InTransition { status, stuck: _ } => vec![status.clone()],
        Skipped::CannotStop { why } => in_refusal(why),
        Skipped::PausesItself => Vec::new(),
        Skipped::ExpiringBackups { days, opens, zone: _ } => {
            opens.map(|_| text("09:00 JST")).into_iter().chain(days.map(|days| days.to_string())).collect()
        }
        Skipped::MaintenanceWindow { window, until, zone: _ } => {
            until.map_or(window.clone(), |_| Some(text("09:00 JST"))).into_iter().collect()
        }
        Skipped::Kept { key, value } => vec![key.clone(), value.clone()],
        Skipped::KeptUntil { value, too_far } => too_far.iter().map(u32::to_string).chain([value.clone()]).collect(),
        Skipped::KeepUnreadable { value } => vec![value.clone()],
        Skipped::OtherHub { key, hub } => vec![key.clone(), hub.clone()],
        Skipped::TagUnknown { key, meant } => vec![key.clone(), meant.clone()],
        Skipped::NeverListed { by } => in_listed(by),
        Skipped::NotRunning { state, ours: _ } => vec![state.to_string()],
        Skipped::MatchUnknown { policy, fact: _ } => vec![policy.clone()],
        Skipped::Unjudged { panic } => vec![panic.clone()],
        Skipped::Incomplete { lacks: _ } | Skipped::CannotHibernate => Vec::new(),
        Skipped::AutoScalingMember { group } => vec![group.clone()],
        Skipped::KubernetesNode { tell }
        | Skipped::ContainerHost { tell }
        | Skipped::ManagedService { tell }
        | Skipped::InstanceStore { tell }
        | Skipped::NoSaving { tell }
        | Skipped::Appliance { tell } => in_tell(tell),
        Skipped::Spot { lifecycle } => vec![lifecycle.clone()],
        Skipped::ScheduleUnreadable { value, wrong } => [vec![value.clone()], in_expr(wrong)].concat(),
        Skipped::CalendarExhausted { date } => vec![date.to_string()],
        Skipped::Frozen { range } => vec![range.first.to_string(), range.last.to_string()],
        Skipped::WithinHours { schedule } => vec![schedule.clone()],
        Skipped::Reopening { opens: _, zone: _ } => vec![text("2026-11-26"), text("09:00 JST")],
        Skipped::Undone { at: _, until: Some(_), zone: _ } => vec![text("2026-11-26"), text("09:00 JST")],
        Skipped::Undone { at: _, until: None, zone: _ } => vec![text("18:00 JST")],
        Skipped::Overtime { age, respected } => vec![age.num_minutes().to_string(), respected.num_hours().to_string()],
        Skipped::Young { age, grace } => vec![age.num_minutes().abs().to_string(), grace.num_hours().to_string()],
        Skipped::LoggedIn { sessions } => vec![sessions.to_string()],
        Skipped::SessionsUnknown { why } => vec![why.clone()],
        Skipped::Busy { gauge, figure, limit } => vec![gauge.with_unit(*figure), gauge.with_unit(*limit)],
        Skipped::Unmeasured { gap } => vec![gap.clone()],
        Skipped::RestartFight { stops } => vec![stops.to_string()],
    }
}

fn in_outside(outside: &Outside) -> Vec<String> {
    let Outside { zone: _, closed_since, launch, opens, last_hour } = outside;
    let mut values = Vec::new();
    values.extend(closed_since.map(|_| text("18:00 JST")));
    values.extend((*launch >= closing()).then(|| text("19:05 JST")));
    values.extend(opens.map(|_| text("09:00 JST")));
    if let Quiet::Measured { cpu, has, of } = last_hour {
        values.extend([format!("{cpu:.1}"), has.to_string(), of.to_string()]);
    }
    values
}

/// The evidence of an idle instance.
pub fn idle_facts() -> IdleFacts {
    IdleFacts {
        tier: Tier::Strict,
        why_likely: None,
        report_only: None,
        since: crate::fake::at("2026-10-20T09:00:00+09:00"),
        running_hours: 200,
        cpu_p97: 1.5,
        cpu_max: 7.2,
        network_per_day: 1_200_000.0,
        baseline_per_hour: None,
        write_ops: 0.1,
        write_bytes: 900.0,
        io_per_second: None,
    }
}

fn forgotten() -> Vec<Forgotten> {
    let zone = chrono_tz::Tz::Asia__Tokyo;
    let marked = Some(crate::fake::at("2026-11-25T18:00:00+09:00"));
    let plain = Forgotten { facts: idle_facts(), reported: None, hibernate: false, marked: None, zone };
    let likely = IdleFacts { tier: Tier::Likely, ..idle_facts() };
    let of_database = IdleFacts { io_per_second: Some(2.5), ..idle_facts() };
    let mut all =
        vec![plain.clone(), Forgotten { facts: of_database, ..plain.clone() }, Forgotten { marked, ..plain.clone() }];
    let why = [
        WhyReportOnly::LoadBalancer,
        WhyReportOnly::LoadBalancerUnknown(text("denied")),
        WhyReportOnly::Forwards,
        WhyReportOnly::Interfaces(3),
        WhyReportOnly::Product(text("abc")),
        WhyReportOnly::Word(text("bastion")),
        WhyReportOnly::Type(text("p5.48xlarge")),
        WhyReportOnly::InstanceStore(Marker::EphemeralVolumes),
    ];
    all.extend(why.map(|why| Forgotten { reported: Some(WhyReported::Itself(why)), ..plain.clone() }));
    all.extend([WhyReported::Policy, WhyReported::Tier].map(|why| Forgotten {
        facts: likely.clone(),
        reported: Some(why),
        ..plain.clone()
    }));
    all
}

fn idlenesses() -> Vec<Idleness> {
    let at = crate::fake::at("2026-11-20T12:00:00Z");
    let missing = [
        Missing::Ineligible(Ineligible::NotRunning),
        Missing::Ineligible(Ineligible::Lifecycle),
        Missing::Ineligible(Ineligible::Root),
        Missing::Ineligible(Ineligible::Managed),
        Missing::Ineligible(Ineligible::Engine),
        Missing::Launch,
        Missing::Vcpus,
        Missing::RunningHours { has: 12, wants: 60 },
        Missing::Metric { metric: Metric::Received, cause: text("denied") },
        Missing::Sparse { metric: Metric::Cpu, has: 3, expected: 300 },
    ];
    let mut all: Vec<Idleness> = missing.into_iter().map(Idleness::Undetermined).collect();
    all.push(Idleness::NotAsked);
    all.push(Idleness::Idle(idle_facts()));
    all.push(Idleness::Active(Sign::CpuPeak { cpu: 40.0, limit: 15.0, at }));
    all.push(Idleness::Active(Sign::CreditsSpent { hours: 3 }));
    all.push(Idleness::Active(Sign::Connections { connections: 4.0, at }));
    all
}

fn in_idleness(idleness: &Idleness) -> Vec<String> {
    match idleness {
        Idleness::NotAsked => Vec::new(),
        Idleness::Active(sign) => vec![text(sign.as_str())],
        Idleness::Idle(_) => vec![text("200"), text("1.5")],
        Idleness::Undetermined(Missing::RunningHours { has, wants }) => vec![has.to_string(), wants.to_string()],
        Idleness::Undetermined(Missing::Metric { metric, cause }) => vec![text(metric.as_str()), cause.clone()],
        Idleness::Undetermined(Missing::Sparse { metric, has, expected }) => {
            vec![text(metric.as_str()), has.to_string(), expected.to_string()]
        }
        Idleness::Undetermined(Missing::Ineligible(_) | Missing::Launch | Missing::Vcpus) => Vec::new(),
    }
}

/// Every verdict in several shapes, with what its words must hold.
pub fn verdicts() -> Vec<(Verdict, Vec<String>)> {
    let mut all = Vec::new();
    for outside in outside() {
        all.push(Verdict::Stop(outside.clone()));
        all.push(Verdict::Hibernate(outside.clone()));
        all.push(Verdict::Report(outside));
    }
    all.extend(reopening().into_iter().map(Verdict::Start));
    all.extend(forgotten().into_iter().map(|found| Verdict::Idle(Box::new(found))));
    all.extend(skipped().into_iter().map(Verdict::Skip));
    all.extend([Unscoped::NoPolicy, Unscoped::NotSelected, Unscoped::NotInScope].map(Verdict::OutOfScope));
    let values = |verdict: &Verdict| match verdict {
        Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => in_outside(outside),
        Verdict::Start(Reopening { zone: _, opens, stopped: _, run }) => {
            opens.map(|_| text("09:00 JST")).into_iter().chain([text("18:00 JST")]).chain(run.clone()).collect()
        }
        Verdict::Idle(found) => {
            let marked = found.marked.map(|_| text("18:00 JST"));
            let why = match &found.reported {
                Some(WhyReported::Itself(WhyReportOnly::LoadBalancerUnknown(cause))) => Some(cause.clone()),
                Some(WhyReported::Itself(
                    WhyReportOnly::Product(word) | WhyReportOnly::Word(word) | WhyReportOnly::Type(word),
                )) => Some(word.clone()),
                Some(_) | None => None,
            };
            marked.into_iter().chain(why).chain([text("200"), text("1.5"), text("7.2")]).collect()
        }
        Verdict::Skip(skipped) => in_spared(skipped),
        Verdict::OutOfScope(Unscoped::NoPolicy | Unscoped::NotSelected | Unscoped::NotInScope) => Vec::new(),
    };
    all.into_iter().map(|verdict| (verdict.clone(), values(&verdict))).collect()
}

/// Everything that a rule can look at, found and not found, with what its words must hold.
pub fn inputs() -> Vec<(Inputs, Vec<String>)> {
    let key = || text("idle-reaper:keep");
    let tag = |value: &str| (text("Idle-Reaper:Keep"), text(value));
    let (minutes, hours) = (Duration::minutes(45), Duration::hours(2));
    let mut all = vec![
        Inputs::WithoutPolicy,
        Inputs::Kept { key: key(), found: None },
        Inputs::Kept { key: key(), found: Some(tag("yes")) },
        Inputs::KeptUntil { key: key(), found: Vec::new() },
        Inputs::KeptUntil { key: key(), found: vec![tag("2026-12-31"), tag("2027-01-31")] },
        Inputs::KeepUnreadable { key: key(), wrong: None },
        Inputs::KeepUnreadable { key: key(), wrong: Some(KeepUnreadable(text("next friday"))) },
        Inputs::OtherHub { own: None, found: None },
        Inputs::OtherHub { own: Some(text("platform-tokyo")), found: None },
        Inputs::OtherHub { own: None, found: Some((key(), text("platform-osaka"))) },
        Inputs::TagUnknown { found: None },
        Inputs::TagUnknown { found: Some((text("idle-reaper:keeep"), key())) },
        Inputs::NeverListed { by: None },
        Inputs::NotInScope { target: Target::new("111111111111", "ap-northeast-1") },
        Inputs::NoPolicy { policies: 4, first: None },
        Inputs::NoPolicy { policies: 4, first: Some(text("dev-office-hours")) },
        Inputs::NotSelected { selected: None },
        Inputs::NotSelected { selected: Some(vec![text("dev"), text("stg")]) },
        Inputs::NotRunning { state: State::Stopped, stopped: Some((closing(), text("20261125T09-ab12"))) },
        Inputs::Incomplete { lacks: None },
        Inputs::AutoScalingMember { found: None },
        Inputs::AutoScalingMember { found: Some(tag("web-asg")) },
        Inputs::Spot { lifecycle: None },
        Inputs::Spot { lifecycle: Some(text("spot")) },
        Inputs::ScheduleUnreadable { key: key(), found: None, read: None, wrong: None },
        Inputs::ScheduleUnreadable { key: key(), found: Some(tag("office")), read: None, wrong: None },
        Inputs::ScheduleUnreadable {
            key: key(),
            found: Some(tag("off=(m-f,19);on=(m-f,7)")),
            read: Some((text("c7n"), text("mon-fri 07:00-19:00 @ America/New_York"))),
            wrong: None,
        },
        Inputs::CalendarExhausted { date: None },
        Inputs::CalendarExhausted { date: Some(date()) },
        Inputs::Frozen { range: None },
        Inputs::Frozen { range: Some(range(1)) },
        Inputs::Reopening { zone: Tokyo, opens: None, margin: minutes },
        Inputs::Reopening { zone: Tokyo, opens: Some(opening()), margin: minutes },
        Inputs::WithinHours { schedule: text("office"), open: true, now: closing(), zone: Tokyo },
        Inputs::WithinHours { schedule: text("office"), open: false, now: closing(), zone: Tokyo },
        Inputs::Undone { undone: None, zone: Tokyo },
        Inputs::Undone { undone: Some((closing(), Some(opening()))), zone: Tokyo },
        Inputs::Undone { undone: Some((closing(), None)), zone: Tokyo },
        Inputs::Overtime { age: None, respected: hours },
        Inputs::Overtime { age: Some(minutes), respected: minutes },
        Inputs::Young { age: None, grace: hours },
        Inputs::Young { age: Some(minutes), grace: minutes },
        Inputs::InTransition { status: text("backing-up") },
        Inputs::CannotStop { why: None, engine: text("postgres") },
        Inputs::PausesItself { pauses: true },
        Inputs::PausesItself { pauses: false },
        Inputs::ExpiringBackups { is_cluster: false, days: Some(1) },
        Inputs::ExpiringBackups { is_cluster: true, days: Some(35) },
        Inputs::ExpiringBackups { is_cluster: true, days: None },
        Inputs::MaintenanceWindow { awaited: true, window: Some(text("sun:05:00-sun:05:30")) },
        Inputs::MaintenanceWindow { awaited: true, window: None },
        Inputs::MaintenanceWindow { awaited: false, window: None },
        Inputs::CannotHibernate { enabled: true },
        Inputs::CannotHibernate { enabled: false },
        Inputs::RestartFight { stops: 3 },
        Inputs::Busy { last_hour: Activity::of_cpu(1.0), limits: None },
        Inputs::OutsideHours { policy: text("dev"), outside: "stop", closed_since: None, zone: Tokyo },
        Inputs::OutsideHours { policy: text("dev"), outside: "report", closed_since: Some(closing()), zone: Tokyo },
    ];
    let sparse = Activity::Measured(LastHour { gap: Some(text("CPU: 3 of 12")), ..LastHour::of_cpu(12.34) });
    let (gap_of, why) = (Activity::Gap(text("no answer in time")), text("no answer in time"));
    let sessions = [Activity::LoggedIn(3), Activity::SessionsUnknown(why)];
    for last_hour in [Activity::of_cpu(12.34), sparse, Activity::NotAsked, gap_of].into_iter().chain(sessions) {
        all.push(Inputs::LoggedIn { last_hour: last_hour.clone() });
        all.push(Inputs::Busy { last_hour: last_hour.clone(), limits: Some(Busy::default()) });
        all.push(Inputs::Unmeasured { last_hour });
    }
    all.extend(listed().into_iter().map(|by| Inputs::NeverListed { by: Some(by) }));
    all.extend(LACKS.map(|lacks| Inputs::Incomplete { lacks: Some(lacks) }));
    all.push(Inputs::MatchUnknown { unknown: None });
    all.extend(FACTS.map(|fact| Inputs::MatchUnknown { unknown: Some((text("prod-quiet"), fact)) }));
    all.extend(STATES.map(|state| Inputs::NotRunning { state, stopped: None }));
    all.extend(exprs().into_iter().map(|wrong| Inputs::ScheduleUnreadable {
        key: key(),
        found: Some(tag("mo-fr 9-18")),
        read: None,
        wrong: Some(wrong),
    }));
    let refused = |why| Inputs::CannotStop { why: Some(why), engine: text("postgres") };
    all.extend(refusals().into_iter().map(refused));
    for tell in tells().into_iter().map(Some).chain([None]) {
        all.push(Inputs::KubernetesNode { tell: tell.clone() });
        all.push(Inputs::ContainerHost { tell: tell.clone() });
        all.push(Inputs::ManagedService { tell: tell.clone() });
        all.push(Inputs::InstanceStore { tell: tell.clone() });
        all.push(Inputs::NoSaving { tell: tell.clone() });
        all.push(Inputs::Appliance { tell });
    }
    all.extend(idlenesses().into_iter().map(|idleness| Inputs::Idle { idleness }));
    all.into_iter().map(|inputs| (inputs.clone(), in_inputs(&inputs))).collect()
}

fn in_inputs(inputs: &Inputs) -> Vec<String> {
    let tag = |(key, value): &(String, String)| vec![key.clone(), value.clone()];
    let told = |tell: &Option<Marker>| tell.as_ref().map_or(Vec::new(), in_tell);
    let gap = |last_hour: &Activity| match last_hour {
        Activity::Gap(gap) => vec![gap.clone()],
        Activity::Measured(hour) => vec![hour.gap().map_or_else(|| hour.has.to_string(), str::to_owned)],
        Activity::NotAsked => Vec::new(),
        Activity::LoggedIn(sessions) => vec![sessions.to_string()],
        Activity::SessionsUnknown(why) => vec![why.clone()],
    };
    match inputs {
        Inputs::Kept { key, found } => found.as_ref().map_or(vec![key.clone()], tag),
        Inputs::KeptUntil { key, found } if found.is_empty() => vec![key.clone()],
        Inputs::KeptUntil { key: _, found } => found.iter().flat_map(tag).collect(),
        Inputs::KeepUnreadable { key, wrong } => vec![wrong.as_ref().map_or(key.clone(), |wrong| wrong.0.clone())],
        Inputs::OtherHub { own, found } => found.as_ref().map_or(own.iter().cloned().collect(), tag),
        Inputs::TagUnknown { found } => found.as_ref().map_or(Vec::new(), tag),
        Inputs::NeverListed { by } => by.as_ref().map_or(Vec::new(), in_listed),
        Inputs::MatchUnknown { unknown } => unknown.iter().map(|(policy, _)| policy.clone()).collect(),
        Inputs::NotInScope { target } => vec![target.account.to_string(), target.region.to_string()],
        Inputs::NoPolicy { policies, first } => vec![first.clone().unwrap_or(policies.to_string())],
        Inputs::NotSelected { selected } => selected.clone().unwrap_or_default(),
        Inputs::NotRunning { state, stopped } => {
            stopped.iter().map(|(_, run)| run.clone()).chain([state.to_string()]).collect()
        }
        Inputs::InTransition { status } => vec![status.clone()],
        Inputs::CannotStop { why, engine } => why.as_ref().map_or(vec![engine.clone()], in_refusal),
        Inputs::ExpiringBackups { is_cluster, days } => {
            days.filter(|_| *is_cluster).iter().map(u32::to_string).collect()
        }
        Inputs::PausesItself { pauses: _ } => Vec::new(),
        Inputs::MaintenanceWindow { awaited, window } => window.iter().filter(|_| *awaited).cloned().collect(),
        Inputs::AutoScalingMember { found } => found.as_ref().map_or(Vec::new(), tag),
        Inputs::KubernetesNode { tell }
        | Inputs::ContainerHost { tell }
        | Inputs::ManagedService { tell }
        | Inputs::InstanceStore { tell }
        | Inputs::NoSaving { tell }
        | Inputs::Appliance { tell } => told(tell),
        Inputs::Spot { lifecycle } => lifecycle.iter().cloned().collect(),
        Inputs::ScheduleUnreadable { key, found, read, wrong } => {
            let wrong = wrong.as_ref().map_or(Vec::new(), in_expr);
            let read = read.as_ref().map_or(Vec::new(), tag);
            [found.as_ref().map_or(vec![key.clone()], tag), read, wrong].concat()
        }
        Inputs::CalendarExhausted { date } => date.iter().map(NaiveDate::to_string).collect(),
        Inputs::Frozen { range } => range.iter().flat_map(|r| [r.first.to_string(), r.last.to_string()]).collect(),
        Inputs::Reopening { zone: _, opens, margin } => {
            opens.map(|_| text("09:00 JST")).into_iter().chain([margin.num_minutes().to_string()]).collect()
        }
        Inputs::WithinHours { schedule, open: _, now: _, zone: _ } => vec![schedule.clone(), text("18:00 JST")],
        Inputs::Overtime { age: Some(age), respected: grace } | Inputs::Young { age: Some(age), grace } => {
            vec![age.num_minutes().to_string(), grace.num_minutes().to_string()]
        }
        Inputs::Undone { undone: Some(_), zone: _ } => vec![text("18:00 JST")],
        Inputs::RestartFight { stops } => vec![stops.to_string()],
        Inputs::Busy { last_hour: Activity::Measured(hour), limits: Some(limits) } => {
            let figures = hour.figures(limits);
            figures.flat_map(|(gauge, figure, limit)| [figure, limit].map(|one| gauge.with_unit(one))).collect()
        }
        Inputs::Busy { last_hour: _, limits: None } => Vec::new(),
        Inputs::LoggedIn { last_hour: Activity::Measured(_) } => Vec::new(),
        Inputs::Busy { last_hour, limits: _ } | Inputs::Unmeasured { last_hour } | Inputs::LoggedIn { last_hour } => {
            gap(last_hour)
        }
        Inputs::Idle { idleness } => in_idleness(idleness),
        Inputs::OutsideHours { policy, outside, closed_since, zone: _ } => {
            let since = closed_since.map(|_| text("18:00 JST"));
            since.into_iter().chain([policy.clone(), text(outside)]).collect()
        }
        Inputs::WithoutPolicy
        | Inputs::Incomplete { lacks: _ }
        | Inputs::Undone { undone: None, zone: _ }
        | Inputs::Overtime { age: None, respected: _ }
        | Inputs::Young { age: None, grace: _ }
        | Inputs::CannotHibernate { enabled: _ } => Vec::new(),
    }
}

/// The rule that looks at this.
pub fn asks(inputs: &Inputs) -> Option<Reason> {
    Some(match inputs {
        Inputs::WithoutPolicy => return None,
        Inputs::Kept { .. } => Reason::Kept,
        Inputs::Idle { .. } => Reason::Idle,
        Inputs::KeptUntil { .. } => Reason::KeptUntil,
        Inputs::KeepUnreadable { .. } => Reason::KeepUnreadable,
        Inputs::TagUnknown { .. } => Reason::TagUnknown,
        Inputs::OtherHub { .. } => Reason::OtherHub,
        Inputs::NeverListed { .. } => Reason::NeverListed,
        Inputs::NotInScope { .. } => Reason::NotInScope,
        Inputs::NoPolicy { .. } => Reason::NoPolicy,
        Inputs::NotSelected { .. } => Reason::NotSelected,
        Inputs::InTransition { .. } => Reason::InTransition,
        Inputs::CannotStop { .. } => Reason::CannotStop,
        Inputs::PausesItself { .. } => Reason::PausesItself,
        Inputs::ExpiringBackups { .. } => Reason::ExpiringBackups,
        Inputs::MaintenanceWindow { .. } => Reason::MaintenanceWindow,
        Inputs::NotRunning { .. } => Reason::NotRunning,
        Inputs::MatchUnknown { .. } => Reason::MatchUnknown,
        Inputs::Incomplete { .. } => Reason::Incomplete,
        Inputs::AutoScalingMember { .. } => Reason::AutoScalingMember,
        Inputs::KubernetesNode { .. } => Reason::KubernetesNode,
        Inputs::ContainerHost { .. } => Reason::ContainerHost,
        Inputs::ManagedService { .. } => Reason::ManagedService,
        Inputs::Spot { .. } => Reason::Spot,
        Inputs::InstanceStore { .. } => Reason::InstanceStore,
        Inputs::NoSaving { .. } => Reason::NoSaving,
        Inputs::Appliance { .. } => Reason::Appliance,
        Inputs::ScheduleUnreadable { .. } => Reason::ScheduleUnreadable,
        Inputs::CalendarExhausted { .. } => Reason::CalendarExhausted,
        Inputs::Frozen { .. } => Reason::Frozen,
        Inputs::Reopening { .. } => Reason::Reopening,
        Inputs::WithinHours { .. } => Reason::WithinHours,
        Inputs::Undone { .. } => Reason::Undone,
        Inputs::Overtime { .. } => Reason::Overtime,
        Inputs::Young { .. } => Reason::Young,
        Inputs::CannotHibernate { .. } => Reason::CannotHibernate,
        Inputs::RestartFight { .. } => Reason::RestartFight,
        Inputs::LoggedIn { .. } => Reason::LoggedIn,
        Inputs::Busy { .. } => Reason::Busy,
        Inputs::Unmeasured { .. } => Reason::Unmeasured,
        Inputs::OutsideHours { .. } => Reason::OutsideHours,
    })
}
