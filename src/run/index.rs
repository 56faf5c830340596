//! An index: the texts of many small files of the record in one object, so that a run reads one object instead of
//! hundreds.
//!
//! It is only a copy. Each run lists the names and versions of the files, which is one request for a thousand of them,
//! and takes from the index only what has not changed; it reads the rest one by one. So nothing has to keep the index
//! complete. If a run was killed, if two ran at once, if the index is lost or damaged, if an older release or a person
//! wrote or removed a file: the next run makes some requests more, and reads the same.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use crate::engine::model::json_lines;
use crate::local::packed;
use crate::ports::{Entry, PortError, ReadRecord, WriteRecord};

/// Lists, or reads, in parallel: as many as [`crate::aws`] does for one folder.
const WIDTH: usize = 16;

/// How many files are read beside the index until it is written again. S3 takes as much for one write as for twelve
/// reads, each version of the index is kept for a while, and eight reads in parallel take as long as one.
pub(crate) const BESIDE: usize = 8;

/// One file, as the index has it.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    version: String,
    text: String,
}

/// The files of some folders.
pub(crate) struct Read {
    /// By folder, in the order in which they were asked for.
    pub(crate) folders: Vec<Vec<Entry>>,
    /// A new index to write, where too many files were not in the old one.
    pub(crate) index: Option<Vec<u8>>,
}

/// Reads the files of each folder whose path in it is the given one or sorts after it, with the help of the index.
///
/// # Errors
/// [`PortError`] when they cannot be listed, or one of them cannot be read. An index that cannot be read is as good as
/// none.
pub(crate) async fn read(hub: &impl ReadRecord, index: &str, folders: &[(String, String)]) -> Result<Read, PortError> {
    let lists = folders.iter().map(|(folder, from)| hub.versions(folder, from));
    let lists: Vec<_> = stream::iter(lists).buffered(WIDTH).try_collect().await?;
    let Some(lists) = lists.into_iter().collect::<Option<Vec<_>>>() else {
        let reads = folders.iter().map(|(folder, from)| hub.read_since(folder, from));
        let folders = stream::iter(reads).buffered(WIDTH).try_collect().await?;
        return Ok(Read { folders, index: None });
    };
    // With few files the index saves nothing.
    let worth = lists.iter().map(Vec::len).sum::<usize>() > BESIDE;
    let text = if worth { hub.read(index).await.ok().flatten().unwrap_or_default() } else { String::new() };
    let mut known: HashMap<String, Kept> =
        json_lines::readable(&text).map(|kept: Kept| (kept.key.clone(), kept)).collect();
    let (mut files, mut beside): (Vec<Vec<Kept>>, usize) = (Vec::new(), 0);
    for ((folder, _), versions) in folders.iter().zip(lists) {
        let found = versions.into_iter().map(|(path, version)| {
            let key = format!("{folder}/{path}");
            let kept = known.remove(&key).filter(|kept| kept.version == version && !version.is_empty());
            beside += usize::from(kept.is_none());
            file(hub, key, version, kept)
        });
        let found: Vec<_> = stream::iter(found).buffered(WIDTH).try_collect().await?;
        files.push(found.into_iter().flatten().collect());
    }
    let index = if beside > BESIDE { packed::lines(files.iter().flatten())? } else { None };
    let entries = |(files, (folder, _)): (Vec<Kept>, &(String, String))| -> Vec<Entry> {
        let beneath = |key: &str| key.strip_prefix(&format!("{folder}/")).unwrap_or(key).to_owned();
        files.into_iter().map(|Kept { key, version: _, text }| (beneath(&key), text)).collect()
    };
    Ok(Read { folders: files.into_iter().zip(folders).map(entries).collect(), index })
}

/// Writes a new index, if there is one. Returns why it could not be written. That costs later runs some requests and
/// nothing else.
pub(crate) async fn write(hub: &impl WriteRecord, index: &str, new: Option<Vec<u8>>) -> Option<String> {
    let why = hub.write_bytes(index, new?).await.err()?;
    Some(format!("the index `{index}` could not be written, so the next run reads the files one by one: {why}"))
}

/// The file as the index has it, or from the record; `None` where it was removed since it was listed.
async fn file(
    hub: &impl ReadRecord,
    key: String,
    version: String,
    kept: Option<Kept>,
) -> Result<Option<Kept>, PortError> {
    if kept.is_some() {
        return Ok(kept);
    }
    let text = hub.read(&key).await?;
    Ok(text.map(|text| Kept { key, version, text }))
}
