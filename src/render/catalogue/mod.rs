//! Every message for people, by its key. Each language answers every key by an exhaustive match, so that a message
//! that is missing in one of them does not compile.

pub(crate) mod anomaly;
mod en;
mod ja;
mod labels;
mod letter;
pub(crate) mod money;
mod remarks;
mod rules;

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use crate::engine::model::{Action, Locale, NotArmed, Reason, Target, Verdict};
use crate::engine::request::Mode;
use crate::engine::rules::inputs::Inputs;
use crate::engine::schedule::DateRange;
use crate::engine::undo::Finding;
use crate::render::edge::plain;

pub(crate) use crate::render::catalogue::labels::Label;
pub(crate) use crate::render::catalogue::letter::{Head, Letter, letter};
pub(crate) use crate::render::catalogue::remarks::{missing, remark};
pub(crate) use crate::render::catalogue::rules::{meaning, mend};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    Found,
    Candidates,
    ToDo,
    Deferred,
    Stopped,
    Started,
    Failed,
    Unreachable,
    Denied,
}

/// What becomes of the verdicts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A dry run, and `apply` would do nothing either.
    DryUnarmed,
    /// A dry run of a plan with so many steps.
    Dry { steps: usize },
    /// A run that may do nothing.
    Unarmed,
}

/// A message with its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sentence<'a> {
    /// The first line of a table.
    Headline {
        mode: Mode,
        run: &'a str,
        at: DateTime<Utc>,
        zone: Tz,
    },
    /// How many instances there are, of which verdicts, and what is done about them.
    Tally {
        found: usize,
        list: &'a str,
        effect: Option<Effect>,
    },
    /// What is to be done in this run.
    ToDo {
        action: Action,
        count: usize,
    },
    /// What a run would do that is armed and no dry run.
    WouldBe {
        action: Action,
        count: usize,
    },
    /// What is only reported.
    Reported {
        count: usize,
    },
    /// What is skipped.
    Skipped {
        count: usize,
    },
    /// A verdict that would act, and does not here.
    Would(Action),
    /// Why it does not.
    NotArmed {
        because: NotArmed,
        policy: &'a str,
    },
    /// The time since a start.
    Age(Duration),
    /// An instant.
    At {
        at: DateTime<Utc>,
        zone: Tz,
    },
    /// What a person is asked: what to do with how many instances, in how many accounts.
    Question {
        counts: &'a [(Action, usize)],
        accounts: usize,
    },
    /// A tag that a policy would match, were it spelled as its pattern is.
    NearMiss {
        key: &'a str,
        value: &'a str,
        pattern: &'a str,
        policy: &'a str,
    },
    /// How many instances of a run an undo does not select.
    OthersNotSelected {
        count: usize,
    },
    /// What is so of each line above.
    EachOf {
        text: &'a str,
    },
    /// The columns that a terminal has no room for.
    LeftOut {
        list: &'a str,
    },
    /// The first line of an undo; a dry run where it was not carried out.
    Undoing {
        run: &'a str,
        undoes: &'a str,
        at: DateTime<Utc>,
        applied: bool,
    },
    /// One figure; the number may come with markup.
    Figure {
        figure: Figure,
        number: &'a str,
    },
    /// How many of the targets could be scanned, and that nothing is known of the others.
    Scanned {
        scanned: usize,
        of: usize,
    },
    /// Health by its word, which may come with markup.
    Health {
        word: &'a str,
    },
    /// Why nothing is acted on.
    Refused {
        why: &'a str,
    },
    /// How many steps a cap puts off.
    DeferredBy {
        count: usize,
        cap: &'a str,
    },
    /// All that is put off.
    Deferred {
        list: &'a str,
    },
    /// What else people should know.
    Note {
        note: &'a str,
    },
    /// An account left out on purpose.
    NotInScope {
        account: &'a str,
        name: Option<&'a str>,
        because: &'a str,
    },
    /// The first line of an explanation; `not_armed` where the verdict would act.
    Ruled {
        id: &'a str,
        name: &'a str,
        target: &'a Target,
        verdict: &'a Verdict,
        not_armed: Option<&'a str>,
    },
    /// The rule's meaning, and what the verdict says.
    Because {
        reason: Reason,
        detail: &'a str,
    },
    /// What would change a verdict by this rule.
    WouldChange {
        reason: Reason,
    },
    /// Whose past is told.
    Whose {
        id: &'a str,
        name: &'a str,
        account: &'a str,
        region: &'a str,
    },
    /// The run that is told of; without health it broke off.
    Ran {
        run: &'a str,
        at: DateTime<Utc>,
        health: Option<&'a str>,
    },
    /// What was decided; `armed` where the verdict acts.
    Decided {
        verdict: &'a str,
        armed: Option<bool>,
        reason: &'a str,
        policy: Option<&'a str>,
    },
    /// What was to be done.
    Step {
        action: &'a str,
        not_after: Option<DateTime<Utc>>,
    },
    /// What was put off, by which cap.
    PutOff {
        cap: &'a str,
        why: Option<&'a str>,
    },
    /// What became of it.
    Ended {
        outcome: &'a str,
        at: DateTime<Utc>,
        detail: &'a str,
    },
    /// Whether a schedule is open.
    ScheduleAt {
        name: &'a str,
        open: bool,
        at: DateTime<Utc>,
        zone: Tz,
    },
    /// Nothing is done in a frozen period.
    Frozen {
        range: DateRange,
    },
    /// Nothing is done where the calendar ends.
    Exhausted {
        date: NaiveDate,
    },
    ClosedSince {
        at: DateTime<Utc>,
        zone: Tz,
    },
    Opens {
        at: DateTime<Utc>,
        zone: Tz,
    },
    /// A date at the head of a line.
    Date {
        date: NaiveDate,
    },
    /// A holiday that is not announced yet.
    Provisional {
        holiday: &'a str,
    },
    /// A date that works like another day.
    WorksLike {
        day: Weekday,
    },
    /// A frozen period beside a date.
    FrozenDay {
        range: DateRange,
    },
}

/// A language. What it writes goes into a string, which takes everything: no error is ever answered.
pub(crate) trait Voice: Sync {
    /// Which it is.
    fn locale(&self) -> Locale;

    /// What a verdict says.
    fn verdict(&self, out: &mut String, verdict: &Verdict) -> fmt::Result;

    /// Why an instance is started again, or is not.
    fn finding(&self, out: &mut String, finding: &Finding) -> fmt::Result;

    /// What a rule looked at.
    fn inputs(&self, out: &mut String, inputs: &Inputs) -> fmt::Result;

    /// A message with its arguments.
    fn sentence(&self, out: &mut String, sentence: &Sentence<'_>) -> fmt::Result;
}

/// The voice of a language.
pub(crate) fn voice(locale: Locale) -> &'static dyn Voice {
    match locale {
        Locale::En => &en::English,
        Locale::Ja => &ja::Japanese,
    }
}

impl dyn Voice {
    /// A heading.
    pub(crate) fn label(&self, label: Label) -> &'static str {
        label.text(self.locale())
    }

    /// A message by itself, on one line, whatever others wrote into it.
    pub(crate) fn say(&self, sentence: Sentence<'_>) -> String {
        let mut out = String::new();
        let _ = self.sentence(&mut out, &sentence);
        plain(&out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_japanese(text: &str) -> bool {
        text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    #[test]
    fn every_label_has_its_own_words_in_every_language() {
        for label in Label::ALL {
            let (english, japanese) = (label.text(Locale::En), label.text(Locale::Ja));
            assert!(!english.is_empty() && english.is_ascii(), "{label:?}: {english}");
            let punctuation = [Label::ClauseBreak, Label::ListBreak].contains(label);
            assert!(if punctuation { !japanese.is_ascii() } else { is_japanese(japanese) }, "{label:?}: {japanese}");
            assert_ne!(english, japanese, "{label:?}");
        }
    }

    #[test]
    fn no_two_rules_mean_the_same_or_are_mended_in_the_same_way() {
        // A copied line with the wrong words is what an exhaustive match cannot see.
        for locale in [Locale::En, Locale::Ja] {
            let mut words: Vec<_> =
                Reason::ALL.iter().flat_map(|one| [meaning(*one, locale), mend(*one, locale)]).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), 2 * Reason::ALL.len());
        }
    }
}
