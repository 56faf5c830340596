//! Which notices the owners have received: the ledger of receipts, from the record. Without a notice there is no
//! stop.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::engine::model::{
    Contact, Item, Receipt, ResourceId, Subject, json_lines, places, sane, sane_option, settle,
};

/// An entry is dropped if its instance was not found for this many days: it was terminated.
const FORGET_DAYS: i64 = 90;

/// A notice lapses if no stop follows for this many days: its readers have forgotten it.
const LAPSES_DAYS: i64 = 30;

/// What was sent about one instance and subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notified {
    /// The policy that the notice was about.
    pub policy: String,
    /// The owner who was notified.
    pub owner: Arc<str>,
    /// The destination of the channel. If the owner is now notified elsewhere, the owner has not received this
    /// notice.
    #[serde(default)]
    pub place: Arc<str>,
    /// Other destinations of the same notice, for an owner with several addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Arc<str>>,
    /// Whether it announced when the instance will be stopped. A notice sent while no stop was planned announces
    /// nothing.
    pub binding: bool,
    /// The latest stop time announced to this owner; `None` in records of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub due: Option<DateTime<Utc>>,
    /// When every destination had accepted it for the first time.
    #[serde(deserialize_with = "sane")]
    pub first: DateTime<Utc>,
    /// When it was sent last.
    #[serde(deserialize_with = "sane")]
    pub last: DateTime<Utc>,
    /// When the second contact was notified.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub second: Option<DateTime<Utc>>,
    /// When a stop that it announced was last executed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "sane_option")]
    pub followed: Option<DateTime<Utc>>,
    /// When the instance was last found.
    #[serde(deserialize_with = "sane")]
    pub seen: DateTime<Utc>,
    /// The tags that it was based on; `None` if an earlier release wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Said>,
    /// Whether it replaced a notice that was based on other tags, since the last stop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
    /// For changed tags: how many changes were reported in this cycle.
    #[serde(default, skip_serializing_if = "is_none")]
    pub times: u8,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes references
fn is_none(times: &u8) -> bool {
    *times == 0
}

impl Notified {
    /// Whether it was sent to this destination.
    pub fn has_reached(&self, place: &str) -> bool {
        *self.place == *place || self.also.iter().any(|also| **also == *place)
    }

    /// Whether it was sent so long ago, without a stop since, that a stop would be a surprise.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        now - self.followed.map_or(self.last, |followed| followed.max(self.last)) > Duration::days(LAPSES_DAYS)
    }
}

/// What was sent, by instance and subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(ResourceId, Subject), Notified>);

/// One line of the ledger in the record.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Line {
    #[serde(flatten)]
    id: ResourceId,
    subject: Subject,
    #[serde(rename = "told")]
    notified: Notified,
}

impl Ledger {
    /// Reads a ledger: one JSON line per entry. A line that is unreadable, or has a time after `now`, is ignored.
    /// Then the notice for that one instance starts again, and no other instance is affected.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Self {
        let possible = |notified: &Notified| notified.first <= notified.last && notified.last <= now;
        let mut lines: Vec<Line> = json_lines::readable(text).filter(|line: &Line| possible(&line.notified)).collect();
        settle(lines.iter_mut().map(|line| &mut line.id));
        Self(lines.into_iter().map(|Line { id, subject, notified }| ((id, subject), notified)).collect())
    }

    /// The ledger as the record stores it.
    pub fn text(&self) -> String {
        let line = |((id, subject), notified): (&(ResourceId, Subject), &Notified)| Line {
            id: id.clone(),
            subject: *subject,
            notified: notified.clone(),
        };
        json_lines::text(self.0.iter().map(line))
    }

    /// What was sent about `id`.
    pub fn find(&self, id: &ResourceId, subject: Subject) -> Option<&Notified> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(id.clone(), subject)).or_else(|| self.0.get(&(id.unplaced(), subject)))
    }

    /// Gives entries that were recorded without a place the place of the found instances.
    pub fn place<'a>(&mut self, found: impl IntoIterator<Item = &'a ResourceId>) {
        let known = places(self.0.keys().map(|(id, _)| id), found);
        let unplaced: Vec<_> = self.0.extract_if(.., |(id, _), _| known.contains_key(id)).collect();
        for ((id, subject), notified) in unplaced {
            self.0.entry((known.get(&id).cloned().unwrap_or(id), subject)).or_insert(notified);
        }
    }

    /// Whether `place` already received this notice and can be skipped. That happens if another address of the same
    /// owner has not received it yet.
    pub fn has_read(&self, item: &Item, owner: &str, place: &str, said: Option<&Said>) -> bool {
        let again = item.reminder || matches!(item.subject, Subject::Lifted | Subject::Stopped | Subject::Retagged);
        let notified = self.find(&item.id, item.subject).filter(|_| !again);
        notified.is_some_and(|notified| {
            let same =
                *notified.owner == *owner && notified.policy == item.policy && notified.binding == item.due.is_some();
            let retagged = notified.tags.as_ref().is_some_and(|then| said.is_some_and(|said| said != then));
            same && !retagged && notified.has_reached(place)
        })
    }

    /// Records that a channel accepted a message which lists this instance. Another owner or another policy starts a
    /// new entry. The time also starts again if a further destination receives the notice later than the others.
    pub fn accept(&mut self, receipt: &Receipt) {
        let Receipt { id, subject, policy, owner, channel: _, place, contact, binding, due, at } = receipt;
        let key = (id.clone(), *subject);
        let fresh = || Notified {
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
            (Contact::First, Some(notified))
                if (&notified.owner, &notified.policy, notified.binding) == (owner, policy, *binding) =>
            {
                if !notified.has_reached(place) {
                    let also = notified.also.iter().cloned().chain([notified.place.clone()]).collect();
                    let Notified { due, changed, times, .. } = *notified;
                    *notified = Notified { also, due, changed, times, tags: notified.tags.clone(), ..fresh() };
                }
                notified.last = *at;
                notified.due = notified.due.max(*due);
            }
            (Contact::First, _) => {
                self.0.insert(key, fresh());
            }
            (Contact::Second, Some(notified)) => notified.second = Some(*at),
            // A message to the second contact alone does not count as a first notice.
            (Contact::Second, None) => {}
        }
    }

    /// The same for an instance with these tags. A notice of a stop that was based on other tags starts again.
    pub fn accept_tagged(&mut self, receipt: &Receipt, said: Option<&Said>) {
        let Receipt { id, subject, contact, at, .. } = receipt;
        let key = (id.clone(), *subject);
        let before = self.0.get(&key).filter(|notified| !notified.has_lapsed(*at)).cloned();
        self.accept(receipt);
        let (Some(notified), Contact::First) = (self.0.get_mut(&key), contact) else { return };
        match (subject, said) {
            (Subject::Retagged, _) => {
                // Several addresses may receive the same change: count it once.
                let more = u8::from(before.as_ref().is_none_or(|before| before.last != *at));
                notified.times = before.map_or(0, |before| before.times).saturating_add(more);
            }
            (Subject::FirstStop | Subject::Idle | Subject::FirstStart, Some(said)) => {
                let other = before.and_then(|before| before.tags).is_some_and(|then| then != *said);
                if other {
                    (notified.first, notified.second, notified.followed, notified.changed) = (*at, None, None, true);
                }
                notified.tags = Some(said.clone());
            }
            (_, _) => {}
        }
    }

    /// Records the tags of an instance for a notice from an earlier release.
    pub fn adopt(&mut self, id: &ResourceId, said: &Said) {
        for subject in [Subject::FirstStop, Subject::Idle] {
            if let Some(notified) = self.0.get_mut(&(id.clone(), subject)).filter(|notified| notified.tags.is_none()) {
                notified.tags = Some(said.clone());
            }
        }
    }

    /// Records that a stop announced by this notice was executed. That ends the cycle in which changed tags are
    /// counted.
    pub fn follow(&mut self, id: &ResourceId, subject: Subject, at: DateTime<Utc>) {
        if let Some(notified) = self.0.get_mut(&(id.clone(), subject)) {
            notified.followed = Some(at);
            notified.changed = false;
        }
        self.forget(id, Subject::Retagged);
    }

    /// Deletes the entry about `id`: its notice starts again.
    pub fn forget(&mut self, id: &ResourceId, subject: Subject) {
        self.0.remove(&(id.clone(), subject));
    }

    /// Records that `id` was found, and drops every entry about instances that were not found for long.
    pub fn keep(&mut self, seen: impl Fn(&ResourceId) -> bool, now: DateTime<Utc>) {
        for ((id, _), notified) in &mut self.0 {
            if seen(id) {
                notified.seen = now;
            }
        }
        self.0.retain(|_, notified| now - notified.seen <= Duration::days(FORGET_DAYS));
    }
}

/// The tags that a notice is based on. Stored for candidates only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Said {
    /// The owner, if a tag names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<Arc<str>>,
    /// The values of its schedule tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) schedule: Vec<Box<str>>,
}
