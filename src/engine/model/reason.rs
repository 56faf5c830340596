//! The names of the rules. A rule has the same name in its file, the enum, the documentation's anchor and the report.

use serde::{Deserialize, Serialize};

use crate::engine::model::{Kind, named};

named! {
    /// The rule that decided about an instance, in the order in which the rules are evaluated.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Reason {
        /// A `keep` tag with any value, or another tag that the settings treat in the same way.
        Kept = "kept",
        /// A `keep-until` tag that is in force.
        KeptUntil = "kept-until",
        /// A `keep-until` tag that cannot be read.
        KeepUnreadable = "keep-unreadable",
        /// A tag whose key is mistyped: nearly one of the reaper's keys.
        TagUnknown = "tag-unknown",
        /// The section `[never]` of the settings.
        NeverListed = "never-listed",
        /// The settings do not scan this account or Region. Only an inventory can contain such an instance.
        NotInScope = "not-in-scope",
        /// No policy matches.
        NoPolicy = "no-policy",
        /// The request names policies, but not this one.
        NotSelected = "not-selected",
        /// It has a tag of another hub.
        OtherHub = "other-hub",
        /// AWS is changing the database or the service.
        InTransition = "in-transition",
        /// Not in state `running`.
        NotRunning = "not-running",
        /// It is unknown whether an earlier policy matches it.
        MatchUnknown = "match-unknown",
        /// The response lacks a value without which no decision is allowed.
        Incomplete = "incomplete",
        /// Member of an Auto Scaling group.
        AutoScalingMember = "auto-scaling-member",
        /// Node of a Kubernetes cluster.
        KubernetesNode = "kubernetes-node",
        /// Container host of ECS or Batch.
        ContainerHost = "container-host",
        /// Belongs to another AWS service.
        ManagedService = "managed-service",
        /// Spot, or any other lifecycle that is not on demand.
        Spot = "spot",
        /// Has data that a stop erases.
        InstanceStore = "instance-store",
        /// It is paid for whether it runs or not.
        NoSaving = "no-saving",
        /// NAT, VPN, firewall, Marketplace product.
        Appliance = "appliance",
        /// AWS refuses to stop the database or the service, or a stop would save nothing.
        CannotStop = "cannot-stop",
        /// The database pauses itself while nothing uses it.
        PausesItself = "pauses-itself",
        /// A `schedule` tag that cannot be read.
        ScheduleUnreadable = "schedule-unreadable",
        /// The calendar has no data for the day.
        CalendarExhausted = "calendar-exhausted",
        /// A frozen period.
        Frozen = "frozen",
        /// AWS started the database, and its policy lets it run through its maintenance window.
        MaintenanceWindow = "maintenance-window",
        /// It runs but does nothing.
        Idle = "idle",
        /// The schedule is about to open, or has opened.
        Reopening = "reopening",
        /// The schedule is open.
        WithinHours = "within-hours",
        /// A person undid a stop of it.
        Undone = "undone",
        /// Started after closing, and still within the overtime.
        Overtime = "overtime",
        /// Started a short time ago.
        Young = "young",
        /// The policy hibernates, but hibernation was not enabled at launch.
        CannotHibernate = "cannot-hibernate",
        /// The backups of the cluster would expire while it is stopped.
        ExpiringBackups = "expiring-backups",
        /// Others restarted it twice in this closed period.
        RestartFight = "restart-fight",
        /// Somebody is logged in.
        LoggedIn = "logged-in",
        /// The last hour was busy.
        Busy = "busy",
        /// The last hour could not be measured.
        Unmeasured = "unmeasured",
        /// It runs while its schedule is closed.
        OutsideHours = "outside-hours",
    }
}

impl Reason {
    /// Whether the rule is about this kind of resource.
    pub fn is_about(self, kind: Kind) -> bool {
        match self {
            // Who manages it.
            Self::AutoScalingMember | Self::KubernetesNode | Self::ContainerHost => kind == Kind::Instance,
            Self::ManagedService | Self::Spot | Self::Appliance => kind == Kind::Instance,
            // What a stop would cost or save.
            Self::InstanceStore | Self::NoSaving | Self::CannotHibernate => kind == Kind::Instance,
            Self::PausesItself | Self::MaintenanceWindow | Self::ExpiringBackups => kind == Kind::Database,
            // What it is doing.
            Self::LoggedIn => kind == Kind::Instance,
            Self::InTransition | Self::CannotStop => kind != Kind::Instance,
            Self::NotRunning | Self::Incomplete | Self::Idle | Self::Busy | Self::Unmeasured => true,
            // Its tags and the settings.
            Self::Kept | Self::KeptUntil | Self::KeepUnreadable | Self::TagUnknown | Self::NeverListed => true,
            Self::NotInScope | Self::NoPolicy | Self::NotSelected | Self::OtherHub | Self::MatchUnknown => true,
            // Its hours.
            Self::ScheduleUnreadable | Self::CalendarExhausted | Self::Frozen | Self::WithinHours => true,
            Self::Reopening | Self::OutsideHours | Self::Overtime | Self::Young => true,
            Self::Undone | Self::RestartFight => true,
        }
    }
}
