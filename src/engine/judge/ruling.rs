//! The decision for one instance, and the facts beside the scan that it may rest on.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::engine::config::Policy;
use crate::engine::evidence::{Idleness, Missing};
use crate::engine::judge::{Gate, Marking, OwnedBy, Owner, Talk};
use crate::engine::model::{NotArmed, Remark, Skipped, Verdict};
use crate::engine::rules::Activity;
use crate::engine::schedule::Schedule;
use crate::engine::tags::Kept;

/// The decision for one instance.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// What to do, or why not.
    pub verdict: Verdict,
    /// The first policy that matches.
    pub policy: Option<Arc<Policy>>,
    /// Whether the action is enabled in both places (`armed` and `stage`), for a verdict that acts.
    pub armed: bool,
    /// Why it is not enabled, for a verdict that would act.
    pub not_armed: Option<NotArmed>,
    /// The time after which a stop must not begin: the next opening minus a margin.
    pub not_after: Option<DateTime<Utc>>,
    /// What a stop waits for.
    pub gate: Gate,
    /// The change to its mark, if armed.
    pub marking: Option<Marking>,
    /// The messages about it.
    pub talk: Talk,
    /// Its owner, and the source of that information.
    pub owner: Owner,
    /// The time zone of its hours.
    pub zone: Tz,
    /// Its hours; `None` where no policy matches, or they are not known at the time.
    pub schedule: Option<Arc<Schedule>>,
    /// What its tags request about keeping it.
    pub kept: Kept,
    /// Whether the reaper stopped it and it has not been touched since.
    pub ours: bool,
    /// Remarks about it.
    pub remarks: Vec<Remark>,
    /// Which evidence is missing to decide whether it is idle, if weeks of evidence were requested.
    pub undetermined: Option<Missing>,
}

impl Ruling {
    pub(super) fn unjudged(panic: String) -> Self {
        Self {
            verdict: Verdict::Skip(Skipped::Unjudged { panic }),
            policy: None,
            armed: false,
            not_armed: None,
            not_after: None,
            gate: Gate::Open,
            marking: None,
            talk: Talk::default(),
            owner: Owner { name: Arc::default(), by: OwnedBy::Nobody },
            zone: Tz::UTC,
            schedule: None,
            kept: Kept::No,
            ours: false,
            remarks: Vec::new(),
            undetermined: None,
        }
    }
}

/// What is known about an instance besides DescribeInstances.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Known {
    /// The metrics of the last hour.
    pub activity: Activity,
    /// The result of weeks of evidence.
    pub idleness: Idleness,
}

impl Known {
    /// Nothing was requested.
    pub const NOTHING: Self = Self { activity: Activity::NotAsked, idleness: Idleness::NotAsked };

    /// Only the last hour was requested.
    pub fn activity(activity: Activity) -> Self {
        Self { activity, idleness: Idleness::NotAsked }
    }
}
