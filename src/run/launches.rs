//! Records who launched which instance, and finds it again. Events arrive while runs are under way, so they do not wait
//! for the lock of runs. Instead, each file is changed only if it is still as it was read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::config::Settings;
use crate::engine::history::launches::{FOLDER, Launches, key};
use crate::engine::model::{MarkStep, Notes, Remark, ResourceId, Starter, instances, is_account};
use crate::engine::plan::Plan;
use crate::engine::report::labels::labels as wanted;
use crate::engine::report::{Report, Row};
use crate::engine::request::events::Launched;
use crate::ports::{Act, Pause, PortError, ReadRecord, WriteRecord};
use crate::run::mark::{Marking, mark};

/// How often one event tries to change its account's file while others change it too. One function runs at a time, so a
/// second try is rare. If several run, each try lets one of them through.
const TRIES: usize = 8;

/// Records the launches of an event. Returns how many instances were new.
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
        if hub.replace(&key, old.as_deref(), &launches.text()).await? {
            return Ok(new);
        }
    }
    Err(PortError(format!("`{key}` in the record was changed by others {TRIES} times in a row")))
}

/// EC2 dates a start some seconds after the call, and minutes after it for an instance that waits for capacity.
const LAG_MINUTES: i64 = 15;

/// Up to this many accounts are read with one call each. For more, a list costs less if the record has few of them.
const FEW: usize = 1;

/// All recorded launches, by account.
#[derive(Debug, Default)]
pub struct Remembered(HashMap<Arc<str>, Launches>);

impl Remembered {
    /// Reads the recorded launches of these accounts. A few accounts have a call each. For more, one call lists them
    /// all, and it is the only one if nothing was ever recorded.
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

    /// Adds names to the starts that have no other explanation.
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

/// Adds to each line who launched the instance, if known. It is only information: if the record cannot be read, a note
/// says so and the run continues.
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

/// The tags to be written. With a reviewed plan, only those that it contains.
pub(crate) fn labels(settings: &Settings, rows: &[Row], reviewed: Option<&Plan>) -> Vec<MarkStep> {
    let agreed = |label: &MarkStep| reviewed.is_none_or(|reviewed| reviewed.labels.contains(label));
    wanted(settings, rows).into_iter().filter(agreed).collect()
}

/// Writes the tags of a plan. If the acting role is missing or refuses, a note says so: the tag is only a label, and
/// nothing depends on it.
pub(crate) async fn label<A: Act, P: Pause>(labelling: &Marking<'_, A, P>, labels: &[MarkStep]) -> Option<String> {
    let failed: Vec<String> = mark(labelling, labels).await.into_iter().filter_map(|end| end.failed).collect();
    let (why, key) = (failed.first()?, labelling.key);
    Some(format!("the tag `{key}` could not be written on {}: {why}", instances(failed.len())))
}

/// The account of a file with launches; `None` for any other file.
fn account_of(file: &str) -> Option<&str> {
    let account = file.strip_suffix(".jsonl")?;
    is_account(account).then_some(account)
}

/// Removes launches of instances that no longer exist, and rewrites every file once a month, so that none of them ages
/// into an archive. Called by a run that has scanned everything. Nothing is removed for an account that was not scanned
/// completely. Returns notes.
pub(crate) async fn tidy(hub: &impl WriteRecord, report: &Report) -> Notes {
    let (mut notes, mut foreign) = (Notes::default(), Vec::new());
    let files = notes.ok_or_trouble(hub.read_since(FOLDER, "").await, UNREADABLE).unwrap_or_default();
    let there: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    let unreachable = |account: &str| {
        report.unreachable.iter().any(|unreachable| *unreachable.account == *account)
            || report.denied.iter().any(|denied| *denied.account == *account)
            || report.not_due.iter().any(|not_due| *not_due.account == *account)
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
        // A launch recorded in between is not overwritten. The file is tidied next month.
        let swapped = hub.swap(&key(account), text, &launches.text()).await;
        notes.ok_or_trouble(swapped, &format!("launches in {account} could not be tidied"));
    }
    if !foreign.is_empty() {
        let names = foreign.join(", ");
        notes.note(format!("`{FOLDER}` in the record holds objects of other names, which were passed over: {names}"));
    }
    notes
}
