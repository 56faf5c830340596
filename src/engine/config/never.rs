//! `[never]`: instances that are never stopped or started. It is evaluated before any policy.

use wildmatch::WildMatch;

use crate::engine::config::patterns;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::scope::{UNKNOWN, units};
use crate::engine::config::shape::Form;
use crate::engine::model::{Account, Instance, Listed, TagPattern, Tags};

/// `[never]`. Its patterns protect, so they ignore case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Never {
    accounts: Vec<(String, WildMatch)>,
    /// Organisational units, by id, including everything beneath them.
    pub organizational_units: Vec<String>,
    tags: Vec<TagPattern>,
}

impl Never {
    /// The entry that matches the instance, if any. An account whose id, name or units are unknown is treated as
    /// listed: unknown protects.
    pub fn names(&self, account: &Account, tags: &Tags) -> Option<Listed> {
        let by_account = self.accounts.iter().find(|(_, glob)| {
            glob.matches(&account.id) || account.name.as_ref().is_some_and(|name| glob.matches(name))
        });
        if let Some((text, _)) = by_account {
            return Some(Listed::Account(text.clone()));
        }
        if &*account.id == UNKNOWN
            && let Some((text, _)) = self.accounts.first()
        {
            return Some(Listed::AccountUnknown(text.clone()));
        }
        if account.name.is_none()
            && let Some((text, _)) = self.accounts.iter().find(|(text, _)| !is_id(text))
        {
            return Some(Listed::NameUnknown(text.clone()));
        }
        if let Some(by_unit) = self.names_unit(account) {
            return Some(by_unit);
        }
        self.tags
            .iter()
            .find(|pattern| pattern.find(tags).is_some())
            .map(|pattern| Listed::Tag(pattern.as_str().to_owned()))
    }

    /// All patterns, before any of them has matched.
    pub fn unmatched(&self) -> Unmatched<'_> {
        let Self { accounts, organizational_units, tags } = self;
        Unmatched {
            accounts: accounts.iter().collect(),
            units: organizational_units.iter().collect(),
            tags: tags.iter().collect(),
        }
    }

    /// Whether a pattern needs the account names.
    pub fn needs_names(&self) -> bool {
        self.accounts.iter().any(|(text, _)| !is_id(text))
    }

    fn names_unit(&self, account: &Account) -> Option<Listed> {
        if self.organizational_units.is_empty() {
            return None;
        }
        let Some(units) = &account.units else {
            return Some(Listed::UnitsUnknown);
        };
        let listed = self.organizational_units.iter().find(|unit| units.contains(unit))?;
        Some(Listed::Unit(listed.clone()))
    }
}

/// The patterns of `[never]` that have matched no instance so far. Each may be a typing error.
#[derive(Debug)]
pub struct Unmatched<'a> {
    accounts: Vec<&'a (String, WildMatch)>,
    units: Vec<&'a String>,
    tags: Vec<&'a TagPattern>,
}

impl Unmatched<'_> {
    /// Removes the patterns that match an instance, or may match it where facts about it are unknown.
    pub fn see(&mut self, account: &Account, instance: &Instance) {
        let Account { id, name, units, unknown_units: _, tags: _ } = account;
        let by_name = |text: &str, glob: &WildMatch| match name {
            Some(name) => glob.matches(name),
            None => !is_id(text),
        };
        self.accounts.retain(|(text, glob)| &**id != UNKNOWN && !glob.matches(id) && !by_name(text, glob));
        self.units.retain(|unit| units.as_ref().is_some_and(|units| !units.contains(unit)));
        self.tags.retain(|pattern| !instance.tags_unreadable && pattern.find(&instance.tags).is_none());
    }

    /// The patterns as written.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        let Self { accounts, units, tags } = self;
        let accounts = accounts.iter().map(|(text, _)| text.as_str());
        accounts.chain(units.iter().map(|unit| unit.as_str())).chain(tags.iter().map(|pattern| pattern.as_str()))
    }
}

/// Whether a pattern matches account ids only, and no names: digits and wildcards.
pub(crate) fn is_id(pattern: &str) -> bool {
    pattern.bytes().any(|byte| byte.is_ascii_digit())
        && pattern.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'?')
}

pub(crate) fn read(section: &Section<'_>) -> Never {
    let accounts = section.texts("accounts").unwrap_or_default();
    section.check_patterns(&accounts, patterns::account);
    Never {
        accounts: accounts.iter().map(|w| (w.text.to_owned(), WildMatch::new_case_insensitive(w.text))).collect(),
        organizational_units: units(section, "organizational-units"),
        tags: tag_patterns(section, "tags", TagPattern::generous).unwrap_or_default(),
    }
}

/// The format that [`tag_patterns`] accepts.
pub(crate) const TAG_PATTERN: Form = Form::Like("^[^=]");

/// A list of tag patterns; `None` where the key is absent.
pub(crate) fn tag_patterns(
    section: &Section<'_>,
    key: &'static str,
    build: impl Fn(&str) -> TagPattern,
) -> Option<Vec<TagPattern>> {
    let words = section.texts_like(key, TAG_PATTERN)?;
    section.check_patterns(&words, patterns::tag);
    Some(words.iter().filter_map(|word| tag_pattern(section, word, &build)).collect())
}

/// One tag pattern; `None` and a diagnostic where it names no tag.
pub(crate) fn tag_pattern(
    section: &Section<'_>,
    word: &Value<'_>,
    build: impl Fn(&str) -> TagPattern,
) -> Option<TagPattern> {
    let hint = "write `Key`, or `Key=value`; `*` and `?` stand for any text and any character";
    let parse = |text: &str| (!text.is_empty() && !text.starts_with('=')).then(|| build(text));
    section.parse(word, parse, "names no tag", hint)
}
