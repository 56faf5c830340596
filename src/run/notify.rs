//! The stage that notifies owners and the operator of news, and keeps the receipts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::engine::history::deliveries::{self, Hours};
use crate::engine::history::notices::Ledger;
use crate::engine::history::weekly::{Gathered, Weekly};
use crate::engine::history::{History, Said, weekly};
use crate::engine::model::{Contact, Notes, ResourceId, Subject, Text};
use crate::engine::report::digest::{Digest, Digests, Entry, News, Reader, digests};
use crate::engine::report::news::{forget, news};
use crate::engine::report::{Report, Row, waiting};
use crate::engine::request::Mode;
use crate::ports::{Messenger, WriteRecord};
use crate::render::{Frame, scanned};
use crate::run::delivery::{OPERATOR, deliver};
use crate::run::{Order, state};

/// Time kept back from the deadline while messages are sent: enough to record and to answer.
pub(crate) const RESERVE: Duration = Duration::from_secs(8);

/// Who was notified.
#[derive(Debug, Default)]
pub(crate) struct Notified {
    /// How many messages were accepted.
    pub(crate) messages: usize,
    /// The accounts whose owners were notified.
    pub(crate) accounts: BTreeSet<Arc<str>>,
    /// Which of the texts of other stages were accepted.
    pub(crate) texts: Vec<bool>,
}

/// Notifies owners and the operator of news, and keeps the receipts. `texts`: what other stages have to say. A reader gets
/// all of it in one digest for each channel.
pub(crate) async fn notify(
    order: &Order<'_>,
    messenger: &impl Messenger,
    hub: &impl WriteRecord,
    history: &History,
    report: &Report,
    texts: Vec<Digest>,
) -> (Notified, Notes) {
    let (settings, mut notes) = (order.settings, Notes::default());
    if !state::is_stateful(settings) {
        return (Default::default(), notes);
    }
    let mut ledger: Ledger = history.notified.clone();
    ledger.place(report.rows.iter().map(|row| &row.id));
    forget(report, &mut ledger);
    let (weekly, zone) = (weekly(order, history, report), settings.zone());
    let gathered = gathered(order, history, report);
    let said = |row: &'_ Row| row.talk.said.as_deref().map(|said| (row.id.clone(), said.clone()));
    let mut said: HashMap<ResourceId, Said> = report.rows.iter().filter_map(said).collect();
    let hours = hours(order, history);
    let revived = waiting::revived(report, &hours, &ledger);
    for notice in &hours.state.notices {
        // What its tags said when it was found. If they say something else at the stop, the notice begins anew.
        if let Some(then) = &notice.said {
            said.entry(notice.id.clone()).or_insert_with(|| then.clone());
        }
    }
    let mut digests = unread(order, report, history, revived, &ledger, &said, &gathered);
    let notices = waiting::notices(&digests);
    let waits = waiting::wait(&mut digests, &hours);
    let places: Vec<usize> = texts.into_iter().map(|text| digests.add(text)).collect();
    let delivery = deliver(messenger, &digests, &frame(order, &report.names), order.clock, RESERVE).await;
    notes.troubles(delivery.troubles);
    let readers = digests.owners.iter().chain(&digests.operator).enumerate();
    let unsent: Vec<&Digest> =
        readers.filter(|(place, _)| delivery.unsent.contains(place)).map(|(_, digest)| digest).collect();
    if let Some(weekly) = weekly {
        let open = unsent.iter().map(|digest| digest.key()).chain(waits).collect();
        let after = weekly.clone().after(open, report.at, zone);
        if after != weekly {
            let written = hub.write(weekly::FILE, &after.text()).await;
            notes.ok_or_trouble(written, "that the weekly digests were sent could not be recorded");
        }
    }
    debug_assert!(
        delivery.operator.iter().all(|receipt| &*receipt.owner == OPERATOR),
        "a receipt of the operator is no owner's notice"
    );
    for receipt in delivery.receipts.iter().chain(&delivery.operator) {
        ledger.accept_tagged(receipt, said.get(&receipt.id));
    }
    said.iter().for_each(|(id, said)| ledger.adopt(id, said));
    let found: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    ledger.keep(|id| found.contains(id), report.at);
    let written = state::write_notices(hub, &ledger).await;
    notes.ok_or_trouble(written, "who was notified could not be recorded, so it will be sent again");
    // After the receipts: what a killed run sent is then not sent again with the digest.
    let accepted: Vec<_> = delivery.receipts.iter().chain(&delivery.operator).collect();
    let notices = waiting::remaining(notices, &accepted, &said, report, &hours);
    let after = hours.after(&unsent.iter().map(|digest| (&*digest.channel.name, digest.key())).collect(), notices);
    if after != history.deliveries {
        let written = hub.write(deliveries::FILE, &after.text()).await;
        notes.ok_or_trouble(written, "that the digests of the day were sent could not be recorded");
    }
    let accounts = delivery.receipts.iter().map(|receipt| receipt.id.place.account.clone()).collect();
    let texts = places.into_iter().map(|place| !digests.is_among(place, &delivery.unsent)).collect();
    (Notified { messages: delivery.messages, accounts, texts }, notes)
}

/// The digests of the week, in a run that may send them.
fn weekly(order: &Order<'_>, history: &History, report: &Report) -> Option<Weekly> {
    let (settings, weekly) = (order.settings, history.weekly.clone().filter(|_| order.run.scope.is_whole())?);
    // The digest of a week waits for its first business day.
    let has_begun = settings.policies.first().is_none_or(|policy| policy.schedule.has_week_begun(report.at));
    Some(weekly).filter(|weekly| has_begun || weekly.gathered(report.at, settings.zone()) != Gathered::Due)
}

/// Who gets the news of the week from this run.
pub(crate) fn gathered(order: &Order<'_>, history: &History, report: &Report) -> Gathered {
    let weekly = weekly(order, history, report);
    weekly.map_or(Gathered::Held, |weekly| weekly.gathered(report.at, order.settings.zone()))
}

/// Which channels get their digest from this run.
pub(crate) fn hours<'a>(order: &Order<'a>, history: &'a History) -> Hours<'a> {
    let is_whole = order.run.scope.is_whole();
    Hours { state: &history.deliveries, settings: order.settings, now: order.clock.at(), is_whole }
}

/// The digests of this run, without what their readers have already received.
fn unread(
    order: &Order<'_>,
    report: &Report,
    history: &History,
    revived: Vec<News>,
    ledger: &Ledger,
    said: &HashMap<ResourceId, Said>,
    gathered: &Gathered,
) -> Digests {
    let settings = order.settings;
    let mut notes = if report.troubled { report.notes.clone() } else { Vec::new() };
    let mut known = scanned(report);
    if report.scanned == 0 {
        // Nothing was scanned. Without a message, this would look like nothing to report.
        notes.splice(0..0, known.take());
    }
    let mut news: Vec<News> = news(report).into_iter().chain(revived).collect();
    for News { item, .. } in &mut news {
        // The notice before a stop. The ledger no longer has it, because the next one starts anew.
        let subject = if item.subject == Subject::Stopped { Subject::Idle } else { item.subject };
        let notified = history.notified.find(&item.id, subject);
        item.notified = notified.map(|notified| (notified.owner.clone(), notified.first));
    }
    let mut digests = digests(settings, news, notes, gathered);
    // Of an owner's several addresses, only those that have not received it.
    for digest in digests.owners.iter_mut().filter(|digest| matches!(digest.reader, Reader::Owner(_, Contact::First))) {
        let place = digest.channel.place();
        digest.entries.retain(|Entry { item, owner }| {
            let several = settings.owners.channels(&owner.name).len() > 1;
            !several || !ledger.has_read(item, &owner.name, &place, said.get(&item.id))
        });
    }
    digests.owners.retain(|digest| !digest.entries.is_empty());
    if let Some(operator) = &mut digests.operator {
        operator.notes.splice(0..0, known.map(Text::from));
    }
    digests
}

/// The common part of all messages of a run. `names`: the names of the accounts.
pub(crate) fn frame<'a>(order: &Order<'a>, names: &'a BTreeMap<Arc<str>, String>) -> Frame<'a> {
    let settings = order.settings;
    let (tags, money, locale) = (&settings.tags, &settings.money, settings.run.locale);
    // A dry run leaves no report.
    let run = (order.run.mode == Mode::Apply).then_some(&*order.run.id);
    Frame { at: order.clock.at(), locale, tags, names, money, links: settings.links.as_deref(), run }
}
