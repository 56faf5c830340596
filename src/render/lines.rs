//! The instances of a report, one by one: as a CSV table, and as JSON with one instance per line. The fields are those
//! of the report's JSON.

use std::io;

use serde_json::Value;

use crate::engine::report::{Report, Row};
use crate::render::columns::{Column, View};
use crate::render::edge::Escaping;
use crate::render::json::line;

/// The default columns of the CSV.
pub(crate) const COLUMNS: &str = "account,region,id,kind,name,type,state,launched,owner,owner-by,launched-by,policy,verdict,\
    armed,not-armed-because,reason,detail,usd-month,attention,undetermined,age";

/// The instances as a table: all of them, or those of the view's rules; `age` is in days.
///
/// # Errors
/// The error of `csv`; no report causes one.
pub fn csv(report: &Report, view: &View) -> Result<String, csv::Error> {
    let chosen: Vec<&str> = view.columns.iter().map(|column| column.as_str()).collect();
    let link = report.links.as_ref().map(|_| Column::Link.as_str());
    let columns = if chosen.is_empty() { COLUMNS.split(',').chain(link).collect() } else { chosen };
    let rows = view.rows(report, true);
    crate::render::csv::csv(&columns, rows.into_iter().map(|row| value(row, report)))
}

/// The instances as JSON, one per line.
///
/// # Errors
/// The error of `out`.
pub fn write_ndjson(report: &Report, view: &View, mut out: impl io::Write) -> io::Result<()> {
    for row in view.rows(report, true) {
        serde_json::to_writer(Escaping(&mut out), &line(row, report))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn value(row: &Row, report: &Report) -> Value {
    let mut value = serde_json::to_value(line(row, report)).unwrap_or_default();
    if let (Value::Object(fields), Some(launch)) = (&mut value, row.launch) {
        fields.insert(Column::Age.as_str().to_owned(), report.at.signed_duration_since(launch).num_days().into());
    }
    value
}
