//! The doctor: what an installation needs in order to work, what its roles must not be able to do, and the answers,
//! grouped by cause.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::config::{AtOpening, IdleDeed, Outside, Policy, Settings, Stage};
use crate::engine::judge::Ruling;
use crate::engine::kinds::ec2::auto_scaling_member::GROUP;
use crate::engine::model::{Account, Instance, Kind, Reason, ResourceId, State, Tags, Target, named};
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

/// A call that is only tried: EC2 answers whether it would be allowed, and does nothing. RDS has no such answer, so its
/// calls are for a [database that cannot exist](NO_DATABASE).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A stop.
    Stop,
    /// A start.
    Start,
    /// A termination of an instance.
    Terminate,
    /// A tag with this key is written.
    Tag(String),
    /// The tag with this key is deleted.
    Untag(String),
}

impl Attempt {
    /// The action of IAM for a resource, and the key of the tag if it is about one.
    pub fn action(&self, id: &ResourceId) -> (&'static str, Option<&str>) {
        match (self, id.kind, id.is_db_cluster()) {
            (Self::Stop, Kind::Database, true) => ("rds:StopDBCluster", None),
            (Self::Stop, Kind::Database, false) => ("rds:StopDBInstance", None),
            (Self::Start, Kind::Database, true) => ("rds:StartDBCluster", None),
            (Self::Start, Kind::Database, false) => ("rds:StartDBInstance", None),
            (Self::Tag(key), Kind::Database, _) => ("rds:AddTagsToResource", Some(key)),
            (Self::Untag(key), Kind::Database, _) => ("rds:RemoveTagsFromResource", Some(key)),
            (Self::Stop, _, _) => ("ec2:StopInstances", None),
            (Self::Start, _, _) => ("ec2:StartInstances", None),
            (Self::Terminate, _, _) => ("ec2:TerminateInstances", None),
            (Self::Tag(key), _, _) => ("ec2:CreateTags", Some(key)),
            (Self::Untag(key), _, _) => ("ec2:DeleteTags", Some(key)),
        }
    }
}

/// An identifier that RDS gives to no database, because it has two hyphens in a row. A call for it does nothing: IAM
/// refuses it, or RDS finds no such database.
pub const NO_DATABASE: &str = "idle--reaper-doctor";

/// A call to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// By which role.
    pub who: Who,
    /// The call.
    pub attempt: Attempt,
    /// For which instance.
    pub id: ResourceId,
    /// The text that tells this instance from others, after the call's name.
    pub of: &'static str,
    /// Whether the role must be allowed to make it. If not, it must be refused.
    pub needed: bool,
}

/// Instances of one account to ask with. What a role may do depends on the tags of an instance.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// One that no tag protects, running if possible.
    pub plain: Option<(ResourceId, State)>,
    /// One with a keep tag.
    pub kept: Option<ResourceId>,
    /// A stopped one with the reaper's tag.
    pub ours: Option<ResourceId>,
}

impl Samples {
    /// Takes the instance as a sample, if it is a better one.
    pub fn take(&mut self, settings: &Settings, instance: &Instance) {
        let tag = |key: &str| instance.tags.any_case(key).next().is_some();
        let id = || Some(instance.id.clone());
        match instance.state {
            State::Pending
            | State::ShuttingDown
            | State::Terminated
            | State::Stopping
            | State::Changing
            | State::Unknown => {}
            State::Stopped if tag(&settings.tags.stopped) => self.ours = self.ours.take().or_else(id),
            State::Running | State::Stopped if tag(&settings.tags.keep) => self.kept = self.kept.take().or_else(id),
            State::Running | State::Stopped if tag(&settings.tags.stopped) || instance.tags.get(GROUP).is_some() => {}
            state @ (State::Running | State::Stopped) => {
                if self.plain.as_ref().is_none_or(|(_, old)| *old != State::Running && state == State::Running) {
                    self.plain = Some((instance.id.clone(), state));
                }
            }
        }
    }

    /// An instance for calls that do not depend on tags.
    pub fn any(&self) -> Option<&ResourceId> {
        self.plain.as_ref().map(|(id, _)| id).or(self.kept.as_ref()).or(self.ours.as_ref())
    }
}

/// A tag that is none of the reaper's.
const FOREIGN: &str = "Name";

/// What to try in one account with its instances. `acts`: whether its acting role is asked.
pub fn asks(settings: &Settings, samples: &Samples, acts: bool) -> Vec<Ask> {
    let mut asks = Vec::new();
    let mut ask = |who, attempt, id: &ResourceId, of, needed| {
        asks.push(Ask { who, attempt, id: id.clone(), of, needed });
    };
    if let Some(id) = samples.any() {
        for attempt in [Attempt::Stop, Attempt::Terminate, Attempt::Tag(FOREIGN.to_owned())] {
            ask(Who::Reader, attempt, id, "", false);
        }
    }
    if !acts {
        return asks;
    }
    let tags = &settings.tags;
    if let Some((id, _)) = &samples.plain {
        ask(Who::Actor, Attempt::Stop, id, "", true);
        let mut own = vec![&tags.stopped];
        own.extend(settings.idle.as_ref().map(|_| &tags.marked));
        own.extend(tags.writes_launched_by.then_some(&tags.launched_by));
        for key in own {
            ask(Who::Actor, Attempt::Tag(key.clone()), id, "", true);
            ask(Who::Actor, Attempt::Untag(key.clone()), id, "", true);
        }
        ask(Who::Actor, Attempt::Terminate, id, "", false);
        ask(Who::Actor, Attempt::Start, id, " of an instance without the reaper's tag", starts_others(settings));
        ask(Who::Actor, Attempt::Tag(FOREIGN.to_owned()), id, "", false);
        ask(Who::Actor, Attempt::Untag(tags.keep.clone()), id, "", false);
    }
    if let Some(id) = &samples.kept {
        ask(Who::Actor, Attempt::Stop, id, " of an instance with a keep tag", false);
    }
    if let Some(id) = &samples.ours {
        ask(Who::Actor, Attempt::Start, id, " of an instance with the reaper's tag", true);
    }
    asks
}

/// What to try with databases in a Region of an account that has some, if a policy stops them.
pub fn database_asks(settings: &Settings, place: &Arc<Target>, acts: bool) -> Vec<Ask> {
    let stops =
        |policy: &Arc<Policy>| policy.stage == Stage::Enforce && policy.matcher.kinds().contains(&Kind::Database);
    if !acts || !settings.policies.iter().any(stops) {
        return Vec::new();
    }
    let (tags, without) = (&settings.tags, " of a database without the reaper's tag");
    let ids = [ResourceId::db_instance(place.clone(), NO_DATABASE), ResourceId::db_cluster(place.clone(), NO_DATABASE)];
    let of = |id: ResourceId| {
        let ask = |who, attempt, of, needed| Ask { who, attempt, id: id.clone(), of, needed };
        [
            ask(Who::Reader, Attempt::Stop, "", false),
            ask(Who::Actor, Attempt::Stop, "", true),
            ask(Who::Actor, Attempt::Tag(tags.stopped.clone()), "", true),
            ask(Who::Actor, Attempt::Untag(tags.stopped.clone()), "", true),
            ask(Who::Actor, Attempt::Start, without, false),
            ask(Who::Actor, Attempt::Tag(FOREIGN.to_owned()), "", false),
            ask(Who::Actor, Attempt::Untag(tags.keep.clone()), "", false),
        ]
    };
    ids.into_iter().flat_map(of).collect()
}

/// Whether the acting role is needed in an account: a policy acts, and `[never]` does not name the account.
pub fn acts(settings: &Settings, account: &Account) -> bool {
    let enforced = settings.policies.iter().any(|policy| policy.stage == Stage::Enforce);
    enforced && settings.never.names(account, &Tags::default()).is_none()
}

/// Whether an enforced policy starts what others stopped.
fn starts_others(settings: &Settings) -> bool {
    let starts = |policy: &Policy| policy.stage == Stage::Enforce && policy.at_opening == AtOpening::Start;
    settings.policies.iter().any(|policy| starts(policy))
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
