//! The calls that the doctor tries: those that the roles need, and those that they must be refused.

use std::sync::Arc;

use crate::engine::config::{AtOpening, Policy, Settings, Stage};
use crate::engine::doctor::Who;
use crate::engine::kinds::ec2::auto_scaling_member::GROUP;
use crate::engine::model::{Instance, Kind, ResourceId, State, Target};

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
            State::Pending | State::Stopping | State::Changing => {}
            State::ShuttingDown | State::Terminated | State::Unknown => {}
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

/// Whether an enforced policy starts what others stopped.
fn starts_others(settings: &Settings) -> bool {
    let starts = |policy: &Policy| policy.stage == Stage::Enforce && policy.at_opening == AtOpening::Start;
    settings.policies.iter().any(|policy| starts(policy))
}
