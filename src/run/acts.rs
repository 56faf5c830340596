//! The outcomes of acting runs: what later runs read of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::Settings;
use crate::engine::evidence::idle::Own;
use crate::engine::history::past_runs::FailedStart;
use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::Unverified;
use crate::engine::model::{Action, ByResource, OutcomeKind, ResourceId, json_lines, sane, sane_option, settle};
use crate::ports::{PortError, ReadRecord};
use crate::run::record::partition;
use crate::run::undone;

/// The folder of the outcomes of acting runs, by date and run.
pub(crate) const ACTS: &str = "acts";

/// How many days of outcomes are read. A closed period is seldom longer than a week of holidays, and a restart fight
/// that pauses for longer does not count as one.
pub(crate) const HISTORY_DAYS: i64 = 9;

/// One line of an outcomes file. Fields added after the first release may be missing in older files.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ActLine {
    #[serde(flatten)]
    pub(crate) id: ResourceId,
    pub(crate) action: Action,
    pub(crate) outcome: OutcomeKind,
    #[serde(deserialize_with = "sane")]
    pub(crate) at: DateTime<Utc>,
    #[serde(default)]
    pub(crate) policy: Option<Box<str>>,
    #[serde(default)]
    pub(crate) run: Option<String>,
    /// The run that was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undo: Option<String>,
    /// For a stop: when the instance had last been started, by the reaper or anyone else.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub(crate) launched: Option<DateTime<Utc>>,
    /// The run was narrow: by a request that selects, or by an event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) narrow: bool,
    /// The acting role was not allowed to start what others stopped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) denied: bool,
}

/// The relevant acts of earlier runs.
///
/// # Errors
/// [`PortError`] when the record cannot be read. An unreadable outcome is skipped and reported: it is about one
/// instance and must not affect the others. An unreadable undo is an error, because an undo skips an instance.
pub async fn history(hub: &impl ReadRecord, now: DateTime<Utc>) -> Result<History, PortError> {
    let (mut lines, unread) = lines(hub, now, HISTORY_DAYS).await?;
    lines.sort_by_key(|(_, line)| line.at);
    let mut history = History { unread, ..History::default() };
    let mut last: HashMap<ResourceId, OutcomeKind> = HashMap::new();
    for (run, ActLine { id, action, outcome, at, policy, run: _, undo, launched: _, narrow, denied }) in lines {
        let (stop, takes_minutes) = (action.is_stop(), id.kind.takes_minutes());
        // A stop with an unknown outcome may have happened, and counts.
        if stop && outcome.may_have_stopped() && at.date_naive() == now.date_naive() {
            history.today.count(&id, policy.clone(), narrow);
        }
        let is_unknown = outcome == OutcomeKind::Unverified && (stop || takes_minutes);
        if is_unknown || takes_minutes && matches!(outcome, OutcomeKind::Stopping | OutcomeKind::Starting) {
            let step = Unverified { run: run.into(), action, at, policy, undo: undo.clone(), narrow };
            history.unverified.entry(id.clone()).push(step);
        }
        match (stop, outcome) {
            (true, OutcomeKind::Stopped | OutcomeKind::Stopping) => {
                history.stops.entry(id.clone()).push(at);
            }
            // Nothing was tried of what a stop by the reaper would need.
            (false, OutcomeKind::Failed) if denied => {
                history.start_denied.insert(id.clone(), at);
            }
            (false, OutcomeKind::Failed | OutcomeKind::Unverified) => {
                history.failed_starts.entry(id.clone()).push(at);
                if outcome == OutcomeKind::Failed {
                    history.start_failed.insert(id.clone(), FailedStart { at, unverified: None });
                } else if let Some(failed) = history.start_failed.get_mut(&id) {
                    failed.unverified = Some(at);
                }
            }
            (false, OutcomeKind::Started) => {
                history.start_failed.remove(&id);
                if undo.is_none() {
                    history.starts.entry(id.clone()).push(at);
                }
            }
            (true | false, OutcomeKind::Overtaken) => {
                history.overtaken.insert((at.date_naive(), id.clone()));
            }
            (true, OutcomeKind::Started | OutcomeKind::Failed | OutcomeKind::Unverified)
            | (false, OutcomeKind::Stopped | OutcomeKind::Stopping)
            | (true | false, OutcomeKind::Starting | OutcomeKind::Already | OutcomeKind::NotTried) => {}
        }
        last.insert(id, outcome);
    }
    history.failed_last = last
        .into_iter()
        .filter(|(_, kind)| matches!(kind, OutcomeKind::Failed | OutcomeKind::Unverified))
        .map(|(id, _)| id)
        .collect();
    history.undone = undone::read(hub, now).await?;
    Ok(history)
}

/// From when on a run at `now` reads outcomes. If weeks of evidence are needed, it is a week more than the veto window,
/// because the stop before the window's first session is needed too.
pub(crate) fn acts_since(settings: &Settings, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = settings.idle.as_ref().map_or(0, |idle| idle.veto.num_days() + 7);
    now - Duration::days(days.max(HISTORY_DAYS))
}

/// The newest run of the same days that has an outcome for instance `id`.
pub(crate) async fn last_run(hub: &impl ReadRecord, id: &str, now: DateTime<Utc>) -> Result<Option<String>, PortError> {
    let its_own = lines(hub, now, HISTORY_DAYS).await?.0.into_iter().filter(|(_, line)| *line.id.name == *id);
    Ok(its_own.max_by(|(a, one), (b, other)| (one.at, a).cmp(&(other.at, b))).map(|(run, _)| run))
}

/// The reaper's own stops, and its starts at opening, of the last `days`. They give the hours that an instance ran,
/// across its sessions.
///
/// # Errors
/// [`PortError`] when the record cannot be read. Without it every start counts as made by a person, and the windows
/// begin with the last one.
pub async fn own_acts(hub: &impl ReadRecord, now: DateTime<Utc>, days: i64) -> Result<ByResource<Own>, PortError> {
    let mut acts: ByResource<Own> = ByResource::default();
    for (_, line) in lines(hub, now, days).await?.0 {
        let ActLine { id, action, outcome, at, policy: _, run: _, undo, launched, narrow: _, denied: _ } = line;
        if action.is_stop() && matches!(outcome, OutcomeKind::Stopped | OutcomeKind::Stopping) {
            let own = acts.entry(id);
            own.stops.push(at);
            own.launches.extend(launched);
        } else if action == Action::Start && outcome == OutcomeKind::Started && undo.is_none() {
            // An undo means that a person wants the machine, so its start counts as made by a person.
            acts.entry(id).starts.push(at);
        }
    }
    Ok(acts)
}

/// Every readable line of the last `days` until `now`, with its run, and the text of what could not be read.
pub(crate) async fn lines(
    hub: &impl ReadRecord,
    now: DateTime<Utc>,
    days: i64,
) -> Result<(Vec<(String, ActLine)>, Vec<String>), PortError> {
    let (mut lines, mut unread): (Vec<(String, ActLine)>, Vec<String>) = (Vec::new(), Vec::new());
    let from = partition(now - Duration::days(days));
    for (key, text) in hub.read_since(ACTS, &from).await? {
        let file = key.rsplit_once('/').map_or(&*key, |(_, file)| file);
        let Some(run) = file.strip_suffix(".jsonl") else {
            unread.push(format!("`{ACTS}/{key}` is no file of outcomes, so it was passed over"));
            continue;
        };
        let mut bad = 0;
        for (_, line) in json_lines::parse::<ActLine>(&text) {
            match line {
                Ok(line) => lines.push((line.run.clone().unwrap_or_else(|| run.to_owned()), line)),
                Err(_) => bad += 1,
            }
        }
        if bad > 0 {
            let what = "so what they say of stops counts for no cap and no fight; correct or remove them";
            unread.push(format!("lines of `{ACTS}/{key}` that cannot be read: {bad}, {what}"));
        }
    }
    lines.retain(|(_, line)| line.at <= now);
    settle(lines.iter_mut().map(|(_, line)| &mut line.id));
    // An outcome that a later run confirmed replaces an open one.
    let known = |(run, line): &(String, ActLine)| (run.clone(), line.id.clone(), line.action);
    let is_end = |end| matches!(end, OutcomeKind::Stopped | OutcomeKind::Started | OutcomeKind::Failed);
    let is_open = |end| matches!(end, OutcomeKind::Unverified | OutcomeKind::Stopping | OutcomeKind::Starting);
    let ended: HashSet<_> = lines.iter().filter(|(_, line)| is_end(line.outcome)).map(known).collect();
    lines.retain(|line| !is_open(line.1.outcome) || !ended.contains(&known(line)));
    Ok((lines, unread))
}
