//! The past, read once for all parts of a run. Nine days of outcomes are some hundred files, and otherwise every child
//! would read them again. It also gives all parts the same past.

use serde::{Deserialize, Serialize};

use crate::engine::history::last_scans;
use crate::engine::history::past_runs::History;
use crate::engine::report::fan_out::Begun;
use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};
use crate::run::fan_out::store::{find, key, write};
use crate::run::last_scans::sweep;
use crate::run::record::{ACTS, acts_since, partition};
use crate::run::undone::{UNDONE, undone_since};
use crate::run::{Error, FanOutError, Order};

/// What earlier runs and undos left in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Past {
    acts: Vec<Entry>,
    undone: Vec<Entry>,
    /// When each target was last scanned, if the run does not scan everything.
    #[serde(default)]
    last_scans: Option<String>,
}

const FILE: &str = "past";

/// Reads the past and stores it for the other parts.
pub(crate) async fn keep(order: &Order<'_>, hub: &impl WriteRecord, run: &str) -> Result<(), Error> {
    let at = order.clock.at();
    let read = async |folder, from| hub.read_since(folder, &partition(from)).await.map_err(Error::Record);
    let acts = read(ACTS, acts_since(order.settings, at)).await?;
    let undone = read(UNDONE, undone_since(at)).await?;
    let last_scans = match sweep(order) {
        Some(_) => hub.read(last_scans::FILE).await.map_err(Error::Record)?,
        None => None,
    };
    write(hub, &key(run, FILE), &Past { acts, undone, last_scans }).await?;
    Ok(())
}

/// The history, as a run that is not divided reads it.
pub(crate) async fn history(order: &Order<'_>, hub: &impl ReadRecord, begun: &Begun) -> Result<History, Error> {
    let key = key(&begun.run, FILE);
    // Without the file it is unknown what was undone or fought over. That is not an empty past.
    let missing = || FanOutError::Missing { run: begun.run.to_string(), key: key.clone() };
    let kept = find(hub, &key).await?.ok_or_else(missing)?;
    crate::run::state::past(order, &Remembering { hub, kept }).await.map_err(Error::Record)
}

/// The record, with a past that is already known.
struct Remembering<'a, H> {
    hub: &'a H,
    kept: Past,
}

impl<H: ReadRecord> ReadRecord for Remembering<'_, H> {
    async fn read(&self, key: &str) -> Result<Option<String>, PortError> {
        if key == last_scans::FILE { Ok(self.kept.last_scans.clone()) } else { self.hub.read(key).await }
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
