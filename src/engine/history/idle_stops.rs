//! How often an instance was stopped as idle, from the record. Weeks of evidence lie between two such stops, which is
//! much longer than the period in which repeated restarts outside hours are counted.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ByResource, ResourceId, json_lines, sane, settle};

/// Its path in the record.
pub const FILE: &str = "state/idle-stops.jsonl";

/// After this many idle stops that a person undid, the reaper does not stop the instance again.
pub const ENOUGH: usize = 2;

/// A stop older than this does not count. Two idle stops of one instance are at least some seven weeks apart.
const FORGET_DAYS: i64 = 366;

/// When the reaper stopped idle instances, by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdleStops(ByResource<Vec<DateTime<Utc>>>);

/// One stop, as the record stores it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    #[serde(deserialize_with = "sane")]
    at: DateTime<Utc>,
}

impl IdleStops {
    /// Reads the file: one JSON line per stop. A line that is unreadable or in the future is ignored.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Self {
        let mut stops = Self::default();
        let mut lines: Vec<Line> = json_lines::readable(text).collect();
        settle(lines.iter_mut().map(|line| &mut line.id));
        for Line { id, at } in lines {
            if at <= now && now - at <= Duration::days(FORGET_DAYS) {
                stops.note(&id, at);
            }
        }
        stops
    }

    /// The file.
    pub fn text(&self) -> String {
        json_lines::text(
            self.0.iter().flat_map(|(id, stops)| stops.iter().map(move |at| Line { id: id.clone(), at: *at })),
        )
    }

    /// Records one stop.
    pub fn note(&mut self, id: &ResourceId, at: DateTime<Utc>) {
        let stops = self.0.entry(id.clone());
        if !stops.contains(&at) {
            stops.push(at);
        }
    }

    /// How often `id` was stopped.
    pub fn count(&self, id: &ResourceId) -> usize {
        self.0.all(id).map(Vec::len).sum()
    }

    /// Gives stops that were recorded without a place the place of the found instances.
    pub fn place<'a>(&mut self, found: impl IntoIterator<Item = &'a ResourceId>) {
        self.0.place(found, |known, stops| known.extend(stops));
    }
}
