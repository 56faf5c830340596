//! The stage that writes each account's own part of a run to the record, below a prefix that the account may read: an owner
//! without our binary and without access to the record reads it in the S3 console. Only accounts with something new get
//! one, so a run writes at most three files for each account that it touched or notified.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::model::{Action, Notes, Outcome, OutcomeKind};
use crate::engine::report::Report;
use crate::engine::report::past::Past;
use crate::engine::report::stocktake::BY_ACCOUNT;
use crate::local::packed;
use crate::ports::{PortError, WriteRecord};
use crate::render::{json, markdown, recalled};
use crate::run::Order;
use crate::run::record::partition;

/// Accounts written in parallel: three files of some 50 ms each, so that 1,000 accounts take 10 s.
const WIDTH: usize = 16;

/// Accounts in one note, if they could not be written.
const NAMED: usize = 3;

/// Writes the part of each account that the run touched, and of those that were notified.
pub(crate) async fn write(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    report: &Report,
    notified: &BTreeSet<Arc<str>>,
) -> ((), Notes) {
    let mut notes = Notes::default();
    if order.settings.run.record.is_none() {
        return ((), notes);
    }
    let accounts: BTreeSet<Arc<str>> = report.touched().union(notified).cloned().collect();
    let writes = accounts.iter().map(|account| async move { (account, write_one(order, hub, report, account).await) });
    let written: Vec<_> = stream::iter(writes).buffered(WIDTH).collect().await;
    let failed: Vec<_> = written.into_iter().filter_map(|(account, written)| Some((account, written.err()?))).collect();
    for (account, why) in failed.iter().take(NAMED) {
        notes.trouble(format!("the part of account {account} in the record could not be written: {why}"));
    }
    if failed.len() > NAMED {
        notes
            .trouble(format!("the parts of {} more accounts in the record could not be written", failed.len() - NAMED));
    }
    ((), notes)
}

async fn write_one(order: &Order<'_>, hub: &impl WriteRecord, report: &Report, account: &str) -> Result<(), PortError> {
    let part = report.of_account(account);
    let whole = json(&part, false)?;
    let bytes = packed::packed(|out| std::io::Write::write_all(out, whole.as_bytes()))?;
    let folder = format!("{BY_ACCOUNT}/{account}");
    hub.write_bytes(&format!("{folder}/report.json{}", packed::ENDING), bytes).await?;
    hub.write(&format!("{folder}/report.md"), &markdown(&part)).await?;
    let text = explanations(order, &part, &whole)?;
    if !text.is_empty() {
        let day = partition(report.at);
        hub.write(&format!("{folder}/stopped/{day}/{}.txt", report.run), &text).await?;
    }
    Ok(())
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
