//! Who is told what: one digest for each owner and one for the operator. Noise is a defect: what costs too little
//! waits for the weekly digest, and nobody gets two messages where one will do.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::config::{Channel, Settings};
use crate::engine::history::weekly::Gathered;
use crate::engine::judge::owner::{Owner, channels_of, seconds_of};
use crate::engine::model::{Contact, Item, Skipped, Subject, Verdict};

/// One piece of news with its owner.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What is said.
    pub item: Item,
    /// Who owns the instance.
    pub owner: Owner,
    /// How much its money counts, from [`Notify::weight`](crate::engine::config::Notify::weight).
    pub weight: Decimal,
    /// To whom it is said.
    pub contact: Contact,
}

/// Who reads a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The owner of this name, or the owner's second contact.
    Owner(Arc<str>, Contact),
    /// The operator.
    Operator,
}

/// What one message, in as many parts as it takes, says to one reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// Who is told.
    pub reader: Reader,
    /// By which channel.
    pub channel: Arc<Channel>,
    /// What is said, by account, Region, id and subject.
    pub entries: Vec<Entry>,
    /// What else the operator should know, in words.
    pub notes: Vec<String>,
}

/// One piece of news in a digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is said.
    pub item: Item,
    /// Who owns it, as its own tags and account have it.
    pub owner: Owner,
}

/// Everything that is to be sent, and what is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digests {
    /// The owners', by name, first contacts before second ones.
    pub owners: Vec<Digest>,
    /// The operator's, if there is anything to say and a channel to say it by.
    pub operator: Option<Digest>,
    /// What is under `at-least`: the weekly digest says it.
    pub filtered: Vec<News>,
    /// What nobody is told: it has no owner with a channel, and there is no operator.
    pub unheard: Vec<News>,
}

/// Sorts news into digests. `notes` are what else the operator should know; `gathered`, who is told what is under
/// `at-least`. That an instance was stopped for being idle, or will not be, happens once and does not wait for that.
pub fn digests(settings: &Settings, news: Vec<News>, notes: Vec<String>, gathered: &Gathered) -> Digests {
    let mut digests = Digests::default();
    // Owners are one whatever the case of their names, as the patterns of the settings have it.
    let mut owners: BTreeMap<(String, Contact), Digest> = BTreeMap::new();
    let mut operators: Vec<Entry> = Vec::new();
    for one in news {
        // Which of two hubs an instance belongs to is for those who run them to settle.
        let of_hubs = matches!(one.item.verdict, Verdict::Skip(Skipped::OtherHub { .. }));
        if let Some(_operator) = settings.notify.operator.as_ref().filter(|_| of_hubs) {
            operators.push(Entry { item: one.item, owner: one.owner });
            continue;
        }
        let channels = match one.contact {
            Contact::First => channels_of(settings, &one.owner),
            Contact::Second => seconds_of(settings, &one.owner),
        };
        let at_once = of_hubs || matches!(one.item.subject, Subject::Stopped | Subject::Lifted);
        let said = at_once || settings.notify.is_enough(one.item.monthly, one.weight);
        let is_due = |reader: &str| said || gathered.is_due(&reader.to_lowercase());
        let nobody = channels.is_empty();
        let due: Vec<_> = channels.into_iter().filter(|(name, _)| is_due(name)).collect();
        if due.is_empty() && (!nobody || !is_due("")) {
            digests.filtered.push(one);
            continue;
        }
        for (name, channel) in &due {
            let reader = || Reader::Owner(Arc::from(*name), one.contact);
            let fresh =
                || Digest { reader: reader(), channel: (*channel).clone(), entries: Vec::new(), notes: Vec::new() };
            let digest = owners.entry((name.to_lowercase(), one.contact)).or_insert_with(fresh);
            digest.entries.push(Entry { item: one.item.clone(), owner: one.owner.clone() });
        }
        if !nobody {
            continue;
        }
        match one.contact {
            // The operator stands in for an owner who cannot be reached, and for nobody's second contact: the
            // first one was told.
            Contact::First if settings.notify.operator.is_some() => {
                operators.push(Entry { item: one.item, owner: one.owner });
            }
            Contact::First | Contact::Second => digests.unheard.push(one),
        }
    }
    digests.owners = owners.into_values().map(sorted).collect();
    let anything = !operators.is_empty() || !notes.is_empty();
    digests.operator = settings
        .notify
        .operator
        .clone()
        .filter(|_| anything)
        .map(|channel| sorted(Digest { reader: Reader::Operator, channel, entries: operators, notes }));
    digests
}

impl Digest {
    /// Who reads it, as [`Gathered`] has readers.
    pub fn key(&self) -> String {
        match &self.reader {
            Reader::Owner(name, _) => name.to_lowercase(),
            Reader::Operator => String::new(),
        }
    }
}

fn sorted(mut digest: Digest) -> Digest {
    let place = |entry: &Entry| (entry.item.id.clone(), entry.item.subject);
    digest.entries.sort_by_cached_key(place);
    digest
}
