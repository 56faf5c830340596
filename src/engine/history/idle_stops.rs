//! How often an instance was stopped for being idle, from the record: between two such stops lie weeks of evidence,
//! far more than a fight over hours is remembered for.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{ByResource, ResourceId, json_lines, sane, settle};

/// Where it stands in the record.
pub const FILE: &str = "state/idle-stops.jsonl";

/// After this many stops, each of which somebody has taken back, the reaper gives in.
pub const ENOUGH: usize = 2;

/// A stop that lies so far back counts no more: two stops of one machine lie some seven weeks apart at the least.
const FORGET_DAYS: i64 = 366;

/// When the reaper has stopped what was idle, by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdleStops(ByResource<Vec<DateTime<Utc>>>);

/// One stop as it stands in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    #[serde(deserialize_with = "sane")]
    at: DateTime<Utc>,
}

impl IdleStops {
    /// Reads the file, one JSON line a stop. A line that cannot be read, or lies in the future, counts for nothing.
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

    /// Notes one stop.
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

    /// Gives what was noted without a place that of the instances which were found.
    pub fn place<'a>(&mut self, found: impl IntoIterator<Item = &'a ResourceId>) {
        self.0.place(found, |known, stops| known.extend(stops));
    }
}
