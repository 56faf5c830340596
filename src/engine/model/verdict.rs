//! What to do with an instance, or why nothing is done: enums that carry their data. Text is made only when it is
//! shown.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::engine::model::{CannotStop, Forgotten, Lacks, Listed, Marker, Reason, State, UnknownFact, named};
use crate::engine::schedule::{DateRange, ExprError};

/// One for each instance found.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Stop it.
    Stop(Outside),
    /// Hibernate it: stop it and keep its memory.
    Hibernate(Outside),
    /// Start it again.
    Start(Reopening),
    /// It is idle: mark it, notify its owner, and stop it after the grace period; or only report it.
    Idle(Box<Forgotten>),
    /// Report that it runs outside hours, and do nothing.
    Report(Outside),
    /// Skip it.
    Skip(Skipped),
    /// It is out of scope.
    OutOfScope(Unscoped),
}

/// An instance that runs while its schedule is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// The time zone of the schedule.
    pub zone: Tz,
    /// When the schedule closed; `None` when it was not open within the last year.
    pub closed_since: Option<DateTime<Utc>>,
    /// When the instance was started last.
    pub launch: DateTime<Utc>,
    /// When the schedule opens next; `None` when it never opens.
    pub opens: Option<DateTime<Utc>>,
    /// Measurements of its last hour.
    pub last_hour: Quiet,
}

/// Measurements of the last hour of an instance that runs outside its hours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quiet {
    /// Not measured: the settings do not require it, or nothing would be done anyway.
    NotAsked,
    /// Required, but there are no figures: an inventory has none.
    Unmeasured,
    /// It was quiet. The CPU of its busiest five minutes, and how many of the possible figures exist.
    Measured {
        /// CPU in per cent.
        cpu: f64,
        /// Five-minute figures that exist.
        has: u32,
        /// Five-minute figures that are possible.
        of: u32,
    },
}

/// A metric that shows that an instance is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gauge {
    /// CPU utilisation, in per cent.
    Cpu,
    /// Network, in bytes per second.
    Network,
    /// EBS writes, in bytes per second.
    Writes,
    /// GPU utilisation, in per cent.
    Gpu,
    /// Connections of a database.
    Connections,
}

impl Outside {
    /// Since when the instance has been running outside hours.
    pub fn since(&self) -> DateTime<Utc> {
        self.closed_since.map_or(self.launch, |closed| closed.max(self.launch))
    }
}

impl Gauge {
    /// A figure of this metric, with its unit.
    pub fn with_unit(self, figure: f64) -> String {
        match self {
            Self::Cpu | Self::Gpu => format!("{figure:.1} %"),
            Self::Connections => format!("{figure:.0}"),
            Self::Network | Self::Writes => format!("{:.1} kB/s", figure / 1000.0),
        }
    }
}

/// Stopped by the reaper and unchanged since, or by others before the opening; its schedule is open or about to open.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reopening {
    /// The time zone of the schedule.
    pub zone: Tz,
    /// The opening, if it is in the future.
    pub opens: Option<DateTime<Utc>>,
    /// When it was stopped.
    pub stopped: DateTime<Utc>,
    /// The run of the reaper that stopped it; `None` where others did.
    pub run: Option<String>,
}

/// Why an instance is skipped.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Skipped {
    /// The tag that keeps it.
    Kept { key: String, value: String },
    /// The tag's value; `too_far` when it lies beyond `max-keep-days`.
    KeptUntil { value: String, too_far: Option<u32> },
    /// The tag's value.
    KeepUnreadable { value: String },
    /// The tag's key, and the key that is probably meant.
    TagUnknown { key: String, meant: String },
    /// The entry in `[never]` that matches it.
    NeverListed { by: Listed },
    /// The tag's key, and the hub that wrote it.
    OtherHub { key: String, hub: String },
    /// The status, and whether a person must mend it.
    InTransition { status: String, stuck: bool },
    /// Its state, and whether the reaper stopped it.
    NotRunning { state: State, ours: bool },
    /// The first policy that may match it, and the fact that is unknown.
    MatchUnknown { policy: String, fact: UnknownFact },
    /// What the response lacks.
    Incomplete { lacks: Lacks },
    /// The message of the panic that ended its evaluation.
    Unjudged { panic: String },
    /// The name of the group.
    AutoScalingMember { group: String },
    /// The evidence for it.
    KubernetesNode { tell: Marker },
    /// The evidence for it.
    ContainerHost { tell: Marker },
    /// The evidence for it.
    ManagedService { tell: Marker },
    /// `spot`, `scheduled`, `capacity-block` …
    Spot { lifecycle: String },
    /// The evidence for it.
    InstanceStore { tell: Marker },
    /// What is paid for anyway.
    NoSaving { tell: Marker },
    /// The evidence for it.
    Appliance { tell: Marker },
    /// Why AWS refuses a stop, or why it would save nothing.
    CannotStop { why: CannotStop },
    /// The database scales to zero while nothing uses it.
    PausesItself,
    /// The tag's value, and what is wrong with it.
    ScheduleUnreadable { value: String, wrong: ExprError },
    /// The date without data.
    CalendarExhausted { date: NaiveDate },
    /// The frozen range.
    Frozen { range: DateRange },
    /// The schedule that is open.
    WithinHours { schedule: String },
    /// When a person undid a stop of it, until when the undo protects it, and the time zone of its schedule.
    Undone { at: DateTime<Utc>, until: Option<DateTime<Utc>>, zone: Tz },
    /// The next opening, which is too near for a stop to be useful.
    Reopening { opens: DateTime<Utc>, zone: Tz },
    /// How long ago it was started, and how long a start protects it.
    Overtime { age: Duration, respected: Duration },
    /// How long ago it was started, and how long it is skipped.
    Young { age: Duration, grace: Duration },
    /// Hibernation was not enabled at launch.
    CannotHibernate,
    /// How many sessions of Session Manager are active on it.
    LoggedIn { sessions: usize },
    /// Why it is unknown whether somebody is logged in.
    SessionsUnknown { why: String },
    /// For how many days backups are kept, and the next opening.
    ExpiringBackups { days: Option<u32>, opens: Option<DateTime<Utc>>, zone: Tz },
    /// The maintenance window as AWS writes it, and when it is over; `None` where that cannot be read.
    MaintenanceWindow { window: Option<String>, until: Option<DateTime<Utc>>, zone: Tz },
    /// A figure of the busiest five minutes of the last hour, and its limit.
    Busy { gauge: Gauge, figure: f64, limit: f64 },
    /// Why the figure is missing.
    Unmeasured { gap: String },
    /// How often the reaper stopped it in this closed period, only to find it running again.
    RestartFight { stops: u32 },
}

/// Why an instance is out of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unscoped {
    /// No policy matches.
    NoPolicy,
    /// The request names other policies.
    NotSelected,
    /// The settings do not scan its account or Region.
    NotInScope,
}

named! {
    /// What a step does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Action {
        /// StopInstances.
        Stop = "stop",
        /// StopInstances with `Hibernate`.
        Hibernate = "hibernate",
        /// StartInstances.
        Start = "start",
    }
}

impl Action {
    /// Whether it takes an instance down.
    pub fn is_stop(self) -> bool {
        match self {
            Self::Stop | Self::Hibernate => true,
            Self::Start => false,
        }
    }
}

impl Verdict {
    /// Whether it was skipped for a reason that a person must fix.
    pub fn wants_attention(&self) -> bool {
        match self {
            Self::Skip(skipped) => skipped.wants_attention(),
            Self::Stop(_) | Self::Hibernate(_) | Self::Start(_) | Self::Idle(_) | Self::Report(_) => false,
            Self::OutOfScope(_) => false,
        }
    }

    /// The action that would be taken; `None` when there is none.
    pub fn action(&self) -> Option<Action> {
        match self {
            Self::Stop(_) => Some(Action::Stop),
            Self::Hibernate(_) => Some(Action::Hibernate),
            Self::Start(_) => Some(Action::Start),
            Self::Idle(found) if found.reported.is_some() => None,
            Self::Idle(found) => Some(if found.hibernate { Action::Hibernate } else { Action::Stop }),
            Self::Report(_) | Self::Skip(_) | Self::OutOfScope(_) => None,
        }
    }

    /// Shows every instant in this time zone.
    pub fn show_in(&mut self, shown: Tz) {
        match self {
            Self::Stop(outside) | Self::Hibernate(outside) | Self::Report(outside) => outside.zone = shown,
            Self::Start(reopening) => reopening.zone = shown,
            Self::Idle(found) => found.zone = shown,
            Self::Skip(
                Skipped::Undone { zone, .. }
                | Skipped::Reopening { zone, .. }
                | Skipped::MaintenanceWindow { zone, .. }
                | Skipped::ExpiringBackups { zone, .. },
            ) => *zone = shown,
            Self::Skip(_) | Self::OutOfScope(_) => {}
        }
    }

    /// The name in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stop(_) => "stop",
            Self::Hibernate(_) => "hibernate",
            Self::Start(_) => "start",
            Self::Idle(found) if found.reported.is_none() && found.hibernate => "hibernate",
            Self::Idle(found) if found.reported.is_none() => "stop",
            Self::Idle(_) | Self::Report(_) => "report",
            Self::Skip(_) => "skip",
            Self::OutOfScope(_) => "out-of-scope",
        }
    }

    /// The name of the rule that decided.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Stop(_) | Self::Hibernate(_) | Self::Report(_) => Reason::OutsideHours,
            Self::Start(_) => Reason::Reopening,
            Self::Idle(_) => Reason::Idle,
            Self::Skip(skipped) => skipped.reason(),
            Self::OutOfScope(Unscoped::NoPolicy) => Reason::NoPolicy,
            Self::OutOfScope(Unscoped::NotSelected) => Reason::NotSelected,
            Self::OutOfScope(Unscoped::NotInScope) => Reason::NotInScope,
        }
    }
}
