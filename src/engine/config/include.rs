//! `include`: further files with policies, schedules and calendars, so that each part of an organisation can have its own
//! owners. Everything else stands in the main file: an included file arms nothing and widens no limit.

use std::collections::BTreeMap;

use toml::de::DeTable;
use wildmatch::WildMatch;

use crate::engine::config::reader::{Section, Source, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::{patterns, syntax};

/// The format that [`is_pattern`] accepts; it also allows `..`.
const PATTERN: Form = Form::Like("^[^/].*[.]toml$");

/// A file that the settings include.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Included {
    /// The file, as diagnostics name it. Files are read in the order of their names.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Finds the files that a pattern such as `policies/*.toml` names, or says why there are none.
pub type Find<'a> = &'a dyn Fn(&str) -> Result<Vec<Included>, String>;

/// The files that the patterns of `include` name, each once, by name.
pub(crate) fn files(top: &Section<'_>, find: Find<'_>) -> Vec<Included> {
    let mut files = Vec::new();
    for word in top.texts_like("include", PATTERN).unwrap_or_default() {
        if !is_pattern(word.text) {
            let message = format!("`{}` names no files beside the settings", word.text);
            let hint = "write a path below the folder of the settings, such as `policies/*.toml`, with `*` and `?` in \
                        the file name only";
            top.complain(word.span, message, hint.to_owned());
            continue;
        }
        match find(word.text) {
            Ok(found) => files.extend(found),
            Err(why) => top.complain(word.span, format!("`{}` {why}", word.text), None),
        }
    }
    files.sort();
    files.dedup();
    files
}

/// Whether the text is a path below the folder of the settings that ends in `.toml`, with wildcards in the file name
/// only.
fn is_pattern(text: &str) -> bool {
    let (folders, name) = text.rsplit_once('/').map_or((None, text), |(folders, name)| (Some(folders), name));
    let plain = |folder: &str| !matches!(folder, "" | "." | "..") && !folder.contains(['*', '?']);
    let mut folders = folders.into_iter().flat_map(|folders| folders.split('/'));
    folders.all(plain) && name.ends_with(".toml") && !text.contains(['\\', ':'])
}

/// The documents of `sources`, with every mistake of syntax reported; `None` if there is one.
pub(crate) fn documents<'a>(sources: &[Source<'a>]) -> Option<Vec<DeTable<'a>>> {
    let one = |source: &Source<'a>| {
        let (document, errors) = DeTable::parse_recoverable(source.text);
        syntax::complain(source, &errors);
        errors.is_empty().then(|| document.into_inner())
    };
    // Every file is parsed before the first mistake ends the function.
    let documents: Vec<_> = sources.iter().map(one).collect();
    documents.into_iter().collect()
}

/// The main file and the included ones.
pub(crate) struct Files<'a> {
    pub(crate) main: Section<'a>,
    included: Vec<Section<'a>>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(main: Section<'a>, sources: &'a [Source<'a>], documents: &'a [DeTable<'a>]) -> Self {
        let included = sources.iter().zip(documents).map(|(source, table)| Section::top_of_included(source, table));
        Self { main, included: included.collect() }
    }

    /// All of them, the main file first.
    fn all(&self) -> impl Iterator<Item = &Section<'a>> {
        std::iter::once(&self.main).chain(&self.included)
    }

    /// Every entry of a table whose keys are names chosen by the user, over all files. A name that is in two of them
    /// is a mistake.
    pub(crate) fn named_sections(&self, key: &'static str) -> Vec<(Value<'a>, Section<'a>)> {
        let mut names = Names::default();
        let all = self.all().flat_map(|top| top.named_sections(key));
        all.inspect(|(name, section)| names.add(section, name, key)).collect()
    }

    /// The patterns for accounts to which each file limits its policies; the main file has none.
    pub(crate) fn limits(&self) -> impl Iterator<Item = (&Section<'a>, Option<Vec<WildMatch>>)> {
        let limit = |top: &Section<'a>| {
            let words = top.texts("accounts")?;
            top.check_patterns(&words, patterns::account);
            Some(words.iter().map(|word| WildMatch::new_case_insensitive(word.text)).collect())
        };
        std::iter::once((&self.main, None)).chain(self.included.iter().map(move |top| (top, limit(top))))
    }

    /// Adds a mistake for every key that was not read.
    pub(crate) fn finish(self) {
        self.main.finish();
        for top in self.included {
            top.number("version", 1..=1);
            top.finish();
        }
    }
}

/// Names that must be unique over all files, each with its place.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Adds a name. If it is known, that is a mistake that shows both places.
    pub(crate) fn add(&mut self, section: &Section<'_>, name: &Value<'_>, what: &str) {
        let place = section.source.place(&name.span);
        if let Some(other) = self.0.get(name.text) {
            let message = format!("there are two {what} named `{}`; the other is at {other}", name.text);
            section.complain(name.span.clone(), message, None);
        }
        self.0.entry(name.text.to_owned()).or_insert(place);
    }
}
