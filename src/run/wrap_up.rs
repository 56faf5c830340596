//! What follows the acts of a run: people are told, what was learnt is kept, savings are counted, stock is taken.
//! Nothing here stops or starts anything, and what fails here is a trouble and no error.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::engine::config::{Money, Settings};
use crate::engine::cost::price::{PriceKey, Prices};
use crate::engine::cost::savings::{Savings, Sight, Whose};
use crate::engine::history::idle_stops;
use crate::engine::history::idle_stops::IdleStops;
use crate::engine::history::notices::Ledger;
use crate::engine::history::notices::Said;
use crate::engine::history::past_runs::History;
use crate::engine::history::unverified::Confirmed;
use crate::engine::history::weekly;
use crate::engine::history::weekly::Gathered;
use crate::engine::judge::owner;
use crate::engine::judge::owner::channels_of;
use crate::engine::model::Because;
use crate::engine::model::{Account, Action, Contact, ResourceId, Tags, Target};
use crate::engine::model::{Ending, Outcome};
use crate::engine::report::digest::{Digest, Digests, Entry, Reader, digests};
use crate::engine::report::news::{forget, news, stopped_for_idleness};
use crate::engine::report::stocktake::{Stocktake, Taking};
use crate::engine::report::{Report, Row};
use crate::ports::{Messenger, PriceList, ReadRecord, WriteRecord};
use crate::render::stocktake::message;
use crate::render::{Frame, scanned};
use crate::run::notify::{OPERATOR, deliver};
use crate::run::order::Order;
use crate::run::scan::Scanned;
use crate::run::{launches, prices, savings, state, stocktake, undone};

/// What is kept back from the deadline while telling: the time to record and to answer.
const RESERVE: Duration = Duration::from_secs(8);

/// Whether runs under these settings keep anything between them beside their outcomes: then only one of them runs at
/// a time, armed or not, so that nobody is told twice.
pub(crate) fn is_stateful(settings: &Settings) -> bool {
    settings.run.record.is_some() && (settings.idle.is_some() || settings.notify.operator.is_some() || tells(settings))
}

fn tells(settings: &Settings) -> bool {
    settings.owners.has_channels()
}

/// Looks up what the machines cost that somebody may have to hear of. Prices that are unknown are shown as unknown.
pub(crate) async fn price(
    order: &Order<'_>,
    list: &impl PriceList,
    hub: &impl ReadRecord,
    report: &mut Report,
) -> Option<Prices> {
    if order.settings.run.record.is_none() || !is_stateful(order.settings) {
        return None;
    }
    let mut prices = match prices::known(hub, &order.settings.money).await {
        Ok((prices, notes)) => {
            report.notes.extend(notes);
            prices
        }
        Err(error) => {
            report.notes.push(format!("the prices in the record cannot be read: {error}"));
            return None;
        }
    };
    let keys = report.rows.iter().filter_map(|row| row.price.as_deref()?.as_ref().ok()).cloned();
    let causes = prices::fill(list, &mut prices, keys, report.at).await;
    report.notes.extend(causes.into_iter().map(|cause| format!("a price is unknown: {cause}")));
    put(&prices, report);
    Some(prices)
}

/// Shows what a dry run can know of money: the prices and savings that the record has. It asks for none and writes
/// nothing; what cannot be read is left out, with a note.
pub(crate) async fn preview(order: &Order<'_>, hub: &impl ReadRecord, report: &mut Report) {
    if !is_stateful(order.settings) {
        return;
    }
    put_known_prices(&order.settings.money, hub, report).await;
    match savings::read(hub).await {
        Ok(savings) => report.saved = Some(savings),
        Err(error) => report.notes.push(format!("what was saved cannot be read: {error}")),
    }
}

/// Puts the prices that the record or the price file has to the rows; none is asked for.
pub async fn put_known_prices(money: &Money, hub: &impl ReadRecord, report: &mut Report) {
    match prices::known(hub, money).await {
        Ok((prices, notes)) => {
            report.notes.extend(notes);
            if !prices.is_empty() {
                put(&prices, report);
            }
        }
        Err(error) => report.notes.push(format!("the prices in the record cannot be read: {error}")),
    }
}

/// Puts prices to the rows.
fn put(prices: &Prices, report: &mut Report) {
    for row in &mut report.rows {
        row.monthly = row.price.as_deref().and_then(|key| prices.find(key.as_ref().ok()?, report.at).monthly());
    }
    report.priced = true;
}

/// Tells owners and the operator what is news, and keeps the receipts.
pub(crate) async fn speak(
    order: &Order<'_>,
    messenger: &impl Messenger,
    hub: &impl WriteRecord,
    history: &History,
    report: &mut Report,
) {
    let settings = order.settings;
    if !is_stateful(settings) {
        return;
    }
    let mut ledger: Ledger = history.told.clone();
    ledger.place(report.rows.iter().map(|row| &row.id));
    forget(report, &mut ledger);
    let (weekly, zone) = (history.weekly.clone().filter(|_| order.run.scope.is_whole()), settings.zone());
    let gathered = weekly.as_ref().map_or(Gathered::Held, |weekly| weekly.gathered(report.at, zone));
    let mut notes = if report.troubled { report.notes.clone() } else { Vec::new() };
    let mut known = scanned(report);
    if report.scanned == 0 {
        // No message would read like nothing to report.
        notes.splice(0..0, known.take());
    }
    let mut digests = digests(settings, news(report), notes, &gathered);
    let said = |row: &'_ Row| row.talk.said.as_deref().map(|said| (row.id.clone(), said.clone()));
    let said: HashMap<ResourceId, Said> = report.rows.iter().filter_map(said).collect();
    // Of several addresses of one owner only those that have not read it.
    for digest in digests.owners.iter_mut().filter(|digest| matches!(digest.reader, Reader::Owner(_, Contact::First))) {
        let place = digest.channel.place();
        digest.entries.retain(|Entry { item, owner }| {
            let several = settings.owners.channels(&owner.name).len() > 1;
            !several || !ledger.has_read(item, &owner.name, &place, said.get(&item.id))
        });
    }
    digests.owners.retain(|digest| !digest.entries.is_empty());
    if let Some(operator) = &mut digests.operator {
        operator.notes.splice(0..0, known);
    }
    let (tags, names, money) = (&settings.tags, &report.names, &settings.money);
    let frame = Frame { at: report.at, locale: report.locale, tags, names, money };
    let delivery = deliver(messenger, &digests, &frame, order.clock, RESERVE).await;
    report.messages = delivery.messages;
    report.troubled |= !delivery.troubles.is_empty();
    report.notes.extend(delivery.troubles);
    if let Some(weekly) = weekly {
        let readers = digests.owners.iter().chain(&digests.operator).enumerate();
        let unsent = readers.filter(|(place, _)| delivery.unsent.contains(place)).map(|(_, digest)| digest.key());
        let after = weekly.clone().after(unsent.collect(), report.at, zone);
        if after != weekly
            && let Err(error) = hub.write(weekly::FILE, &after.text()).await
        {
            report.troubled = true;
            report.notes.push(format!("that the weekly digests were sent could not be recorded: {error}"));
        }
    }
    debug_assert!(delivery.operator.iter().all(|receipt| &*receipt.owner == OPERATOR), "nobody's notice");
    for receipt in delivery.receipts.iter().chain(&delivery.operator) {
        ledger.accept_tagged(receipt, said.get(&receipt.id));
    }
    said.iter().for_each(|(id, said)| ledger.adopt(id, said));
    let scanned: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    ledger.keep(|id| scanned.contains(id), report.at);
    if let Err(error) = state::write_told(hub, &ledger).await {
        report.troubled = true;
        report.notes.push(format!("who was told could not be recorded, so it will be told again: {error}"));
    }
}

/// Counts what stayed stopped since the last run, and opens what this run has stopped.
pub(crate) async fn save(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    prices: Option<&Prices>,
    confirmed: &[Confirmed],
    report: &mut Report,
) {
    if !is_stateful(order.settings) {
        return;
    }
    let mut savings = match savings::read(hub).await {
        Ok(savings) => savings,
        Err(error) => {
            report.troubled = true;
            report.notes.push(format!("what was saved cannot be counted: {error}"));
            return;
        }
    };
    if savings.unread() > 0 {
        let (count, key) = (savings.unread(), Savings::KEY);
        report.troubled = true;
        report
            .notes
            .push(format!("entries of `{key}` that cannot be read and are not counted: {count}; mend or remove them"));
    }
    let sights =
        report.rows.iter().map(|row| Sight { id: &row.id, state: row.state, launch: row.launch, ours: row.ours });
    // Only where everything was looked at and seen, what was not seen is gone. An account that is suspended or excluded,
    // or a Region that the settings no longer name, is not looked at.
    let dark = |target: &Target| {
        let unreachable = report.unreachable.iter().any(|unreachable| unreachable.target().covers(target));
        let scope = &order.settings.scope;
        unreachable
            || report.denied.iter().any(|denied| denied.covers(target))
            || report.skipped.iter().any(|skipped| skipped.account == target.account)
            || !(scope.names_account(&target.account) && scope.names_region(&target.region))
    };
    savings.accrue(sights, |target| order.run.scope.is_whole() && !dark(target), report.at);
    let rows: HashMap<&ResourceId, &Row> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let stopped = |outcome: &&Outcome| {
        matches!(outcome.outcome, Ending::Stopped | Ending::Stopping) && outcome.action != Action::Start
    };
    let stops = report.outcomes.iter().filter(stopped).map(|outcome| (&outcome.id, outcome.at));
    // What an earlier run has stopped without recording it counts from when it was seen.
    let open: BTreeSet<ResourceId> = savings.open.keys().cloned().collect();
    let earlier = confirmed.iter().filter(|one| !open.contains(&one.id)).map(|one| (&one.id, report.at));
    for (id, since) in earlier.chain(stops) {
        let Some(row) = rows.get(id) else { continue };
        let policy = row.policy.as_ref().map_or("", |policy| policy.name.as_str());
        let (account, owner) = (row.id.place.account.clone(), Arc::from(row.owner.known().unwrap_or_default()));
        let whose = Whose { account, policy: Arc::from(policy), owner };
        let key = row.price.as_deref().and_then(|key| key.as_ref().ok());
        let hourly = prices.zip(key).and_then(|(prices, key)| prices.find(key, report.at).known());
        savings.stopped(&row.id, whose, hourly, since);
    }
    if let Err(error) = savings::write(hub, &savings).await {
        report.troubled = true;
        report.notes.push(format!("what was saved could not be recorded: {error}"));
    }
    report.saved = Some(savings);
}

/// Takes stock of every account, once a month, and sends it to each account's owner.
pub(crate) async fn take_stock(
    order: &Order<'_>,
    messenger: &impl Messenger,
    hub: &impl WriteRecord,
    history: &History,
    prices: Option<&Prices>,
    scanned: &mut Scanned,
    report: &mut Report,
) {
    let Order { run, settings, .. } = order;
    let Some(month) = history.stocktake.filter(|_| run.scope.is_whole()) else { return };
    let mut lines = std::mem::take(&mut scanned.stock);
    let keys: HashMap<&ResourceId, &PriceKey> =
        report.rows.iter().filter_map(|row| Some((&row.id, row.price.as_deref()?.as_ref().ok()?))).collect();
    let launched: HashMap<&ResourceId, &Arc<str>> =
        report.rows.iter().filter_map(|row| Some((&row.id, row.launched_by.as_ref()?))).collect();
    for line in &mut lines {
        line.launched_by = launched.get(&line.id).map(ToString::to_string);
        if let Some((prices, key)) = prices.zip(keys.get(&line.id)) {
            line.price = prices.find(key, report.at);
        }
    }
    let zone = settings.zone();
    let taking = Taking { month, at: report.at, zone, money: &settings.money, names: &report.names };
    let mut all = Stocktake::all(taking, lines, &report.unreachable);
    let mut sent = history.stocktake_sent.clone();
    // The first run of the month tidies; those that send what it could not send do not.
    let mut troubles = if sent.is_empty() { launches::tidy(hub, report).await } else { Vec::new() };
    all.retain(|stock| !sent.contains(&stock.account));
    let (mut digests, mut accounts, mut whole) = (Digests::default(), Vec::new(), true);
    let written = stocktake::write(hub, &all, &settings.money, report.locale).await;
    for (stock, (_, place)) in all.iter().zip(written) {
        let place = match place {
            Ok(place) => place,
            Err(error) => {
                troubles.push(format!("the stocktake of {} could not be recorded: {error}", stock.account));
                whole = false;
                continue;
            }
        };
        let bare = Account::bare(stock.account.clone());
        let account = scanned.accounts.get(&stock.account).unwrap_or(&bare);
        let owner = owner::resolve(settings, &Tags::default(), account, &scanned.contacts);
        let text = message(stock, &settings.money, &settings.tags, &place, report.locale);
        // An account's stocktake goes to one owner: the first of several.
        let first = channels_of(settings, &owner).into_iter().next();
        let to_owner = first.map(|(name, channel)| (Reader::Owner(Arc::from(name), Contact::First), channel));
        let to_operator = || settings.notify.operator.as_ref().map(|channel| (Reader::Operator, channel));
        if let Some((reader, channel)) = to_owner.or_else(to_operator) {
            digests.owners.push(Digest { reader, channel: channel.clone(), entries: Vec::new(), notes: vec![text] });
            accounts.push(stock.account.clone());
        } else {
            sent.insert(stock.account.clone());
        }
    }
    let (tags, names, money) = (&settings.tags, &report.names, &settings.money);
    let frame = Frame { at: report.at, locale: report.locale, tags, names, money };
    let delivery = deliver(messenger, &digests, &frame, order.clock, RESERVE).await;
    report.messages += delivery.messages;
    troubles.extend(delivery.troubles);
    whole &= delivery.unsent.is_empty();
    let accepted = accounts.into_iter().enumerate().filter(|(place, _)| !delivery.unsent.contains(place));
    sent.extend(accepted.map(|(_, account)| account));
    let noted = if whole { stocktake::done(hub, month).await } else { stocktake::note_sent(hub, month, &sent).await };
    if let Err(error) = noted {
        troubles.push(format!("that stock was taken could not be recorded: {error}"));
    }
    report.troubled |= !troubles.is_empty();
    report.notes.extend(troubles);
}

/// Notes what was stopped for being idle, where nothing else may be kept: the file may be another run's by now, and is
/// changed only from what it says.
pub(crate) async fn note_idle_stops(order: &Order<'_>, hub: &impl WriteRecord, report: &mut Report) {
    if order.settings.idle.is_none() || order.settings.run.record.is_none() {
        return;
    }
    let stopped: Vec<_> = stopped_for_idleness(report).map(|(step, outcome)| (step.id.clone(), outcome.at)).collect();
    if stopped.is_empty() {
        return;
    }
    let noted = async {
        let old = hub.read(idle_stops::FILE).await?;
        let mut stops =
            old.as_deref().map_or_else(IdleStops::default, |text| IdleStops::parse(text, order.clock.now()));
        stops.place(report.rows.iter().map(|row| &row.id));
        stopped.iter().for_each(|(id, at)| stops.note(id, *at));
        match old {
            None => hub.create(idle_stops::FILE, &stops.text()).await.map(|other| other.is_none()),
            Some(old) => hub.swap(idle_stops::FILE, &old, &stops.text()).await,
        }
    };
    let why = match noted.await {
        Ok(true) => return,
        Ok(false) => "another run changed it at the same time".to_owned(),
        Err(error) => error.to_string(),
    };
    report.troubled = true;
    report.notes.push(format!("what was stopped for being idle could not be recorded: {why}"));
}

/// Keeps what was learnt: prices, what was seen active, and what was stopped for being idle.
pub(crate) async fn keep(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &History,
    prices: Option<&Prices>,
    scanned: &Scanned,
    report: &mut Report,
) {
    let mut troubles = Vec::new();
    if let Some(prices) = prices
        && let Err(error) = prices::write(hub, prices).await
    {
        troubles.push(format!("the prices could not be recorded: {error}"));
    }
    if history.undone.has_unplaced()
        && let Err(error) = undone::place(hub, report.rows.iter().map(|row| &row.id), report.at).await
    {
        troubles.push(format!("where the undone stops were could not be recorded: {error}"));
    }
    if let Some(idle) = &order.settings.idle
        && order.settings.run.record.is_some()
    {
        let mut stops = history.idle_stops.clone();
        stops.place(report.rows.iter().map(|row| &row.id));
        stopped_for_idleness(report).for_each(|(step, outcome)| stops.note(&step.id, outcome.at));
        let earlier = scanned.confirmed.iter().filter(|one| one.because == Because::Idle);
        earlier.for_each(|one| stops.note(&one.id, one.stop.at));
        if stops != history.idle_stops
            && let Err(error) = hub.write(idle_stops::FILE, &stops.text()).await
        {
            troubles.push(format!("what was stopped for being idle could not be recorded: {error}"));
        }
        let text = history.witness.after(&scanned.sightings, idle, report.at);
        if let Err(error) = hub.write(crate::engine::evidence::witness::FILE, &text).await {
            troubles.push(format!("what was seen active could not be recorded: {error}"));
        }
    }
    report.troubled |= !troubles.is_empty();
    report.notes.extend(troubles);
}
