//! What waits for the hour of its channel, and what does not. A stop waits with its notice, because an owner counts as
//! notified only when the channel has accepted the message. So only news that would come too late goes at once.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::Duration;

use crate::engine::config::Channel;
use crate::engine::history::Said;
use crate::engine::history::deliveries::{Hours, Notice, Waiting};
use crate::engine::history::notices::Ledger;
use crate::engine::judge::notice_gate::NOTICE_DAYS;
use crate::engine::model::{Action, Contact, Item, Outside, Quiet, Receipt, ResourceId, State, Subject, Text, Verdict};
use crate::engine::report::digest::{About, Digest, Digests, News, Reader};
use crate::engine::report::{Report, Row, news};

/// Takes what waits out of the digests of a run, and adds the texts that have waited for this run. Returns the readers
/// for whom something waits, in the format of [`Gathered`](crate::engine::history::weekly::Gathered).
pub fn wait(digests: &mut Digests, hours: &Hours<'_>) -> BTreeSet<String> {
    let mut waits = BTreeSet::new();
    for digest in digests.owners.iter_mut().chain(&mut digests.operator) {
        if hours.is_due(&digest.channel) {
            continue;
        }
        let before = digest.entries.len();
        digest.entries.retain(|entry| is_urgent(&entry.item, &digest.channel, hours));
        if digest.entries.len() < before {
            waits.insert(digest.key());
        }
    }
    for (waiting, channel) in hours.due_texts() {
        add(digests, waiting, channel);
    }
    let says = |digest: &Digest| !digest.entries.is_empty() || !digest.notes.is_empty();
    digests.owners.retain(says);
    digests.operator = digests.operator.take().filter(says);
    waits
}

/// Whether news would come too late with the next digest: it occurs only once, somebody changed the tags that a notice was
/// based on, or what it announces comes before.
fn is_urgent(item: &Item, channel: &Channel, hours: &Hours<'_>) -> bool {
    let once = matches!(item.subject, Subject::Stopped | Subject::Lifted | Subject::Retagged);
    once || item.due.is_some_and(|due| hours.is_before_next(channel, due))
}

/// Adds a text to the digest of its reader on that channel.
fn add(digests: &mut Digests, waiting: &Waiting, channel: &Arc<Channel>) {
    let Waiting { channel: _, reader, contact, text } = waiting;
    let reader = if reader.is_empty() { Reader::Operator } else { Reader::Owner(reader.clone(), *contact) };
    digests.add(Digest::of(text.clone(), reader, channel, About::Stocktake));
}

/// A text for one reader that waits for the hour of the reader's channel.
pub fn waiting(reader: &Reader, channel: &Channel, text: Text) -> Waiting {
    let (reader, contact) = match reader {
        Reader::Owner(name, contact) => (name.clone(), *contact),
        Reader::Operator => (Arc::from(""), Contact::First),
    };
    Waiting { channel: channel.name.clone(), reader, contact, text }
}

/// A notice that waits is dropped after so long. Its instance is found anew if it still runs outside its hours.
const KEPT_DAYS: i64 = 7;

/// The notices that have waited and that this run could not find itself: their instances are within their hours again, or
/// stopped. One whose instance is kept, or has another owner or policy by now, is dropped.
pub fn revived(report: &Report, hours: &Hours<'_>, ledger: &Ledger) -> Vec<News> {
    let rows: HashMap<&ResourceId, &Row> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let notices = hours.state.notices.iter();
    notices.filter_map(|notice| revive(notice, rows.get(&notice.id)?, hours, ledger)).collect()
}

fn revive(notice: &Notice, row: &Row, hours: &Hours<'_>, ledger: &Ledger) -> Option<News> {
    let policy = row.policy.as_ref().filter(|policy| policy.name == notice.policy && row.owner.name == notice.owner)?;
    let is_found = row.talk.topics.iter().any(|topic| topic.subject == Subject::FirstStop);
    let is_void = row.talk.forget.iter().any(|subject| subject == Subject::FirstStop)
        || matches!(row.state, State::ShuttingDown | State::Terminated);
    let places = hours.settings.owners.channels(&row.owner.name);
    let notified = ledger.find(&row.id, Subject::FirstStop);
    let is_sent = notified.is_some_and(|notified| {
        let all = places.iter().all(|(_, channel)| notified.has_reached(&channel.place()));
        notified.last >= notice.found && all && notified.binding == notice.binding && notified.policy == notice.policy
    });
    if is_found || is_void || is_sent {
        return None;
    }
    let Notice { action, binding, closed_since, launch, opens, .. } = *notice;
    let last_hour = Quiet::NotAsked;
    let outside = Outside { zone: row.zone, closed_since, launch, opens, last_hour };
    let due = policy.schedule.business_days_after(hours.now, NOTICE_DAYS).filter(|_| binding);
    if binding && due.is_none() {
        return None;
    }
    let since = Some(outside.since());
    let verdict = match action {
        Some(Action::Stop) => Verdict::Stop(outside),
        Some(Action::Hibernate) => Verdict::Hibernate(outside),
        Some(Action::Start) | None => Verdict::Report(outside),
    };
    let item = Item { verdict, since, due, ..news::item(row, Subject::FirstStop) };
    Some(News { item, owner: row.owner.as_ref().clone(), weight: row.weight, contact: Contact::First })
}

/// The notices of first stops in the digests to channels with an hour of delivery, each with where it is to go.
pub fn notices(digests: &Digests) -> Vec<(String, Item, Arc<str>)> {
    let timed = digests.owners.iter().chain(&digests.operator);
    let timed = timed.filter(|digest| digest.channel.prefers.deliver_at.is_some());
    let entries = timed.flat_map(|digest| digest.entries.iter().map(|entry| (digest.channel.place(), entry)));
    let first = entries.filter(|(_, entry)| entry.item.subject == Subject::FirstStop);
    first.map(|(place, entry)| (place, entry.item.clone(), entry.owner.name.clone())).collect()
}

/// Which of these notices wait for a later run, because no channel accepted them in this one; and those that have waited
/// before and whose instances were not found.
pub fn remaining(
    wanted: Vec<(String, Item, Arc<str>)>,
    accepted: &[&Receipt],
    said: &HashMap<ResourceId, Said>,
    report: &Report,
    hours: &Hours<'_>,
) -> Vec<Notice> {
    let first = accepted.iter().filter(|receipt| receipt.subject == Subject::FirstStop);
    let accepted: HashSet<(&str, &ResourceId)> = first.map(|receipt| (&*receipt.place, &receipt.id)).collect();
    let found: HashSet<&ResourceId> = report.rows.iter().map(|row| &row.id).collect();
    let known: HashMap<&ResourceId, &Notice> = hours.state.notices.iter().map(|one| (&one.id, one)).collect();
    let waits = wanted.into_iter().filter(|(place, item, _)| !accepted.contains(&(&**place, &item.id)));
    let mut notices: Vec<Notice> = waits
        .filter_map(|(_, item, owner)| {
            let (Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside)) = &item.verdict
            else {
                return None;
            };
            let before = known.get(&item.id);
            Some(Notice {
                policy: item.policy.clone(),
                owner,
                action: item.verdict.action(),
                binding: item.due.is_some(),
                closed_since: outside.closed_since,
                launch: outside.launch,
                opens: outside.opens,
                found: before.map_or(hours.now, |before| before.found),
                said: said.get(&item.id).cloned().or_else(|| before.and_then(|before| before.said.clone())),
                id: item.id,
            })
        })
        .collect();
    let recent = |one: &&Notice| hours.now - one.found <= Duration::days(KEPT_DAYS);
    notices.extend(hours.state.notices.iter().filter(|one| !found.contains(&one.id)).filter(recent).cloned());
    notices.sort_by(|a, b| a.id.cmp(&b.id));
    notices.dedup_by(|a, b| a.id == b.id);
    notices
}
