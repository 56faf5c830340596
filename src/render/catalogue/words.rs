//! Headings and words on their own: `messages/words.toml` and `messages/rules.toml` have an entry for each name here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::engine::model::{Kind, Locale, Reason};

/// An enum of names, each of which is a key of a messages file.
macro_rules! words {
    ($(#[$doc:meta])* enum $name:ident { $($(#[$arm_doc:meta])* $arm:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum $name { $($(#[$arm_doc])* $arm),+ }

        #[cfg(test)]
        impl $name {
            pub(crate) const ALL: &[Self] = &[$(Self::$arm),+];
        }
    };
}

words! {
    /// A heading of a table or a report, or standalone words.
    enum Label {
        Account,
        Action,
        Age,
        ByAccount,
        Cause,
        /// A day that the calendar closes.
        ClosedByCalendar,
        /// Between two clauses of one line.
        ClauseBreak,
        /// The command that would end a resource; it is only shown.
        Command,
        /// The page of a resource in the AWS console.
        Console,
        Count,
        Database,
        /// Shown where a schedule's day has no calendar data.
        DayUnknown,
        ForExample,
        /// How a team keeps its instance.
        HowToKeep,
        /// The same of another resource than an instance.
        HowToKeepOther,
        Id,
        Instance,
        /// Heading of the counts.
        Kept,
        Kind,
        /// The last start.
        Launched,
        /// Heading of the counts.
        Skipped,
        /// The meaning of a tag: keep permanently.
        LeftAloneForGood,
        /// The meaning of a tag: keep for a time.
        LeftAloneUntil,
        /// The symbols in an explanation.
        LegendOfRules,
        /// The symbols in a schedule's calendar.
        LegendOfSchedule,
        /// Between two items of a list.
        ListBreak,
        Name,
        NeverOpens,
        NoRuns,
        NothingOutsideHours,
        /// The same, where some targets could not be scanned.
        NothingScannedOutsideHours,
        NothingToUndo,
        /// The meaning of a tag: other hours.
        OtherHours,
        Outcome,
        OutcomeUnknown,
        /// Heading of the counts.
        OutsideHours,
        Owner,
        Policy,
        Reason,
        Region,
        /// A resource of any kind.
        Resource,
        /// Heading of the remarks.
        Remark,
        Run,
        /// Row heading, padded to nine columns.
        RowOutcome,
        /// Row heading, padded to nine columns.
        RowRun,
        /// Row heading, padded to nine columns.
        RowStep,
        /// Row heading, padded to nine columns.
        RowVerdict,
        /// Heading of the counts.
        Running,
        /// Heading of the counts.
        Found,
        Since,
        Service,
        SomebodyShouldLook,
        State,
        /// Heading of the list of instances.
        TitleInstances,
        /// Heading of the targets that could not be scanned.
        TitleNotSeen,
        /// Heading of the list, where it has other resources than instances.
        TitleResources,
        /// Heading of the remarks.
        TitleRemarks,
        /// Heading of the rules that skip.
        TitleSkipped,
        Type,
        /// US dollars per month.
        UsdMonth,
        Verdict,
        WhatHappened,
        WhatIsWrong,
        WhatWasDone,
        /// The report of a run in the record.
        WholeReport,
        Why,
    }
}

impl Label {
    /// The heading of a column of ids. `others`: whether other resources than instances may be in it.
    pub(crate) fn of_ids(others: bool) -> Self {
        if others { Self::Resource } else { Self::Instance }
    }

    /// The heading of a list of resources.
    pub(crate) fn of_list(others: bool) -> Self {
        if others { Self::TitleResources } else { Self::TitleInstances }
    }

    /// One resource of this kind.
    pub(crate) fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Instance => Self::Instance,
            Kind::Database => Self::Database,
            Kind::Service => Self::Service,
        }
    }
}

words! {
    /// A heading about money or the stocktake, or standalone words.
    enum Term {
        /// What list prices do not include.
        Caveat,
        Account,
        Change,
        Created,
        Findings,
        Found,
        HowKnown,
        Instance,
        Instances,
        Kept,
        LaunchedBy,
        Mended,
        Name,
        /// The cost after discounts, with commitments spread over the hours that they cover.
        NetAmortised,
        Nobody,
        NotConfirmed,
        Notified,
        Owner,
        Policy,
        PerMonth,
        Region,
        Resource,
        /// How many resources of any kind there are.
        Resources,
        Running,
        Saved,
        Service,
        Started,
        State,
        /// Heading of a column of resources of any kind.
        TitleResource,
        Type,
        Unknown,
        Verified,
        Waste,
        WastedBy,
        What,
    }
}

impl Term {
    /// The heading of a column of ids. `others`: whether other resources than instances may be in it.
    pub(crate) fn of_ids(others: bool) -> Self {
        if others { Self::TitleResource } else { Self::Instance }
    }

    /// The heading of a column of counts.
    pub(crate) fn of_counts(others: bool) -> Self {
        if others { Self::Resources } else { Self::Instances }
    }
}

words! {
    /// The label before a line about an instance in a message.
    enum Head {
        /// The problem.
        What,
        /// Why.
        Why,
        /// Since when.
        Since,
        /// Its cost per month.
        Cost,
        /// How to start it again.
        Back,
        /// The exact tag to keep it.
        Keep,
        /// The command that explains the verdict.
        See,
        /// Further text.
        Note,
        /// The owner, for the operator.
        Owner,
        /// The rule that decided.
        Rule,
        /// Its hours.
        Hours,
        /// Who was notified before.
        Notified,
        /// The page in the AWS console.
        Console,
        /// The whole report, in the record.
        Record,
    }
}

/// The same words in every language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    en: String,
    ja: String,
}

impl Words {
    fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::En => &self.en,
            Locale::Ja => &self.ja,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Headings {
    label: BTreeMap<Label, Words>,
    term: BTreeMap<Term, Words>,
    head: BTreeMap<Head, Words>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    meaning: BTreeMap<Reason, Words>,
    mend: BTreeMap<Reason, Words>,
}

// A test reads both files, so that neither is ever empty.
static HEADINGS: LazyLock<Headings> =
    LazyLock::new(|| toml::from_str(include_str!("../messages/words.toml")).unwrap_or_default());
static RULES: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(include_str!("../messages/rules.toml")).unwrap_or_default());

/// The words for a key. A test proves that none is missing; a question mark would say that one is.
fn words<K: Ord>(all: &'static BTreeMap<K, Words>, key: K, locale: Locale) -> &'static str {
    all.get(&key).map_or("?", |words| words.text(locale))
}

pub(crate) fn label(locale: Locale, label: Label) -> &'static str {
    words(&HEADINGS.label, label, locale)
}

pub(crate) fn term(locale: Locale, term: Term) -> &'static str {
    words(&HEADINGS.term, term, locale)
}

pub(crate) fn head(locale: Locale, head: Head) -> &'static str {
    words(&HEADINGS.head, head, locale)
}

/// The meaning of a rule: a clause without a full stop.
pub fn meaning(reason: Reason, locale: Locale) -> &'static str {
    words(&RULES.meaning, reason, locale)
}

/// What would change a rule's verdict: a phrase without a full stop.
pub fn mend(reason: Reason, locale: Locale) -> &'static str {
    words(&RULES.mend, reason, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_own_words_in_every_language() {
        fn check<K: Ord + Copy + std::fmt::Debug>(all: &'static BTreeMap<K, Words>, keys: &[K]) {
            assert_eq!(all.keys().copied().collect::<Vec<_>>().len(), keys.len());
            for key in keys {
                let (english, japanese) = (words(all, *key, Locale::En), words(all, *key, Locale::Ja));
                assert!(english.len() > 1 && english.is_ascii(), "{key:?}: {english}");
                assert!(!japanese.is_ascii() || japanese == "ID", "{key:?}: {japanese}");
            }
        }
        check(&HEADINGS.label, Label::ALL);
        check(&HEADINGS.term, Term::ALL);
        check(&HEADINGS.head, Head::ALL);
        check(&RULES.meaning, Reason::ALL);
        check(&RULES.mend, Reason::ALL);
    }

    #[test]
    fn no_two_rules_mean_the_same_or_are_mended_in_the_same_way() {
        for locale in [Locale::En, Locale::Ja] {
            let mut words: Vec<_> =
                Reason::ALL.iter().flat_map(|one| [meaning(*one, locale), mend(*one, locale)]).collect();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), 2 * Reason::ALL.len());
        }
    }
}
