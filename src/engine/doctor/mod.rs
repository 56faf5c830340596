//! The doctor: what an installation needs in order to work, what its roles must not be able to do, and the answers,
//! grouped by cause.

mod asks;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::config::{IdleDeed, Outside, Policy, Settings, Stage};
pub use crate::engine::doctor::asks::{Ask, Attempt, NO_DATABASE, Samples, asks, database_asks};
use crate::engine::judge::Ruling;
use crate::engine::model::{Account, Reason, Tags, Target, named};
use crate::engine::tags::Kept;

/// The end of an error that a wrong Region may explain.
pub const REGION_DOUBT: &str = "; is the Region right, and enabled in this account?";

named! {
    /// What is checked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Check {
        /// The accounts in scope can be listed.
        Accounts = "accounts",
        /// The hub may read what policies match of AWS Organizations.
        Organization = "organization",
        /// The Regions can be reached.
        Region = "region",
        /// The reading role can be assumed.
        ReadingRole = "reading-role",
        /// The reading role may do what the settings need.
        Reading = "reading",
        /// The acting role can be assumed.
        ActingRole = "acting-role",
        /// The acting role may do what it is for.
        Acting = "acting",
        /// No role may do more than it is for.
        Excess = "excess",
        /// What would be stopped can be started again.
        Restart = "restart",
        /// The run record can be read, listed and written.
        Record = "record",
        /// The pause parameter can be read.
        Pause = "pause",
        /// The channels of notices deliver.
        Channel = "channel",
        /// Accounts can be entered from the hub's Region.
        Sts = "sts",
        /// The function has executions left.
        Concurrency = "concurrency",
    }
}

/// The result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It must be mended.
    Wrong,
    /// It is worth knowing: not asked, or so on purpose.
    Noted,
    /// All is well.
    Passed,
}

/// One result, or several with the same cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// The result.
    pub mark: Mark,
    /// The subject: a role, a call, a channel.
    pub subject: String,
    /// The role that was tried, if a call was.
    pub who: Option<Who>,
    /// Where; empty in the hub.
    pub places: Vec<Target>,
    /// Why, as AWS or the settings say it, in the first of the places.
    pub cause: String,
}

impl Finding {
    /// All is well.
    pub fn passed(check: Check, subject: impl Into<String>, place: Option<&Target>) -> Self {
        let places = place.into_iter().cloned().collect();
        Self { check, mark: Mark::Passed, subject: subject.into(), who: None, places, cause: String::new() }
    }

    /// It must be mended.
    pub fn wrong(check: Check, subject: impl Into<String>, place: Option<&Target>, cause: impl ToString) -> Self {
        Self { mark: Mark::Wrong, cause: cause.to_string(), ..Self::passed(check, subject, place) }
    }

    /// It is worth knowing.
    pub fn noted(check: Check, subject: impl Into<String>, place: Option<&Target>, cause: impl ToString) -> Self {
        Self { mark: Mark::Noted, ..Self::wrong(check, subject, place, cause) }
    }

    /// Passed, or wrong with this cause.
    pub fn of(check: Check, subject: &str, place: Option<&Target>, end: Result<(), impl ToString>) -> Self {
        match end {
            Ok(()) => Self::passed(check, subject, place),
            Err(cause) => Self::wrong(check, subject, place, cause),
        }
    }
}

/// Everything that was found out.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The id of this check-up, as CloudTrail has it.
    pub run: Arc<str>,
    /// The hub's Region, where the pause parameter is.
    pub region: String,
    /// What is wrong or worth knowing, by cause; the wrong first.
    pub groups: Vec<Finding>,
    /// How many checks passed.
    pub passed: BTreeMap<Check, usize>,
    /// Accounts that were asked.
    pub accounts: usize,
    /// Their Regions.
    pub targets: usize,
    /// Calls to AWS APIs, including retries.
    pub calls: u64,
}

impl Diagnosis {
    /// Whether anything must be mended.
    pub fn is_well(&self) -> bool {
        self.groups.iter().all(|group| group.mark != Mark::Wrong)
    }
}

/// Counts what passed, and groups the rest by cause.
pub fn grouped(mut findings: Vec<Finding>) -> (Vec<Finding>, BTreeMap<Check, usize>) {
    findings.sort_by(|a, b| (a.mark, a.check, &a.subject, &a.places).cmp(&(b.mark, b.check, &b.subject, &b.places)));
    let (mut groups, mut passed) = (BTreeMap::<_, Finding>::new(), BTreeMap::new());
    for mut finding in findings {
        if finding.mark == Mark::Passed {
            *passed.entry(finding.check).or_default() += 1;
            continue;
        }
        // Each key and each licence configuration is a cause of its own.
        let whole = finding.check == Check::Restart;
        let cause = if whole { finding.cause.clone() } else { signature(&finding.cause, finding.places.first()) };
        let places = std::mem::take(&mut finding.places);
        let group = groups.entry((finding.mark, finding.check, finding.subject.clone(), cause)).or_insert(finding);
        group.places.extend(places);
    }
    (groups.into_values().collect(), passed)
}

/// A cause without what differs from place to place: ids of accounts, instances and requests, Regions, and the encoded
/// message of EC2.
fn signature(cause: &str, place: Option<&Target>) -> String {
    let region = place.map_or("", |place| &*place.region);
    let in_id = |c: char| c.is_ascii_alphanumeric() || "-_+=".contains(c);
    let own = |part: &str| part == region || part.len() > 7 && part.contains(|c: char| c.is_ascii_digit());
    let parts = cause.split_inclusive(|c| !in_id(c));
    parts.map(|part| if own(part.trim_end_matches(|c| !in_id(c))) { "*" } else { part }).collect()
}

named! {
    /// A role.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Who {
        /// The role that scans.
        Reader = "the reading role",
        /// The role that acts.
        Actor = "the acting role",
    }
}

/// Whether the acting role is needed in an account: a policy acts, and `[never]` does not name the account.
pub fn acts(settings: &Settings, account: &Account) -> bool {
    let enforced = settings.policies.iter().any(|policy| policy.stage == Stage::Enforce);
    enforced && settings.never.names(account, &Tags::default()).is_none()
}

/// Whether a policy stops instances.
pub fn stops(policy: &Policy) -> bool {
    matches!(policy.outside, Outside::Stop | Outside::Hibernate) || policy.idle == IdleDeed::Stop
}

/// Whether an instance may be stopped at some hour, or is one that the reaper is to start again.
pub fn is_restarted(ruling: &Ruling) -> bool {
    let passing = matches!(
        ruling.verdict.reason(),
        Reason::WithinHours
            | Reason::Overtime
            | Reason::Young
            | Reason::Busy
            | Reason::Unmeasured
            | Reason::Undone
            | Reason::Frozen
            | Reason::Idle
            | Reason::RestartFight
            | Reason::OutsideHours
            | Reason::Reopening
    );
    let policy = ruling.policy.as_deref().is_some_and(stops);
    policy && (passing || ruling.ours) && ruling.kept == Kept::No
}
