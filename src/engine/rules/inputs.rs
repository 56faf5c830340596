//! What a rule looked at, as data: words are made at the edge, in the reader's language.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::engine::config::Busy;
use crate::engine::evidence::idle::Idleness;
use crate::engine::model::{Lacks, Listed, Marker, State, Target, UnknownFact};
use crate::engine::rules::case::Activity;
use crate::engine::schedule::{DateRange, ExprError};
use crate::engine::tags::keep_until::KeepUnreadable;

/// A tag as it was found: its key, as written, and its value.
pub type FoundTag = (String, String);

/// What a rule looked at. One arm for each rule, by its name, and one for rules that have nothing to look at.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Inputs {
    /// No policy matches, and the rule asks one.
    WithoutPolicy,
    /// The key that is looked for, and the tag that keeps.
    Kept { key: String, found: Option<FoundTag> },
    /// The key that is looked for, and every tag that has it.
    KeptUntil { key: String, found: Vec<FoundTag> },
    /// The key that is looked for, and the value that cannot be read.
    KeepUnreadable { key: String, wrong: Option<KeepUnreadable> },
    /// The key that is mistyped, and the key that is meant.
    TagUnknown { found: Option<(String, String)> },
    /// What in `[never]` names it.
    NeverListed { by: Option<Listed> },
    /// Where it is.
    NotInScope { target: Target },
    /// How many policies there are, and the first that matches.
    NoPolicy { policies: usize, first: Option<String> },
    /// The policies that the request selects; `None` is every one.
    NotSelected { selected: Option<Vec<String>> },
    /// This hub's name, the key of a tag that another hub has written, and that hub's name.
    OtherHub { own: Option<String>, found: Option<(String, String)> },
    /// Its state, and when and in which run the reaper stopped it.
    NotRunning { state: State, stopped: Option<(DateTime<Utc>, String)> },
    /// The first policy that may match, and what is unknown.
    MatchUnknown { unknown: Option<(String, UnknownFact)> },
    /// What the answer lacks.
    Incomplete { lacks: Option<Lacks> },
    /// The tag that Auto Scaling sets.
    AutoScalingMember { found: Option<FoundTag> },
    /// What tells it.
    KubernetesNode { tell: Option<Marker> },
    /// What tells it.
    ContainerHost { tell: Option<Marker> },
    /// What tells it.
    ManagedService { tell: Option<Marker> },
    /// Its lifecycle; `None` is on demand.
    Spot { lifecycle: Option<String> },
    /// What tells it.
    InstanceStore { tell: Option<Marker> },
    /// What tells it.
    NoSaving { tell: Option<Marker> },
    /// What tells it.
    Appliance { tell: Option<Marker> },
    /// The key that is looked for, the tag, and what is wrong with its value.
    ScheduleUnreadable { key: String, found: Option<FoundTag>, wrong: Option<ExprError> },
    /// The date without data.
    CalendarExhausted { date: Option<NaiveDate> },
    /// The frozen range.
    Frozen { range: Option<DateRange> },
    /// What the evidence says.
    Idle { idleness: Idleness },
    /// The next opening, and how long before it a stop is no longer worth it.
    Reopening { zone: Tz, opens: Option<DateTime<Utc>>, margin: Duration },
    /// What the schedule says about the instant.
    WithinHours { schedule: String, open: bool, now: DateTime<Utc>, zone: Tz },
    /// When a stop of it was taken back, and until when that holds.
    Undone { undone: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, zone: Tz },
    /// How long ago it was started, if after closing, and how long that is respected.
    Overtime { age: Option<Duration>, respected: Duration },
    /// How long ago it was started, and how long that is respected.
    Young { age: Option<Duration>, grace: Duration },
    /// Whether hibernation was enabled at launch.
    CannotHibernate { enabled: bool },
    /// How often the reaper stopped it since closing.
    RestartFight { stops: usize },
    /// The last hour, and the limits; `None` where `[busy]` is off.
    Busy { last_hour: Activity, limits: Option<Busy> },
    /// The last hour.
    Unmeasured { last_hour: Activity },
    /// When the schedule closed, and what the policy does, by its word in the settings.
    OutsideHours { policy: String, outside: &'static str, closed_since: Option<DateTime<Utc>>, zone: Tz },
}
