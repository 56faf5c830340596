//! The texts about one instance: its verdict, what the rules read, remarks, and the findings of an undo.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use crate::engine::evidence::idle::{Idleness, Missing};
use crate::engine::model::{Locale, Outside, Quiet, Remark, Verdict};
use crate::engine::rules::{Activity, Inputs};
use crate::engine::undo::Finding;
use crate::render::catalogue::filters::At;
use crate::render::catalogue::messages::{message, part, say, tagged};

/// The text of a verdict, on one line. Times are in the schedule's zone.
pub fn detail(verdict: &Verdict, locale: Locale) -> String {
    match verdict {
        Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => {
            part(locale, "outside", Closed::of(outside, locale))
        }
        Verdict::Idle(found) => part(locale, "forgotten", found),
        Verdict::Start(reopening) => part(locale, "reopening", reopening),
        Verdict::Skip(skipped) => say(locale, "skipped", skipped),
        Verdict::OutOfScope(why) => say(locale, "out-of-scope", why),
    }
}

/// An instance that runs while its schedule is closed. There can be a hundred thousand of them, so their times are
/// written here: reading them again in a template would cost as much as the rest of the line.
#[derive(Serialize)]
struct Closed {
    closed_since: Option<At>,
    started: Option<At>,
    opens: Option<At>,
    last_hour: Quiet,
}

impl Closed {
    fn of(outside: &Outside, locale: Locale) -> Self {
        let Outside { zone, closed_since, launch, opens, last_hour } = outside;
        let at = |at: DateTime<Utc>| At(at, *zone, locale);
        let started = Some(*launch).filter(|launch| closed_since.is_none_or(|closed| *launch >= closed));
        Self {
            closed_since: closed_since.map(at),
            started: started.map(at),
            opens: opens.map(at),
            last_hour: *last_hour,
        }
    }
}

/// The facts that a rule evaluated, on one line.
pub fn inputs(inputs: &Inputs, locale: Locale) -> String {
    let plainly = || say(locale, "inputs", inputs);
    match inputs {
        Inputs::Busy { last_hour: _, limits: None } => say(locale, "busy", "off"),
        Inputs::Busy { last_hour: Activity::Measured(hour), limits: Some(limits) } => {
            let figures: Vec<_> = hour.figures(limits).collect();
            part(locale, "busiest", context! { figures => Serde(figures), has => hour.has, of => hour.of })
        }
        Inputs::Busy { last_hour, limits: Some(_) } => say(locale, "busy", last_hour),
        Inputs::Unmeasured { last_hour: Activity::Measured(hour) } => {
            part(locale, "measured", context! { gap => hour.gap(), has => hour.has, of => hour.of })
        }
        Inputs::Unmeasured { last_hour } => say(locale, "unmeasured", last_hour),
        Inputs::Idle { idleness: Idleness::Active(sign) } => {
            part(locale, "active", context! { sign => sign.as_str(), at => Serde(sign.at()) })
        }
        Inputs::Idle { idleness } => say(locale, "idleness", idleness),
        // Its tags and the settings.
        Inputs::WithoutPolicy | Inputs::Kept { .. } | Inputs::KeptUntil { .. } => plainly(),
        Inputs::KeepUnreadable { .. } | Inputs::TagUnknown { .. } | Inputs::NeverListed { .. } => plainly(),
        Inputs::NotInScope { .. } | Inputs::NoPolicy { .. } | Inputs::NotSelected { .. } => plainly(),
        Inputs::OtherHub { .. } | Inputs::MatchUnknown { .. } => plainly(),
        // What it is, and what it is doing.
        Inputs::InTransition { .. } | Inputs::NotRunning { .. } | Inputs::Incomplete { .. } => plainly(),
        Inputs::AutoScalingMember { .. } | Inputs::KubernetesNode { .. } | Inputs::ContainerHost { .. } => plainly(),
        Inputs::ManagedService { .. } | Inputs::Spot { .. } | Inputs::InstanceStore { .. } => plainly(),
        Inputs::NoSaving { .. } | Inputs::Appliance { .. } | Inputs::CannotStop { .. } => plainly(),
        Inputs::PausesItself { .. } | Inputs::CannotHibernate { .. } | Inputs::ExpiringBackups { .. } => plainly(),
        Inputs::LoggedIn { .. } => plainly(),
        // Its hours.
        Inputs::ScheduleUnreadable { .. } | Inputs::CalendarExhausted { .. } | Inputs::Frozen { .. } => plainly(),
        Inputs::Reopening { .. } | Inputs::WithinHours { .. } | Inputs::OutsideHours { .. } => plainly(),
        Inputs::Undone { .. } | Inputs::Overtime { .. } | Inputs::Young { .. } => plainly(),
        Inputs::MaintenanceWindow { .. } | Inputs::RestartFight { .. } => plainly(),
    }
}

/// The data that is missing to decide whether an instance is idle.
pub fn missing(missing: &Missing, locale: Locale) -> String {
    say(locale, "missing", missing)
}

/// Why an instance is started again, or is not.
pub(crate) fn finding(finding: &Finding, locale: Locale) -> String {
    match finding {
        Finding::Start => say(locale, "undo", "start"),
        Finding::Left(why) => say(locale, "undo", why),
    }
}

/// The text of a remark, in the time zone of the instance's hours.
pub(crate) fn remark(remark: &Remark, zone: Tz, locale: Locale) -> String {
    let (key, fields) = tagged(&Value::from(Serde(remark)));
    message(locale, "remark", key.as_str().unwrap_or_default(), &context! { zone => zone.name(), ..fields })
}
