//! Every message for users: what can be said, with its arguments. The words are in `render/messages`, in every
//! language side by side.

pub(crate) mod anomaly;
mod filters;
pub(crate) mod forgotten;
mod letter;
mod messages;
pub(crate) mod money;
pub(crate) mod page;
mod verdicts;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use serde::Serialize;

use crate::engine::model::{Action, Kind, Locale, NotArmed, Reason, ResourceId};
use crate::engine::request::Mode;
use crate::engine::schedule::DateRange;
use crate::render::edge::plain;

pub(crate) use crate::render::catalogue::filters::environment;
pub(crate) use crate::render::catalogue::letter::{Letter, letter};
pub use crate::render::catalogue::verdicts::{detail, inputs, missing};
pub(crate) use crate::render::catalogue::verdicts::{finding, remark};
pub(crate) use crate::render::catalogue::words::{Head, Label, Term, head, term};
pub use crate::render::catalogue::words::{meaning, mend};

/// The meaning of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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

/// How many resources of each kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Counted {
    /// Those that there are; no resource at all is no instance.
    Kinds { instances: usize, databases: usize, services: usize },
}

impl Counted {
    /// The kinds of these resources.
    pub(crate) fn of(kinds: impl Iterator<Item = Kind>) -> Self {
        let (mut instances, mut databases, mut services) = (0, 0, 0);
        for kind in kinds {
            *match kind {
                Kind::Instance => &mut instances,
                Kind::Database => &mut databases,
                Kind::Service => &mut services,
            } += 1;
        }
        Self::Kinds { instances, databases, services }
    }
}

/// What happens to the verdicts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// A dry run; `apply` would do nothing either.
    DryUnarmed,
    /// A dry run of a plan with this many steps.
    Dry { steps: usize },
    /// A run that is not armed.
    Unarmed,
}

/// A message with its arguments.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sentence<'a> {
    /// The heading of a table.
    Headline { mode: Mode, run: &'a str, at: DateTime<Utc>, zone: Tz },
    /// How many targets were not due, because they were empty at their last scan, and when the oldest of these scans was.
    NotDue { targets: usize, accounts: usize, oldest: DateTime<Utc>, zone: Tz },
    /// The number of resources, how many of them are databases, the number per verdict, and what happens to them.
    Tally { instances: usize, databases: usize, services: usize, list: &'a str, effect: Option<Effect> },
    /// The steps of this run.
    ToDo { action: Action, count: usize },
    /// The steps of an armed run that is not a dry run.
    WouldBe { action: Action, count: usize },
    /// The instances that are only reported.
    Reported { count: usize },
    /// The skipped instances.
    Skipped { count: usize },
    /// The confirmation question: the actions, what they are about, and the number of accounts. `only` is the kind, if there
    /// is but one.
    Question { counts: &'a [(Action, usize)], only: Option<Kind>, counted: Counted, accounts: usize },
    /// A tag that a policy would match if it were spelled like the pattern.
    NearMiss { key: &'a str, value: &'a str, pattern: &'a str, policy: &'a str },
    /// The number of instances of a run that an undo does not select.
    OthersNotSelected { count: usize, others: bool },
    /// The number of instances that no policy matches, where nothing else is to be done.
    NoPolicy { count: usize, found: usize, others: bool },
    /// A fact that applies to each line above.
    EachOf { text: &'a str },
    /// The columns for which the terminal is too narrow.
    LeftOut { list: &'a str },
    /// The heading of an undo, or of a start in one account by the tags alone, where `*` stands for every run; a dry
    /// run where it was not carried out.
    Undoing { run: &'a str, undoes: &'a str, account: Option<&'a str>, at: DateTime<Utc>, applied: bool },
    /// One count; the number may have markup.
    Figure { figure: Figure, number: &'a str },
    /// The number of targets that were scanned; nothing is known about the others.
    Scanned { scanned: usize, of: usize },
    /// The health by name, which may have markup.
    Health { word: &'a str },
    /// Why the run acts on nothing.
    Refused { why: &'a str },
    /// The number of steps that a cap defers.
    DeferredBy { count: usize, cap: &'a str },
    /// All deferred steps.
    Deferred { list: &'a str },
    /// Another note for the reader.
    Note { note: &'a str },
    /// An account that was deliberately not scanned.
    NotInScope { account: &'a str, name: Option<&'a str>, because: &'a str },
    /// The heading of an explanation; `not_armed` where the verdict would act.
    Ruled { id: &'a ResourceId, name: &'a str, verdict: &'a str, reason: Reason, not_armed: Option<&'a str> },
    /// The meaning of the rule, and the text of the verdict.
    Because { meaning: &'a str, detail: &'a str },
    /// What would change a verdict of this rule.
    WouldChange { mend: &'a str },
    /// The instance whose history is shown.
    Whose { id: &'a ResourceId, name: &'a str },
    /// The run that is shown; a run without health was interrupted.
    Ran { run: &'a str, at: DateTime<Utc>, health: Option<&'a str> },
    /// The decision; `armed` where the verdict acts.
    Decided { verdict: &'a str, armed: Option<bool>, reason: &'a str, policy: Option<&'a str> },
    /// The planned step.
    Step { action: &'a str, not_after: Option<DateTime<Utc>> },
    /// The deferred step, and the cap.
    PutOff { cap: &'a str, why: Option<&'a str> },
    /// The result.
    Ended { outcome: &'a str, at: DateTime<Utc>, detail: &'a str },
    /// Whether a schedule is open.
    ScheduleAt { name: &'a str, open: bool, at: DateTime<Utc>, zone: Tz },
    /// Nothing is done in a freeze.
    Frozen { range: DateRange },
    /// Nothing is done after the end of the calendar's data.
    Exhausted { date: NaiveDate },
    /// Since when it is closed.
    ClosedSince { at: DateTime<Utc>, zone: Tz },
    /// When it opens next.
    Opens { at: DateTime<Utc>, zone: Tz },
    /// A date at the beginning of a line.
    Date { date: NaiveDate },
    /// A holiday that is not yet announced.
    Provisional { holiday: &'a str },
    /// A date that works like another day.
    WorksLike { day: Weekday, hours: Option<&'a str> },
    /// A period in which a schedule is open once, beside a date.
    OpenOnce { period: &'a str },
    /// A freeze beside a date.
    FrozenDay { range: DateRange },
}

/// The texts of a language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice(Locale);

/// The texts of a language.
pub(crate) fn voice(locale: Locale) -> Voice {
    Voice(locale)
}

impl Voice {
    /// A heading.
    pub(crate) fn label(self, label: Label) -> &'static str {
        words::label(self.0, label)
    }

    /// A message on its own, on one line, even if its arguments contain line breaks.
    pub(crate) fn say(self, sentence: Sentence<'_>) -> String {
        plain(&messages::say(self.0, "sentence", sentence))
    }

    /// The counts of `always`, and those of `others` that are not zero.
    pub(crate) fn figures(self, always: &[(Figure, usize)], others: &[(Figure, usize)]) -> Vec<String> {
        let shown = always.iter().chain(others.iter().filter(|(_, count)| *count > 0));
        shown
            .map(|(figure, count)| self.say(Sentence::Figure { figure: *figure, number: &count.to_string() }))
            .collect()
    }

    /// A verdict whose action is not carried out here.
    pub(crate) fn would(self, action: Action) -> String {
        messages::say(self.0, "would", action)
    }

    /// Why the action is not carried out.
    pub(crate) fn not_armed(self, because: NotArmed, policy: &str) -> String {
        plain(&messages::say_of(self.0, "not-armed", because, Policy { policy }))
    }

    /// The name of a public holiday. The data has it in English.
    pub(crate) fn holiday(self, name: &str) -> String {
        plain(&messages::part(self.0, "holiday", BTreeMap::from([("name", name)])))
    }

    /// An instant.
    pub(crate) fn at(self, at: DateTime<Utc>, zone: Tz) -> String {
        filters::At(at, zone, self.0).to_string()
    }

    /// The time since a start.
    pub(crate) fn age(self, age: Duration) -> String {
        let (days, hours, minutes) = (age.num_days(), age.num_hours(), age.num_minutes());
        messages::part(self.0, "age", Age { days, hours, minutes })
    }
}

/// The name of a policy.
#[derive(Serialize)]
struct Policy<'a> {
    policy: &'a str,
}

/// The time since a start, in each unit.
#[derive(Serialize)]
struct Age {
    days: i64,
    hours: i64,
    minutes: i64,
}
