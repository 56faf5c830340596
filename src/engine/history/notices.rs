//! What owners have been told: the ledger of receipts, from the record. Not told means not acted on.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{
    Contact, Item, Receipt, ResourceId, Subject, json_lines, places, sane, sane_option, settle,
};

/// An entry about an instance that nobody has seen for so long is dropped: it was terminated.
const FORGET_DAYS: i64 = 90;

/// A notice that no stop has followed for so long is forgotten by those who read it.
const LAPSES_DAYS: i64 = 30;

/// What was said about one instance and subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Told {
    /// The policy of which was spoken.
    pub policy: String,
    /// Who was told.
    pub owner: Arc<str>,
    /// Where the channel led by which it was said. Whoever is told elsewhere since has not read it.
    #[serde(default)]
    pub place: Arc<str>,
    /// Where else the same was said, for an owner with several addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Arc<str>>,
    /// Whether it said when the instance will be stopped; a notice of a time when nothing was going to be done
    /// announces nothing.
    pub binding: bool,
    /// The latest instant that was announced to this owner; `None` in records of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub due: Option<DateTime<Utc>>,
    /// When it was said first everywhere, and accepted.
    #[serde(deserialize_with = "sane")]
    pub first: DateTime<Utc>,
    /// When it was said last.
    #[serde(deserialize_with = "sane")]
    pub last: DateTime<Utc>,
    /// When the second contact was told.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub second: Option<DateTime<Utc>>,
    /// When a stop that it announced was last carried out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub followed: Option<DateTime<Utc>>,
    /// When the instance was last seen.
    #[serde(deserialize_with = "sane")]
    pub seen: DateTime<Utc>,
    /// What the tags said on which it rests; `None` where an earlier release wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Said>,
    /// Whether it took the place of a notice that rested on other tags, since the last stop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
    /// Of changed tags: how many changes were said in this cycle.
    #[serde(default, skip_serializing_if = "is_none")]
    pub times: u8,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands out references
fn is_none(times: &u8) -> bool {
    *times == 0
}

impl Told {
    /// Whether it was said at this place.
    pub fn has_reached(&self, place: &str) -> bool {
        *self.place == *place || self.also.iter().any(|also| **also == *place)
    }

    /// Whether it was said so long ago, and no stop has followed since, that a stop would be a surprise.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        now - self.followed.map_or(self.last, |followed| followed.max(self.last)) > Duration::days(LAPSES_DAYS)
    }
}

/// What was said about whom, by instance and subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(ResourceId, Subject), Told>);

/// One line of the ledger as it stands in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    subject: Subject,
    told: Told,
}

impl Ledger {
    /// Reads a ledger, one JSON line an entry. A line that cannot be read, or that speaks of what is still to come
    /// at `now`, is as if nothing had been said about that one instance: its notice begins anew, and nobody else is
    /// disturbed.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Self {
        let possible = |told: &Told| told.first <= told.last && told.last <= now;
        let mut lines: Vec<Line> = json_lines::readable(text).filter(|line: &Line| possible(&line.told)).collect();
        settle(lines.iter_mut().map(|line| &mut line.id));
        Self(lines.into_iter().map(|Line { id, subject, told }| ((id, subject), told)).collect())
    }

    /// The ledger as it stands in the record.
    pub fn text(&self) -> String {
        let line = |((id, subject), told): (&(ResourceId, Subject), &Told)| Line {
            id: id.clone(),
            subject: *subject,
            told: told.clone(),
        };
        json_lines::text(self.0.iter().map(line))
    }

    /// What was said about `id`.
    pub fn find(&self, id: &ResourceId, subject: Subject) -> Option<&Told> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(id.clone(), subject)).or_else(|| self.0.get(&(id.unplaced(), subject)))
    }

    /// Gives what was recorded without a place that of the instances which were found.
    pub fn place<'a>(&mut self, found: impl IntoIterator<Item = &'a ResourceId>) {
        let known = places(self.0.keys().map(|(id, _)| id), found);
        let unplaced: Vec<_> = self.0.extract_if(.., |(id, _), _| known.contains_key(id)).collect();
        for ((id, subject), told) in unplaced {
            self.0.entry((known.get(&id).cloned().unwrap_or(id), subject)).or_insert(told);
        }
    }

    /// Whether `place` has read this already and is only to be left out, because it is another address of the same owner
    /// that has not.
    pub fn has_read(&self, item: &Item, owner: &str, place: &str, said: Option<&Said>) -> bool {
        let again = item.reminder || matches!(item.subject, Subject::Lifted | Subject::Stopped | Subject::Retagged);
        let told = self.find(&item.id, item.subject).filter(|_| !again);
        told.is_some_and(|told| {
            let same = *told.owner == *owner && told.policy == item.policy && told.binding == item.due.is_some();
            let retagged = told.tags.as_ref().is_some_and(|then| said.is_some_and(|said| said != then));
            same && !retagged && told.has_reached(place)
        })
    }

    /// Notes that a channel has accepted a message that lists this very instance. Another owner or another policy begins
    /// anew, and so does the time for a place that reads it later than the others.
    pub fn accept(&mut self, receipt: &Receipt) {
        let Receipt { id, subject, policy, owner, channel: _, place, contact, binding, due, at } = receipt;
        let key = (id.clone(), *subject);
        let fresh = || Told {
            policy: policy.clone(),
            owner: owner.clone(),
            place: place.clone(),
            also: Vec::new(),
            binding: *binding,
            due: *due,
            first: *at,
            last: *at,
            second: None,
            followed: None,
            seen: *at,
            tags: None,
            changed: false,
            times: 0,
        };
        match (contact, self.0.get_mut(&key)) {
            (Contact::First, Some(told)) if (&told.owner, &told.policy, told.binding) == (owner, policy, *binding) => {
                if !told.has_reached(place) {
                    let also = told.also.iter().cloned().chain([told.place.clone()]).collect();
                    let Told { due, changed, times, .. } = *told;
                    *told = Told { also, due, changed, times, tags: told.tags.clone(), ..fresh() };
                }
                told.last = *at;
                told.due = told.due.max(*due);
            }
            (Contact::First, _) => {
                self.0.insert(key, fresh());
            }
            (Contact::Second, Some(told)) => told.second = Some(*at),
            // A second contact alone is nobody's first notice.
            (Contact::Second, None) => {}
        }
    }

    /// The same for an instance whose tags say this. A notice of a stop that rested on other tags begins anew.
    pub fn accept_tagged(&mut self, receipt: &Receipt, said: Option<&Said>) {
        let Receipt { id, subject, contact, at, .. } = receipt;
        let key = (id.clone(), *subject);
        let before = self.0.get(&key).filter(|told| !told.has_lapsed(*at)).cloned();
        self.accept(receipt);
        let (Some(told), Contact::First) = (self.0.get_mut(&key), contact) else { return };
        match (subject, said) {
            (Subject::Retagged, _) => {
                // Several addresses read of one change.
                let more = u8::from(before.as_ref().is_none_or(|before| before.last != *at));
                told.times = before.map_or(0, |before| before.times).saturating_add(more);
            }
            (Subject::FirstStop | Subject::Idle, Some(said)) => {
                let other = before.and_then(|before| before.tags).is_some_and(|then| then != *said);
                if other {
                    (told.first, told.second, told.followed, told.changed) = (*at, None, None, true);
                }
                told.tags = Some(said.clone());
            }
            (_, _) => {}
        }
    }

    /// Notes what the tags say of an instance about which an earlier release gave notice.
    pub fn adopt(&mut self, id: &ResourceId, said: &Said) {
        for subject in [Subject::FirstStop, Subject::Idle] {
            if let Some(told) = self.0.get_mut(&(id.clone(), subject)).filter(|told| told.tags.is_none()) {
                told.tags = Some(said.clone());
            }
        }
    }

    /// Notes that a stop which was announced by this has been carried out. That ends the cycle in which changed tags are
    /// counted.
    pub fn follow(&mut self, id: &ResourceId, subject: Subject, at: DateTime<Utc>) {
        if let Some(told) = self.0.get_mut(&(id.clone(), subject)) {
            told.followed = Some(at);
            told.changed = false;
        }
        self.forget(id, Subject::Retagged);
    }

    /// Forgets what was said about `id`: its notice begins anew.
    pub fn forget(&mut self, id: &ResourceId, subject: Subject) {
        self.0.remove(&(id.clone(), subject));
    }

    /// Notes that `id` was seen, and drops every entry about what nobody has seen for long.
    pub fn keep(&mut self, seen: impl Fn(&ResourceId) -> bool, now: DateTime<Utc>) {
        for ((id, _), told) in &mut self.0 {
            if seen(id) {
                told.seen = now;
            }
        }
        self.0.retain(|_, told| now - told.seen <= Duration::days(FORGET_DAYS));
    }
}

/// What the tags said on which a notice rests. It is kept for candidates only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Said {
    /// The owner, where a tag names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<Arc<str>>,
    /// The values of its schedule tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) schedule: Vec<Box<str>>,
}
