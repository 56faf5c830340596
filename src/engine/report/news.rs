//! The news of a run with its owners: from the messages of the rows and from the outcomes.

use std::collections::{HashMap, HashSet};

use crate::engine::history::notices::Ledger;
use crate::engine::judge::topics::Topic;
use crate::engine::model::{
    Contact, Item, MarkStep, MarkVerb, Outcome, OutcomeKind, Reason, ResourceId, Step, Subject,
};
use crate::engine::report::digest::News;
use crate::engine::report::{Report, Row};

/// All news after this run.
pub fn news(report: &Report) -> Vec<News> {
    let rows: HashMap<&ResourceId, &Row> = report.rows.iter().map(|row| (&row.id, row)).collect();
    let unmarked = unmarked(report);
    // If a mark was not written, do not notify its owner: every run that tries to write it would notify again.
    let holds =
        |row: &Row, topic: &Topic| topic.subject != Subject::Idle || topic.due.is_none() || !unmarked.contains(&row.id);
    let topics = report.rows.iter().flat_map(|row| row.talk.topics.iter().map(move |topic| (row, topic)));
    let said = topics.filter(|(row, topic)| holds(row, topic)).map(|(row, topic)| of_topic(row, topic));
    let done = stopped_for_idleness(report).filter_map(|(step, _)| rows.get(&step.id).map(|row| of_stop(row)));
    said.chain(done).collect()
}

/// Instances whose mark this run planned but did not write: it was paused, refused, or out of time.
fn unmarked(report: &Report) -> HashSet<&ResourceId> {
    let puts = |step: &MarkStep| step.verb == MarkVerb::Put;
    let written = report.marks.iter().filter(|end| end.failed.is_none() && puts(&end.step));
    let written: HashSet<&ResourceId> = written.map(|end| &end.step.id).collect();
    let wanted = report.rows.iter().filter(|row| row.marks).map(|row| &row.id);
    wanted.filter(|id| !written.contains(id)).collect()
}

/// Deletes the ledger entries that are no longer valid after this run. Call it before adding receipts.
pub fn forget(report: &Report, ledger: &mut Ledger) {
    for row in &report.rows {
        for subject in row.talk.forget.iter() {
            ledger.forget(&row.id, subject);
        }
    }
    for (step, outcome) in ended(report, |outcome| outcome == OutcomeKind::Started) {
        ledger.follow(&step.id, Subject::FirstStart, outcome.at);
    }
    for (step, outcome) in stopped(report) {
        if step.reason == Reason::Idle {
            ledger.forget(&step.id, Subject::Idle);
            ledger.forget(&step.id, Subject::Retagged);
        } else {
            ledger.follow(&step.id, Subject::FirstStop, outcome.at);
        }
    }
}

/// The executed steps whose reason was idleness.
pub fn stopped_for_idleness(report: &Report) -> impl Iterator<Item = (&Step, &Outcome)> {
    stopped(report).filter(|(step, _)| step.reason == Reason::Idle)
}

/// The executed stops.
fn stopped(report: &Report) -> impl Iterator<Item = (&Step, &Outcome)> {
    ended(report, |outcome| matches!(outcome, OutcomeKind::Stopped | OutcomeKind::Stopping))
}

/// The steps that ended so.
fn ended(report: &Report, so: fn(OutcomeKind) -> bool) -> impl Iterator<Item = (&Step, &Outcome)> {
    let done = |outcome: &&Outcome| so(outcome.outcome);
    let ended: HashMap<_, _> = report.outcomes.iter().filter(done).map(|o| ((&o.id, o.action), o)).collect();
    report.plan.steps.iter().filter_map(move |step| Some((step, *ended.get(&(&step.id, step.action))?)))
}

fn of_topic(row: &Row, topic: &Topic) -> News {
    let Topic { subject, contact, since, due, lifted, reminder, to } = topic;
    let owner = to.as_deref().unwrap_or(&row.owner).clone();
    // A recipient in place of the owner also learns the current owner.
    let now = to.as_ref().map(|_| format!("{} {}", row.owner.by, row.owner.name));
    let item = Item {
        since: *since,
        due: *due,
        note: lifted.map(|lifted| lifted.as_str().to_owned()).or(now).unwrap_or_default(),
        reminder: *reminder,
        ..item(row, *subject)
    };
    News { item, owner, weight: row.weight, contact: *contact }
}

fn of_stop(row: &Row) -> News {
    let item = item(row, Subject::Stopped);
    News { item, owner: row.owner.as_ref().clone(), weight: row.weight, contact: Contact::First }
}

/// An item about a row, without what depends on the subject.
pub(crate) fn item(row: &Row, subject: Subject) -> Item {
    let tag = row.talk.said.as_ref().and_then(|said| said.schedule.first());
    let schedule = row.policy.as_ref().map(|policy| &*policy.schedule.name);
    Item {
        subject,
        id: row.id.clone(),
        name: row.name.clone(),
        kind: (*row.kind).into(),
        policy: row.policy.as_ref().map(|policy| policy.name.clone()).unwrap_or_default(),
        verdict: row.verdict.clone(),
        since: None,
        due: None,
        zone: row.zone,
        monthly: row.monthly.map(|monthly| monthly.0),
        note: String::new(),
        reminder: false,
        hours: tag.map_or(schedule.unwrap_or_default(), |tag| &**tag).into(),
        own_hours: tag.is_some(),
        notified: None,
    }
}
