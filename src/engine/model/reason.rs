//! The names of the rules: one word for the file, the enum arm, the documentation's anchor and the report.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::model::named::named;

named! {
    /// Why an instance is judged as it is: the name of the rule that decided. In the order in which the rules are asked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Reason {
        /// A `keep` tag, whatever its value, or a tag that the settings name beside it.
        Kept = "kept",
        /// A `keep-until` tag in force.
        KeptUntil = "kept-until",
        /// A `keep-until` tag that cannot be read.
        KeepUnreadable = "keep-unreadable",
        /// A tag whose key is mistyped: nearly that of a tag of ours.
        TagUnknown = "tag-unknown",
        /// The settings' `[never]`.
        NeverListed = "never-listed",
        /// The settings do not look at this account or Region; only an inventory can show such an instance.
        NotInScope = "not-in-scope",
        /// No policy matches.
        NoPolicy = "no-policy",
        /// The request names policies, and not this one.
        NotSelected = "not-selected",
        /// Bears a tag of another hub.
        OtherHub = "other-hub",
        /// Not in state `running`.
        NotRunning = "not-running",
        /// Whether an earlier policy matches it is unknown.
        MatchUnknown = "match-unknown",
        /// The answer lacks something without which nothing may be decided.
        Incomplete = "incomplete",
        /// Member of an Auto Scaling group.
        AutoScalingMember = "auto-scaling-member",
        /// Node of a Kubernetes cluster.
        KubernetesNode = "kubernetes-node",
        /// Host of ECS or Batch.
        ContainerHost = "container-host",
        /// Belongs to another AWS service.
        ManagedService = "managed-service",
        /// Spot, or any other lifecycle that is not on demand.
        Spot = "spot",
        /// Has data that a stop erases.
        InstanceStore = "instance-store",
        /// Is paid for whether it runs or not.
        NoSaving = "no-saving",
        /// NAT, VPN, firewall, marketplace product.
        Appliance = "appliance",
        /// A `schedule` tag that cannot be read.
        ScheduleUnreadable = "schedule-unreadable",
        /// The calendar has no data for the day.
        CalendarExhausted = "calendar-exhausted",
        /// A frozen period.
        Frozen = "frozen",
        /// Runs and does nothing.
        Idle = "idle",
        /// The schedule is about to open, or has opened.
        Reopening = "reopening",
        /// The schedule is open.
        WithinHours = "within-hours",
        /// A stop of it was taken back.
        Undone = "undone",
        /// Started after closing, and still within the overtime.
        Overtime = "overtime",
        /// Started a moment ago.
        Young = "young",
        /// Hibernation is asked for and was not enabled at launch.
        CannotHibernate = "cannot-hibernate",
        /// Restarted twice by somebody else in this closed period.
        RestartFight = "restart-fight",
        /// The last hour was busy.
        Busy = "busy",
        /// The last hour could not be measured.
        Unmeasured = "unmeasured",
        /// Runs while its schedule is closed.
        OutsideHours = "outside-hours",
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
