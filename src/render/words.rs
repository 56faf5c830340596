//! Makes the words: what a verdict and a rule say to people, in the reader's language.

use chrono_tz::Tz;

use super::catalogue::money::{Term, term};
use super::catalogue::voice;
use crate::decide::idle::Missing;
use crate::decide::inputs::Inputs;
use crate::decide::report::Row;
use crate::words::{Locale, Reason, Remark, Verdict};

/// Enough for most details, so that a line is allocated once.
const DETAIL_BYTES: usize = 160;

/// What is missing to tell whether an instance does anything.
pub fn missing(missing: &Missing, locale: Locale) -> String {
    super::catalogue::missing(missing, locale)
}

/// What a remark says, in the zone of the instance's hours. Tags and events have their words in it: no control character
/// of theirs gets further.
pub fn remark(remark: &Remark, zone: Tz, locale: Locale) -> String {
    plain(&super::catalogue::remark(remark, zone, locale))
}

/// What a verdict says, in one line. Times stand in the schedule's zone.
pub fn detail(verdict: &Verdict, locale: Locale) -> String {
    let mut out = String::with_capacity(DETAIL_BYTES);
    let _ = voice(locale).verdict(&mut out, verdict);
    out
}

/// What a rule looked at, in one line.
pub fn inputs(inputs: &Inputs, locale: Locale) -> String {
    let mut out = String::new();
    let _ = voice(locale).inputs(&mut out, inputs);
    out
}

/// What a rule means: a clause without a full stop.
pub fn meaning(reason: Reason, locale: Locale) -> &'static str {
    voice(locale).meaning(reason)
}

/// What would change a rule's mind: a phrase without a full stop.
pub fn mend(reason: Reason, locale: Locale) -> &'static str {
    voice(locale).mend(reason)
}

/// Who launched an instance, as an event told it.
pub fn launched_by(name: &str, locale: Locale) -> String {
    format!("{}: {}", term(locale, Term::LaunchedBy), plain(name))
}

/// Why a line of the report is as it is, and who launched the instance, where that is known.
pub(super) fn why(row: &Row, locale: Locale) -> String {
    let mut out = detail(&row.verdict, locale);
    if let Some(name) = &row.launched_by {
        out += &format!(" ({})", launched_by(name, locale));
    }
    out
}

/// Text that teams or AWS wrote: no control character of theirs reaches a terminal.
pub(super) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}
