//! Reads a TOML document key by key and collects every mistake with its position. Deserialising into a struct would
//! stop at the first mistake. The methods in [`values`](super::values) read the values of keys.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::engine::config::diagnostic::{Diagnostic, Finding, MOST, Severity, position};
use crate::engine::config::hints;
use crate::engine::config::shape::{Kind, Shape};

/// The file, the mistakes found in it so far, and the keys that were read.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    mistakes: RefCell<Vec<Diagnostic>>,
    warnings: RefCell<Vec<Warning>>,
    /// What was found in the files that this one includes.
    included: RefCell<(Vec<Diagnostic>, Vec<Warning>)>,
    shape: RefCell<Shape>,
}

/// A warning that applies always, or on some days.
#[derive(Clone, Debug)]
pub struct Warning {
    /// The days on which it applies.
    pub days: RangeInclusive<NaiveDate>,
    /// The diagnostic.
    pub diagnostic: Diagnostic,
}

/// A string with its position.
#[derive(Clone)]
pub(crate) struct Value<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Range<usize>,
}

/// One table of the document. Keys that are not read are mistakes.
pub(crate) struct Section<'a> {
    pub(crate) source: &'a Source<'a>,
    /// The title in messages: `[run]`, `[[policies]]`.
    pub(crate) title: String,
    pub(crate) span: Range<usize>,
    /// The path of its keys in the shape: `policies.match`.
    path: String,
    pub(super) table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

/// One entry of a list of texts and tables.
pub(crate) enum ValueOrSection<'a> {
    Value(Value<'a>),
    Section(Section<'a>),
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        let (mistakes, warnings, included, shape) = Default::default();
        Self { name, text, mistakes, warnings, included, shape }
    }

    pub(crate) fn complain(&self, span: Range<usize>, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.keep(span, message.into(), hint.into(), false);
    }

    /// Adds a mistake about a value that may be a secret, and does not repeat the value.
    pub(crate) fn complain_secretly(&self, span: Range<usize>, message: impl Into<String>, hint: String) {
        self.keep(span, message.into(), Some(hint), true);
    }

    /// Stores a mistake, up to a maximum: each one costs a pass over the text, and hundreds are not useful.
    fn keep(&self, span: Range<usize>, message: String, hint: Option<String>, secret: bool) {
        if self.mistakes.borrow().len() < MOST {
            let finding = Finding { severity: Severity::Error, span, message, hint, secret };
            self.mistakes.borrow_mut().push(Diagnostic::new(self.name, self.text, finding));
        }
    }

    /// Warns about something that is allowed.
    pub(crate) fn warn(&self, span: Range<usize>, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.warn_from(NaiveDate::MIN, span, message.into(), hint.into());
    }

    /// Warns about something that is doubtful from a day on.
    pub(crate) fn warn_from(&self, from: NaiveDate, span: Range<usize>, message: String, hint: Option<String>) {
        self.warn_within(from..=NaiveDate::MAX, span, message, hint);
    }

    /// Warns about something that is doubtful on these days.
    pub(crate) fn warn_within(
        &self,
        days: RangeInclusive<NaiveDate>,
        span: Range<usize>,
        message: String,
        hint: Option<String>,
    ) {
        let finding = Finding { severity: Severity::Warning, span, message, hint, secret: false };
        self.warnings.borrow_mut().push(Warning { days, diagnostic: Diagnostic::new(self.name, self.text, finding) });
    }

    /// Adds what was found in a file that this one includes.
    pub(crate) fn adopt(&self, included: Source<'_>) {
        let (mistakes, warnings) = included.into_found();
        let mut all = self.included.borrow_mut();
        all.0.extend(mistakes);
        all.1.extend(warnings);
    }

    /// A place, in the form that editors and terminals recognise.
    pub(crate) fn place(&self, span: &Range<usize>) -> String {
        let (line, column) = position(self.text, span.start);
        format!("{}:{line}:{column}", self.name)
    }

    /// All mistakes and all warnings, in the order of the file, and then those of the included files.
    pub(crate) fn into_found(self) -> (Vec<Diagnostic>, Vec<Warning>) {
        let (mut mistakes, mut warnings) = (self.mistakes.into_inner(), self.warnings.into_inner());
        mistakes.sort_by_key(|one| (one.line, one.column));
        warnings.sort_by_key(|one| (one.diagnostic.line, one.diagnostic.column));
        let (more_mistakes, more_warnings) = self.included.into_inner();
        mistakes.extend(more_mistakes);
        mistakes.truncate(MOST);
        warnings.extend(more_warnings);
        (mistakes, warnings)
    }

    /// Every key that was read.
    pub(crate) fn take_shape(&self) -> Shape {
        self.shape.take()
    }

    /// The comment behind `span`, on the same line.
    fn comment(&self, span: &Range<usize>) -> Option<&'a str> {
        let line = self.text.get(span.end..)?.lines().next()?;
        line.split_once('#').map(|(_, comment)| comment.trim())
    }
}

impl<'a> Section<'a> {
    /// The whole document.
    pub(crate) fn top(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, title: String::new(), span: 0..0, path: String::new(), table, asked: RefCell::default() }
    }

    /// The whole document of an included file.
    pub(crate) fn top_of_included(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { title: "an included file".to_owned(), ..Self::top(source, table) }
    }

    /// A table whose keys are at `path` in the shape.
    fn at(&self, path: String, title: String, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { source: self.source, title, span, path, table, asked: RefCell::default() }
    }

    fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn complain(&self, span: Range<usize>, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.source.complain(span, message, hint);
    }

    pub(crate) fn warn(&self, span: Range<usize>, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.source.warn(span, message, hint);
    }

    /// The value of a key. The key is then known.
    pub(super) fn take(&self, key: &'static str, kind: Kind) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        let value = self.table.iter().find_map(|(found, value)| (found.get_ref() == key).then_some(value));
        // A table's span is that of its header. The comment follows the header.
        let comment = value.and_then(|value| self.source.comment(&value.span()));
        self.source.shape.borrow_mut().ask(&self.path, key, kind, comment);
        value
    }

    /// Adds a mistake if `key` is absent.
    pub(crate) fn need(&self, key: &'static str, message: impl Into<String>, hint: impl Into<Option<String>>) {
        self.source.shape.borrow_mut().need(&self.path, key);
        if self.place(key).is_none() {
            self.complain(self.span.clone(), message, hint);
        }
    }

    /// Whether the table is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The position of the key, if it is present.
    pub(crate) fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.iter().find(|(found, _)| found.get_ref() == key).map(|(key, _)| key.span())
    }

    /// The position of a key, or of the table where the key is absent.
    pub(crate) fn place_of(&self, key: &str) -> Range<usize> {
        self.place(key).unwrap_or(self.span.clone())
    }

    /// The position of a key in a table under this one, or of that table.
    pub(crate) fn place_within(&self, table: &str, key: &str) -> Range<usize> {
        let inner = self.table.iter().find_map(|(found, value)| (found.get_ref() == table).then_some(value));
        let keys = inner.and_then(|value| value.get_ref().as_table());
        let found = keys.and_then(|keys| keys.iter().find(|(found, _)| found.get_ref() == key));
        found.map_or_else(|| self.place_of(table), |(key, _)| key.span())
    }

    pub(super) fn mistyped(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str, hint: Option<String>) {
        let found = match value.get_ref().type_str() {
            vowel @ ("array" | "integer") => format!("an {vowel}"),
            other => format!("a {other}"),
        };
        let message = format!("`{key}` {} is {found}; {wanted} is expected", self.within());
        self.complain(value.span(), message, hint);
    }

    /// The location of a key, as text.
    pub(super) fn within(&self) -> String {
        if self.title.is_empty() { "at the top level".to_owned() } else { format!("in {}", self.title) }
    }

    /// A table under this one.
    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.table_of(key, Kind::Table)
    }

    /// Reads a table under this one, which is empty where it is absent. Each of its keys that `read` does not ask for is
    /// a mistake.
    pub(crate) fn read<T>(&self, key: &'static str, read: impl FnOnce(&Section<'a>) -> T) -> T {
        static EMPTY: LazyLock<DeTable<'static>> = LazyLock::new(DeTable::new);
        let absent = || self.at(self.path_to(key), format!("[{key}]"), 0..0, &EMPTY);
        self.section(key).unwrap_or_else(absent).ending(read)
    }

    /// The same; `None` where the table is absent.
    pub(crate) fn read_if_any<T>(&self, key: &'static str, read: impl FnOnce(&Section<'a>) -> T) -> Option<T> {
        self.section(key).map(|section| section.ending(read))
    }

    fn ending<T>(self, read: impl FnOnce(&Self) -> T) -> T {
        let value = read(&self);
        self.finish();
        value
    }

    pub(super) fn table_of(&self, key: &'static str, kind: Kind) -> Option<Section<'a>> {
        let value = self.take(key, kind)?;
        let title = if self.title.is_empty() { format!("[{key}]") } else { format!("`{key}` of {}", self.title) };
        self.open(self.path_to(key), title, key, value)
    }

    fn open(&self, path: String, title: String, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Section<'a>> {
        let Some(table) = value.get_ref().as_table() else {
            self.mistyped(key, value, "a table", None);
            return None;
        };
        Some(self.at(path, title, self.place(key).unwrap_or(value.span()), table))
    }

    /// A list of tables under this one, `[[key]]`.
    pub(crate) fn sections(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.take(key, Kind::Tables) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            let hint = format!("write `[[{key}]]`, with two brackets, at the head of each");
            self.mistyped(key, value, "a list of tables, each under its own [[…]],", Some(hint));
            return Vec::new();
        };
        let one = |item: &'a Spanned<DeValue<'a>>| match item.get_ref().as_table() {
            Some(table) => Some(self.at(self.path_to(key), format!("[[{key}]]"), item.span(), table)),
            None => {
                self.mistyped(key, item, "a table", None);
                None
            }
        };
        list.iter().filter_map(one).collect()
    }

    /// A list of texts and of tables with known keys.
    pub(crate) fn texts_or_sections(&self, key: &'static str) -> Option<Vec<ValueOrSection<'a>>> {
        let value = self.take(key, Kind::TextsOrTables)?;
        let Some(list) = value.get_ref().as_array() else {
            let hint = value.get_ref().as_str().map(|text| format!("write [{text:?}]"));
            self.mistyped(key, value, "a list of strings and tables, such as [\"…\"],", hint);
            return None;
        };
        let one = |item: &'a Spanned<DeValue<'a>>| match (item.get_ref().as_table(), item.get_ref().as_str()) {
            (Some(table), _) => {
                let title = format!("`{key}` of {}", self.title);
                Some(ValueOrSection::Section(self.at(self.path_to(key), title, item.span(), table)))
            }
            (None, Some(text)) => Some(ValueOrSection::Value(Value { text, span: item.span() })),
            (None, None) => {
                self.mistyped(key, item, "a list of strings in quotes, or of tables,", None);
                None
            }
        };
        Some(list.iter().filter_map(one).collect())
    }

    /// Every entry of a table whose keys are names chosen by the user.
    pub(crate) fn named_sections(&self, key: &'static str) -> Vec<(Value<'a>, Section<'a>)> {
        // The shape does not contain the user's names: the keys of such an entry are stored at the path of the table.
        self.named(key, Kind::Named, |outer, name, value| {
            outer.open(outer.path.clone(), format!("[{key}.{name}]"), name, value)
        })
    }

    /// Every entry of a table whose keys are chosen by the user, in the order of the file. The first matching pattern
    /// counts, and the parser sorts them by name.
    pub(super) fn named<T>(
        &self,
        key: &'static str,
        kind: Kind,
        read: impl Fn(&Section<'a>, &'a str, &'a Spanned<DeValue<'a>>) -> Option<T>,
    ) -> Vec<(Value<'a>, T)> {
        let Some(outer) = self.table_of(key, kind) else {
            return Vec::new();
        };
        let one = |(name, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: Value<'a> = Value { text: AsRef::<str>::as_ref(name.get_ref()), span: name.span() };
            let value = read(&outer, name.text, value)?;
            Some((name, value))
        };
        let mut pairs: Vec<_> = outer.table.iter().filter_map(one).collect();
        pairs.sort_by_key(|(name, _)| name.span.start);
        pairs
    }

    /// Adds a mistake for every key that was not read.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let (text, span) = (key.get_ref().as_ref(), key.span());
            if !asked.contains(&text) {
                let hint = hints::for_key(text, &asked);
                self.complain(span, format!("unknown key `{text}` {}", self.within()), hint);
            }
        }
    }
}
