//! What earlier runs and undos left in the record, read with the help of an index, and once for all that needs it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::Settings;
use crate::engine::history::past_runs::History;
use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};
use crate::run::acts::{ACTS, acts_since};
use crate::run::index::Read;
use crate::run::record::partition;
use crate::run::undone::{UNDONE, undone_since};
use crate::run::{Order, index, state};

/// The index of the outcomes and undos of the last days.
pub const INDEX: &str = "state/past.jsonl.gz";

/// The files of earlier runs and undos.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Past {
    acts: Vec<Entry>,
    undone: Vec<Entry>,
    /// When each target was last scanned, and how many seconds a sweep has, for the parts of a run that does not scan
    /// everything. They must agree.
    #[serde(default)]
    pub(crate) last_scans: Option<(String, i64)>,
}

impl Past {
    /// Reads what a run at `at` needs. Also returns a new index to write at [`INDEX`], where the old one lacks much.
    ///
    /// # Errors
    /// [`PortError`] when the record cannot be listed, or a file of it cannot be read.
    pub async fn read(
        hub: &impl ReadRecord,
        settings: &Settings,
        at: DateTime<Utc>,
    ) -> Result<(Self, Option<Vec<u8>>), PortError> {
        let folders = [(ACTS, acts_since(settings, at)), (UNDONE, undone_since(at))];
        let folders = folders.map(|(folder, from)| (folder.to_owned(), partition(from)));
        let Read { folders, index } = index::read(hub, INDEX, &folders).await?;
        let mut folders = folders.into_iter();
        let mut next = || folders.next().unwrap_or_default();
        Ok((Self { acts: next(), undone: next(), last_scans: None }, index))
    }

    /// The record `hub`, with this past.
    pub fn over<H>(self, hub: &H) -> Remembering<'_, H> {
        Remembering { hub, kept: self }
    }
}

/// The history of a run that may write. It also writes the index, if the old one lacks much.
pub(crate) async fn history(order: &Order<'_>, hub: &impl WriteRecord) -> Result<History, PortError> {
    if order.settings.run.record.is_none() {
        return Ok(History::default());
    }
    let (kept, new) = Past::read(hub, order.settings, order.clock.at()).await?;
    let unwritten = index::write(hub, INDEX, new).await;
    let mut history = state::past(order, &kept.over(hub)).await?;
    history.unread.extend(unwritten);
    Ok(history)
}

/// The same for a run that writes nothing. If the record cannot be read, the history is empty and the reason is
/// returned.
pub(crate) async fn history_or_nothing(order: &Order<'_>, hub: &impl ReadRecord) -> (History, Option<String>) {
    let read = async {
        if order.settings.run.record.is_none() {
            return Ok(History::default());
        }
        let (kept, _) = Past::read(hub, order.settings, order.clock.at()).await?;
        state::past(order, &kept.over(hub)).await
    };
    let unread = |why: PortError| format!("the run record cannot be read, so earlier runs are unknown: {why}");
    read.await.map_or_else(|why| (History::default(), Some(unread(why))), |history| (history, None))
}

/// The record, with a past that is already known.
#[derive(Debug)]
pub struct Remembering<'a, H> {
    hub: &'a H,
    kept: Past,
}

impl<H: ReadRecord> ReadRecord for Remembering<'_, H> {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        self.hub.read(key).await
    }

    async fn read_since(&self, folder: &str, from: &str) -> Result<Vec<Entry>, PortError> {
        let kept = match folder {
            ACTS => &self.kept.acts,
            UNDONE => &self.kept.undone,
            _ => return self.hub.read_since(folder, from).await,
        };
        Ok(kept.iter().filter(|(key, _)| **key >= *from).cloned().collect())
    }
}
