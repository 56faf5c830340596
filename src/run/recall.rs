//! Reads from the record what an earlier run did with one instance. It makes no other calls.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::engine::model::began;
use crate::engine::report::past::{Past, PastUnreadable, Recalled};
use crate::ports::{PortError, ReadRecord};
use crate::run::acts::{HISTORY_DAYS, last_run};
use crate::run::record::read_run;

/// The value for the newest run that has an outcome for the instance.
const LAST: &str = "last";

/// Why an earlier run is not known.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum RecallError {
    #[error(
        "`{0}` is not the id of a run, such as `20261125T123000Z-1a2b3c4d`; `idle-reaper report` lists the runs with their ids"
    )]
    NotAnId(String),
    #[error("the record has no run `{0}`; a run that only planned leaves none")]
    NoSuchRun(String),
    #[error(
        "no run of the last {HISTORY_DAYS} days has an outcome for `{id}`; name an older one with `--run`: the tag `{tag}` tells it"
    )]
    NothingDone { id: String, tag: String },
    #[error("run `{run}` did not see `{id}`; it saw {seen} instances")]
    NotSeen { run: String, id: String, seen: usize },
    #[error("what run `{run}` recorded cannot be read")]
    Unreadable { run: String, source: PastUnreadable },
    #[error("cannot read the run record")]
    Record(#[from] PortError),
}

/// What run `run` did with instance `id`. `last` is the newest run within some days before `now` that has an outcome
/// for it. `tag` is the key of the tag that holds a stopped instance's run.
///
/// # Errors
/// [`RecallError`] when the record does not have it.
pub async fn recall(
    hub: &impl ReadRecord,
    id: &str,
    run: &str,
    tag: &str,
    now: DateTime<Utc>,
) -> Result<Recalled, RecallError> {
    let run = match run {
        LAST => last_run(hub, id, now).await?.ok_or_else(|| nothing_done(id, tag))?,
        run => run.to_owned(),
    };
    let (past, ended) = past(hub, &run).await?;
    let seen = past.resources.len();
    past.recall(id, ended).ok_or_else(|| RecallError::NotSeen { run, id: id.to_owned(), seen })
}

/// What run `run` recorded, and whether it came to its end.
///
/// # Errors
/// [`RecallError`] when the record does not have it.
pub(crate) async fn past(hub: &impl ReadRecord, run: &str) -> Result<(Past, bool), RecallError> {
    let (text, ended, _) = recorded(hub, run).await?;
    let past = Past::parse(&text).map_err(|source| RecallError::Unreadable { run: run.to_owned(), source })?;
    Ok((past, ended))
}

/// The text that run `run` recorded, whether it came to its end, and the instant in its id.
///
/// # Errors
/// [`RecallError`] when the record does not have it.
pub async fn recorded(hub: &impl ReadRecord, run: &str) -> Result<(String, bool, DateTime<Utc>), RecallError> {
    let at = began(run).ok_or_else(|| RecallError::NotAnId(run.to_owned()))?;
    let (text, ended) = match read_run(hub, run, at, "report").await? {
        Some(text) => (text, true),
        // The run broke off after it had recorded its intent.
        None => match read_run(hub, run, at, "plan").await? {
            Some(text) => (text, false),
            None => return Err(RecallError::NoSuchRun(run.to_owned())),
        },
    };
    Ok((text, ended, at))
}

fn nothing_done(id: &str, tag: &str) -> RecallError {
    RecallError::NothingDone { id: id.to_owned(), tag: tag.to_owned() }
}
