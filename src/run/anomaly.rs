//! Scans after a cost anomaly: at once, only the accounts and Regions that it names, and without permission to act. The
//! operator is notified of the anomaly and of what runs there, even if nothing could be scanned.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::model::{Notes, Text};
use crate::engine::report::Report;
use crate::engine::report::digest::{About, Digest, Digests, Reader};
use crate::engine::request::events::Anomaly;
use crate::ports::{Messenger, PriceList, Scan, WriteRecord};
use crate::render::anomaly as words;
use crate::run::decision::prepare;
use crate::run::delivery::{Delivery, deliver};
use crate::run::intent::write_report;
use crate::run::notify::frame;
use crate::run::past::history_or_nothing;
use crate::run::{Error, Order, prices};

/// Time kept back from the deadline while notifying: enough to record and to answer.
const RESERVE: Duration = Duration::from_secs(5);

/// Scans, notifies the operator, and records the report.
///
/// # Errors
/// [`Error`] when nothing could be scanned. The operator was still notified of the anomaly.
pub async fn handle_anomaly(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    messenger: &impl Messenger,
    list: &impl PriceList,
    anomaly: &Anomaly,
) -> Result<(Report, Option<String>), Error> {
    let locale = order.settings.run.locale;
    let (history, unread) = history_or_nothing(order, hub).await;
    let mut planned = match prepare(order, scanner, hub, &history, false).await {
        Ok(planned) => planned,
        Err(error) => {
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            // the scan's error is the one to return
            let _ = say(order, messenger, &BTreeMap::new(), words::unseen(anomaly, &cause, locale)).await;
            return Err(error);
        }
    };
    planned.notes.lines.splice(0..0, words::notes(anomaly, locale));
    planned.notes.troubles(unread.into_iter().collect());
    let (prices, notes) = prices::look_up(order, list, hub, &planned.scanned.rows).await;
    planned.notes.add(notes);
    let outside = std::mem::take(&mut planned.scanned.outside);
    let (report, _) = planned.report(order, scanner, prices.as_ref());
    let recorded = order.settings.run.record.is_some();
    let mut notes = Notes::default();
    let place = match recorded {
        true => notes.ok_or_trouble(write_report(hub, &report).await, "the report could not be recorded"),
        false => None,
    };
    let key = key(anomaly);
    let text = serde_json::to_string(anomaly).unwrap_or_default();
    // AWS may deliver an event more than once, and by two ways where both are set up. A larger impact or another cause
    // is news.
    if recorded && hub.read(&key).await.is_ok_and(|known| known.as_ref() == Some(&text)) {
        notes.note("the operator was notified of the same before, and not again");
        return Ok((report.noting(notes), place));
    }
    let blocks = words::message(anomaly, &report, &outside, place.as_deref());
    let Delivery { messages, troubles, .. } = say(order, messenger, &report.names, blocks).await;
    if !troubles.is_empty() {
        notes.troubles(troubles);
        return Ok((report.noting(notes), place));
    }
    if messages == 0 {
        notes.note("nobody was notified: `[notify]` has no `operator`");
    } else if recorded {
        let written = hub.write(&key, &text).await;
        notes.ok_or_trouble(written, "the notification of the operator could not be recorded, so it may be sent again");
    }
    Ok((Report { messages, ..report }.noting(notes), place))
}

/// Notifies the operator, if there is one.
async fn say(
    order: &Order<'_>,
    messenger: &impl Messenger,
    names: &BTreeMap<Arc<str>, String>,
    notes: Vec<String>,
) -> Delivery {
    let operator = order.settings.notify.operator.clone();
    let notes = notes.into_iter().map(Text::from).collect();
    let digest = |channel| Digest { reader: Reader::Operator, channel, entries: Vec::new(), notes, about: About::News };
    let digests = Digests { operator: operator.map(digest), ..Digests::default() };
    deliver(messenger, &digests, &frame(order, names), order.clock, RESERVE).await
}

/// The key of the record of what the operator was notified of for this anomaly.
fn key(anomaly: &Anomaly) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let name: String = anomaly.id.chars().map(letter).take(64).collect();
    format!("state/anomalies/{name}.json")
}
