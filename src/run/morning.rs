//! The stage that reports the starts for an opening to owners and to whoever is on call: once per opening, account and
//! reader.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::config::{Channel, Mornings};
use crate::engine::judge::owner::channels_of;
use crate::engine::model::{Contact, Notes, sane};
use crate::engine::report::Report;
use crate::engine::report::digest::{About, Digest, Reader};
use crate::engine::report::morning::{Morning, mornings};
use crate::ports::{ReadRecord, WriteRecord};
use crate::render::morning_message;
use crate::run::order::Order;
use crate::run::state::is_stateful;

/// Which readers know of which openings.
const FILE: &str = "state/mornings.json";

/// An opening is forgotten after so many days: no run starts anything for it any more.
const FORGET_DAYS: i64 = 3;

/// One reader who knows of one opening.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Known {
    account: Arc<str>,
    #[serde(deserialize_with = "sane")]
    opens: DateTime<Utc>,
    channel: Arc<str>,
    reader: String,
}

/// A message to one reader, and what it makes known.
type Letters<'a> = BTreeMap<(Arc<str>, String), (Digest, Vec<Known>)>;

/// What is recorded once the readers were notified.
pub(crate) struct Pending {
    known: Vec<Known>,
    /// The messages, and what each makes known.
    pub(crate) digests: Vec<Digest>,
    learnt: Vec<Vec<Known>>,
}

/// The messages about the starts of this run. They do not wait for the hour of a channel.
pub(crate) async fn messages(order: &Order<'_>, hub: &impl ReadRecord, report: &Report) -> (Option<Pending>, Notes) {
    let (settings, mut notes) = (order.settings, Notes::default());
    let is_due = |morning: &Morning<'_>| match settings.notify.mornings {
        Mornings::Failures => morning.has_failed(),
        Mornings::Always => true,
        Mornings::Off => false,
    };
    let mut all = mornings(report);
    all.retain(is_due);
    if all.is_empty() || !is_stateful(settings) {
        return (None, notes);
    }
    let text = match hub.read(FILE).await {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            notes.troubles(vec![format!("who knows of this morning's starts cannot be read: {error}")]);
            return (None, notes);
        }
    };
    let known: Vec<Known> = serde_json::from_str(&text).unwrap_or_default();
    let mut letters = Letters::new();
    for morning in &all {
        address(order, report, morning, &known, &mut letters);
    }
    let (digests, learnt) = letters.into_values().unzip();
    (Some(Pending { known, digests, learnt }), notes)
}

/// Records who knows of the starts now.
pub(crate) async fn settle(hub: &impl WriteRecord, pending: Pending, accepted: &[bool], now: DateTime<Utc>) -> Notes {
    let (Pending { mut known, digests: _, learnt }, mut notes) = (pending, Notes::default());
    known.extend(learnt.into_iter().zip(accepted).filter(|(_, accepted)| **accepted).flat_map(|(learnt, _)| learnt));
    known.retain(|one| now - one.opens <= Duration::days(FORGET_DAYS));
    if accepted.contains(&true) {
        let text = serde_json::to_string(&known).unwrap_or_default();
        notes.ok_or_trouble(hub.write(FILE, &text).await, "who knows of this morning's starts could not be recorded");
    }
    notes
}

/// Adds one morning to the messages of its readers: of each owner what is the owner's, and all of it to whoever is on call.
fn address(order: &Order<'_>, report: &Report, morning: &Morning<'_>, known: &[Known], letters: &mut Letters<'_>) {
    let settings = order.settings;
    let mut owners: BTreeMap<&str, _> = BTreeMap::new();
    for start in &morning.starts {
        owners.entry(&*start.row.owner.name).or_insert(&start.row.owner);
    }
    let mut add = |reader: Reader, channel: &Arc<Channel>, part: &Morning<'_>| {
        let name = match &reader {
            Reader::Owner(name, _) => name.to_lowercase(),
            Reader::Operator => String::new(),
        };
        let (account, opens) = (morning.account.clone(), morning.opens);
        let one = Known { account, opens, channel: channel.name.clone(), reader: name.clone() };
        if known.contains(&one) {
            return;
        }
        let text = morning_message(part, &channel.prefers, &report.names, report.locale, report.links.as_deref());
        let (digest, learnt) = letters.entry((channel.name.clone(), name)).or_insert_with(|| {
            let about = About::Morning { started: 0, of: [0; 3] };
            (Digest { reader, channel: channel.clone(), entries: Vec::new(), notes: Vec::new(), about }, Vec::new())
        });
        if let About::Morning { started, of } = &mut digest.about {
            *started += part.started();
            of.iter_mut().zip(part.kinds()).for_each(|(all, more)| *all += more);
        }
        digest.notes.push(text);
        learnt.push(one);
    };
    for owner in owners.into_values() {
        let part = morning.of_owner(owner);
        // An owner whose instances all run has no news, unless every morning is to be reported.
        if part.has_failed() || settings.notify.mornings == Mornings::Always {
            for (name, channel) in channels_of(settings, owner) {
                add(Reader::Owner(Arc::from(name), Contact::First), channel, &part);
            }
        }
    }
    if let Some(channel) = settings.notify.on_call.as_ref().or(settings.notify.operator.as_ref()) {
        add(Reader::Operator, channel, morning);
    }
}
