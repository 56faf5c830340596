//! English. Short sentences, in lower case within a line; times in the schedule's zone.

mod inputs;
mod sentences;
mod skipped;
mod verdicts;

use std::fmt::{self, Write as _};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::engine::evidence::idle::{Idleness, Ineligible, Missing};
use crate::engine::model::{
    Action, Forgotten, Gauge, IdleFacts, Lacks, Listed, Locale, Marker, NotArmed, Outside, Quiet, Reopening, Skipped,
    UnknownFact, Unscoped, Verdict, WhyReportOnly, WhyReported,
};
use crate::engine::model::{Tier, instances};
use crate::engine::rules::case::Activity;
use crate::engine::rules::inputs::{FoundTag, Inputs};
use crate::engine::undo::{Finding, WhyNot};
use crate::render::catalogue::{Effect, Figure, Sentence, Voice, meaning, mend};

use inputs::*;
use skipped::*;
use verdicts::*;

pub(crate) use skipped::mistyped;
pub(crate) use verdicts::missing;

pub(crate) struct English;

/// `Wed 2026-11-25 18:00 JST`
pub(crate) struct At(pub(crate) DateTime<Utc>, pub(crate) Tz);

/// `2 h 05 min`
struct Span(Duration);

impl Voice for English {
    fn locale(&self) -> Locale {
        Locale::En
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
        use chrono::{Datelike as _, Timelike as _};
        let local = self.0.with_timezone(&self.1);
        let (day, date) = (local.weekday(), local.date_naive());
        // Formatted by hand: a format pattern would be parsed again for each of a hundred thousand lines.
        write!(f, "{day} {date} {:02}:{:02} {}", local.hour(), local.minute(), local.offset())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.num_minutes();
        match (minutes / 60, minutes % 60) {
            (0, minutes) => write!(f, "{minutes} min"),
            (hours @ 48.., _) => match hours % 24 {
                0 => write!(f, "{} days", hours / 24),
                rest => write!(f, "{} days {rest} h", hours / 24),
            },
            (hours, 0) => write!(f, "{hours} h"),
            (hours, minutes) => write!(f, "{hours} h {minutes:02} min"),
        }
    }
}
