//! The bill: asked for once a month, with the stocktake, and kept in the record, from which later runs have the
//! effective rates.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::config::BillSettings;
use crate::engine::cost::bill::{About, Bill, EffectiveRates};
use crate::engine::history::past_runs::History;
use crate::engine::model::Notes;
use crate::engine::model::month::Month;
use crate::engine::report::Report;
use crate::ports::{Billing, PortError, ReadRecord, WriteRecord};
use crate::run::contained::stage;
use crate::run::decision::Decision;
use crate::run::notify::RESERVE;
use crate::run::order::Order;

/// The time that both questions may take: a page of 1,000 accounts takes some seconds, and owners are notified after it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bill in the record, or why it is unknown. A run that repeats a stocktake does not ask again in either case,
/// because each page is paid for.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u8,
    bill: Option<Bill>,
    unknown: Option<String>,
}

/// The bill for the stocktake of `month` in the record.
fn key(month: Month) -> String {
    format!("bill/month={month}/bill.json")
}

/// Adds the bill to a run that takes the stocktake.
pub(crate) async fn add(
    order: &Order<'_>,
    list: &impl Billing,
    hub: &impl WriteRecord,
    history: &History,
    decision: Decision,
) -> Decision {
    let month = history.stocktake.filter(|_| order.run.scope.is_whole());
    let Some((settings, month)) = order.settings.bill.as_ref().zip(month) else { return decision };
    let Decision { report, mut background, prices } = decision;
    let mut notes = Notes::default();
    let bill = take(order, settings, list, hub, month);
    background.bill = stage("bill", "the bill", bill, &mut notes).await;
    let report: Report = report.noting(notes);
    Decision { report, background, prices }
}

/// The bill in the record, or the one that Cost Explorer returns now.
async fn take(
    order: &Order<'_>,
    settings: &BillSettings,
    list: &impl Billing,
    hub: &impl WriteRecord,
    month: Month,
) -> (Option<Result<Bill, String>>, Notes) {
    let mut notes = Notes::default();
    let unread = "the bill in the record cannot be read";
    let Some(kept) = notes.ok_or_note(find(hub, month).await, unread) else { return (None, notes) };
    if let Some(Kept { bill, unknown, .. }) = kept {
        return (Some(bill.ok_or_else(|| unknown.unwrap_or_default())), notes);
    }
    let asked = tokio::time::timeout(PATIENCE, ask(settings, list, month, &mut notes));
    let asked = order.clock.within(RESERVE, asked).await;
    let mut asked =
        asked.and_then(Result::ok).unwrap_or_else(|| Err("Cost Explorer did not answer in time".to_owned()));
    if let Ok(bill) = &mut asked {
        bill.months.currency = order.settings.money.second.clone();
        let before = month.before().map(|before| find(hub, before));
        let before = if let Some(before) = before { notes.ok_or_note(before.await, unread).flatten() } else { None };
        bill.months.before_currency = before.and_then(|before| before.bill?.months.currency);
    }
    if let Err(cause) = &asked {
        notes.note(format!("the bill is unknown: {cause}"));
    }
    let kept = Kept { version: 1, bill: asked.clone().ok(), unknown: asked.clone().err() };
    let written = async { hub.write(&key(month), &serde_json::to_string(&kept)?).await };
    notes.ok_or_trouble(written.await, "the bill could not be recorded");
    (Some(asked), notes)
}

/// Asks for the two full months before `month`. Without the hours, the net prices are unknown and the rest is shown.
async fn ask(settings: &BillSettings, list: &impl Billing, month: Month, notes: &mut Notes) -> Result<Bill, String> {
    let view = settings.view.as_deref();
    let last = month.before().unwrap_or(month);
    let services = list.costs(About::Services, last.before().unwrap_or(last), month, view).await;
    let services = services.map_err(|PortError(cause)| cause)?;
    if services.is_empty() {
        return Err("Cost Explorer returned no costs for these months".to_owned());
    }
    let hours = list.costs(About::Hours, last, month, view).await;
    let hours = notes.ok_or_note(hours, "net prices are unknown");
    Bill::of(last, &services, hours.as_deref())
}

/// A bill in the record. One that cannot be parsed counts as missing: it is asked for again.
async fn find(hub: &impl ReadRecord, month: Month) -> Result<Option<Kept>, PortError> {
    Ok(hub.read(&key(month)).await?.and_then(|text| serde_json::from_str(&text).ok()))
}

/// The effective rates by the latest bill in the record: that of this month's stocktake, or of the last one's.
pub(crate) async fn rates(order: &Order<'_>, hub: &impl ReadRecord) -> (EffectiveRates, Notes) {
    let mut notes = Notes::default();
    if order.settings.bill.is_none() || order.settings.run.record.is_none() {
        return (EffectiveRates::default(), notes);
    }
    let month = Month::at(order.clock.at(), order.settings.zone());
    for month in [Some(month), month.before()].into_iter().flatten() {
        let found = notes.ok_or_note(find(hub, month).await, "the bill in the record cannot be read").flatten();
        if let Some(bill) = found.and_then(|kept| kept.bill) {
            return (bill.effective_rates(), notes);
        }
    }
    (EffectiveRates::default(), notes)
}
