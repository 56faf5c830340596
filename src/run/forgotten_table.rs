//! The table `forgotten` of the record: one line per resource that a run has scanned and that is only reported.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::engine::history::runs::micros;
use crate::engine::report::Report;

#[derive(Serialize)]
struct ForgottenLine<'a> {
    run: &'a str,
    #[serde(serialize_with = "micros")]
    at: DateTime<Utc>,
    account: &'a str,
    region: &'a str,
    kind: &'a str,
    id: &'a str,
    name: &'a str,
    size: &'a str,
    reason: &'a str,
    standing: &'a str,
    #[serde(serialize_with = "micros")]
    since: DateTime<Utc>,
    at_least: bool,
    owner: Option<&'a str>,
    usd_month: Option<String>,
    command: &'a str,
}

/// The lines of a run.
pub(crate) fn forgotten(report: &Report) -> impl Iterator<Item = impl Serialize> {
    let all = report.forgotten.iter().flat_map(|found| &found.lines);
    all.filter(|line| line.sighting.last_seen == report.at).map(|line| {
        let (one, id) = (&line.sighting.unused, line.id());
        ForgottenLine {
            run: &report.run,
            at: report.at,
            account: &id.place.account,
            region: &id.place.region,
            kind: id.kind.as_str(),
            id: &id.id,
            name: one.name(),
            size: &one.size,
            reason: one.why.as_str(),
            standing: line.standing.as_str(),
            since: line.sighting.first_seen,
            at_least: line.sighting.at_least,
            owner: line.owner.known(),
            usd_month: line.known().map(|usd| usd.0.round_dp(2).to_string()),
            command: &one.command,
        }
    })
}
