//! Starts the instances that have the reaper's tag, without hub, record and settings: the starts of an undo, found by the tags alone.
//! Each instance is judged by the run and the hub that its own tag names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, Utc};

use crate::engine::config::Settings;
use crate::engine::history::uptimes::{OwnActs, Uptime, Uptimes};
use crate::engine::model::{Instance, Kind, ResourceId, State, Step, Target};
use crate::engine::plan::Plan;
use crate::engine::request::{Run, UndoOverrides};
use crate::engine::tags::OwnTag;
use crate::engine::undo::{Finding, Found, Stop, Undo, WhyNot, find, steps};
use crate::ports::{Act, Pause, Scan, Switch};
use crate::run::act::{Acting, Noted, carry_out};
use crate::run::recheck::Recheck;
use crate::run::survey::{Sweep, survey};
use crate::run::warrant::Warrant;
use crate::run::{Clock, ScanError, Scanned};

/// A person with their own rights is not held back by the hub's pause, and there are no settings that could freeze.
const OVERRIDES: UndoOverrides = UndoOverrides { even_paused: true, even_frozen: true };

/// The kinds besides instances that are started.
const KINDS: [Kind; 2] = [Kind::Database, Kind::Service];

/// What stands in place of a run's id, where the stops of every run are started.
const EVERY_RUN: &str = "*";

/// The note on databases of which nothing shows whether others started them.
const UNREAD: &str = "databases are left stopped, because the events that show whether others started one since could not be read \
     (allow `rds:DescribeEvents`)";

/// The inputs, other than the ports.
pub struct StartOrder<'a> {
    /// The request, with its own id.
    pub run: &'a Run,
    /// The account.
    pub account: &'a str,
    /// Only what this run stopped.
    pub only: Option<&'a str>,
    /// Settings for the own account, which have the tags' names and nothing else.
    pub settings: &'a Settings,
    /// The instant and the deadline.
    pub clock: Clock,
    /// Shows how far the scan is.
    pub progress: &'a dyn Fn(usize, usize),
}

/// The run and the hub that a tag names.
type Writer = (String, Option<String>);

/// There is no switch.
struct NoSwitch;

impl Pause for NoSwitch {
    async fn switch(&self) -> Switch {
        Switch::Off
    }
}

/// Finds what would be started, and why the rest would not. Writes nothing.
///
/// # Errors
/// [`ScanError`] when nothing could be scanned.
pub async fn preview_start(order: &StartOrder<'_>, scanner: &impl Scan) -> Result<Undo, ScanError> {
    let (undo, _) = prepare(order, scanner).await?;
    Ok(Undo { calls: scanner.calls(), ..undo })
}

/// Starts the instances that have the tag. `agreed`: the ids that a person has agreed to; it may only do less.
///
/// # Errors
/// As [`preview_start`]; in this case nothing was started.
pub async fn start_stopped(
    order: &StartOrder<'_>,
    scanner: &impl Scan,
    act: &impl Act,
    agreed: Option<&[ResourceId]>,
) -> Result<Undo, ScanError> {
    let (mut undo, writers) = prepare(order, scanner).await?;
    undo.applied = true;
    if let Some(agreed) = agreed {
        undo.plan.steps.retain(|step| agreed.contains(&step.id));
    }
    let warrant = Warrant::to_start(&undo.plan.steps);
    let mut by_writer: BTreeMap<&Writer, Vec<Step>> = BTreeMap::new();
    for step in &undo.plan.steps {
        if let Some(writer) = writers.get(&step.id) {
            by_writer.entry(writer).or_default().push(step.clone());
        }
    }
    for ((run, hub), steps) in by_writer {
        let settings = of_hub(order.settings, hub.clone());
        let acting = Acting {
            run: order.run,
            settings: &settings,
            recheck: Recheck::Undo { run, overrides: OVERRIDES, databases: None },
            clock: order.clock,
            scanner,
            act,
            pause: &NoSwitch,
            warrant: &warrant,
            noted: Noted::default(),
        };
        undo.outcomes.extend(carry_out(&acting, &steps).await);
        undo.troubled |= acting.noted.troubled.get();
    }
    undo.calls = scanner.calls();
    Ok(undo)
}

/// The settings of the hub that wrote a tag, as far as they matter here.
fn of_hub(settings: &Settings, hub: Option<String>) -> Settings {
    let mut settings = settings.clone();
    settings.run.hub = hub;
    settings
}

async fn prepare(
    order: &StartOrder<'_>,
    scanner: &impl Scan,
) -> Result<(Undo, BTreeMap<ResourceId, Writer>), ScanError> {
    let StartOrder { run, account, only, settings, clock, progress } = order;
    let how = Sweep { kinds: KINDS.to_vec(), ..Sweep::of(settings, &run.scope, *clock, *progress) };
    let (all, scanned) = survey(scanner, how).await?;
    let (mut found, mut writers, mut events) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for mut instance in all {
        let Some(value) = instance.tags.get(&settings.tags.stopped) else { continue };
        let tag = OwnTag::parse(value).ok();
        if instance.id.kind == Kind::Database && instance.state == State::Stopped {
            // Without a record, only its events show whether others started it after the tag was written.
            let target = instance.id.place.clone();
            let known = match events.entry(target.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(scanner.database_events(&target).await),
            };
            match known {
                Ok(known) => {
                    Uptimes::default().explain(Uptime::default(), &mut instance, OwnActs::default(), known);
                }
                Err(_) => instance.launch = None,
            }
        }
        found.push(judged(order, &instance, tag.as_ref(), clock.now()));
        if let Some(tag) = tag {
            writers.insert(instance.id, (tag.run, tag.hub));
        }
    }
    found.sort_by(|a, b| a.stop.id.cmp(&b.stop.id));
    let waiting = found.iter().any(|found| found.finding == Finding::Left(WhyNot::StillStopping));
    let waits = "some are still stopping; repeat the command in a minute".to_owned();
    let plan = Plan::of(settings, clock.at(), steps(&found));
    let Scanned { mut unreachable, mut denied, unlisted, .. } = scanned;
    let unlisted = |kind: Kind, what: &str| {
        let of_kind = unlisted.iter().filter(|one| one.kind == kind);
        failed(what, &of_kind.map(|one| (one.target(), &one.cause)).collect::<Vec<_>>())
    };
    let unread = events.iter().filter_map(|(target, known)| Some(((**target).clone(), known.as_ref().err()?)));
    let unread = failed(UNREAD, &unread.collect::<Vec<_>>());
    let troubled = waiting || unread.is_some();
    let notes = waiting.then_some(waits).into_iter().chain(unlisted(Kind::Database, "databases could not be listed"));
    let notes = notes.chain(unlisted(Kind::Service, "services could not be listed"));
    let notes: Vec<String> = notes.chain(unread).collect();
    unreachable.sort();
    denied.sort();
    let undo = Undo {
        by_tags_in: Some((*account).to_owned()),
        found,
        plan,
        unreachable,
        denied,
        notes,
        troubled,
        ..Undo::empty(run, only.unwrap_or(EVERY_RUN), settings, clock.at())
    };
    Ok((undo, writers))
}

/// A note on what failed in these Regions, with the first cause.
fn failed(what: &str, causes: &[(Target, &String)]) -> Option<String> {
    let (target, cause) = causes.first()?;
    Some(format!("{what} in {} Regions, {target} first: {cause}", causes.len()))
}

/// The decision for one instance that has the tag.
fn judged(order: &StartOrder<'_>, instance: &Instance, tag: Option<&OwnTag>, now: DateTime<Utc>) -> Found {
    let (run, policy) = tag.map_or(("", "unknown"), |tag| (&*tag.run, &*tag.policy));
    let settings = of_hub(order.settings, tag.and_then(|tag| tag.hub.clone()));
    // A run selects like the record of that run: what others stopped is not its business.
    let run = order.only.unwrap_or(run);
    let finding = find(&settings, Some(instance), run, policy, OVERRIDES, now);
    let stop =
        Stop { id: instance.id.clone(), name: instance.name().to_owned(), policy: policy.to_owned(), ended: None };
    Found { stop, finding, launched: instance.launch, owner: None }
}
