//! The stage that follows what a person has to mend, from the run that finds it first to the one that does not find it any
//! more. Only runs that scan everything count.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use crate::engine::history::findings::{FILE, Finding, Findings};
use crate::engine::history::past_runs::History;
use crate::engine::model::{Kind, Notes, Remark, Subject, Target};
use crate::engine::report::{Report, Row};
use crate::ports::WriteRecord;
use crate::run::forgotten;
use crate::run::order::Order;
use crate::run::scan::Background;
use crate::run::state::is_stateful;

/// Adds what this run found. Returns every finding with its life.
pub(crate) async fn follow(
    order: &Order<'_>,
    hub: &impl WriteRecord,
    history: &History,
    background: &Background,
    report: &Report,
    reported: Option<&forgotten::Pending>,
) -> (Findings, Notes) {
    let mut notes = Notes::default();
    if !order.run.scope.is_whole() || !is_stateful(order.settings) {
        return (Findings::default(), notes);
    }
    // A file that cannot be read is not replaced: the first sightings are in it.
    let text = notes.ok_or_note(hub.read(FILE).await, "what became of earlier findings cannot be read");
    let Some(text) = text else { return (Findings::default(), notes) };
    let before = text.as_deref().map(Findings::parse).unwrap_or_default();
    let mut findings = before.clone();
    let targets: HashSet<Target> = forgotten::scanned(&background.targets, report).into_iter().collect();
    let scanned = |finding: &Finding| match finding.reported() {
        Some(kind) => reported?.scanned(&finding.place, kind),
        None => (targets.contains(&finding.place) && is_listed(finding, report)).then_some(report.at),
    };
    findings.observe(&found(history, report), scanned, report.at);
    if findings != before {
        let written = hub.write(FILE, &findings.text()).await;
        notes.ok_or_note(written, "what became of findings could not be recorded");
    }
    (findings, notes)
}

/// Whether the resources of its kind could be listed where it was found.
fn is_listed(finding: &Finding, report: &Report) -> bool {
    let (kind, Target { account, region }) = (Kind::of(&finding.id), &finding.place);
    !report.unlisted.iter().any(|one| one.kind == kind && one.account == *account && one.region == *region)
}

/// What a person has to mend by now, and since when people are notified of it.
fn found(history: &History, report: &Report) -> BTreeMap<Finding, Option<DateTime<Utc>>> {
    let of_row = |row: &'_ Row, what: &str, subject| {
        let finding = Finding { place: (*row.id.place).clone(), id: row.id.name.clone(), what: what.into() };
        (finding, history.notified.find(&row.id, subject).map(|one| one.first))
    };
    let mut found = BTreeMap::new();
    for row in &report.rows {
        if row.verdict.wants_attention() {
            found.extend([of_row(row, row.verdict.reason().as_str(), Subject::Attention)]);
        }
        found.extend(row.remarks.iter().filter_map(|remark| match remark {
            Remark::Aged { .. } => Some(of_row(row, remark.as_str(), Subject::Aged)),
            Remark::StillWanted { .. } => Some(of_row(row, remark.as_str(), Subject::StillWanted)),
            Remark::UnknownTag { .. } | Remark::ScalingSuspended(_) => {
                Some(of_row(row, remark.as_str(), Subject::Attention))
            }
            Remark::Holds(_) | Remark::StartedAgain { .. } => None,
        }));
    }
    for line in report.forgotten.iter().flat_map(|found| found.forgotten()) {
        let id = line.id();
        let finding = Finding { place: (*id.place).clone(), id: id.id.clone(), what: id.kind.as_str().into() };
        found.insert(finding, line.sighting.notified.then_some(report.at));
    }
    found
}
