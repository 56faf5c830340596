//! `explain --run` for a terminal: what a run decided about one instance, what the result was, and how to prevent it
//! in the future.

use std::fmt::Write as _;

use chrono::{DateTime, Days, Utc};

use crate::engine::model::{Health, Kind, Locale, Outcome};
use crate::engine::report::past::{Line, Recalled};
use crate::engine::tags::TagNames;
use crate::render::catalogue::{Label, Sentence, Voice, voice};
use crate::render::edge::plain;

/// The number of days until the date in the `keep-until` example.
const EXAMPLE_DAYS: u64 = 7;

/// What a run did with one instance. Recorded text stays in the language in which it was recorded.
pub fn recalled(recalled: &Recalled, tags: &TagNames, locale: Locale) -> String {
    let voice = voice(locale);
    let Recalled { run, at: judged, health, line, step, deferred, refused, outcome } = recalled;
    let Line { id, name, policy, verdict, armed, reason, detail } = line;
    let acts = matches!(verdict.as_str(), "stop" | "hibernate" | "start");
    let row = |head: Label, words: &str| format!("{}{words}\n", voice.label(head));
    let mut out = voice.say(Sentence::Whose { id, name }) + "\n";
    let ran = Sentence::Ran { run, at: *judged, health: health.map(Health::as_str) };
    out += &row(Label::RowRun, &voice.say(ran));
    let decided = Sentence::Decided { verdict, armed: acts.then_some(*armed), reason, policy: policy.as_deref() };
    out += &row(Label::RowVerdict, &voice.say(decided));
    let _ = writeln!(out, "         {}", plain(detail));
    if let Some(step) = step {
        let step = Sentence::Step { action: step.action.as_str(), not_after: step.not_after };
        out += &row(Label::RowStep, &voice.say(step));
    }
    if let Some(because) = deferred {
        let put_off = Sentence::PutOff { cap: because.as_str(), why: refused.as_deref() };
        out += &row(Label::RowStep, &voice.say(put_off));
    }
    match outcome {
        Some(Outcome { id: _, action: _, outcome, detail, at }) => {
            let ended = Sentence::Ended { outcome: outcome.as_str(), at: *at, detail };
            out += &row(Label::RowOutcome, &voice.say(ended));
        }
        None if step.is_some() => out += &row(Label::RowOutcome, voice.label(Label::OutcomeUnknown)),
        None => {}
    }
    if acts || verdict == "report" {
        let head = if id.kind == Kind::Instance { Label::HowToKeep } else { Label::HowToKeepOther };
        mend(&mut out, head, *judged, tags, voice);
    }
    out
}

/// The tags by which a team keeps its resource.
fn mend(out: &mut String, head: Label, judged: DateTime<Utc>, tags: &TagNames, voice: Voice) {
    let date = judged.checked_add_days(Days::new(EXAMPLE_DAYS)).unwrap_or(judged).date_naive();
    let until = format!("{} = {date} reason", tags.keep_until);
    let hours = format!("{} = mon-fri 20:00-05:00", tags.schedule);
    let width = until.len().max(hours.len());
    let _ = writeln!(out, "\n{}", voice.label(head));
    let tags = [(&until, Label::LeftAloneUntil), (&hours, Label::OtherHours), (&tags.keep, Label::LeftAloneForGood)];
    for (tag, sense) in tags {
        let _ = writeln!(out, "  {tag:<width$}  {}", voice.label(sense));
    }
}
