//! False stops: a person wanted the machine back within four hours.

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::History;
use crate::engine::history::past_runs::START_MINUTES;
use crate::engine::model::ResourceId;

/// A person who needs a machine tonight misses it within these hours. Who starts it later begins another day.
pub const FALSE_STOP_HOURS: i64 = 4;

/// When the reaper made the stops of `id` that a person took back: by an undo, or by another start than the reaper's own.
/// `launch` is the last start of the instance.
pub(super) fn false_stops(history: &History, id: &ResourceId, launch: Option<DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let of = |times: &mut dyn Iterator<Item = &Vec<DateTime<Utc>>>| times.flatten().copied().collect::<Vec<_>>();
    let stops = of(&mut history.stops.all(id));
    if stops.is_empty() {
        return stops;
    }
    let (starts, failed) = (of(&mut history.starts.all(id)), of(&mut history.failed_starts.all(id)));
    let begin = Duration::minutes(START_MINUTES);
    let own =
        |launch: DateTime<Utc>| starts.iter().chain(&failed).any(|known| launch <= *known && *known - launch <= begin);
    // A start that takes minutes may have no confirmed end yet.
    let launch = launch.filter(|launch| !own(*launch) && !history.is_own_start(id, *launch));
    let taken_back = history.undone.get(id).copied().into_iter().chain(launch);
    let stop = |at: DateTime<Utc>| {
        let stop = stops.iter().copied().filter(|stop| *stop <= at).max()?;
        // What the reaper itself has started since was not taken back.
        let ended = starts.iter().any(|start| stop < *start && *start < at);
        (!ended && at - stop <= Duration::hours(FALSE_STOP_HOURS)).then_some(stop)
    };
    taken_back.filter_map(stop).collect()
}
