//! Reads a TOML document key by key and collects every complaint with its place, instead of stopping at the
//! first as deserialising into a struct would.

#![expect(clippy::wildcard_enum_match_arm, reason = "the kinds of TOML's values are not ours")]

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use chrono::Duration;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::engine::config::complaint::{Complaint, MOST};
use crate::engine::config::shape::{Form, Kind, Shape};

/// The file, what has been found wrong in it so far, and what it has been asked for.
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    complaints: RefCell<Vec<Complaint>>,
    shape: RefCell<Shape>,
}

/// A string with its place.
#[derive(Clone)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Range<usize>,
}

/// What a key holds that takes either a word or a list.
pub(crate) enum OneOrMany<'a> {
    One(Word<'a>),
    Many(Vec<Word<'a>>),
}

/// One table of the document. Keys that nobody asked for are complaints.
pub(crate) struct Section<'a> {
    pub(crate) source: &'a Source<'a>,
    /// As people write it: `[run]`, `[[policies]]`.
    pub(crate) title: String,
    pub(crate) span: Range<usize>,
    /// Where its keys stand in the shape: `policies.match`.
    path: String,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, complaints: RefCell::default(), shape: RefCell::default() }
    }

    pub(crate) fn complain(&self, span: Range<usize>, what: impl Into<String>, hint: impl Into<Option<String>>) {
        self.keep(|| Complaint::at(self.text, span, what.into(), hint.into()));
    }

    /// Keeps a complaint, unless there are enough: each costs a walk through the text, and nobody reads hundreds.
    fn keep(&self, complaint: impl FnOnce() -> Complaint) {
        if self.complaints.borrow().len() < MOST {
            let complaint = complaint();
            self.complaints.borrow_mut().push(complaint);
        }
    }

    /// All complaints in the order of the file.
    pub(crate) fn into_complaints(self) -> Vec<Complaint> {
        let mut complaints = self.complaints.into_inner();
        complaints.sort_by_key(|complaint| (complaint.line, complaint.column));
        complaints
    }

    /// Every key that has been asked for, and all complaints.
    pub(crate) fn into_shape(self) -> (Shape, Vec<Complaint>) {
        let shape = self.shape.take();
        (shape, self.into_complaints())
    }

    /// The comment behind `span`, on the same line.
    fn comment(&self, span: &Range<usize>) -> Option<&'a str> {
        let line = self.text.get(span.end..)?.lines().next()?;
        line.split_once('#').map(|(_, comment)| comment.trim())
    }
}

/// The closest of `known` to `word`, as a hint.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let near = |name: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &name.to_lowercase());
    let best = known.into_iter().map(|name| (near(name), name)).min()?;
    (best.0 <= 2.max(word.len() / 3)).then(|| format!("did you mean `{}`?", best.1))
}

impl<'a> Section<'a> {
    /// The whole document.
    pub(crate) fn top(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, title: String::new(), span: 0..0, path: String::new(), table, asked: RefCell::default() }
    }

    /// A table whose keys stand at `path` in the shape.
    fn at(&self, path: String, title: String, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { source: self.source, title, span, path, table, asked: RefCell::default() }
    }

    fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn complain(&self, span: Range<usize>, what: impl Into<String>, hint: impl Into<Option<String>>) {
        self.source.complain(span, what, hint);
    }

    fn take(&self, key: &'static str, kind: Kind) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        let value = self.table.iter().find_map(|(found, value)| (found.get_ref() == key).then_some(value));
        // A table's span is that of its header, behind which its comment stands.
        let comment = value.and_then(|value| self.source.comment(&value.span()));
        self.source.shape.borrow_mut().ask(&self.path, key, kind, comment);
        value
    }

    /// Complains if `key` is not written at all.
    pub(crate) fn need(&self, key: &'static str, what: impl Into<String>, hint: impl Into<Option<String>>) {
        self.source.shape.borrow_mut().need(&self.path, key);
        if self.place(key).is_none() {
            self.complain(self.span.clone(), what, hint);
        }
    }

    /// Whether nothing at all is written in the table.
    pub(crate) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Whether the key is written at all; its place if so.
    pub(crate) fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.iter().find(|(found, _)| found.get_ref() == key).map(|(key, _)| key.span())
    }

    /// Complains about what may be a secret, and does not repeat it.
    pub(crate) fn complain_secretly(&self, span: Range<usize>, what: impl Into<String>, hint: String) {
        self.source.keep(|| Complaint::at(self.source.text, span, what.into(), Some(hint)).concealed());
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        self.mistyped(key, value, wanted, None);
    }

    fn mistyped(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str, hint: Option<String>) {
        let found = match value.get_ref().type_str() {
            vowel @ ("array" | "integer") => format!("an {vowel}"),
            other => format!("a {other}"),
        };
        let what = format!("`{key}` {} is {found}; {wanted} is expected", self.within());
        self.complain(value.span(), what, hint);
    }

    /// Where a key stands, in words.
    fn within(&self) -> String {
        if self.title.is_empty() { "at the top level".to_owned() } else { format!("in {}", self.title) }
    }

    /// Any text.
    pub(crate) fn word(&self, key: &'static str) -> Option<Word<'a>> {
        self.word_like(key, Form::Free)
    }

    /// A text of which `form` is known. The form is for the schema; what does not have it is the caller's to say.
    pub(crate) fn word_like(&self, key: &'static str, form: Form) -> Option<Word<'a>> {
        let value = self.take(key, Kind::Text(form))?;
        self.as_word(key, value)
    }

    fn as_word(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Word<'a>> {
        let word = word(value);
        if word.is_none() {
            self.wrong_type(key, value, "a string in quotes");
        }
        word
    }

    /// A list of any texts.
    pub(crate) fn words(&self, key: &'static str) -> Option<Vec<Word<'a>>> {
        self.words_like(key, Form::Free)
    }

    /// A list of texts of which `form` is known.
    pub(crate) fn words_like(&self, key: &'static str, form: Form) -> Option<Vec<Word<'a>>> {
        let value = self.take(key, Kind::List(form))?;
        self.as_words(key, value)
    }

    /// Either one of a few words, or a list.
    pub(crate) fn one_or_many(&self, key: &'static str, one: Form, many: Form) -> Option<OneOrMany<'a>> {
        let value = self.take(key, Kind::TextOrList(one, many))?;
        if value.get_ref().is_array() {
            return self.as_words(key, value).map(OneOrMany::Many);
        }
        self.as_word(key, value).map(OneOrMany::One)
    }

    fn as_words(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Vec<Word<'a>>> {
        let Some(list) = value.get_ref().as_array() else {
            self.mistyped(key, value, "a list of strings, such as [\"…\"],", as_list(value.get_ref()));
            return None;
        };
        let mut words = Vec::new();
        for item in list.iter() {
            match word(item) {
                Some(word) => words.push(word),
                None => self.wrong_type(key, item, "a list of strings in quotes"),
            }
        }
        Some(words)
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.take(key, Kind::Flag)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, value, "true or false, without quotes,");
        }
        flag
    }

    pub(crate) fn number(&self, key: &'static str, allowed: RangeInclusive<u32>) -> Option<u32> {
        let value = self.take(key, Kind::Whole(allowed.clone()))?;
        let number = value.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        match number {
            Some(number) if allowed.contains(&number) => Some(number),
            _ => {
                let (least, most) = (allowed.start(), allowed.end());
                let wanted = match least == most {
                    true => format!("{least}, the only one that this release reads"),
                    false => format!("a whole number from {least} to {most}"),
                };
                let what = format!("`{key}` {} is not {wanted}", self.within());
                let quoted = value.get_ref().as_str().map(|_| "write the number without quotes".to_owned());
                self.complain(value.span(), what, quoted);
                None
            }
        }
    }

    /// A number that may have a fraction.
    pub(crate) fn decimal(&self, key: &'static str, above: f64, to: f64) -> Option<f64> {
        let value = self.take(key, Kind::Decimal { above, to })?;
        let number = match value.get_ref() {
            DeValue::Integer(n) => n.as_str().parse().ok(),
            DeValue::Float(n) => n.as_str().parse().ok(),
            _ => None,
        };
        let allowed = number.filter(|n: &f64| *n > above && *n <= to);
        if allowed.is_none() {
            let what = format!("`{key}` {} is not a number above {above} and at most {to}", self.within());
            self.complain(value.span(), what, None);
        }
        allowed
    }

    /// A number of at least nothing that is counted to the last digit, such as an amount of money.
    pub(crate) fn amount(&self, key: &'static str) -> Option<Decimal> {
        let value = self.take(key, Kind::Amount)?;
        self.as_amount(key, value)
    }

    fn as_amount(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Decimal> {
        let text = match value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => Some(n.as_str()),
            DeValue::Float(n) => Some(n.as_str()),
            _ => None,
        };
        let number = text.and_then(|text| text.parse().or_else(|_| Decimal::from_scientific(text)).ok());
        let allowed = number.filter(|number: &Decimal| !number.is_sign_negative() || number.is_zero());
        if allowed.is_none() {
            self.complain(value.span(), format!("`{key}` {} is not a number of at least 0", self.within()), None);
        }
        allowed
    }

    /// Every entry of a table of amounts whose keys are the user's own.
    pub(crate) fn named_amounts(&self, key: &'static str, names: Form) -> Vec<(Word<'a>, Decimal)> {
        let Some(outer) = self.table_of(key, Kind::NamedAmounts(names)) else {
            return Vec::new();
        };
        let pairs = outer.table.iter().filter_map(|(name, value)| {
            let amount = outer.as_amount(name.get_ref(), value)?;
            Some((Word { text: name.get_ref(), span: name.span() }, amount))
        });
        pairs.collect()
    }

    pub(crate) fn duration(&self, key: &'static str) -> Option<Duration> {
        let word = self.word_like(key, Form::Like(DURATION))?;
        let duration = parse_duration(word.text);
        if duration.is_none() {
            let what = format!("`{key}` {} is not a duration", self.within());
            self.complain(word.span, what, Some("write hours and minutes such as `2h`, `15m` or `1h30m`".to_owned()));
        }
        duration
    }

    /// A table under this one.
    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        self.table_of(key, Kind::Table)
    }

    fn table_of(&self, key: &'static str, kind: Kind) -> Option<Section<'a>> {
        let value = self.take(key, kind)?;
        let title = if self.title.is_empty() { format!("[{key}]") } else { format!("`{key}` of {}", self.title) };
        self.open(self.path_to(key), title, key, value)
    }

    fn open(&self, path: String, title: String, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Section<'a>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table");
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
        let mut sections = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_table() {
                Some(table) => sections.push(self.at(self.path_to(key), format!("[[{key}]]"), item.span(), table)),
                None => self.wrong_type(key, item, "a table"),
            }
        }
        sections
    }

    /// Every entry of a table whose keys are names of the user's own.
    pub(crate) fn named_sections(&self, key: &'static str) -> Vec<(Word<'a>, Section<'a>)> {
        let Some(outer) = self.table_of(key, Kind::Named) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, value) in outer.table {
            let word = Word { text: name.get_ref(), span: name.span() };
            // The shape does not know the users' own names: what is in them stands where they stand.
            if let Some(section) = outer.open(outer.path.clone(), format!("[{key}.{}]", word.text), word.text, value) {
                sections.push((word, section));
            }
        }
        sections
    }

    /// Every entry of a table of strings whose keys are the user's own.
    pub(crate) fn named_words(&self, key: &'static str, names: Form, form: Form) -> Vec<(Word<'a>, Word<'a>)> {
        let Some(outer) = self.table_of(key, Kind::NamedTexts(names, form)) else {
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in outer.table {
            match word(value) {
                Some(text) => pairs.push((Word { text: name.get_ref(), span: name.span() }, text)),
                None => outer.wrong_type(name.get_ref(), value, "a string in quotes"),
            }
        }
        pairs
    }

    /// Every entry of a table of amounts whose keys are the user's own. A number is given as it is written, to the
    /// last digit.
    pub(crate) fn named_sums(&self, key: &'static str, names: Form) -> Vec<(Word<'a>, Word<'a>)> {
        let Some(outer) = self.table_of(key, Kind::NamedSums(names)) else {
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in outer.table {
            match word(value).or_else(|| number(value)) {
                Some(text) => pairs.push((Word { text: name.get_ref(), span: name.span() }, text)),
                None => outer.wrong_type(name.get_ref(), value, "an amount"),
            }
        }
        pairs
    }

    /// Complains about every key that nobody asked for.
    pub(crate) fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            if !asked.contains(&key.get_ref().as_ref()) {
                let place = self.within();
                let hint = did_you_mean(key.get_ref(), asked.iter().copied())
                    .unwrap_or_else(|| format!("known here: {}", asked.join(", ")));
                self.complain(key.span(), format!("unknown key `{}` {place}", key.get_ref()), hint);
            }
        }
    }
}

/// The list that was meant by a table of keys and values, such as those of tags.
fn as_list(value: &DeValue<'_>) -> Option<String> {
    let one = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        Some(format!("{:?}", format!("{}={}", key.get_ref(), value.get_ref().as_str()?)))
    };
    let words: Vec<String> = value.as_table()?.iter().map(one).collect::<Option<_>>()?;
    (!words.is_empty()).then(|| format!("write [{}]", words.join(", ")))
}

fn word<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Word<'a>> {
    value.get_ref().as_str().map(|text| Word { text, span: value.span() })
}

/// A number in the decimal system, as it is written but for `_`.
fn number<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Word<'a>> {
    let text = match value.get_ref() {
        DeValue::Integer(n) if n.radix() == 10 => n.as_str(),
        DeValue::Float(n) => n.as_str(),
        _ => return None,
    };
    Some(Word { text, span: value.span() })
}

/// What [`parse_duration`] reads, but for the limit.
const DURATION: &str = "^([0-9]+[dhms])+$";

/// `2h`, `15m`, `1h30m`, `90s`, `1d`; at most a year.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86400,
            _ => return None,
        };
        seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?;
    }
    (!text.is_empty() && seconds <= 366 * 86400).then(|| Duration::seconds(seconds))
}
