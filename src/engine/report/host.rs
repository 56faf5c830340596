//! The stopped instance that a volume or an address hangs on. What protects the instance protects them as well.

use crate::engine::kinds::ec2;
use crate::engine::model::{Instance, Marker, Skipped, State, Verdict};
use crate::engine::report::Row;

/// What a run knows of the instance. Of several instances the greatest counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Host {
    /// It is stopped, and nothing protects it.
    Stopped,
    /// The run did not find it, or could not judge it.
    Unknown,
    /// This manages it, or will start it again.
    Managed(Box<str>),
    /// A tag or the settings keep it.
    Kept,
    /// It is not stopped any more.
    InUse,
}

impl Host {
    pub(super) fn of(row: Option<&Row>) -> Self {
        let Some(row) = row else { return Self::Unknown };
        if row.state != State::Stopped {
            return Self::InUse;
        }
        match (Self::judged(&row.verdict), &row.managed) {
            (Self::Stopped, Some(by)) => Self::Managed((**by).into()),
            (host, _) => host,
        }
    }

    /// What the verdict on an instance says.
    pub(super) fn judged(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Start(_) => Self::Managed("idle-reaper (its schedule starts it again)".into()),
            Verdict::Skip(skipped) => Self::skipped(skipped),
            Verdict::Stop(_) | Verdict::Hibernate(_) | Verdict::Idle(_) | Verdict::Report(_) => Self::Stopped,
            Verdict::OutOfScope(_) => Self::Stopped,
        }
    }

    fn skipped(skipped: &Skipped) -> Self {
        match skipped {
            Skipped::Kept { .. } | Skipped::KeptUntil { .. } | Skipped::KeepUnreadable { .. } => Self::Kept,
            Skipped::TagUnknown { .. } | Skipped::NeverListed { .. } => Self::Kept,
            Skipped::OtherHub { hub, .. } => Self::Managed(format!("the hub `{hub}`").into()),
            Skipped::AutoScalingMember { .. } => {
                Self::Managed(by(&Marker::Tag(ec2::auto_scaling_member::GROUP.into())))
            }
            Skipped::KubernetesNode { tell } | Skipped::ContainerHost { tell } | Skipped::ManagedService { tell } => {
                Self::Managed(by(tell))
            }
            // Something about it could not be read.
            Skipped::MatchUnknown { .. } | Skipped::Incomplete { .. } | Skipped::Unjudged { .. } => Self::Unknown,
            Skipped::ScheduleUnreadable { .. } | Skipped::CalendarExhausted { .. } => Self::Unknown,
            Skipped::SessionsUnknown { .. } | Skipped::Unmeasured { .. } => Self::Unknown,
            // What it is, and what it is doing.
            Skipped::InTransition { .. } | Skipped::NotRunning { .. } | Skipped::CannotStop { .. } => Self::Stopped,
            Skipped::Spot { .. } | Skipped::InstanceStore { .. } | Skipped::NoSaving { .. } => Self::Stopped,
            Skipped::Appliance { .. } | Skipped::PausesItself | Skipped::CannotHibernate => Self::Stopped,
            Skipped::LoggedIn { .. } | Skipped::Busy { .. } | Skipped::ExpiringBackups { .. } => Self::Stopped,
            // Its hours.
            Skipped::Frozen { .. } | Skipped::WithinHours { .. } | Skipped::Reopening { .. } => Self::Stopped,
            Skipped::Overtime { .. } | Skipped::Young { .. } | Skipped::MaintenanceWindow { .. } => Self::Stopped,
            Skipped::Undone { .. } | Skipped::RestartFight { .. } => Self::Stopped,
        }
    }
}

/// What manages a stopped instance besides its owner.
pub(super) fn manager(instance: &Instance) -> Option<Box<str>> {
    if instance.state == State::Stopped { ec2::manager(instance).as_ref().map(by) } else { None }
}

/// The evidence, as `[forgotten]` names it for every kind.
fn by(tell: &Marker) -> Box<str> {
    match tell {
        Marker::Tag(key) => format!("tag `{key}`").into(),
        Marker::TagIs(key, value) => format!("tag `{key}={value}`").into(),
        Marker::ManagedBy(name) => format!("AWS (`{name}`)").into(),
        Marker::ManagedByUnnamed | Marker::Product(_) | Marker::Reservation(_) | Marker::Outpost(_) => "AWS".into(),
        Marker::RootDevice(_) | Marker::EphemeralVolumes | Marker::HasStore(_) | Marker::UnknownType(_) => "AWS".into(),
        Marker::Host(_) | Marker::TenancyHost | Marker::Mac(_) | Marker::Forwards => "AWS".into(),
    }
}
