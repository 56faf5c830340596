//! The report as JSON, `"version": 1`, the interface for scripts. New fields are allowed; renaming is a breaking
//! change.

use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use crate::engine::cost::spent::Spent;
use crate::engine::model::{
    Counts, Health, Locale, MarkEnd, NotArmed, NotDue, Outcome, Reason, Remark, SkippedAccount, State, Target,
    Unlisted, Unreachable,
};
use crate::engine::plan::Plan;
use crate::engine::report::views::Views;
use crate::engine::report::{Report, Row};
use crate::engine::request::Mode;
use crate::render::edge::Escaping;
use crate::render::forgotten::ForgottenData;
use crate::render::money_data::MoneyData;
use crate::render::views::ViewsData;
use crate::render::{detail, edge, missing, remark, scanned};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Whole<'a> {
    version: u8,
    run: &'a str,
    mode: Mode,
    at: DateTime<Utc>,
    health: Health,
    counts: Counts,
    notes: &'a [String],
    resources: Rows<'a>,
    plan: &'a Plan,
    outcomes: &'a [Outcome],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    marks: &'a [MarkEnd],
    cost: &'a Spent,
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<MoneyData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<ForgottenData<'a>>,
    unreachable: &'a [Unreachable],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unlisted: &'a [Unlisted],
    denied: &'a [Target],
    not_due: &'a [NotDue],
    not_in_scope: &'a [SkippedAccount],
    views: ViewsData<'a>,
}

/// Rows are created while they are written, so that the text of a hundred thousand lines is never in memory at once.
pub(crate) struct Rows<'a>(&'a Report, &'a [Row]);

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Line<'a> {
    account: &'a str,
    region: &'a str,
    id: &'a str,
    kind: &'static str,
    name: &'a str,
    #[serde(rename = "type")]
    instance_type: &'a str,
    state: State,
    launched: Option<DateTime<Utc>>,
    policy: Option<&'a str>,
    verdict: &'static str,
    armed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_armed_because: Option<&'static str>,
    owner: Option<&'a str>,
    owner_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    launched_by: Option<&'a str>,
    reason: Reason,
    detail: String,
    /// By list price; absent where it is unknown or was not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    usd_month: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    attention: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<RemarkLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undetermined: Option<String>,
    /// Its page in the AWS console, where the settings have links.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// One remark: its name, instants and run for machines, and its text for readers.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct RemarkLine {
    remark: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    detail: String,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, rows) = self;
        let mut seq = serializer.serialize_seq(Some(rows.len()))?;
        for row in *rows {
            seq.serialize_element(&line(row, report))?;
        }
        seq.end()
    }
}

pub(crate) fn line<'a>(row: &'a Row, report: &Report) -> Line<'a> {
    let locale = report.locale;
    let Row {
        id,
        name,
        policy,
        verdict,
        armed,
        not_armed,
        running: _,
        running_in_scope: _,
        owner,
        kind,
        state,
        launch,
        ours: _,
        managed: _,
        launched_by,
        unlabelled: _,
        remarks,
        undetermined,
        zone,
        schedule: _,
        marks: _,
        talk: _,
        group: _,
        member: _,
        weight: _,
        parts: _,
        monthly,
    } = row;
    Line {
        account: &id.place.account,
        region: &id.place.region,
        id: &id.name,
        kind: id.kind.as_str(),
        name,
        instance_type: kind,
        state: *state,
        launched: *launch,
        policy: policy.as_ref().map(|policy| policy.name.as_str()),
        verdict: verdict.as_str(),
        armed: *armed,
        not_armed_because: not_armed.map(NotArmed::as_str),
        owner: owner.known(),
        owner_by: owner.by.to_string(),
        launched_by: launched_by.as_deref(),
        reason: verdict.reason(),
        detail: detail(verdict, locale),
        usd_month: monthly.map(|monthly| monthly.0.round_dp(2).to_string()),
        attention: wants_attention(row),
        remarks: remarks.iter().map(|one| remark_line(one, *zone, locale)).collect(),
        undetermined: undetermined.as_ref().map(|lacks| missing(lacks, locale)),
        link: report.link(id),
    }
}

/// Whether somebody has to correct something.
pub(crate) fn wants_attention(row: &Row) -> bool {
    let is_to_correct = |one: &Remark| matches!(one, Remark::UnknownTag { .. } | Remark::ScalingSuspended(_));
    row.remarks.iter().any(is_to_correct) || row.verdict.wants_attention()
}

fn remark_line(one: &Remark, zone: Tz, locale: Locale) -> RemarkLine {
    let (stop, started, by) = match one {
        Remark::Aged { since } => (None, Some(*since), None),
        Remark::StillWanted { .. } | Remark::UnknownTag { .. } => (None, None, None),
        Remark::Holds(stop) | Remark::ScalingSuspended(stop) => (Some(stop), None, None),
        Remark::StartedAgain { stopped, at, by } => (Some(stopped), Some(*at), by.name()),
    };
    let (run, stopped) = stop.map(|stop| (stop.run.clone(), stop.at)).unzip();
    let by = by.map(str::to_owned);
    RemarkLine { remark: one.as_str(), run, stopped, started, by, detail: remark(one, zone, locale) }
}

/// The whole report, on one line, or indented for editors.
///
/// # Errors
/// The error of `serde_json`; no report causes one.
pub fn json(report: &Report, indent: bool) -> serde_json::Result<String> {
    edge::json(&whole(report), indent)
}

/// The same, written to `out` while it is created: the text of a hundred thousand lines is 70 MB.
///
/// # Errors
/// The error of `out`.
pub fn write_json(report: &Report, indent: bool, mut out: impl io::Write) -> io::Result<()> {
    let escaping = Escaping(&mut out);
    if indent {
        serde_json::to_writer_pretty(escaping, &whole(report))?;
    } else {
        serde_json::to_writer(escaping, &whole(report))?;
    }
    out.write_all(b"\n")?;
    out.flush()
}

fn whole(report: &Report) -> Whole<'_> {
    Whole { resources: Rows(report, &report.rows), ..without_rows(report) }
}

/// Everything but the rows.
pub(crate) fn without_rows(report: &Report) -> Whole<'_> {
    let Report {
        run,
        mode,
        at,
        rows,
        plan,
        outcomes,
        marks,
        messages: _,
        cost,
        unreachable,
        unlisted,
        denied,
        not_due,
        scanned: _,
        skipped,
        names,
        notes,
        paused: _,
        saved: _,
        rates: _,
        money: _,
        priced: _,
        bundled_prices: _,
        forgotten,
        trends: _,
        troubled: _,
        calls: _,
        links,
        locale,
    } = report;
    Whole {
        version: 1,
        run,
        mode: *mode,
        at: *at,
        health: report.health(),
        counts: report.counts(),
        notes,
        resources: Rows(report, &[]),
        plan,
        outcomes,
        marks,
        cost,
        money: MoneyData::of(report),
        forgotten: forgotten.as_ref().map(|found| ForgottenData::of(found, links.as_deref(), *locale)),
        unreachable,
        unlisted,
        denied,
        not_due,
        not_in_scope: skipped,
        views: ViewsData::of(Views::of(rows, names)),
    }
}

/// The response of a Lambda function: the counts, and the location of the whole report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Digest {
    /// The run's id.
    pub run: Arc<str>,
    /// The requested mode.
    pub mode: Mode,
    /// Whether the run could find and do everything.
    pub health: Health,
    /// The counts.
    pub counts: Counts,
    /// The location of the whole report. A dry run writes nothing, so it returns the report itself.
    pub report: serde_json::Value,
    /// The kind of event that caused the run; absent for a schedule or a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    /// The run that was undone, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// Why the run acted on nothing, if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Other notes for the reader.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The counts of `report`, with a pointer to the whole report.
pub fn digest(report: &Report, whole: serde_json::Value) -> Digest {
    Digest {
        run: report.run.clone(),
        mode: report.mode,
        health: report.health(),
        counts: report.counts(),
        report: whole,
        event: None,
        undoes: None,
        refused: report.plan.refused.clone(),
        notes: scanned(report).into_iter().chain(report.notes.iter().cloned()).collect(),
    }
}
