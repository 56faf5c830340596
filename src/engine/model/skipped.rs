//! What follows from why an instance is skipped: the rule, and whether a person should check it.

use crate::engine::model::{Reason, Skipped};

impl Skipped {
    /// The name of the rule that skips.
    pub fn reason(&self) -> Reason {
        self.follows().0
    }

    /// Whether a person should check it: an unreadable tag, a keep beyond the limit, or a restart fight.
    pub fn wants_attention(&self) -> bool {
        self.follows().1
    }

    fn follows(&self) -> (Reason, bool) {
        match self {
            Self::Kept { .. } => (Reason::Kept, false),
            Self::KeptUntil { too_far, .. } => (Reason::KeptUntil, too_far.is_some()),
            Self::KeepUnreadable { .. } => (Reason::KeepUnreadable, true),
            Self::TagUnknown { .. } => (Reason::TagUnknown, true),
            Self::NeverListed { .. } => (Reason::NeverListed, false),
            Self::OtherHub { .. } => (Reason::OtherHub, true),
            Self::InTransition { stuck, .. } => (Reason::InTransition, *stuck),
            Self::NotRunning { .. } => (Reason::NotRunning, false),
            Self::MatchUnknown { .. } => (Reason::MatchUnknown, false),
            Self::Incomplete { .. } | Self::Unjudged { .. } => (Reason::Incomplete, true),
            Self::AutoScalingMember { .. } => (Reason::AutoScalingMember, false),
            Self::KubernetesNode { .. } => (Reason::KubernetesNode, false),
            Self::ContainerHost { .. } => (Reason::ContainerHost, false),
            Self::ManagedService { .. } => (Reason::ManagedService, false),
            Self::Spot { .. } => (Reason::Spot, false),
            Self::InstanceStore { .. } => (Reason::InstanceStore, false),
            Self::NoSaving { .. } => (Reason::NoSaving, false),
            Self::Appliance { .. } => (Reason::Appliance, false),
            Self::CannotStop { .. } => (Reason::CannotStop, false),
            Self::PausesItself => (Reason::PausesItself, false),
            Self::ScheduleUnreadable { .. } => (Reason::ScheduleUnreadable, true),
            Self::CalendarExhausted { .. } => (Reason::CalendarExhausted, true),
            Self::Frozen { .. } => (Reason::Frozen, false),
            Self::MaintenanceWindow { until, .. } => (Reason::MaintenanceWindow, until.is_none()),
            Self::WithinHours { .. } => (Reason::WithinHours, false),
            Self::Undone { .. } => (Reason::Undone, false),
            Self::Reopening { .. } => (Reason::Reopening, false),
            Self::Overtime { .. } => (Reason::Overtime, false),
            Self::Young { .. } => (Reason::Young, false),
            Self::CannotHibernate => (Reason::CannotHibernate, true),
            Self::LoggedIn { .. } | Self::SessionsUnknown { .. } => (Reason::LoggedIn, false),
            Self::ExpiringBackups { .. } => (Reason::ExpiringBackups, false),
            Self::Busy { .. } => (Reason::Busy, false),
            Self::Unmeasured { .. } => (Reason::Unmeasured, false),
            Self::RestartFight { .. } => (Reason::RestartFight, true),
        }
    }
}
