//! Undo: which instances that one run stopped may be started again, and why the others are skipped. An instance
//! qualifies only if that run stopped it, its tag confirms this, and it has not been touched since.

pub mod sudden;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use crate::engine::config::{Links, Settings};
use crate::engine::model::{
    Account, Action, Counts, Health, Instance, Locale, Notes, Outcome, OutcomeKind, Reason, ResourceId, State, Step,
    Target, Unreachable,
};
use crate::engine::plan::Plan;
use crate::engine::report::past::Past;
use crate::engine::report::slice::{outcomes_of, unreachable_of};
use crate::engine::request::{Run, Scope, UndoOverrides};
use crate::engine::schedule::DateRange;
use crate::engine::tags::OwnTag;

/// What the record contains about one instance that the run was to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The instance.
    pub id: ResourceId,
    /// The `Name` tag, as the run found it.
    pub name: String,
    /// The policy under which it was stopped.
    pub policy: String,
    /// How the stop ended; `None` if the run broke off before its report.
    pub ended: Option<OutcomeKind>,
}

/// The decision for one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Start it.
    Start,
    /// Skip it.
    Left(WhyNot),
}

/// Why an instance is not started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyNot {
    /// The request does not select it.
    NotSelected,
    /// The run did not stop it; this is how the step ended.
    NotStopped(OutcomeKind),
    /// Its target was unreachable.
    Unreachable,
    /// A policy of the organisation denies its Region.
    Denied,
    /// It no longer exists.
    Gone,
    /// It is running or starting.
    Up(State),
    /// It is still stopping: AWS can start it only once it has stopped.
    StillStopping,
    /// Its state does not allow a start.
    State(State),
    /// It does not have the reaper's tag.
    NoTag,
    /// Its tag has a format that the reaper does not write, or a time in the future.
    TagUnreadable,
    /// Its tag names another run.
    OtherRun(String),
    /// Its tag names another hub.
    OtherHub(String),
    /// It was started or stopped since.
    Touched,
    /// Its policy's calendar is frozen.
    Frozen(DateRange),
}

impl WhyNot {
    /// The name in reports.
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

/// Everything that the run was to stop, with the record's information, by account, Region and id. `ended`: whether
/// `past` is the report of a completed run. If the run broke off, only its plan shows what it may have done.
pub fn stops(past: &Past, ended: bool) -> Vec<Stop> {
    let stops = past.plan.steps.iter().filter(|step| step.action.is_stop());
    let names: HashMap<&ResourceId, &str> = past.resources.iter().map(|line| (&line.id, line.name.as_str())).collect();
    let outcomes: HashMap<(&ResourceId, Action), OutcomeKind> =
        past.outcomes.iter().map(|outcome| ((&outcome.id, outcome.action), outcome.outcome)).collect();
    let mut stops: Vec<Stop> = stops
        .map(|step| Stop {
            id: step.id.clone(),
            name: names.get(&step.id).map_or_else(String::new, |name| (*name).to_owned()),
            policy: step.policy.to_string(),
            // Without this step's outcome, the report proves nothing: the instance's tag decides.
            ended: if ended { outcomes.get(&(&step.id, step.action)).copied() } else { None },
        })
        .collect();
    stops.sort_by(|a, b| a.id.cmp(&b.id));
    stops
}

/// Why the record and the request alone exclude this instance, before anything is scanned. `accounts`: those with
/// known names, for selectors by name.
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
        // An unknown stop may have happened: the instance's tag decides.
        None | Some(OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Unverified) => None,
        Some(
            kind @ (OutcomeKind::Started
            | OutcomeKind::Starting
            | OutcomeKind::Already
            | OutcomeKind::Overtaken
            | OutcomeKind::Failed
            | OutcomeKind::NotTried),
        ) => Some(WhyNot::NotStopped(kind)),
    }
}

/// The decision for an instance in its current state; `None` means that it no longer exists. Keep tags do not matter
/// here: they request that it runs.
pub fn find(
    settings: &Settings,
    instance: Option<&Instance>,
    run: &str,
    policy: &str,
    overrides: UndoOverrides,
    now: DateTime<Utc>,
) -> Finding {
    let why_not = || {
        let Some(instance) = instance else { return Some(WhyNot::Gone) };
        match instance.state {
            State::Pending | State::Running => return Some(WhyNot::Up(instance.state)),
            State::Terminated => return Some(WhyNot::Gone),
            State::ShuttingDown | State::Changing | State::Unknown => return Some(WhyNot::State(instance.state)),
            State::Stopping | State::Stopped => {}
        }
        let Some(value) = instance.tags.get(&settings.tags.stopped) else { return Some(WhyNot::NoTag) };
        // A tag from the future is forged, or a clock is wrong: every change would seem to be older than it.
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
    };
    why_not().map_or(Finding::Start, Finding::Left)
}

/// One line: an instance that the run was to stop, and the decision for it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the record contains.
    pub stop: Stop,
    /// The decision.
    pub finding: Finding,
    /// The launch time that the finding is based on.
    pub launched: Option<DateTime<Utc>>,
    /// Its owner, from the tag that the settings name.
    pub owner: Option<Box<str>>,
}

/// The result of an undo.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The id of this run.
    pub run: Arc<str>,
    /// The run to undo.
    pub undoes: String,
    /// The account, if it starts by the tags alone.
    pub by_tags_in: Option<String>,
    /// The time at which everything was judged.
    pub at: DateTime<Utc>,
    /// Whether it was executed; a dry run writes nothing.
    pub applied: bool,
    /// Whether no selector limits it.
    pub whole: bool,
    /// One line for each instance that the run was to stop.
    pub found: Vec<Found>,
    /// The starts.
    pub plan: Plan,
    /// What was done.
    pub outcomes: Vec<Outcome>,
    /// Targets that were unreachable.
    pub unreachable: Vec<Unreachable>,
    /// Targets that a policy of the organisation denies.
    pub denied: Vec<Target>,
    /// Other information for people, as text.
    pub notes: Vec<String>,
    /// Something besides outcomes and unreachable targets went wrong; the notes have the details.
    pub troubled: bool,
    /// Calls to AWS APIs, including retries.
    pub calls: u64,
    /// How resources and runs are linked, if they are.
    pub links: Option<Arc<Links>>,
    /// The language of its text.
    pub locale: Locale,
}

impl Undo {
    /// An undo that has found nothing yet.
    pub fn empty(run: &Run, undoes: &str, settings: &Settings, at: DateTime<Utc>) -> Self {
        Self {
            run: run.id.clone(),
            undoes: undoes.to_owned(),
            by_tags_in: None,
            at,
            applied: false,
            whole: false,
            found: Vec::new(),
            plan: Plan::of(settings, at, Vec::new()),
            outcomes: Vec::new(),
            unreachable: Vec::new(),
            denied: Vec::new(),
            notes: Vec::new(),
            troubled: false,
            calls: 0,
            links: settings.links.clone(),
            locale: settings.run.locale,
        }
    }

    /// Adds the notes of a stage.
    #[must_use]
    pub fn noting(mut self, notes: Notes) -> Self {
        let Notes { lines, troubled } = notes;
        self.notes.extend(lines);
        self.troubled |= troubled;
        self
    }

    /// The part about one account, without notes about everything.
    #[must_use]
    pub fn of_account(&self, account: &Arc<str>) -> Self {
        Self {
            run: self.run.clone(),
            undoes: self.undoes.clone(),
            by_tags_in: self.by_tags_in.clone(),
            at: self.at,
            applied: self.applied,
            whole: self.whole,
            found: self.found.iter().filter(|one| one.stop.id.place.account == *account).cloned().collect(),
            plan: self.plan.of_account(account),
            outcomes: outcomes_of(&self.outcomes, account),
            unreachable: unreachable_of(&self.unreachable, account),
            denied: self.denied.iter().filter(|target| target.account == *account).cloned().collect(),
            notes: Vec::new(),
            troubled: false,
            calls: 0,
            links: self.links.as_ref().map(|links| Arc::new(links.within(account))),
            locale: self.locale,
        }
    }

    /// The counts, with the same names as for any run.
    pub fn counts(&self) -> Counts {
        let ended = |wanted: &[OutcomeKind]| self.outcomes.iter().filter(|o| wanted.contains(&o.outcome)).count();
        Counts {
            found: self.found.len(),
            started: ended(&[OutcomeKind::Started, OutcomeKind::Starting]),
            failed: ended(&[OutcomeKind::Failed, OutcomeKind::Unverified]),
            unreachable: self.unreachable.len(),
            denied: self.denied.len(),
            calls: self.calls,
            ..Counts::default()
        }
    }

    /// Degraded if something failed or was unreachable.
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
