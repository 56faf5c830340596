//! What a rule read, as data. The text is made when it is printed, in the reader's language.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::config::Busy;
use crate::engine::evidence::Idleness;
use crate::engine::model::{CannotStop, Lacks, Listed, Marker, State, Target, UnknownFact};
use crate::engine::rules::Activity;
use crate::engine::schedule::{DateRange, ExprError};
use crate::engine::tags::KeepUnreadable;

/// A tag as found: its key, as written, and its value.
pub type FoundTag = (String, String);

/// What a rule read: one variant for each rule, with the rule's name, and one for rules that need a policy if there
/// is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Inputs {
    /// No policy matches, and the rule needs one.
    WithoutPolicy,
    /// The key to find, and the tag that keeps the instance.
    Kept { key: String, found: Option<FoundTag> },
    /// The key to find, and every tag with it.
    KeptUntil { key: String, found: Vec<FoundTag> },
    /// The key to find, and the unreadable value.
    KeepUnreadable { key: String, wrong: Option<KeepUnreadable> },
    /// The mistyped key, and the probable key.
    TagUnknown { found: Option<(String, String)> },
    /// The entry of `[never]` that lists it.
    NeverListed { by: Option<Listed> },
    /// Its account and Region.
    NotInScope { target: Target },
    /// How many policies there are, and the first that matches.
    NoPolicy { policies: usize, first: Option<String> },
    /// The policies that the request selects; `None` is all.
    NotSelected { selected: Option<Vec<String>> },
    /// This hub's name, the key of a tag that another hub wrote, and that hub's name.
    OtherHub { own: Option<String>, found: Option<(String, String)> },
    /// The status of the database.
    InTransition { status: String },
    /// Its state, and when and in which run the reaper stopped it.
    NotRunning { state: State, stopped: Option<(DateTime<Utc>, String)> },
    /// The first policy that may match, and the unknown fact.
    MatchUnknown { unknown: Option<(String, UnknownFact)> },
    /// What the API response lacks.
    Incomplete { lacks: Option<Lacks> },
    /// The tag that Auto Scaling sets.
    AutoScalingMember { found: Option<FoundTag> },
    /// The marker that identifies it.
    KubernetesNode { tell: Option<Marker> },
    /// The marker that identifies it.
    ContainerHost { tell: Option<Marker> },
    /// The marker that identifies it.
    ManagedService { tell: Option<Marker> },
    /// Its lifecycle; `None` is on demand.
    Spot { lifecycle: Option<String> },
    /// The marker that identifies it.
    InstanceStore { tell: Option<Marker> },
    /// The marker that identifies it.
    NoSaving { tell: Option<Marker> },
    /// The marker that identifies it.
    Appliance { tell: Option<Marker> },
    /// Why AWS refuses a stop, and the engine of the database.
    CannotStop { why: Option<CannotStop>, engine: String },
    /// Whether the database scales to zero.
    PausesItself { pauses: bool },
    /// The key to find, the tag that asks for hours, and of another tool's tag the dialect and its translation;
    /// and the error in its value.
    ScheduleUnreadable {
        key: String,
        found: Option<FoundTag>,
        read: Option<(String, String)>,
        wrong: Option<ExprError>,
    },
    /// The date without data.
    CalendarExhausted { date: Option<NaiveDate> },
    /// The frozen range.
    Frozen { range: Option<DateRange> },
    /// The result of the evidence.
    Idle { idleness: Idleness },
    /// The next opening, and the minimum time before it for a stop to be worthwhile.
    Reopening { zone: Tz, opens: Option<DateTime<Utc>>, margin: Duration },
    /// The state of the schedule at `now`.
    WithinHours { schedule: String, open: bool, now: DateTime<Utc>, zone: Tz },
    /// When a stop of it was undone, and until when that holds.
    Undone { undone: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, zone: Tz },
    /// The time since its start, if it was started after closing, and how long it may run.
    Overtime { age: Option<Duration>, respected: Duration },
    /// The time since its start, and the minimum uptime.
    Young { age: Option<Duration>, grace: Duration },
    /// Whether hibernation was enabled at launch.
    CannotHibernate { enabled: bool },
    /// Whether it is a cluster, and for how many days its backups are kept.
    ExpiringBackups { is_cluster: bool, days: Option<u32> },
    /// Whether AWS started it and its policy lets it run through its maintenance window, and that window.
    MaintenanceWindow { awaited: bool, window: Option<String> },
    /// How often the reaper has stopped it since closing.
    RestartFight { stops: usize },
    /// What was asked about the last hour, sessions included.
    LoggedIn { last_hour: Activity },
    /// The last hour, and the limits; `None` if `[busy]` is off.
    Busy {
        last_hour: Activity,
        #[serde(skip_serializing)]
        limits: Option<Busy>,
    },
    /// The last hour.
    Unmeasured { last_hour: Activity },
    /// When the schedule closed, and the policy's action as the settings spell it.
    OutsideHours { policy: String, outside: &'static str, closed_since: Option<DateTime<Utc>>, zone: Tz },
}
