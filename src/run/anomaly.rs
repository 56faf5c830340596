//! A look because of an anomaly of cost: at once, at the accounts and Regions that it names, and without anything to
//! act with. The operator is told which anomaly it is and what runs there, even where nothing could be looked at.

use std::time::Duration;

use crate::engine::history::past_runs::History;
use crate::engine::report::Report;
use crate::engine::report::digest::{Digest, Digests, Reader};
use crate::engine::request::events::Anomaly;
use crate::ports::{Messenger, PriceList, ReadRecord, Scan, WriteRecord};
use crate::render::{Frame, anomaly as words};
use crate::run::decision::prepare;
use crate::run::error::Error;
use crate::run::launches::name_launchers;
use crate::run::notify::deliver;
use crate::run::order::Order;
use crate::run::pipeline::{past, record};
use crate::run::wrap_up;

/// What is kept back from the deadline while telling: the time to record and to answer.
const RESERVE: Duration = Duration::from_secs(5);

/// Looks, tells the operator, and records the report.
///
/// # Errors
/// [`Error`] when nothing could be looked at; the operator was told of the anomaly all the same.
pub async fn handle_anomaly(
    order: &Order<'_>,
    scanner: &impl Scan,
    hub: &impl WriteRecord,
    messenger: &impl Messenger,
    list: &impl PriceList,
    anomaly: &Anomaly,
) -> Result<(Report, Option<String>), Error> {
    let locale = order.settings.run.locale;
    let (history, troubles) = match past(order, hub).await {
        Ok(history) => (history, Vec::new()),
        Err(why) => {
            (History::default(), vec![format!("the run record cannot be read, so earlier runs are unknown: {why}")])
        }
    };
    let (mut report, scanned) = match prepare(order, scanner, &history, false).await {
        Ok(prepared) => prepared,
        Err(error) => {
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            let _ = say(order, messenger, None, words::unseen(anomaly, &cause, locale)).await; // the error that counts is the look's
            return Err(error);
        }
    };
    report.troubled |= !troubles.is_empty();
    report.notes = words::notes(anomaly, locale).into_iter().chain(report.notes).chain(troubles).collect();
    wrap_up::price(order, list, hub, &mut report).await;
    name_launchers(hub, order.settings, &mut report).await;
    report.calls = scanner.calls();
    report.cost = scanner.spent();
    let place = keep(order, hub, &mut report).await;
    if is_known(order, hub, anomaly).await {
        report.notes.push("the operator was told of the same before, and not again".to_owned());
        return Ok((report, place));
    }
    let blocks = words::message(anomaly, &report, &scanned.outside, place.as_deref());
    match say(order, messenger, Some(&report), blocks).await {
        Ok(0) => report.notes.push("nobody was told: `[notify]` has no `operator`".to_owned()),
        Ok(messages) => {
            report.messages = messages;
            remember(order, hub, anomaly, &mut report).await;
        }
        Err(troubles) => {
            report.troubled = true;
            report.notes.extend(troubles);
        }
    }
    Ok((report, place))
}

/// Writes the report where there is a record. What cannot be written is a trouble: the anomaly is told all the same.
async fn keep(order: &Order<'_>, hub: &impl WriteRecord, report: &mut Report) -> Option<String> {
    order.settings.run.record.as_ref()?;
    match record(hub, report, "report").await {
        Ok(place) => Some(place),
        Err(error) => {
            report.troubled = true;
            report.notes.push(format!("the report could not be recorded: {error}"));
            None
        }
    }
}

/// Tells the operator; answers how many messages were accepted, none where there is no operator.
async fn say(
    order: &Order<'_>,
    messenger: &impl Messenger,
    report: Option<&Report>,
    notes: Vec<String>,
) -> Result<usize, Vec<String>> {
    let settings = order.settings;
    let Some(channel) = settings.notify.operator.clone() else { return Ok(0) };
    let names = report.map(|report| report.names.clone()).unwrap_or_default();
    let digest = Digest { reader: Reader::Operator, channel, entries: Vec::new(), notes };
    let digests = Digests { operator: Some(digest), ..Digests::default() };
    let (tags, money, locale) = (&settings.tags, &settings.money, settings.run.locale);
    let frame = Frame { at: order.clock.at(), locale, tags, names: &names, money };
    let delivery = deliver(messenger, &digests, &frame, order.clock, RESERVE).await;
    if delivery.troubles.is_empty() { Ok(delivery.messages) } else { Err(delivery.troubles) }
}

/// Where it stands what the operator was told of an anomaly.
fn key(anomaly: &Anomaly) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let name: String = anomaly.id.chars().map(letter).take(64).collect();
    format!("state/anomalies/{name}.json")
}

/// Whether the operator was told the very same: AWS delivers more than once, and by two ways where both are set up. A
/// grown impact or another cause is news.
async fn is_known(order: &Order<'_>, hub: &impl ReadRecord, anomaly: &Anomaly) -> bool {
    if order.settings.run.record.is_none() {
        return false;
    }
    let (Ok(Some(told)), Ok(text)) = (hub.read(&key(anomaly)).await, serde_json::to_string(anomaly)) else {
        return false;
    };
    told == text
}

async fn remember(order: &Order<'_>, hub: &impl WriteRecord, anomaly: &Anomaly, report: &mut Report) {
    if order.settings.run.record.is_none() {
        return;
    }
    let text = serde_json::to_string(anomaly).unwrap_or_default();
    if let Err(error) = hub.write(&key(anomaly), &text).await {
        report.troubled = true;
        report
            .notes
            .push(format!("that the operator was told could not be recorded, so it may be told again: {error}"));
    }
}
