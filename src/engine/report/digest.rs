//! Who receives which message: one digest per owner and one for the operator. Unnecessary messages are a defect. So
//! news about small amounts waits for the weekly digest, and a reader gets one message if one is enough.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::config::{Channel, Settings};
use crate::engine::history::weekly::Gathered;
use crate::engine::judge::Owner;
use crate::engine::judge::owner::{channels_of, seconds_of};
use crate::engine::model::{Contact, Item, Skipped, Subject, Text, Verdict};

/// One piece of news with its owner.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// The content.
    pub item: Item,
    /// Who owns the instance.
    pub owner: Owner,
    /// The weight of its cost, from [`Notify::weight`](crate::engine::config::Notify::weight).
    pub weight: Decimal,
    /// The recipient.
    pub contact: Contact,
}

/// The reader of a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The owner of this name, or the owner's second contact.
    Owner(Arc<str>, Contact),
    /// The operator.
    Operator,
}

impl Reader {
    /// Whether it is the same reader. Names are compared without case.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Owner(name, contact), Self::Owner(other, of)) => {
                contact == of && name.to_lowercase() == other.to_lowercase()
            }
            (Self::Operator, Self::Operator) => true,
            (Self::Owner(..), Self::Operator) | (Self::Operator, Self::Owner(..)) => false,
        }
    }
}

/// One message to one reader, in as many parts as necessary.
#[derive(Clone, Debug, PartialEq)]
pub struct Digest {
    /// The reader.
    pub reader: Reader,
    /// The channel.
    pub channel: Arc<Channel>,
    /// The content, by account, Region, id and subject.
    pub entries: Vec<Entry>,
    /// Other information, as text.
    pub notes: Vec<Text>,
    /// What it is about, for the title of a digest without entries.
    pub about: About,
}

/// What a digest without entries is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// News of a run.
    #[default]
    News,
    /// The monthly stocktake.
    Stocktake,
    /// What is only reported besides instances.
    Forgotten,
    /// More than one of these.
    Several,
    /// The starts for an opening.
    Morning {
        /// How many were started.
        started: usize,
        /// Of how many instances, databases and services.
        of: [usize; 3],
    },
}

/// One piece of news in a digest.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The content.
    pub item: Item,
    /// The owner, according to the instance's tags and account.
    pub owner: Owner,
}

/// All messages to send, and the news that is not sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digests {
    /// The owners' digests, by name, first contacts before second contacts.
    pub owners: Vec<Digest>,
    /// The operator's digest, if there is any news and a channel.
    pub operator: Option<Digest>,
    /// News below `at-least`: the weekly digest contains it.
    pub filtered: Vec<News>,
    /// News without a recipient: the owner has no channel, and there is no operator.
    pub unheard: Vec<News>,
}

/// Sorts news into digests. `notes`: other information for the operator. `gathered`: who receives news below
/// `at-least`. News that an idle instance was stopped, or will not be stopped, occurs only once and does not wait.
pub fn digests(settings: &Settings, news: Vec<News>, notes: Vec<String>, gathered: &Gathered) -> Digests {
    let mut digests = Digests::default();
    // Owner names are compared without case, like the patterns of the settings.
    let mut owners: BTreeMap<(String, Contact), Digest> = BTreeMap::new();
    let mut operators: Vec<Entry> = Vec::new();
    for one in news {
        // The people who operate the hubs decide which hub the instance belongs to.
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
            let fresh = || Digest {
                reader: reader(),
                channel: (*channel).clone(),
                entries: Vec::new(),
                notes: Vec::new(),
                about: About::News,
            };
            let digest = owners.entry((name.to_lowercase(), one.contact)).or_insert_with(fresh);
            digest.entries.push(Entry { item: one.item.clone(), owner: one.owner.clone() });
        }
        if !nobody {
            continue;
        }
        match one.contact {
            // The operator replaces an owner who cannot be reached, but never a second contact, because the first
            // contact was notified.
            Contact::First if settings.notify.operator.is_some() => {
                operators.push(Entry { item: one.item, owner: one.owner });
            }
            Contact::First | Contact::Second => digests.unheard.push(one),
        }
    }
    digests.owners = owners.into_values().map(sorted).collect();
    let anything = !operators.is_empty() || !notes.is_empty();
    digests.operator = settings.notify.operator.clone().filter(|_| anything).map(|channel| {
        let notes = notes.into_iter().map(Text::from).collect();
        sorted(Digest { reader: Reader::Operator, channel, entries: operators, notes, about: About::News })
    });
    digests
}

impl Digests {
    /// Adds a digest: to that of the same reader on the same channel, if there is one. Returns its place, as
    /// deliveries count it while nothing else is added.
    pub fn add(&mut self, digest: Digest) -> usize {
        let is_same = |one: &Digest| one.channel.name == digest.channel.name && one.reader.is_same(&digest.reader);
        if let Some(operator) = self.operator.as_mut().filter(|one| is_same(one)) {
            operator.merge(digest);
            return OPERATORS;
        }
        let place = self.owners.iter().position(is_same);
        match place.and_then(|place| self.owners.get_mut(place)) {
            Some(one) => one.merge(digest),
            None => self.owners.push(digest),
        }
        place.unwrap_or(self.owners.len().saturating_sub(1))
    }

    /// Whether a digest whose place [`Self::add`] returned is among those that were not sent.
    pub fn is_among(&self, place: usize, unsent: &BTreeSet<usize>) -> bool {
        unsent.contains(&if place == OPERATORS { self.owners.len() } else { place })
    }
}

/// The place of the operator's digest, which is the last one.
const OPERATORS: usize = usize::MAX;

impl Digest {
    /// A message that is one text.
    pub fn of(text: Text, reader: Reader, channel: &Arc<Channel>, about: About) -> Self {
        Self { reader, channel: channel.clone(), entries: Vec::new(), notes: vec![text], about }
    }

    /// Adds what another digest for the same reader and channel says.
    fn merge(&mut self, other: Self) {
        if self.entries.is_empty() && self.about != other.about {
            self.about = if self.notes.is_empty() { other.about } else { About::Several };
        }
        self.entries.extend(other.entries);
        self.notes.extend(other.notes);
    }

    /// The reader, in the format of [`Gathered`].
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
