//! Whether a stop may happen now or has to wait: for a mark, for the notification of the owner, or for the days that
//! the owner has to respond. Without a notification there is no stop.

use chrono::{DateTime, Utc};

use crate::engine::config::Policy;
use crate::engine::history::Notified;
use crate::engine::judge::{Marking, Reach, Retag};
use crate::engine::model::{Cap, Subject, Verdict};
use crate::engine::rules::Case;
use crate::engine::rules::standing_mark::standing;
use crate::engine::schedule::Schedule;
use crate::engine::tags::Mark;

/// The first stop under a policy's hours is announced this many business days ahead.
pub const NOTICE_DAYS: u32 = 1;

/// Whether a stop may happen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Yes.
    Open,
    /// No. It waits for `because`, and until `until` if that is known.
    Shut {
        /// What it waits for.
        because: Cap,
        /// The expected time, if known.
        until: Option<DateTime<Utc>>,
    },
}

/// What is known about a notice: what was sent, and who must have received it.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// The ledger's entry for the instance and the subject.
    pub notified: Option<&'a Notified>,
    /// Who must have been notified, and where; `None` if no channel reaches them.
    pub reach: Option<Reach<'a>>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Its tags now, and what was reported about their changes.
    pub retag: Retag<'a>,
    /// The policy's own schedule. Its calendar counts the business days, even if a tag gives the instance other
    /// hours.
    pub schedule: &'a Schedule,
}

impl<'a> Notice<'a> {
    /// The notice that counts: sent to this owner, about this policy, and at a time when a stop was really planned.
    fn given(&self) -> Option<&'a Notified> {
        let notified = self.notified?;
        let read = self.reach.is_some_and(|reach| reach.has_read(notified));
        let retagged = self.retag.differs(notified) || self.retag.is_unsaid(notified);
        (notified.binding && notified.policy == self.policy.name && read && !retagged).then_some(notified)
    }

    fn is_operators(&self) -> bool {
        self.notified.is_some_and(|notified| self.retag.is_operators(notified))
    }

    /// Opens this many business days after the notice, but never before the time that the notice announced: the
    /// settings may have changed since.
    fn after(&self, notified: &Notified, days: u32, because: Cap, now: DateTime<Utc>) -> Gate {
        match self
            .schedule
            .business_days_after(self.retag.since(notified), days)
            .map(|until| notified.due.map_or(until, |due| due.max(until)))
        {
            Some(until) if now >= until => Gate::Open,
            until => Gate::Shut { because, until },
        }
    }

    /// Whether the policy's hours may stop it. Before the first stop, its owner must have been notified a business
    /// day ahead.
    pub fn of_hours(&self, now: DateTime<Utc>) -> Gate {
        if self.policy.unannounced {
            return Gate::Open;
        }
        match self.given() {
            None if self.is_operators() => Gate::Shut { because: Cap::TagsChanged, until: None },
            None => Gate::Shut { because: Cap::NotNotified, until: None },
            Some(notified) if notified.has_lapsed(now) => Gate::Shut { because: Cap::NotNotified, until: None },
            Some(notified) => self.after(notified, NOTICE_DAYS, Cap::Announced, now),
        }
    }

    /// Whether an idle instance may be stopped: it is marked, its owner was notified of this mark, and the grace
    /// period is over, counted from the first accepted notice.
    pub fn of_mark(&self, mark: Option<&Mark>, now: DateTime<Utc>) -> Gate {
        if self.is_operators() {
            return Gate::Shut { because: Cap::TagsChanged, until: None };
        }
        let Some(mark) = mark else { return Gate::Shut { because: Cap::NotMarked, until: None } };
        let Some(notified) = self.given().filter(|notified| notified.first >= mark.since) else {
            return Gate::Shut { because: Cap::NotNotified, until: None };
        };
        match self.after(notified, self.policy.grace, Cap::InGrace, now) {
            // The mark's own date still applies.
            Gate::Open if now < mark.not_before => Gate::Shut { because: Cap::InGrace, until: Some(mark.not_before) },
            gate @ (Gate::Open | Gate::Shut { .. }) => gate,
        }
    }

    /// Whether half of the grace period is over since the owner was notified, and the second contact was not notified
    /// yet.
    pub fn is_half_over(&self, now: DateTime<Utc>) -> bool {
        let half = self.policy.grace.div_ceil(2);
        self.given().is_some_and(|notified| {
            notified.second.is_none()
                && self.schedule.business_days_after(notified.first, half).is_some_and(|half| now >= half)
        })
    }
}

/// What the stop that `verdict` requests waits for; open if it requests none.
pub fn gate(
    case: &Case<'_>,
    verdict: &Verdict,
    marking: Option<&Marking>,
    reach: Option<Reach<'_>>,
    retag: Retag<'_>,
) -> Gate {
    let Some((policy, _)) = case.policy else { return Gate::Open };
    let notice = |subject| {
        let notified = case.history.notified.find(&case.instance.id, subject);
        Notice { notified, reach, policy, retag, schedule: &policy.schedule }
    };
    match verdict {
        Verdict::Stop(_) | Verdict::Hibernate(_) => notice(Subject::FirstStop).of_hours(case.now),
        Verdict::Start(reopening) if reopening.run.is_none() => notice(Subject::FirstStart).of_hours(case.now),
        Verdict::Idle(found) if found.reported.is_none() => {
            // A mark that is about to be replaced or removed does not count.
            let mark = standing(case).ok().filter(|_| marking.is_none());
            notice(Subject::Idle).of_mark(mark.as_ref(), case.now)
        }
        Verdict::Idle(_) | Verdict::Start(_) | Verdict::Report(_) | Verdict::Skip(_) | Verdict::OutOfScope(_) => {
            Gate::Open
        }
    }
}
