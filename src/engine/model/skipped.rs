//! What follows from why an instance is skipped: the rule, and whether a person should check it.

use crate::engine::model::{Reason, Skipped};

impl Skipped {
    /// The name of the rule that skips.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Kept { .. } => Reason::Kept,
            Self::KeptUntil { .. } => Reason::KeptUntil,
            Self::KeepUnreadable { .. } => Reason::KeepUnreadable,
            Self::TagUnknown { .. } => Reason::TagUnknown,
            Self::NeverListed { .. } => Reason::NeverListed,
            Self::OtherHub { .. } => Reason::OtherHub,
            Self::NotRunning { .. } => Reason::NotRunning,
            Self::MatchUnknown { .. } => Reason::MatchUnknown,
            Self::Incomplete { .. } | Self::Unjudged { .. } => Reason::Incomplete,
            Self::AutoScalingMember { .. } => Reason::AutoScalingMember,
            Self::KubernetesNode { .. } => Reason::KubernetesNode,
            Self::ContainerHost { .. } => Reason::ContainerHost,
            Self::ManagedService { .. } => Reason::ManagedService,
            Self::Spot { .. } => Reason::Spot,
            Self::InstanceStore { .. } => Reason::InstanceStore,
            Self::NoSaving { .. } => Reason::NoSaving,
            Self::Appliance { .. } => Reason::Appliance,
            Self::ScheduleUnreadable { .. } => Reason::ScheduleUnreadable,
            Self::CalendarExhausted { .. } => Reason::CalendarExhausted,
            Self::Frozen { .. } => Reason::Frozen,
            Self::WithinHours { .. } => Reason::WithinHours,
            Self::Undone { .. } => Reason::Undone,
            Self::Reopening { .. } => Reason::Reopening,
            Self::Overtime { .. } => Reason::Overtime,
            Self::Young { .. } => Reason::Young,
            Self::CannotHibernate => Reason::CannotHibernate,
            Self::Busy { .. } => Reason::Busy,
            Self::Unmeasured { .. } => Reason::Unmeasured,
            Self::RestartFight { .. } => Reason::RestartFight,
        }
    }

    /// Whether a person should check it: an unreadable tag, a keep beyond the limit, or a restart fight.
    pub fn wants_attention(&self) -> bool {
        match self {
            Self::KeepUnreadable { .. }
            | Self::TagUnknown { .. }
            | Self::OtherHub { .. }
            | Self::ScheduleUnreadable { .. }
            | Self::CalendarExhausted { .. }
            | Self::Incomplete { .. }
            | Self::Unjudged { .. }
            | Self::CannotHibernate
            | Self::RestartFight { .. } => true,
            Self::KeptUntil { too_far, .. } => too_far.is_some(),
            Self::Kept { .. }
            | Self::NeverListed { .. }
            | Self::NotRunning { .. }
            | Self::MatchUnknown { .. }
            | Self::AutoScalingMember { .. }
            | Self::KubernetesNode { .. }
            | Self::ContainerHost { .. }
            | Self::ManagedService { .. }
            | Self::Spot { .. }
            | Self::InstanceStore { .. }
            | Self::NoSaving { .. }
            | Self::Appliance { .. }
            | Self::Frozen { .. }
            | Self::WithinHours { .. }
            | Self::Undone { .. }
            | Self::Reopening { .. }
            | Self::Overtime { .. }
            | Self::Young { .. }
            | Self::Busy { .. }
            | Self::Unmeasured { .. } => false,
        }
    }
}
