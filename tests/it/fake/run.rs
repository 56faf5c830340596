//! Runs over the fake world, on a clock of tokio's that is paused: waiting costs nothing.

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::plan::Plan;
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::fan_out::Begun;
use idle_reaper::engine::request::events::Event;
use idle_reaper::engine::request::overrides::UndoOverrides;
use idle_reaper::engine::request::{Mode, Run, Scope};
use idle_reaper::engine::undo::Undo;
use idle_reaper::local::inventory::{NoRecord, Recorded};
use idle_reaper::run;
use idle_reaper::run::FanOutError;
use idle_reaper::run::fan_out;
use idle_reaper::run::fan_out::Planned;
use idle_reaper::run::{Clock, Error, Order, UndoError, UndoOrder};

use super::World;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The instant by which it judges.
    pub at: DateTime<Utc>,
    /// What it selects.
    pub scope: Scope,
    /// A reviewed plan.
    pub reviewed: Option<Plan>,
    /// A run that was held back as a sudden change.
    pub acknowledge: Option<String>,
    /// How long it may last.
    pub left: Option<Duration>,
    /// How far the clock of its process is ahead of the record's, in minutes.
    pub ahead: i64,
    /// The run's id, where one of the form that the record knows is needed.
    pub named: Option<&'static str>,
}

/// What an undo is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// Which run, when, and what it selects.
    pub undoes: String,
    pub at: DateTime<Utc>,
    pub scope: Scope,
    pub overrides: UndoOverrides,
    /// Whether it is carried out.
    pub apply: bool,
    /// How long it may last.
    pub left: Option<Duration>,
}

/// An undo, carried out or not, and whether its report was recorded.
pub fn try_undo(world: &World, settings: &Settings, back: &Back) -> Result<Undo, UndoError> {
    let ask = Ask { scope: back.scope.clone(), ..Ask::at(back.at) };
    let run = begin(world, Mode::Undo, &ask);
    let number = world.state.borrow().runs;
    let run = Run { id: format!("{}-{number:08x}", back.at.format("%Y%m%dT%H%M%SZ")).into(), ..run };
    let (undoes, overrides) = (back.undoes.as_str(), back.overrides);
    block_on(async {
        let clock = Clock::start(back.at, back.left);
        let order = UndoOrder { run: &run, undoes, overrides, settings, clock, wall: back.at, agreed: None };
        match back.apply {
            true => run::undo(&order, world, world, world).await.map(|(undo, _)| undo),
            false => run::preview(&order, world, world).await,
        }
    })
}

impl Ask {
    /// Everything in scope, at this instant.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { at, ..Self::default() }
    }
}

/// A dry run of everything in scope.
pub fn plan(world: &World, settings: &Settings, at: DateTime<Utc>) -> Report {
    try_plan(world, settings, &Ask::at(at)).expect("a plan")
}

/// An apply to everything in scope.
pub fn apply(world: &World, settings: &Settings, at: DateTime<Utc>) -> Report {
    try_apply(world, settings, &Ask::at(at)).expect("a report")
}

/// A dry run.
pub fn try_plan(world: &World, settings: &Settings, ask: &Ask) -> Result<Report, Error> {
    let run = begin(world, Mode::Plan, ask);
    block_on(async { run::plan(&order(&run, settings, ask), world, world).await })
}

/// A dry run over a saved inventory.
pub fn plan_over(recorded: &Recorded, settings: &Settings, at: DateTime<Utc>) -> Report {
    let ask = Ask::at(at);
    let run = Run { id: "run-1".into(), mode: Mode::Plan, scope: Scope::default(), at };
    block_on(async { run::plan(&order(&run, settings, &ask), recorded, &NoRecord).await }).expect("a plan")
}

/// An apply. Whether the world acts is for the settings to say.
pub fn try_apply(world: &World, settings: &Settings, ask: &Ask) -> Result<Report, Error> {
    let run = begin(world, Mode::Apply, ask);
    block_on(unless_killed(async {
        run::apply(&order(&run, settings, ask), world, world, world, world, world).await.map(|(report, _)| report)
    }))
}

/// A run that hangs for a day was killed.
async fn unless_killed(run: impl Future<Output = Result<Report, Error>>) -> Result<Report, Error> {
    let day = Duration::from_secs(24 * 3600);
    tokio::time::timeout(day, run).await.unwrap_or_else(|_| Err(Error::Broke(KILLED.to_owned())))
}

/// How a run ends that was killed.
pub const KILLED: &str = "killed";

/// An apply whose process is killed so long after it began; whether it was killed before its end.
pub fn apply_killed(world: &World, settings: &Settings, ask: &Ask, after: Duration) -> bool {
    let run = begin(world, Mode::Apply, ask);
    block_on(async {
        let order = order(&run, settings, ask);
        let work = run::apply(&order, world, world, world, world, world);
        tokio::time::timeout(after, work).await.is_err()
    })
}

/// A look because of an anomaly of cost.
pub fn handle_anomaly(world: &World, settings: &Settings, event: &Event, at: DateTime<Utc>) -> Result<Report, Error> {
    let Event::Anomaly(anomaly) = event else { panic!("no anomaly: {event:?}") };
    let anomaly = &anomaly.clone().with_kinds(&settings.listed_kinds());
    let ask = Ask { scope: Event::Anomaly(anomaly.clone()).scope(), ..Ask::at(at) };
    let run = begin(world, Mode::Plan, &ask);
    block_on(async {
        let order = order(&run, settings, &ask);
        run::handle_anomaly(&order, world, world, world, world, anomaly).await.map(|(report, _)| report)
    })
}

/// Two applies at once.
pub fn apply_both(world: &World, settings: &Settings, at: DateTime<Utc>) -> [Result<Report, Error>; 2] {
    let ask = Ask::at(at);
    let (one, two) = (begin(world, Mode::Apply, &ask), begin(world, Mode::Apply, &ask));
    let apply = async |run| {
        run::apply(&order(run, settings, &ask), world, world, world, world, world).await.map(|(report, _)| report)
    };
    block_on(async { <[_; 2]>::from(tokio::join!(apply(&one), apply(&two))) })
}

/// A run in parts: what somebody does between one part and the next.
#[derive(Default)]
pub struct Parts<'a> {
    /// Accounts that one child looks at.
    pub size: u16,
    /// Children that come to nothing: of the look, and of the act.
    pub lost: (&'a [usize], &'a [usize]),
    /// Children that act and leave nothing, and are asked once more.
    pub forgotten: &'a [usize],
    /// Minutes between the beginning of one part and that of the next, by their wall clocks.
    pub minutes: i64,
    /// Each part is asked once more, as if its answer had gone astray.
    pub twice: bool,
    /// Done once the plan is made, before any child acts.
    pub meanwhile: Option<&'a dyn Fn(&World)>,
    /// The reviewed plan that the record has when the one plan is made, where somebody has put another in its place.
    pub replaced: Option<&'a Plan>,
    /// Settings of a part that is not the first, where they were changed meanwhile: from this part on.
    pub changed: Option<(Stage, &'a Settings)>,
}

/// The parts, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Scan,
    Plan,
    Act,
    Conclude,
}

/// The same run as [`try_apply`] or [`try_plan`], in parts, one after another as a state machine would have them.
pub fn in_parts(world: &World, settings: &Settings, mode: Mode, ask: &Ask, parts: &Parts<'_>) -> Result<Report, Error> {
    let run = begin(world, mode, ask);
    let under = |stage| parts.changed.filter(|(from, _)| *from <= stage).map_or(settings, |(_, changed)| changed);
    // Each part begins so much later than the one before it.
    let gone = std::cell::Cell::new(0);
    let part = |begun: &Begun, stage| {
        gone.set(gone.get() + parts.minutes);
        let wall = ask.at + chrono::Duration::minutes(gone.get());
        let clock = Clock::resume(begun, wall, ask.left);
        // A reviewed plan is read for the first part, and anew for the one that makes the plan.
        let reviewed = if stage == Stage::Plan { parts.replaced.or(ask.reviewed.as_ref()) } else { None };
        (Order { clock, reviewed, ..order(&run, under(stage), ask) }, wall)
    };
    block_on(unless_killed(async {
        let first = order(&run, settings, ask);
        let (begun, _) = fan_out::targets(&first, world, world, "{}", parts.size.max(1)).await?;
        let begun = &begun;
        for batch in (0..begun.batches.len()).filter(|batch| !parts.lost.0.contains(batch)) {
            // A child that fails is the others' business only in that its accounts are unreachable.
            let (order, wall) = part(begun, Stage::Scan);
            let _ = fan_out::scan(&order, world, world, begun, batch, wall).await;
        }
        let (plan_order, wall) = part(begun, Stage::Plan);
        let planned = fan_out::plan(&plan_order, world, world, world, begun, wall).await;
        if parts.twice {
            let (again, wall) = part(begun, Stage::Plan);
            fan_out::plan(&again, world, world, world, begun, wall).await?;
        }
        let acts = match planned {
            Ok(Planned::Preview(report, _)) => return Ok(*report),
            Ok(Planned::Decided { acts, place: _ }) => acts,
            Err(error) => {
                fan_out::give_up(world, &run.id).await?;
                return Err(error);
            }
        };
        if let Some(meanwhile) = parts.meanwhile {
            meanwhile(world);
        }
        let acts = if acts { world.batches_to_act(&run.id) } else { Vec::new() };
        // All at once, as far as time goes; the fake world shuffles who ends when.
        let (order, wall) = part(begun, Stage::Act);
        let order = &order;
        let children = acts.into_iter().filter(|batch| !parts.lost.1.contains(batch)).map(|batch| async move {
            for _ in 0..=usize::from(parts.twice) {
                fan_out::act(order, world, world, world, begun, batch, wall).await?;
            }
            if parts.forgotten.contains(&batch) {
                // It has acted, and its answer never reached the record; somebody asks for it once more.
                world.lose(&format!("fan-out/{}/act/{batch}.json", order.run.id));
                fan_out::act(order, world, world, world, begun, batch, wall).await?;
            }
            Ok::<(), Error>(())
        });
        for ended in futures_util::future::join_all(children).await {
            ended?;
        }
        let (last, wall) = part(begun, Stage::Conclude);
        let report = fan_out::conclude(&last, world, world, world, world, begun, wall).await?.0;
        if parts.twice {
            let again = fan_out::conclude(&last, world, world, world, world, begun, wall).await;
            assert!(matches!(again, Err(Error::FanOut(FanOutError::Concluded { .. }))), "told and counted twice");
        }
        Ok(report)
    }))
}

impl World {
    /// The list that the state machine maps over when it acts.
    fn batches_to_act(&self, run: &str) -> Vec<usize> {
        let [(_, text)] = &self.recorded(&format!("fan-out/{run}/acts.json"))[..] else { panic!("no list") };
        let items: Vec<serde_json::Value> = serde_json::from_str(text).expect("a list");
        let batch = |item: &serde_json::Value| item["batch"].as_u64().and_then(|n| usize::try_from(n).ok());
        items.iter().map(|item| batch(item).expect("a batch")).collect()
    }
}

/// Every run has its own id, and the world's clock stands at the run's instant.
fn begin(world: &World, mode: Mode, ask: &Ask) -> Run {
    let mut state = world.state.borrow_mut();
    state.minutes_pass(ask.at);
    state.now = ask.at;
    state.runs += 1;
    state.switch_reads = 0;
    let id = ask.named.map_or_else(|| format!("run-{}", state.runs), str::to_owned);
    Run { id: id.into(), mode, scope: ask.scope.clone(), at: ask.at }
}

fn order<'a>(run: &'a Run, settings: &'a Settings, ask: &'a Ask) -> Order<'a> {
    let clock = Clock::start(ask.at, ask.left);
    let (reviewed, acknowledge) = (ask.reviewed.as_ref(), ask.acknowledge.as_deref());
    let wall = ask.at + chrono::Duration::minutes(ask.ahead);
    Order { run, settings, clock, wall, reviewed, acknowledge, progress: &|_, _| {} }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}
