//! The stage that writes each account's own part of a run to the record, below a prefix that the account may read: an owner
//! without our binary and without access to the record reads it in the S3 console. Only accounts with something new get
//! one, so a run writes at most four files for each account that it touched or notified.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt};

use crate::engine::config::{BY_ACCOUNT, Settings};
use crate::engine::model::{Action, Notes, Outcome, OutcomeKind};
use crate::engine::report::Report;
use crate::engine::report::past::Past;
use crate::engine::report::slice::tried;
use crate::engine::undo::Undo;
use crate::local::packed;
use crate::ports::{PortError, WriteRecord};
use crate::render::{html, json, markdown, recalled, undo_json, undo_page};
use crate::run::Order;
use crate::run::record::partition;

/// Accounts written in parallel: four files of some 50 ms each, so that 1,000 accounts take 13 s.
const WIDTH: usize = 16;

/// Accounts in one note, if they could not be written.
const NAMED: usize = 3;

/// What one account may read of a run.
struct Part {
    json: String,
    markdown: String,
    page: String,
    /// Why each instance was stopped; empty where none was.
    stopped: String,
}

/// Writes the part of each account that the run touched, and of those that were notified.
pub(crate) async fn write(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    report: &Report,
    notified: &BTreeSet<Arc<str>>,
) -> ((), Notes) {
    if order.settings.run.record.is_none() {
        return ((), Notes::default());
    }
    let accounts: BTreeSet<Arc<str>> = report.touched().union(notified).cloned().collect();
    ((), write_all(hub, (&report.run, report.at), accounts, |account| of_report(order, report, account)).await)
}

/// Writes the part of each account in which an undo started something, or tried to.
pub(crate) async fn write_undo(hub: &impl WriteRecord, settings: &Settings, undo: &Undo) -> Notes {
    write_all(hub, (&undo.run, undo.at), tried(&undo.outcomes), |account| of_undo(settings, undo, account)).await
}

async fn write_all(
    hub: &impl WriteRecord,
    run: (&str, DateTime<Utc>),
    accounts: BTreeSet<Arc<str>>,
    part: impl Fn(&Arc<str>) -> Result<Part, PortError>,
) -> Notes {
    let mut notes = Notes::default();
    let part = &part;
    let writes = accounts.iter().map(|account| async move {
        let written = match part(account) {
            Ok(part) => write_one(hub, run, account, &part).await,
            Err(error) => Err(error),
        };
        (account, written)
    });
    let written: Vec<_> = stream::iter(writes).buffered(WIDTH).collect().await;
    let failed: Vec<_> = written.into_iter().filter_map(|(account, written)| Some((account, written.err()?))).collect();
    for (account, why) in failed.iter().take(NAMED) {
        notes.trouble(format!("the part of account {account} in the record could not be written: {why}"));
    }
    if failed.len() > NAMED {
        notes
            .trouble(format!("the parts of {} more accounts in the record could not be written", failed.len() - NAMED));
    }
    notes
}

async fn write_one(
    hub: &impl WriteRecord,
    (run, at): (&str, DateTime<Utc>),
    account: &str,
    part: &Part,
) -> Result<(), PortError> {
    let Part { json, markdown, page, stopped } = part;
    let bytes = packed::packed(|out| std::io::Write::write_all(out, json.as_bytes()))?;
    let folder = format!("{BY_ACCOUNT}/{account}");
    hub.write_bytes(&format!("{folder}/report.json{}", packed::ENDING), bytes).await?;
    hub.write(&format!("{folder}/report.md"), markdown).await?;
    hub.write(&format!("{folder}/report.html"), page).await?;
    if !stopped.is_empty() {
        hub.write(&format!("{folder}/stopped/{}/{run}.txt", partition(at)), stopped).await?;
    }
    Ok(())
}

fn of_report(order: &Order<'_>, report: &Report, account: &Arc<str>) -> Result<Part, PortError> {
    let part = report.of_account(account);
    let json = json(&part, false)?;
    let page = html::of_report(&part, &html::Options::of(order.settings).within(&part.links))?;
    Ok(Part { stopped: explanations(order, &part, &json)?, json, markdown: markdown(&part), page })
}

fn of_undo(settings: &Settings, undo: &Undo, account: &Arc<str>) -> Result<Part, PortError> {
    let part = undo.of_account(account);
    let page = html::of_undo(&part, &html::Options::of(settings).within(&part.links))?;
    let markdown = undo_page(&part).markdown();
    Ok(Part { json: undo_json(&part, false)?, markdown, page, stopped: String::new() })
}

/// What `explain ID --run` says of each instance that the run stopped.
fn explanations(order: &Order<'_>, part: &Report, whole: &str) -> Result<String, PortError> {
    let is_stop = |outcome: &&Outcome| {
        matches!(outcome.action, Action::Stop | Action::Hibernate)
            && matches!(outcome.outcome, OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Unverified)
    };
    let mut stopped = part.outcomes.iter().filter(is_stop).peekable();
    if stopped.peek().is_none() {
        return Ok(String::new());
    }
    let past = Past::parse(whole).map_err(|error| PortError(error.to_string()))?;
    let found = stopped.filter_map(|outcome| past.recall(&outcome.id.name, true));
    let texts: Vec<String> = found.map(|one| recalled(&one, &order.settings.tags, part.locale)).collect();
    Ok(texts.join("\n"))
}
