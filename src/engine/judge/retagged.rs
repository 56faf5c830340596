//! Tags that changed since a notice. A person who may tag an instance (`ec2:CreateTags`) could set themselves as its
//! owner, give it other hours, and receive the notice in place of the real owner. So if the owner tag or the schedule
//! tag of a candidate changes, the notice starts again and the account's owner is notified as well. After two such
//! changes, the operator decides.

use chrono::{DateTime, Utc};

use crate::engine::history::{Notified, Said};
use crate::engine::judge::{OwnedBy, Owner};
use crate::engine::model::Subject;
use crate::engine::rules::Case;

/// How often a notice starts again because of a changed tag. A stop resets the count, and so does a notice that
/// lapses. Two, because the first change may be a mistake and the second its correction.
pub const RENEWALS: u8 = 2;

impl Said {
    /// What the tags of this instance say, given its owner.
    pub fn of(case: &Case<'_>, owner: &Owner) -> Self {
        let by_tag = matches!(owner.by, OwnedBy::Tag(_));
        let schedule = case.settings.tags.hours_values(&case.instance.tags);
        Self { owner: by_tag.then(|| owner.name.clone()), schedule }
    }
}

/// The tags of one instance now, and what was reported about their changes.
#[derive(Clone, Copy, Debug)]
pub struct Retag<'a> {
    said: &'a Said,
    /// The ledger's entry about changed tags of the instance.
    entry: Option<&'a Notified>,
    /// Whether the account's owner or the operator can be notified, in addition to the instance's owner.
    can_notify: bool,
    now: DateTime<Utc>,
}

impl<'a> Retag<'a> {
    /// For the instance of `case`, whose tags say `said`. `can_notify`: whether the account's owner or the operator
    /// can be notified. If neither can, a change only restarts the notice.
    pub fn of(case: &Case<'a>, said: &'a Said, can_notify: bool) -> Self {
        let entry = case.history.notified.find(&case.instance.id, Subject::Retagged);
        Self { said, entry, can_notify, now: case.now }
    }

    /// What the tags say.
    pub fn said(&self) -> &Said {
        self.said
    }

    /// For an instance without recorded changes.
    pub fn unchanged(said: &'a Said) -> Self {
        Self { said, entry: None, can_notify: false, now: DateTime::UNIX_EPOCH }
    }

    /// Whether the tags differ from those at the time of this notice.
    pub fn differs(&self, notified: &Notified) -> bool {
        notified.binding
            && !notified.has_lapsed(self.now)
            && notified.tags.as_ref().is_some_and(|then| then != self.said)
    }

    /// How many changes were reported in this cycle.
    fn times(&self) -> u8 {
        self.entry.filter(|entry| !entry.has_lapsed(self.now)).map_or(0, |entry| entry.times)
    }

    /// Whether the operator decides, because the tags have changed too often.
    pub fn is_operators(&self, notified: &Notified) -> bool {
        self.differs(notified) && self.times() >= RENEWALS
    }

    /// Whether the operator should be notified now.
    pub fn is_news_for_operator(&self, remind_after: chrono::Duration) -> bool {
        self.times() <= RENEWALS || self.entry.is_none_or(|entry| self.now - entry.last >= remind_after)
    }

    /// Whether the notice was given again for changed tags, and the account's owner was not notified of that yet.
    pub fn is_unsaid(&self, notified: &Notified) -> bool {
        notified.changed && self.can_notify && self.entry.is_none_or(|entry| entry.last < notified.first)
    }

    /// The time since which everyone who must be notified has been notified.
    pub fn since(&self, notified: &Notified) -> DateTime<Utc> {
        let last = self.entry.filter(|_| notified.changed).map(|entry| entry.last);
        last.map_or(notified.first, |last| last.max(notified.first))
    }
}
