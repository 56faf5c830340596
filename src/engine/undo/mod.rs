//! The way back: of what one run stopped, what may be started again, and why the rest is left alone. Only what
//! that run stopped, whose tag says so, and which nobody has touched since.

pub mod sudden;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::config::Settings;
use crate::engine::model::{
    Account, Action, Counts, Ending, Health, Instance, Locale, Outcome, Reason, ResourceId, State, Step, Target,
    Unreachable,
};
use crate::engine::plan::Plan;
use crate::engine::report::past::Past;
use crate::engine::request::Scope;
use crate::engine::request::overrides::UndoOverrides;
use crate::engine::schedule::DateRange;
use crate::engine::tags::stop_tag::OwnTag;

/// What the record says of one instance that the run was to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which instance.
    pub id: ResourceId,
    /// The `Name` tag, as the run saw it.
    pub name: String,
    /// The policy under which it was stopped.
    pub policy: String,
    /// How the stop ended; `None` where the run broke off before its report.
    pub ended: Option<Ending>,
}

/// What is to be done with one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Start it.
    Start,
    /// Leave it alone.
    Left(WhyNot),
}

/// Why an instance is not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The request is about others.
    NotSelected,
    /// The run did not stop it: the stop ended so.
    NotStopped(Ending),
    /// Its target could not be looked at.
    Unreachable,
    /// The organisation's policy closes its Region.
    Denied,
    /// It is no longer there.
    Gone,
    /// It runs already, or is on its way up.
    Up(State),
    /// It is still on its way down: AWS starts only what has stopped.
    StillStopping,
    /// It is in a state that cannot be started.
    State(State),
    /// It does not bear the reaper's tag.
    NoTag,
    /// Its tag is not what the reaper writes, or lies in the future.
    TagUnreadable,
    /// Its tag names another run.
    OtherRun(String),
    /// Its tag names another hub.
    OtherHub(String),
    /// Somebody has started or stopped it since.
    Touched,
    /// Its policy's calendar is frozen.
    Frozen(DateRange),
}

impl WhyNot {
    /// The word in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotSelected => "not-selected",
            Self::NotStopped(_) => "not-stopped",
            Self::Unreachable => "unreachable",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::Up(_) => "up",
            Self::StillStopping => "still-stopping",
            Self::State(_) => "state",
            Self::NoTag => "no-tag",
            Self::TagUnreadable => "tag-unreadable",
            Self::OtherRun(_) => "other-run",
            Self::OtherHub(_) => "other-hub",
            Self::Touched => "touched",
            Self::Frozen(_) => "frozen",
        }
    }
}

/// Everything that the run was to stop, with what the record says of it, by account, Region and id. `ended`: whether
/// `past` is the report of a run that came to its end; of one that broke off, the plan tells what it may have done.
pub fn stops(past: &Past, ended: bool) -> Vec<Stop> {
    let stops = past.plan.steps.iter().filter(|step| match step.action {
        Action::Stop | Action::Hibernate => true,
        Action::Start => false,
    });
    let names: HashMap<&ResourceId, &str> = past.instances.iter().map(|line| (&line.id, line.name.as_str())).collect();
    let endings: HashMap<(&ResourceId, Action), Ending> =
        past.outcomes.iter().map(|outcome| ((&outcome.id, outcome.action), outcome.outcome)).collect();
    let mut stops: Vec<Stop> = stops
        .map(|step| Stop {
            id: step.id.clone(),
            name: names.get(&step.id).map_or_else(String::new, |name| (*name).to_owned()),
            policy: step.policy.to_string(),
            // A report without this step's outcome is as good as none: its tag tells.
            ended: if ended { endings.get(&(&step.id, step.action)).copied() } else { None },
        })
        .collect();
    stops.sort_by(|a, b| a.id.cmp(&b.id));
    stops
}

/// Why the record and the request alone leave this one out, before anything is looked at. `accounts`: those whose
/// names are known, for selectors by name.
pub fn left_out(stop: &Stop, scope: &Scope, accounts: &[Account]) -> Option<WhyNot> {
    let account = accounts.iter().find(|account| account.id == stop.id.place.account);
    let name = account.and_then(|account| account.name.as_deref());
    let selected = scope.has_account(&stop.id.place.account, name)
        && scope.has_region(&stop.id.place.region)
        && scope.has_instance(&stop.id.name)
        && scope.has_policy(&stop.policy);
    if !selected {
        return Some(WhyNot::NotSelected);
    }
    match stop.ended {
        // What is not known may have happened: the tag tells.
        None | Some(Ending::Stopped | Ending::Stopping | Ending::Unverified) => None,
        Some(ending @ (Ending::Started | Ending::Already | Ending::Overtaken | Ending::Failed | Ending::NotTried)) => {
            Some(WhyNot::NotStopped(ending))
        }
    }
}

/// What is to be done with an instance as it is now; `None` where it is not there any more. Its keeps do not
/// matter: they say that it shall run.
pub fn find(
    settings: &Settings,
    instance: Option<&Instance>,
    run: &str,
    policy: &str,
    overrides: UndoOverrides,
    now: DateTime<Utc>,
) -> Finding {
    why_not(settings, instance, run, policy, overrides, now).map_or(Finding::Start, Finding::Left)
}

fn why_not(
    settings: &Settings,
    instance: Option<&Instance>,
    run: &str,
    policy: &str,
    overrides: UndoOverrides,
    now: DateTime<Utc>,
) -> Option<WhyNot> {
    let Some(instance) = instance else { return Some(WhyNot::Gone) };
    match instance.state {
        State::Pending | State::Running => return Some(WhyNot::Up(instance.state)),
        State::Terminated => return Some(WhyNot::Gone),
        State::ShuttingDown | State::Unknown => return Some(WhyNot::State(instance.state)),
        State::Stopping | State::Stopped => {}
    }
    let Some(value) = instance.tags.get(&settings.tags.stopped) else { return Some(WhyNot::NoTag) };
    // A tag from the future is a forged one, or a clock that is wrong: everything would lie before it.
    let tag = OwnTag::parse(value).ok().filter(|tag| tag.at <= now + Duration::minutes(1));
    let Some(tag) = tag else { return Some(WhyNot::TagUnreadable) };
    if let Some(hub) = tag.hub.clone().filter(|hub| !settings.run.wrote(Some(hub))) {
        return Some(WhyNot::OtherHub(hub));
    }
    if tag.run != run {
        return Some(WhyNot::OtherRun(tag.run));
    }
    if tag.touched_since(instance) {
        return Some(WhyNot::Touched);
    }
    if instance.state == State::Stopping {
        return Some(WhyNot::StillStopping);
    }
    let frozen = settings.policies.iter().find(|known| known.name == policy)?.schedule.frozen(now)?;
    (!overrides.even_frozen).then_some(WhyNot::Frozen(frozen))
}

/// One line: an instance that the run was to stop, and what is done with it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the record says.
    pub stop: Stop,
    /// What is to be done.
    pub finding: Finding,
    /// The launch time on which the finding rests.
    pub launched: Option<DateTime<Utc>>,
    /// Who owns it, by the tag that the settings name.
    pub owner: Option<Box<str>>,
}

/// Everything that an undo has to say.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The run's own id.
    pub run: Arc<str>,
    /// The run that is undone.
    pub undoes: String,
    /// The instant by which everything was judged.
    pub at: DateTime<Utc>,
    /// Whether it was carried out; a dry run writes nothing.
    pub applied: bool,
    /// Whether no selector narrows it.
    pub whole: bool,
    /// One line for each instance that the run was to stop.
    pub found: Vec<Found>,
    /// What is started.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
    /// Targets that could not be looked at.
    pub unreachable: Vec<Unreachable>,
    /// Targets that the organisation's policy closes.
    pub denied: Vec<Target>,
    /// What else people should know, in words.
    pub notes: Vec<String>,
    /// Something beside outcomes and unreachable targets went wrong; the notes say what.
    pub troubled: bool,
    /// Calls of AWS's APIs, retries included.
    pub calls: u64,
    /// The language in which it speaks to people.
    pub locale: Locale,
}

impl Undo {
    /// The figures, by the same words as those of any run.
    pub fn counts(&self) -> Counts {
        let ended = |wanted: &[Ending]| self.outcomes.iter().filter(|o| wanted.contains(&o.outcome)).count();
        Counts {
            found: self.found.len(),
            candidates: 0,
            stopped: 0,
            started: ended(&[Ending::Started]),
            failed: ended(&[Ending::Failed, Ending::Unverified]),
            deferred: 0,
            waiting: 0,
            marked: 0,
            lifted: 0,
            messages: 0,
            unreachable: self.unreachable.len(),
            denied: self.denied.len(),
            calls: self.calls,
        }
    }

    /// Degraded when something failed or could not be looked at.
    pub fn health(&self) -> Health {
        let counts = self.counts();
        if counts.failed > 0 || counts.unreachable > 0 || self.troubled { Health::Degraded } else { Health::Ok }
    }
}

/// The starts of an undo, in order.
pub fn steps(found: &[Found]) -> Vec<Step> {
    let starts = found.iter().filter(|found| found.finding == Finding::Start);
    starts
        .map(|Found { stop, finding: _, launched, owner: _ }| Step {
            id: stop.id.clone(),
            action: Action::Start,
            policy: stop.policy.as_str().into(),
            reason: Reason::Reopening,
            launched: *launched,
            not_after: None,
        })
        .collect()
}
