//! Remembers who launched what, and finds it again. Events come while runs are under way, so that the lock of runs is
//! not waited for: each file is changed only from what it was when it was read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::config::Settings;
use crate::engine::history::launches::{FOLDER, Launches, key};
use crate::engine::model::{MarkStep, Notes, Remark, ResourceId, Starter, instances};
use crate::engine::plan::Plan;
use crate::engine::report::labels::labels as wanted;
use crate::engine::report::{Report, Row};
use crate::engine::request::events::Launched;
use crate::ports::{Act, Pause, PortError, ReadRecord, WriteRecord};
use crate::run::mark::{Marking, mark};

/// How often one event tries to change its account's file while others change it too. One function runs at a time, so
/// that a second try is rare; where several do, each try lets one of them through.
const TRIES: usize = 8;

/// Remembers what an event tells; answers how many instances were new.
///
/// # Errors
/// [`PortError`] when the record cannot be read or written.
pub async fn remember(hub: &impl WriteRecord, launched: &Launched) -> Result<usize, PortError> {
    let key = key(&launched.account);
    for _ in 0..TRIES {
        let old = hub.read(&key).await?;
        let parse = |text: &str| Launches::parse(&launched.account, text);
        let mut launches = old.as_deref().map_or_else(Launches::default, parse);
        let new = launches.remember(launched);
        if new == 0 {
            return Ok(0);
        }
        let written = match old {
            None => hub.create(&key, &launches.text()).await?.is_none(),
            Some(old) => hub.swap(&key, &old, &launches.text()).await?,
        };
        if written {
            return Ok(new);
        }
    }
    Err(PortError(format!("`{key}` in the record was changed by others {TRIES} times in a row")))
}

/// EC2 dates a start some seconds after the call; an instance that waits for capacity takes minutes.
const LAG_MINUTES: i64 = 15;

/// So many accounts have a call each; of more, a list costs less where little is remembered.
const FEW: usize = 1;

/// Everything that is remembered, by account.
#[derive(Debug, Default)]
pub struct Remembered(HashMap<Arc<str>, Launches>);

impl Remembered {
    /// Reads what the record has of these accounts. Of a few each has its own call; of more, one call lists them all,
    /// and where nothing was ever remembered it stays at that.
    ///
    /// # Errors
    /// [`PortError`] when the record cannot be read.
    pub async fn read(hub: &impl ReadRecord, accounts: &BTreeSet<Arc<str>>) -> Result<Self, PortError> {
        if accounts.len() <= FEW {
            let mut known = HashMap::new();
            for account in accounts {
                let text = hub.read(&key(account)).await?;
                let launches = text.as_deref().map_or_else(Launches::default, |text| Launches::parse(account, text));
                known.insert(account.clone(), launches);
            }
            return Ok(Self(known));
        }
        let files = hub.read_since(FOLDER, "").await?;
        let launches = |(file, text): &(String, String)| {
            let account = account_of(file)?;
            Some((Arc::from(account), Launches::parse(account, text)))
        };
        Ok(Self(files.iter().filter_map(launches).collect()))
    }

    /// Who launched `id`.
    pub fn find(&self, id: &ResourceId) -> Option<&str> {
        self.0.get(&id.place.account)?.find(id).map(|launch| &*launch.by)
    }

    /// Who made the start of `id` that EC2 dates `at`.
    pub fn starter(&self, id: &ResourceId, at: DateTime<Utc>) -> Option<&str> {
        let start = self.0.get(&id.place.account)?.last_start(id)?;
        let lag = at - start.at;
        (-Duration::minutes(1) <= lag && lag <= Duration::minutes(LAG_MINUTES)).then_some(&*start.by)
    }

    /// Puts names to the starts that nobody else has explained.
    pub fn name_starters(&self, id: &ResourceId, remarks: &mut [Remark]) {
        for remark in remarks {
            if let Remark::StartedAgain { at, by: by @ Starter::Unknown, stopped: _ } = remark
                && let Some(name) = self.starter(id, *at)
            {
                *by = Starter::Person(name.into());
            }
        }
    }
}

/// Says of each line who launched it, where that is known. It is for people: where the record does not tell, a note
/// says so, and the run goes on.
pub(crate) async fn name_launchers(hub: &impl ReadRecord, settings: &Settings, rows: &mut [Row]) -> Notes {
    let mut notes = Notes::default();
    if settings.run.record.is_none() || rows.is_empty() {
        return notes;
    }
    let accounts = rows.iter().map(|row| row.id.place.account.clone()).collect();
    let read = Remembered::read(hub, &accounts).await;
    if let Some(remembered) = notes.ok_or_note(read, UNREADABLE) {
        for row in rows {
            row.launched_by = remembered.find(&row.id).map(Arc::from);
            remembered.name_starters(&row.id, &mut row.remarks);
        }
    }
    notes
}

const UNREADABLE: &str = "who launched what cannot be read from the record";

/// Which tags are to be written; of a reviewed plan, no other than are in it.
pub(crate) fn labels(settings: &Settings, rows: &[Row], reviewed: Option<&Plan>) -> Vec<MarkStep> {
    let agreed = |label: &MarkStep| reviewed.is_none_or(|reviewed| reviewed.labels.contains(label));
    wanted(settings, rows).into_iter().filter(agreed).collect()
}

/// Writes the tags of a plan. Where the acting role is not, or refuses, a note says so: it is a label, and nothing
/// depends on it.
pub(crate) async fn label<A: Act, P: Pause>(labelling: &Marking<'_, A, P>, labels: &[MarkStep]) -> Option<String> {
    let failed: Vec<String> = mark(labelling, labels).await.into_iter().filter_map(|end| end.failed).collect();
    let (why, key) = (failed.first()?, labelling.key);
    Some(format!("the tag `{key}` could not be written on {}: {why}", instances(failed.len())))
}

/// The account whose launches a file has; `None` for a file that is none of ours.
fn account_of(file: &str) -> Option<&str> {
    let account = file.strip_suffix(".jsonl")?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

/// Forgets launches of what is gone, and writes every file anew once a month, so that none of them ages into an
/// archive. Called by a run that has looked at everything; of an account in which something was not seen, nothing is
/// forgotten. Answers what there is to say of it.
pub(crate) async fn tidy(hub: &impl WriteRecord, report: &Report) -> Notes {
    let (mut notes, mut foreign) = (Notes::default(), Vec::new());
    let files = notes.ok_or_trouble(hub.read_since(FOLDER, "").await, UNREADABLE).unwrap_or_default();
    let there: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    let unreachable = |account: &str| {
        report.unreachable.iter().any(|unreachable| *unreachable.account == *account)
            || report.denied.iter().any(|denied| *denied.account == *account)
            || report.skipped.iter().any(|skipped| *skipped.account == *account)
    };
    for (file, text) in &files {
        let Some(account) = account_of(file) else {
            foreign.push(format!("`{file}`"));
            continue;
        };
        let mut launches = Launches::parse(account, text);
        if !unreachable(account) {
            launches.keep(&there, report.at);
        }
        // A launch that came in between is not overwritten: next month will do.
        let swapped = hub.swap(&key(account), text, &launches.text()).await;
        notes.ok_or_trouble(swapped, &format!("launches in {account} could not be tidied"));
    }
    if !foreign.is_empty() {
        let names = foreign.join(", ");
        notes.note(format!("`{FOLDER}` in the record holds objects of other names, which were passed over: {names}"));
    }
    notes
}
