//! The stage that makes the monthly stocktake of every account: it writes it to the record and sends it to each
//! account's owner.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt};

use crate::engine::config::{Channel, Money};
use crate::engine::cost::bill::Bill;
use crate::engine::cost::price::Prices;
use crate::engine::cost::waste::Cost;
use crate::engine::history::answers::Answers;
use crate::engine::history::deliveries::{self, Deliveries, Hours, Waiting};
use crate::engine::history::findings::Findings;
use crate::engine::history::past_runs::History;
use crate::engine::judge::owner;
use crate::engine::judge::owner::channels_of;
use crate::engine::model::month::Month;
use crate::engine::model::{Account, Contact, Notes, ResourceId, Tags, Text};
use crate::engine::report::digest::{About, Digest, Reader};
use crate::engine::report::stocktake::{DONE, Stocktake, Taking, is_due};
use crate::engine::report::waiting::waiting;
use crate::engine::report::{Report, Row};
use crate::ports::{PortError, ReadRecord, WriteRecord};
use crate::render::bill::OfBill;
use crate::render::stocktake::{markdown, message};
use crate::render::{answers_summary, html, last_answer, stocktake_csv, stocktake_json};
use crate::run::notify::hours;
use crate::run::order::Order;
use crate::run::scan::Background;
use crate::run::{answers, launches};

/// Accounts written in parallel: seven files of some 50 ms each, so that 1,000 accounts take 22 s.
const WIDTH: usize = 16;

/// The month for which the stocktake is due, if this is the first run of it. A recorded month that cannot be read
/// delays nothing.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn due(hub: &impl ReadRecord, now: DateTime<Utc>, zone: Tz) -> Result<Option<Month>, PortError> {
    let done = hub.read(DONE).await?.and_then(|text| Month::parse(text.trim()));
    Ok(is_due(done, now, zone))
}

/// The accounts whose owners received a month's stocktake, until all have: the month, and one account per line.
const SENT: &str = "state/stocktake-sent";

/// Stands in that list for the bill of all accounts, which the operator receives.
const WHOLE: &str = "*";

/// The same for what became of the last stocktake.
const SUMMARY: &str = "*answers";

/// The accounts whose stocktake of `month` was already sent.
///
/// # Errors
/// [`PortError`] when the record cannot be read.
pub async fn sent(hub: &impl ReadRecord, month: Month) -> Result<BTreeSet<Arc<str>>, PortError> {
    let text = hub.read(SENT).await?.unwrap_or_default();
    let mut lines = text.lines();
    let same = lines.next().and_then(Month::parse) == Some(month);
    Ok(lines.filter(|_| same).map(Arc::from).collect())
}

/// Records that these accounts' stocktakes of `month` were sent, so that the next run sends only the others.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn note_sent(hub: &impl WriteRecord, month: Month, sent: &BTreeSet<Arc<str>>) -> Result<(), PortError> {
    let lines: String = sent.iter().map(|account| format!("{account}\n")).collect();
    hub.write(SENT, &format!("{month}\n{lines}")).await.map(|_| ())
}

/// Records that the stocktake of `month` is complete. Called after everything is written and sent. If it breaks off
/// before, the next run repeats it.
///
/// # Errors
/// [`PortError`] when the record cannot be written.
pub async fn done(hub: &impl WriteRecord, month: Month) -> Result<(), PortError> {
    hub.write(DONE, &format!("{month}\n")).await.map(|_| ())
}

/// Writes the files of each account, in the order of `all`. Returns the location of the Markdown file that the account's
/// owner may read, or why there is none. An account that fails does not affect the others.
pub async fn write(
    hub: &impl WriteRecord,
    all: &[Stocktake],
    money: &Money,
    options: &html::Options<'_>,
) -> Vec<(Arc<str>, Result<String, PortError>)> {
    let writes = all.iter().map(|one| async move { (one.account.clone(), write_one(hub, one, money, options).await) });
    stream::iter(writes).buffered(WIDTH).collect().await
}

async fn write_one(
    hub: &impl WriteRecord,
    stocktake: &Stocktake,
    money: &Money,
    options: &html::Options<'_>,
) -> Result<String, PortError> {
    let json = stocktake_json(stocktake, money)?;
    let csv = stocktake_csv(stocktake, money).map_err(|error| PortError(error.to_string()))?;
    hub.write(&stocktake.key("json"), &json).await?;
    hub.write(&stocktake.key("csv"), &csv).await?;
    let page_of = html::stocktake(stocktake, money, options).map_err(|error| PortError(error.to_string()))?;
    hub.write(&stocktake.key("html"), &page_of).await?;
    let page = markdown(stocktake, money, options.locale);
    hub.write(&stocktake.key("md"), &page).await?;
    // The same where the account itself may read it.
    hub.write(&stocktake.own_key("csv"), &csv).await?;
    hub.write(&stocktake.own_key("html"), &page_of).await?;
    hub.write(&stocktake.own_key("md"), &page).await
}

/// What is recorded once the owners were notified.
pub(crate) struct Pending {
    month: Month,
    answers: Answers,
    sent: BTreeSet<Arc<str>>,
    /// Whether every file was written.
    whole: bool,
    pub(crate) digests: Vec<Digest>,
    /// The account of each digest.
    accounts: Vec<Arc<str>>,
    /// What waits for the hour of its channel.
    waits: Vec<(Arc<str>, Waiting)>,
}

/// Makes the stocktake of every account, once a month, and the message about it to each account's owner.
pub(crate) async fn take(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &History,
    prices: Option<&Prices>,
    background: &mut Background,
    findings: &Findings,
    report: &Report,
) -> (Option<Pending>, Notes) {
    let Order { run, settings, .. } = order;
    let Some(month) = history.stocktake.filter(|_| run.scope.is_whole()) else {
        return (None, Notes::default());
    };
    let bill = background.bill.take();
    let mut all = draw_up(order, month, prices, background, bill.as_ref(), findings, report);
    let mut sent = history.stocktake_sent.clone();
    // Only the first run of the month tidies, not the later ones that send what it could not send.
    let mut notes = if sent.is_empty() { launches::tidy(hub, report).await } else { Notes::default() };
    let running = all.iter().map(Stocktake::cost).reduce(Cost::plus).unwrap_or_default();
    all.retain(|stock| !sent.contains(&stock.account));
    let (mut answers, before) = notes
        .ok_or_trouble(answers::begin(hub, month).await, "who confirmed the last stocktake cannot be read")
        .unwrap_or_default();
    let mut post = Post { hours: hours(order, history), digests: Vec::new(), accounts: Vec::new(), waits: Vec::new() };
    let mut whole = true;
    let written = write(hub, &all, &settings.money, &html::Options::of(settings)).await;
    for (stock, (_, place)) in all.iter().zip(written) {
        let what = format!("the stocktake of {} could not be recorded", stock.account);
        let Some(place) = notes.ok_or_trouble(place, &what) else {
            whole = false;
            continue;
        };
        let bare = Account::bare(stock.account.clone());
        let account = background.accounts.get(&stock.account).unwrap_or(&bare);
        let owner = owner::resolve(settings, &Tags::default(), account, &background.contacts);
        // An account's stocktake goes to one owner: the first if there are several.
        let first = channels_of(settings, &owner).into_iter().next();
        answers::ask(&mut answers, &stock.account, &owner.name, first.is_some());
        let to_owner = first.map(|(name, channel)| (Reader::Owner(Arc::from(name), Contact::First), channel));
        let to_operator = || settings.notify.operator.as_ref().map(|channel| (Reader::Operator, channel));
        match to_owner.or_else(to_operator) {
            Some((reader, channel)) => {
                post.add(&stock.account, reader, channel, of_channel(stock, &before, channel, order, &place));
            }
            None => _ = sent.insert(stock.account.clone()),
        }
    }
    if let Some(bill) = bill.filter(|_| !sent.contains(WHOLE)) {
        let page = OfBill { bill: &bill, month, running: &running, names: &report.names };
        let written = hub.write(&page.key(), &page.markdown(&settings.money, report.locale)).await;
        let place = notes.ok_or_trouble(written, "the page of the bill could not be recorded").unwrap_or_default();
        if let Some(channel) = &settings.notify.operator {
            let (money, locale) = (channel.prefers.money(&settings.money), channel.prefers.locale);
            let text = page.message(&money, &place, locale.unwrap_or(report.locale));
            post.add(WHOLE, Reader::Operator, channel, text.into());
        }
    }
    let asks = settings.notify.confirm_within.is_some() && !sent.contains(SUMMARY);
    if let Some(channel) = settings.notify.operator.as_ref().filter(|_| asks)
        && let Some(text) = answers_summary(&before, channel.prefers.locale.unwrap_or(report.locale))
    {
        post.add(SUMMARY, Reader::Operator, channel, text.into());
    }
    let Post { hours: _, digests, accounts, waits } = post;
    (Some(Pending { month, answers, sent, whole, digests, accounts, waits }), notes)
}

/// The stocktake of every account, with what the other stages know.
fn draw_up(
    order: &Order<'_>,
    month: Month,
    prices: Option<&Prices>,
    background: &mut Background,
    bill: Option<&Result<Bill, String>>,
    findings: &Findings,
    report: &Report,
) -> Vec<Stocktake> {
    let mut lines = std::mem::take(&mut background.stock);
    let rows: HashMap<&ResourceId, &Row> = report.rows.iter().map(|row| (&row.id, row)).collect();
    for line in &mut lines {
        let Some(row) = rows.get(&line.id) else { continue };
        line.launched_by = row.launched_by.as_ref().map(ToString::to_string);
        if let Some(price) = prices.and_then(|prices| row.price_in(prices, report.at)) {
            line.price = price;
        }
    }
    let (at, zone, money) = (report.at, order.settings.zone(), &order.settings.money);
    let taking = Taking { month, at, zone, money, names: &report.names, links: report.links.as_ref() };
    let mut all = Stocktake::all(taking, lines, &report.unreachable);
    if let Some(found) = &report.forgotten {
        Stocktake::add_forgotten(&mut all, taking, found);
    }
    for stock in &mut all {
        stock.findings = findings.of_account(&stock.account).map(|(one, life)| (one.clone(), *life)).collect();
    }
    match bill {
        Some(Ok(bill)) => Stocktake::with_bill(all, taking, bill, background.accounts.keys()),
        Some(Err(_)) | None => all,
    }
}

/// The texts about stocktakes: those that are sent now, and those that wait for the hour of their channel.
struct Post<'a> {
    hours: Hours<'a>,
    digests: Vec<Digest>,
    /// The account of each digest.
    accounts: Vec<Arc<str>>,
    waits: Vec<(Arc<str>, Waiting)>,
}

impl Post<'_> {
    fn add(&mut self, account: &str, reader: Reader, channel: &Arc<Channel>, text: Text) {
        if self.hours.is_due(channel) {
            self.digests.push(Digest::of(text, reader, channel, About::Stocktake));
            self.accounts.push(Arc::from(account));
        } else {
            self.waits.push((Arc::from(account), waiting(&reader, channel, text)));
        }
    }
}

/// Records which stocktakes were sent, and keeps those that wait.
pub(crate) async fn settle(hub: &impl WriteRecord, pending: Pending, accepted: &[bool], now: DateTime<Utc>) -> Notes {
    let Pending { month, mut answers, mut sent, mut whole, digests: _, accounts, waits } = pending;
    let mut notes = Notes::default();
    whole &= accounts.len() == accepted.len() && !accepted.contains(&false);
    let (accepted, refused): (Vec<_>, Vec<_>) = accounts.iter().zip(accepted).partition(|(_, accepted)| **accepted);
    answers::refused(&mut answers, refused.into_iter().map(|(account, _)| account));
    sent.extend(accepted.into_iter().map(|(account, _)| account.clone()));
    let kept = keep_waiting(hub, waits.iter().map(|(_, waiting)| waiting.clone()).collect()).await;
    match notes.ok_or_trouble(kept, "the stocktakes that wait for their hour could not be recorded") {
        Some(()) => sent.extend(waits.into_iter().map(|(account, _)| account)),
        None => whole = false,
    }
    let asked = answers::write(hub, answers, &sent, now).await;
    notes.ok_or_trouble(asked, "who was asked to confirm the stocktake could not be recorded");
    let noted = if whole { done(hub, month).await } else { note_sent(hub, month, &sent).await };
    notes.ok_or_trouble(noted, "that stock was taken could not be recorded");
    notes
}

/// The text about one account, as the readers of a channel want it.
fn of_channel(stock: &Stocktake, before: &Answers, channel: &Channel, order: &Order<'_>, place: &str) -> Text {
    let (settings, prefers) = (order.settings, &channel.prefers);
    let shown = prefers.zone.map(|zone| Stocktake { zone, ..stock.clone() });
    let locale = prefers.locale.unwrap_or(settings.run.locale);
    let text = message(shown.as_ref().unwrap_or(stock), &prefers.money(&settings.money), &settings.tags, place, locale);
    match last_answer(before, &stock.account, locale).filter(|_| settings.notify.confirm_within.is_some()) {
        Some(answer) => Text { text: format!("{}\n{answer}\n", text.text), ..text },
        None => text,
    }
}

/// Keeps texts until the hour of their channels. The run has the lock, and has written its own state before.
async fn keep_waiting(hub: &impl WriteRecord, waits: Vec<Waiting>) -> Result<(), PortError> {
    if waits.is_empty() {
        return Ok(());
    }
    let mut state = Deliveries::parse(hub.read(deliveries::FILE).await?.as_deref());
    waits.into_iter().for_each(|one| state.keep(one));
    hub.write(deliveries::FILE, &state.text()).await.map(|_| ())
}
