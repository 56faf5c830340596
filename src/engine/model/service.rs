//! The facts that only ECS services have. A service is stopped by a desired count of 0, and started by its former count.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{Instance, ResourceId, State, Tags, TaskSize, sane_option};

/// Every field is as DescribeServices returned it; `None` means that the response did not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Service {
    /// The status as AWS names it: `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: Box<str>,
    /// The desired number of tasks.
    pub desired: Option<u32>,
    /// The number of tasks that run.
    pub running: Option<u32>,
    /// When it was created. No field says when its desired count was changed.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
    /// The scheduling strategy: `REPLICA` or `DAEMON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Box<str>>,
    /// The launch type. A service with capacity providers has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<Box<str>>,
    /// Its capacity providers.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub providers: Box<[Box<str>]>,
    /// Who manages its resources: `ECS` for Express Mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<Box<str>>,
    /// Its deployments; of a service with another deployment controller, its task sets.
    pub deployments: Box<[Deployment]>,
    /// Its task definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_definition: Option<Box<str>>,
    /// The size of each task, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskSize>,
    /// What Application Auto Scaling may do with it.
    #[serde(skip_serializing_if = "Scaling::is_unknown")]
    pub scaling: Scaling,
}

/// A deployment or a task set of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Deployment {
    /// The rollout state of a deployment, or the stability status of a task set. AWS omits it behind a Classic Load Balancer.
    pub state: Option<Box<str>>,
    /// When it was created.
    #[serde(deserialize_with = "sane_option")]
    pub created: Option<DateTime<Utc>>,
}

/// The scalable target of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// It was not asked for.
    #[default]
    Unknown,
    /// The service has no scalable target.
    Absent,
    /// It has one, of which this is suspended.
    Target(Suspended),
}

impl Scaling {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// What is suspended of a scalable target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Suspended {
    /// Scaling in by policies.
    pub scale_in: bool,
    /// Scaling out by policies.
    pub scale_out: bool,
    /// Scheduled scaling.
    pub scheduled: bool,
}

impl Suspended {
    /// While a service is stopped, nothing may scale it.
    pub const ALL: Self = Self { scale_in: true, scale_out: true, scheduled: true };
}

/// `010` if only scaling out is suspended.
impl fmt::Display for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [self.scale_in, self.scale_out, self.scheduled]
            .iter()
            .try_for_each(|is| f.write_str(if *is { "1" } else { "0" }))
    }
}

impl FromStr for Suspended {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let flags: Option<Vec<bool>> = text.chars().map(|c| "01".find(c).map(|at| at == 1)).collect();
        match flags.as_deref() {
            Some([scale_in, scale_out, scheduled]) => {
                Ok(Self { scale_in: *scale_in, scale_out: *scale_out, scheduled: *scheduled })
            }
            Some(_) | None => Err(()),
        }
    }
}

/// What a start of a service restores: its desired count, and what was suspended of its scalable target, if it has one. A
/// tag has it as `2`, or `2/010`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The desired count, above 0.
    pub desired: u32,
    /// What was suspended.
    pub suspended: Option<Suspended>,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.desired)?;
        self.suspended.map_or(Ok(()), |suspended| write!(f, "/{suspended}"))
    }
}

impl FromStr for Size {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (desired, suspended) = text.split_once('/').map_or((text, None), |(desired, rest)| (desired, Some(rest)));
        let desired = desired.parse().ok().filter(|desired| *desired > 0).ok_or(())?;
        Ok(Self { desired, suspended: suspended.map(str::parse).transpose()? })
    }
}

/// The value of the stop tag that a run has left on a service, if any.
pub type StopTag = (ResourceId, Option<Box<str>>);

/// The launch type, and the capacity providers, that are billed by the task.
const FARGATE: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

impl Service {
    /// What it runs on: its capacity providers, or its launch type.
    pub fn capacity(&self) -> String {
        if self.providers.is_empty() {
            self.launch_type.as_deref().unwrap_or_default().to_owned()
        } else {
            self.providers.join("+")
        }
    }

    /// Whether its tasks are billed one by one.
    pub fn is_fargate(&self) -> bool {
        let is_fargate = |name: &str| FARGATE.contains(&name);
        if self.providers.is_empty() {
            self.launch_type.as_deref().is_some_and(is_fargate)
        } else {
            self.providers.iter().all(|name| is_fargate(name))
        }
    }

    /// Its task definition, where its tasks run, are billed one by one, and have an unknown size.
    pub fn unsized_definition(&self) -> Option<&str> {
        let is_billed = self.is_fargate() && self.desired.is_some_and(|desired| desired > 0);
        self.task_definition.as_deref().filter(|_| is_billed && self.task.is_none())
    }

    /// What is going on with its deployments, as far as that is not finished.
    pub fn unfinished(&self) -> Option<String> {
        let is_finished = |state: &str| matches!(state, "COMPLETED" | "FAILED" | "STEADY_STATE");
        match self.deployments.as_ref() {
            [] => Some("no deployment".to_owned()),
            [only] => {
                only.state.as_deref().filter(|state| !is_finished(state)).map(|state| format!("deployment {state}"))
            }
            several => Some(format!("{} deployments", several.len())),
        }
    }

    /// What a start must restore after a stop now; `None` if that is not known.
    pub fn size(&self) -> Option<Size> {
        let desired = self.desired.filter(|desired| *desired > 0)?;
        match self.scaling {
            Scaling::Unknown => None,
            Scaling::Absent => Some(Size { desired, suspended: None }),
            Scaling::Target(suspended) => Some(Size { desired, suspended: Some(suspended) }),
        }
    }

    fn state(&self) -> State {
        match (&*self.status, self.desired) {
            ("ACTIVE", Some(0)) if self.running.is_none_or(|running| running > 0) => State::Stopping,
            ("ACTIVE", Some(0)) => State::Stopped,
            ("ACTIVE", Some(_)) if self.unfinished().is_some() => State::Changing,
            ("ACTIVE", Some(_)) => State::Running,
            ("DRAINING", _) => State::ShuttingDown,
            ("INACTIVE", _) => State::Terminated,
            _ => State::Unknown,
        }
    }

    /// When its newest deployment began. Somebody works on a service that was just deployed.
    pub fn deployed(&self) -> Option<DateTime<Utc>> {
        self.deployments.iter().filter_map(|one| one.created).max()
    }
}

impl Instance {
    /// A service, mapped to the facts that all resources share.
    pub fn service(id: ResourceId, tags: Option<Tags>, facts: Service) -> Self {
        let found = Self::of_kind(id, facts.state(), &facts.capacity(), facts.created, tags);
        let mut found = Self { service: Some(Box::new(facts)), ..found };
        found.date_start(None);
        found
    }

    /// Sets the last start: the one that is known, or the creation. A deployment of a service that is up counts as a start.
    pub(crate) fn date_start(&mut self, started: Option<DateTime<Utc>>) {
        let is_up = matches!(self.state, State::Running | State::Changing);
        let deployed = self.service.as_ref().filter(|_| is_up).and_then(|facts| facts.deployed());
        self.launch = started.or(self.details.created).max(deployed);
    }
}
