//! The shape of the settings: every key that the reader reads, its kind, and whether it is required. The schema is
//! made from it, so it has the same keys as the reader.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The format of a text, as far as an editor can check it. The code that reads the text decides what is accepted. A
/// form may accept more than that code, never less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Any text.
    Free,
    /// A text that this regular expression matches.
    Like(&'static str),
    /// One of these values.
    OneOf(Vec<&'static str>),
}

impl Form {
    /// One of these values.
    pub(crate) fn one_of(words: &[&'static str]) -> Self {
        Self::OneOf(words.to_vec())
    }
}

/// The kind of value that a key has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Flag,
    /// An integer within these bounds.
    Whole(RangeInclusive<u32>),
    /// Any number within these bounds.
    Decimal { above: f64, to: f64 },
    /// A number of at least 0.
    Amount,
    /// One text.
    Text(Form),
    /// A list of texts.
    List(Form),
    /// A list of texts, and of tables whose keys are known.
    TextsOrTables,
    /// One text of the first form, or a list of texts of the second.
    TextOrList(Form, Form),
    /// A table whose keys are known.
    Table,
    /// A list of such tables.
    Tables,
    /// Tables under names chosen by the user.
    Named,
    /// Amounts of money, as texts or numbers, under names of this form.
    NamedSums(Form),
    /// Texts of the second form, under names of the first.
    NamedTexts(Form, Form),
    /// Numbers of at least 0, under names of this form.
    NamedAmounts(Form),
}

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// The kind of its value.
    pub(crate) kind: Kind,
    /// The comment behind it.
    pub(crate) about: Option<String>,
}

/// Every key that was read, by the path of its table: `policies.match` for the `match` of every policy.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    tables: BTreeMap<String, BTreeMap<&'static str, Key>>,
    needed: BTreeSet<(String, &'static str)>,
}

impl Shape {
    /// Records that `key` of the table at `path` was read. The first comment found behind it counts.
    pub(crate) fn ask(&mut self, path: &str, key: &'static str, kind: Kind, comment: Option<&str>) {
        let table = self.tables.entry(path.to_owned()).or_default();
        let known = table.entry(key).or_insert(Key { kind, about: None });
        if known.about.is_none() {
            known.about = comment.map(str::to_owned);
        }
    }

    /// Records that `key` is required.
    pub(crate) fn need(&mut self, path: &str, key: &'static str) {
        self.needed.insert((path.to_owned(), key));
    }

    /// The keys of the table at `path`, by name.
    pub(crate) fn keys(&self, path: &str) -> impl Iterator<Item = (&'static str, &Key)> {
        self.tables.get(path).into_iter().flatten().map(|(name, key)| (*name, key))
    }

    /// Every key with the path of its table.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &'static str, &Key)> {
        self.tables.keys().flat_map(|path| self.keys(path).map(move |(name, key)| (path.as_str(), name, key)))
    }

    /// Whether `key` of the table at `path` is required.
    pub(crate) fn needs(&self, path: &str, key: &'static str) -> bool {
        self.needed.contains(&(path.to_owned(), key))
    }
}
