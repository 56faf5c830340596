//! The heat map of one instance: when it ran while closed, and what happened to it, as the record of acts shows it.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::past_runs::START_MINUTES;
use crate::engine::model::State;
use crate::engine::schedule::Schedule;
use crate::engine::trends::{Event, HeatMap, What};

/// What a run did with the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// When its outcome was known.
    pub at: DateTime<Utc>,
    /// A stop, a start, or the start of an undo.
    pub what: What,
    /// For a stop: when the instance had last been started.
    pub launched: Option<DateTime<Utc>>,
}

/// How the instance was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// When a run or an inventory found it.
    pub at: DateTime<Utc>,
    /// Its state.
    pub state: State,
    /// Its last start.
    pub launch: Option<DateTime<Utc>>,
    /// Whether the reaper stopped it and it has not been touched since.
    pub ours: bool,
}

/// A time in which it certainly ran, or certainly did not.
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    runs: bool,
}

impl HeatMap {
    /// The map of an instance with these hours. An hour counts 1 if it ran while closed, 0 if it is known for the whole
    /// hour that it did not, and otherwise it is unknown.
    pub fn of_instance(schedule: &Arc<Schedule>, acts: &[Act], found: Found) -> Self {
        let mut map = Self::until(found.at, schedule.zone(), std::slice::from_ref(schedule));
        let spans = spans(acts, found);
        let runs = |at: DateTime<Utc>| {
            let mut spans = spans.iter().filter(|span| span.from <= at && at < span.to).map(|span| span.runs);
            spans.clone().find(|runs| *runs).or_else(|| spans.next())
        };
        for hour in map.hours_mut() {
            let states = || hour.steps().take_while(|at| *at < found.at).map(|at| (schedule.is_open(at), runs(at)));
            if states().any(|(open, runs)| !open && runs == Some(true)) {
                hour.running = Some(1);
            } else if states().next().is_some() && states().all(|(_, runs)| runs.is_some()) {
                hour.running = Some(0);
            }
        }
        for event in events(acts, found) {
            if let Some(hour) = map.hour(event.at) {
                hour.events.push(event);
            }
        }
        map
    }
}

/// Everything that is certain. Between a stop and the next start by a run or an undo it stayed stopped: these start only
/// what nobody has touched. Before a start by others it may have run at other times, too.
fn spans(acts: &[Act], found: Found) -> Vec<Span> {
    let stopped = |until: DateTime<Utc>| {
        let stops = acts.iter().filter(|act| act.what == What::Stopped && act.at <= until);
        stops.map(|act| act.at).max().map(|from| Span { from, to: until, runs: false })
    };
    let of_act = |act: &Act| match act.what {
        What::Stopped => act.launched.map(|from| Span { from, to: act.at, runs: true }),
        What::Started | What::Undone => stopped(act.at),
        What::StartedByOthers => None,
    };
    let last = match found.state {
        State::Running => found.launch.map(|from| Span { from, to: found.at, runs: true }),
        State::Stopping | State::Stopped if found.ours => stopped(found.at),
        State::Stopping | State::Stopped | State::Pending | State::ShuttingDown => None,
        State::Terminated | State::Changing | State::Unknown => None,
    };
    acts.iter().filter_map(of_act).chain(last).collect()
}

/// What happened, in order. A start that no run made was made by others.
fn events(acts: &[Act], found: Found) -> Vec<Event> {
    let own = |launch: &DateTime<Utc>| {
        let mut known = acts.iter().filter(|act| act.what != What::Stopped).map(|act| act.at);
        known.any(|known| *launch <= known && known - *launch <= Duration::minutes(START_MINUTES))
    };
    let launches = acts.iter().filter_map(|act| act.launched).chain(found.launch).filter(|launch| !own(launch));
    let others = launches.map(|at| Event { at, what: What::StartedByOthers });
    let mut events: Vec<Event> =
        acts.iter().map(|Act { at, what, .. }| Event { at: *at, what: *what }).chain(others).collect();
    events.sort_unstable();
    events.dedup();
    events
}
