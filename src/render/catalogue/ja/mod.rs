//! 日本語。User text and values for machines stay unchanged, in backticks. The wording follows the Japanese AWS console
//! and documentation.

mod inputs;
mod sentences;
mod skipped;
mod verdicts;

use std::fmt::{self, Write as _};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use crate::engine::evidence::idle::{Idleness, Ineligible, Missing};
use crate::engine::model::Tier;
use crate::engine::model::{
    Action, Forgotten, Gauge, IdleFacts, Lacks, Listed, Locale, Marker, NotArmed, Outside, Quiet, Reopening, Skipped,
    State, UnknownFact, Unscoped, Verdict, WhyReportOnly, WhyReported,
};
use crate::engine::rules::case::Activity;
use crate::engine::rules::inputs::{FoundTag, Inputs};
use crate::engine::schedule::{DateRange, ExprError};
use crate::engine::undo::{Finding, WhyNot};
use crate::render::catalogue::{Effect, Figure, Sentence, Voice, meaning, mend};

use inputs::*;
use skipped::*;
use verdicts::*;

pub(crate) use skipped::mistyped;
pub(crate) use verdicts::missing;

pub(crate) struct Japanese;

/// `2026-11-25(水) 18:00 JST`
pub(crate) struct At(pub(crate) DateTime<Utc>, pub(crate) Tz);

/// `2026-11-25(水)`
struct Day(NaiveDate);

/// `2027-03-31(水)から2027-04-01(木)まで`
struct Range(DateRange);

/// `2時間5分`
struct Span(Duration);

impl Voice for Japanese {
    fn locale(&self) -> Locale {
        Locale::Ja
    }

    fn verdict(&self, out: &mut String, verdict: &Verdict) -> fmt::Result {
        verdicts::verdict(out, verdict)
    }

    fn finding(&self, out: &mut String, finding: &Finding) -> fmt::Result {
        verdicts::finding(out, finding)
    }

    fn inputs(&self, out: &mut String, inputs: &Inputs) -> fmt::Result {
        inputs::inputs(out, inputs)
    }

    fn sentence(&self, out: &mut String, sentence: &Sentence<'_>) -> fmt::Result {
        sentences::sentence(out, sentence)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.0.with_timezone(&self.1);
        write!(f, "{} {:02}:{:02} {}", Day(local.date_naive()), local.hour(), local.minute(), local.offset())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.0, weekday(self.0.weekday()))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DateRange { first, last } = self.0;
        if first == last {
            return write!(f, "{}", Day(first));
        }
        write!(f, "{}から{}まで", Day(first), Day(last))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.num_minutes();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => write!(f, "{minutes}分"),
            (hours @ 48.., _) => match hours % 24 {
                0 => write!(f, "{}日", hours / 24),
                rest => write!(f, "{}日{rest}時間", hours / 24),
            },
            (hours, 0) => write!(f, "{hours}時間"),
            (hours, minutes) => write!(f, "{hours}時間{minutes}分"),
        }
    }
}
