//! What to report about one instance, compared with what was reported before. Only news is sent, and only once.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use crate::engine::history::{Notified, Said};
use crate::engine::judge::notice_gate::{NOTICE_DAYS, Notice};
use crate::engine::judge::{Gate, Marking, OwnedBy, Owner, Reach, Retag, remarks};
use crate::engine::model::{Contact, Lifted, Skipped, Subject, Subjects, Verdict};
use crate::engine::rules::Case;
use crate::engine::rules::standing_mark::standing;
use crate::engine::tags::{KeepUntil, Kept};

/// Owners are warned this many business days before a `keep-until` ends.
const WARN_DAYS: u32 = 3;

/// Owners are asked again whether a database is still wanted after so many weeks at the earliest.
const ASK_WEEKS: i64 = 4;

/// One message about an instance, unless it was sent before.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// What it is about.
    pub subject: Subject,
    /// The recipient.
    pub contact: Contact,
    /// Since when this is the case.
    pub since: Option<DateTime<Utc>>,
    /// The earliest time of the stop, or the end of its keep; `None` if no action follows.
    pub due: Option<DateTime<Utc>>,
    /// Why a mark is removed.
    pub lifted: Option<Lifted>,
    /// It was sent before.
    pub reminder: bool,
    /// The recipient in place of the owner. An owner without a name means the operator.
    pub to: Option<Box<Owner>>,
}

/// All messages about an instance, and the ledger entries that are no longer valid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Talk {
    /// News.
    pub topics: Vec<Topic>,
    /// Notices that start again the next time.
    pub forget: Subjects,
    /// What its tags say, for a candidate.
    pub said: Option<Box<Said>>,
}

/// What a topic depends on, besides the case.
#[derive(Clone, Copy)]
pub struct Ruled<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// Whether the stop is enabled in both places (`armed` and `stage`).
    pub armed: bool,
    /// What a stop waits for.
    pub gate: Gate,
    /// The change to its mark.
    pub marking: Option<&'a Marking>,
    /// Who is notified, and where; `None` if no channel reaches them.
    pub reach: Option<Reach<'a>>,
    /// The owner comes from the settings' default only.
    pub by_default: bool,
    /// Its tags now, and what was reported about their changes.
    pub retag: Retag<'a>,
    /// The owner of the account, independent of the instance's tags.
    pub of_account: &'a dyn Fn() -> Owner,
}

/// All messages about the instance of `case`.
pub fn talk(case: &Case<'_>, ruled: &Ruled<'_>) -> Talk {
    let mut talk = Talk::default();
    keeping(case, ruled, &mut talk);
    match ruled.verdict {
        Verdict::Stop(outside) | Verdict::Hibernate(outside) | Verdict::Report(outside) => {
            first(case, ruled, Subject::FirstStop, outside.since(), &mut talk);
        }
        Verdict::Start(reopening) if reopening.run.is_none() && ruled.armed => {
            first(case, ruled, Subject::FirstStart, reopening.stopped, &mut talk);
        }
        Verdict::Idle(_) => idle(case, ruled, &mut talk),
        Verdict::Skip(skipped) => attention(case, ruled, skipped, &mut talk),
        Verdict::Start(_) | Verdict::OutOfScope(_) => {}
    }
    lifted(case, ruled, &mut talk);
    aged(case, ruled, &mut talk);
    still_wanted(case, ruled, &mut talk);
    talk.said = ruled.verdict.action().map(|_| Box::new(ruled.retag.said().clone()));
    talk
}

impl Ruled<'_> {
    fn notified<'c>(&self, case: &Case<'c>, subject: Subject) -> Option<&'c Notified> {
        case.history.notified.find(&case.instance.id, subject)
    }

    /// Adds the messages about tags that changed since this notice: to the account's owner, and after too many
    /// changes to the operator. `due`: the time of the stop, counted from now. Returns whether the operator decides
    /// now.
    fn retagged(
        &self,
        case: &Case<'_>,
        notified: Option<&Notified>,
        due: Option<DateTime<Utc>>,
        talk: &mut Talk,
    ) -> bool {
        let Some(notified) = notified else { return false };
        let (retag, operators) = (self.retag, self.retag.is_operators(notified));
        let to = if operators {
            let nobody = || Owner { name: Arc::from(""), by: OwnedBy::Nobody };
            retag.is_news_for_operator(case.settings.notify.remind_after).then(nobody)
        } else {
            (retag.differs(notified) || retag.is_unsaid(notified)).then(self.of_account)
        };
        let topic = |to| Topic {
            to: Some(Box::new(to)),
            ..Topic::new(Subject::Retagged, None, due.filter(|_| !operators), false)
        };
        talk.topics.extend(to.map(topic));
        operators
    }

    /// `None` if this owner was notified recently; otherwise whether it is a reminder. With `once`, it is never sent
    /// again.
    fn is_news(
        &self,
        notified: Option<&Notified>,
        policy: &str,
        binding: bool,
        once: bool,
        case: &Case<'_>,
    ) -> Option<bool> {
        let Some(notified) = notified else { return Some(false) };
        let read = self.reach.is_none_or(|reach| reach.has_read(notified));
        let same = notified.binding == binding && notified.policy == policy && read && !self.retag.differs(notified);
        if !same {
            return Some(false);
        }
        (!once && case.now - notified.last >= case.settings.notify.remind_after).then_some(true)
    }
}

/// A kept instance will not be stopped. So every notice about a stop starts again when the keep ends, and its owner
/// is warned before that end.
fn keeping(case: &Case<'_>, ruled: &Ruled<'_>, talk: &mut Talk) {
    if case.kept == Kept::No {
        talk.forget.push(Subject::KeepEnds);
        return;
    }
    talk.forget.push(Subject::FirstStop);
    talk.forget.push(Subject::Idle);
    talk.forget.push(Subject::Retagged);
    let (Kept::Until { value: _, until }, Some((policy, hours))) = (&case.kept, case.policy) else { return };
    let ends = match *until {
        KeepUntil::Instant(instant) => Some(instant),
        KeepUntil::Date(date) => hours.schedule.keep_ends(date),
    };
    let Some(ends) = ends else { return };
    if case.now < policy.schedule.business_days_before(ends, WARN_DAYS) {
        talk.forget.push(Subject::KeepEnds);
    } else if ruled.is_news(ruled.notified(case, Subject::KeepEnds), &policy.name, true, true, case).is_some() {
        talk.topics.push(Topic::new(Subject::KeepEnds, None, Some(ends), false));
    }
}

/// The first stop under a policy is announced, and the first start of what others stopped. A policy that only reports,
/// or is not armed, reports a stop and sends reminders.
fn first(case: &Case<'_>, ruled: &Ruled<'_>, subject: Subject, since: DateTime<Utc>, talk: &mut Talk) {
    let Some((policy, _)) = case.policy else { return };
    let acts = ruled.armed && ruled.verdict.action().is_some();
    if acts && policy.unannounced {
        return;
    }
    let notified = ruled.notified(case, subject);
    let lapsed = notified.is_some_and(|notified| acts && notified.has_lapsed(case.now));
    if lapsed {
        talk.forget.push(subject);
        talk.forget.push(Subject::Retagged);
    }
    let due = acts.then(|| policy.schedule.business_days_after(case.now, NOTICE_DAYS)).flatten();
    if acts && ruled.retagged(case, notified.filter(|_| !lapsed), due, talk) {
        return;
    }
    let news = ruled.is_news(notified.filter(|_| !lapsed), &policy.name, acts, acts, case);
    let Some(reminder) = news else { return };
    if !acts || due.is_some() {
        talk.topics.push(Topic::new(subject, Some(since), due, reminder));
    }
}

/// An idle instance: marked now or earlier, or only reported.
fn idle(case: &Case<'_>, ruled: &Ruled<'_>, talk: &mut Talk) {
    let Some((policy, _)) = case.policy else { return };
    let acts = ruled.armed && ruled.verdict.action().is_some();
    let notified = ruled.notified(case, Subject::Idle);
    let mark = match ruled.marking {
        Some(Marking::Put(mark)) => Some(mark.clone()),
        Some(Marking::Lift(_)) => return,
        None => standing(case).ok(),
    };
    if !acts {
        if let Some(reminder) = ruled.is_news(notified, &policy.name, false, false, case) {
            talk.topics.push(Topic::new(Subject::Idle, None, None, reminder));
        }
        return;
    }
    let Some(mark) = mark else { return };
    if ruled.gate == Gate::Open {
        return; // this run stops it, and the stop is reported on its own
    }
    let days = policy.schedule.business_days_after(case.now, policy.grace);
    if ruled.retagged(case, notified, days.map(|due| due.max(mark.not_before)), talk) {
        return;
    }
    // A notice about an older mark does not count for this one, but the tags that it was based on still do.
    let notified_of_this = notified.filter(|notified| notified.first >= mark.since);
    if notified_of_this.is_none() && notified.is_some_and(|notified| !ruled.retag.differs(notified)) {
        talk.forget.push(Subject::Idle);
    }
    if let Some(reminder) = ruled.is_news(notified_of_this, &policy.name, true, false, case) {
        let first = notified_of_this.filter(|_| reminder).map_or(case.now, |notified| notified.first);
        let due = policy.schedule.business_days_after(first, policy.grace).map(|due| due.max(mark.not_before));
        talk.topics.push(Topic::new(Subject::Idle, Some(mark.since), due, reminder));
    }
    let (reach, retag, schedule) = (ruled.reach, ruled.retag, &*policy.schedule);
    let notice = Notice { notified: notified_of_this, reach, policy, retag, schedule };
    let seen = case.instance.tags.any_case(&case.settings.tags.seen).next().is_some();
    if let Gate::Shut { because: crate::engine::model::Cap::InGrace, until } = ruled.gate
        && !seen
        && notice.is_half_over(case.now)
    {
        let second = Topic::new(Subject::Idle, Some(mark.since), until, false);
        talk.topics.push(Topic { contact: Contact::Second, ..second });
    }
}

fn attention(case: &Case<'_>, ruled: &Ruled<'_>, skipped: &Skipped, talk: &mut Talk) {
    if !skipped.wants_attention() {
        talk.forget.push(Subject::Attention);
        return;
    }
    let policy = case.policy.map_or("", |(policy, _)| policy.name.as_str());
    // The operator is notified of a conflict between hubs, not the instance's owner.
    let of_hubs = matches!(skipped, Skipped::OtherHub { .. }) && case.settings.notify.operator.is_some();
    let ruled = Ruled { reach: ruled.reach.filter(|_| !of_hubs), ..*ruled };
    let news = ruled.is_news(ruled.notified(case, Subject::Attention), policy, false, false, case);
    if let Some(reminder) = news {
        talk.topics.push(Topic::new(Subject::Attention, None, None, reminder));
    }
}

/// It has been running for long and its owner comes from the settings' default only. This is reported, and never a
/// reason to stop it.
fn aged(case: &Case<'_>, ruled: &Ruled<'_>, talk: &mut Talk) {
    let (Some(since), Some((policy, _))) = (remarks::aged(case, ruled.by_default), case.policy) else { return };
    if let Some(reminder) = ruled.is_news(ruled.notified(case, Subject::Aged), &policy.name, false, false, case) {
        talk.topics.push(Topic::new(Subject::Aged, Some(since), None, reminder));
    }
}

/// Only AWS has started the database for weeks. Its owner is asked about it, and it is never a reason to act.
fn still_wanted(case: &Case<'_>, ruled: &Ruled<'_>, talk: &mut Talk) {
    let (Some(since), Some((policy, _))) = (remarks::resting(case), case.policy) else {
        talk.forget.push(Subject::StillWanted);
        return;
    };
    let notified = ruled.notified(case, Subject::StillWanted);
    let wait = Duration::weeks(ASK_WEEKS).max(case.settings.notify.remind_after);
    let is_due = notified.is_some_and(|notified| case.now - notified.last >= wait);
    let news = ruled.is_news(notified, &policy.name, false, true, case);
    if let Some(reminder) = news.or(is_due.then_some(true)) {
        talk.topics.push(Topic::new(Subject::StillWanted, Some(since), None, reminder));
    }
}

/// A person who was notified of a coming stop is notified that it is cancelled.
fn lifted(case: &Case<'_>, ruled: &Ruled<'_>, talk: &mut Talk) {
    let Some(Marking::Lift(why)) = ruled.marking else { return };
    let notified = ruled.notified(case, Subject::Idle);
    if notified.is_some_and(|notified| notified.binding) {
        talk.topics.push(Topic { lifted: Some(*why), ..Topic::new(Subject::Lifted, None, None, false) });
    }
    // Keep the tags that it was based on until the next notice.
    if !notified.is_some_and(|notified| ruled.retag.differs(notified)) {
        talk.forget.push(Subject::Idle);
    }
}

impl Topic {
    fn new(subject: Subject, since: Option<DateTime<Utc>>, due: Option<DateTime<Utc>>, reminder: bool) -> Self {
        Self { subject, contact: Contact::First, since, due, lifted: None, reminder, to: None }
    }
}
