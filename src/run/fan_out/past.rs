//! The past, read once for all parts of a run: nine days of outcomes are some hundred files, and every child would else
//! read them anew. It is also the same past for all of them.

use serde::{Deserialize, Serialize};

use crate::engine::history::past_runs::History;
use crate::engine::report::fan_out::Begun;
use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};
use crate::run::error::{Error, FanOutError};
use crate::run::fan_out::store::{find, key, write};
use crate::run::order::Order;
use crate::run::record::{ACTS, acts_since, partition};
use crate::run::undone::{UNDONE, undone_since};

/// What earlier runs and undos have left, as it stands in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Past {
    acts: Vec<Entry>,
    undone: Vec<Entry>,
}

const FILE: &str = "past";

/// Reads it, and leaves it to the other parts.
pub(crate) async fn keep(order: &Order<'_>, hub: &impl WriteRecord, run: &str) -> Result<(), Error> {
    let at = order.clock.at();
    let read = async |folder, from| hub.read_since(folder, &partition(from)).await.map_err(Error::Record);
    let acts = read(ACTS, acts_since(order.settings, at)).await?;
    let undone = read(UNDONE, undone_since(at)).await?;
    write(hub, &key(run, FILE), &Past { acts, undone }).await?;
    Ok(())
}

/// What a run that is not divided learns of the past.
pub(crate) async fn history(order: &Order<'_>, hub: &impl ReadRecord, begun: &Begun) -> Result<History, Error> {
    let key = key(&begun.run, FILE);
    // Without it nobody knows what was undone, or fought over: that is no empty past.
    let missing = || FanOutError::Missing { run: begun.run.to_string(), key: key.clone() };
    let kept = find(hub, &key).await?.ok_or_else(missing)?;
    crate::run::state::past(order, &Remembering { hub, kept }).await.map_err(Error::Record)
}

/// The record, of which the past is known already.
struct Remembering<'a, H> {
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
