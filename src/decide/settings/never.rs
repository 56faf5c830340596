//! `[never]`: what is never acted on, judged before any policy.

use wildmatch::WildMatch;

use super::look::units;
use super::reader::Section;
use crate::words::{Account, TagPattern, Tags};

/// `[never]`. Its patterns protect, so they are matched without regard to case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Never {
    accounts: Vec<(String, WildMatch)>,
    /// Organisational units, by id; everything beneath them is meant.
    pub organizational_units: Vec<String>,
    tags: Vec<TagPattern>,
}

impl Never {
    /// What names the instance, in words, if anything does. An account whose units are unknown is taken to
    /// be in a listed one: unknown protects.
    pub fn names(&self, account: &Account, tags: &Tags) -> Option<String> {
        let by_account = self.accounts.iter().find(|(_, glob)| {
            glob.matches(&account.id) || account.name.as_ref().is_some_and(|name| glob.matches(name))
        });
        if let Some((text, _)) = by_account {
            return Some(format!("account `{text}`"));
        }
        if let Some(by_unit) = self.names_unit(account) {
            return Some(by_unit);
        }
        self.tags
            .iter()
            .find(|pattern| pattern.find(tags).is_some())
            .map(|pattern| format!("tag `{}`", pattern.as_str()))
    }

    fn names_unit(&self, account: &Account) -> Option<String> {
        if self.organizational_units.is_empty() {
            return None;
        }
        let Some(units) = &account.units else {
            return Some("an organisational unit, perhaps: the account's units are unknown".to_owned());
        };
        let listed = self.organizational_units.iter().find(|unit| units.contains(unit))?;
        Some(format!("organisational unit `{listed}`"))
    }
}

pub(super) fn read(top: &Section<'_>) -> Never {
    let Some(section) = top.section("never") else {
        return Never::default();
    };
    let accounts = section.words("accounts").unwrap_or_default();
    let never = Never {
        accounts: accounts.iter().map(|w| (w.text.to_owned(), WildMatch::new_case_insensitive(w.text))).collect(),
        organizational_units: units(&section, "organizational-units"),
        tags: tag_patterns(&section, "tags", TagPattern::generous).unwrap_or_default(),
    };
    section.finish();
    never
}

/// A list of tag patterns; `None` where the key is absent.
pub(super) fn tag_patterns(
    section: &Section<'_>,
    key: &'static str,
    build: impl Fn(&str) -> TagPattern,
) -> Option<Vec<TagPattern>> {
    let words = section.words(key)?;
    let mut patterns = Vec::new();
    for word in words {
        if word.text.is_empty() || word.text.starts_with('=') {
            let hint = "write `Key`, or `Key=value`; `*` and `?` stand for any text and any character".to_owned();
            section.complain(word.span, format!("`{}` names no tag", word.text), Some(hint));
        } else {
            patterns.push(build(word.text));
        }
    }
    Some(patterns)
}
