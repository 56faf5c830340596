//! Tables in CSV. No cell becomes a formula, even if a tag contains one.

use serde_json::Value;

use crate::render::edge::plain;

/// A table with these columns, which are fields of the rows.
///
/// # Errors
/// The error of `csv`; no row causes one.
pub(crate) fn csv(columns: &[&str], rows: impl IntoIterator<Item = Value>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(columns.iter().map(|column| harmless(&text(row.get(column)))))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => value.to_string(),
    }
}

/// Prefixes a cell that a spreadsheet would treat as a formula with `'`, so that it is text. Leading spaces and
/// control characters are ignored in the check, because some spreadsheets drop them.
fn harmless(cell: &str) -> String {
    let first = cell.chars().find(|c| !c.is_whitespace() && !c.is_control());
    // The full-width forms of Japanese keyboards are treated as formulas too.
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'));
    let control = cell.starts_with(['\t', '\r', '\n']);
    // Line breaks are data here, inside quotation marks.
    let shown: String = cell
        .split_inclusive(['\t', '\r', '\n'])
        .map(|part| {
            let (text, end) = part.split_at(part.trim_end_matches(['\t', '\r', '\n']).len());
            plain(text) + end
        })
        .collect();
    if formula || control { format!("'{shown}") } else { shown }
}
