//! `[tags]`: the keys of the tags that teams and the reaper use.

use crate::engine::config::never::{TAG_PATTERN, tag_pattern, tag_patterns};
use crate::engine::config::reader::{Section, Word};
use crate::engine::config::shape::Form;
use crate::engine::model::TagPattern;
use crate::engine::tags::TagNames;

/// The longest key that AWS allows.
const MAX_KEY: usize = 128;

/// The format of a tag key's prefix; it also allows `aws:`.
const PREFIX: Form = Form::Like("^[A-Za-z0-9+=._:/@-]{1,64}$");

/// The format of a tag key.
pub(crate) const KEY: Form = Form::Like("^[\\s\\S]{1,128}$");

pub(crate) fn read(top: &Section<'_>) -> TagNames {
    let Some(section) = top.section("tags") else {
        return TagNames::with_prefix("idle-reaper:");
    };
    let prefix = section.word_like("prefix", PREFIX);
    if let Some(word) = &prefix {
        let fits = !word.text.is_empty() && word.text.len() <= 64 && !word.text.to_lowercase().starts_with("aws:");
        let allowed = |c: char| c.is_ascii_alphanumeric() || "+-=._:/@".contains(c);
        if !fits || !word.text.chars().all(allowed) {
            let hint = "1 to 64 letters, digits and any of + - = . _ : / @, not beginning with `aws:`".to_owned();
            section.complain(word.span.clone(), format!("`{}` cannot begin a tag's key", word.text), Some(hint));
        }
    }
    let mut names = TagNames::with_prefix(prefix.as_ref().map_or("idle-reaper:", |word| word.text));
    names.also_keep = tag_patterns(&section, "also-keep", TagPattern::generous).unwrap_or_default();
    let until = section.words_like("also-keep-until", KEY).unwrap_or_default();
    until.iter().for_each(|word| check_whole_key(&section, word));
    names.also_keep_until = until.iter().map(|word| word.text.into()).collect();
    // Not checked for colons, as other patterns are: these are keys with the prefix.
    let ignored = section.words_like("ignore", TAG_PATTERN).unwrap_or_default();
    names.ignore = ignored.iter().filter_map(|word| tag_pattern(&section, word, TagPattern::generous)).collect();
    names.max_keep_days = section.number("max-keep-days", 0..=36_500).unwrap_or(names.max_keep_days);
    names.writes_launched_by = section.flag("launched-by").unwrap_or(false);
    if let Some(word) = section.word_like("owner", KEY) {
        check_key(&section, &word);
        names.owner = word.text.to_owned();
    }
    section.finish();
    names
}

/// The same for a key in a place where others write a pattern.
fn check_whole_key(section: &Section<'_>, word: &Word<'_>) {
    check_key(section, word);
    if word.text.contains(['*', '?']) {
        let hint = "write each key in full, such as `expiration_date`; case makes no difference".to_owned();
        section.complain(
            word.span.clone(),
            format!("`{}` is a pattern, and `also-keep-until` lists keys", word.text),
            hint,
        );
    }
}

/// Adds a mistake for a text that cannot be a tag key.
pub(crate) fn check_key(section: &Section<'_>, word: &Word<'_>) {
    if word.text.is_empty() || word.text.chars().count() > MAX_KEY {
        let hint = format!("write the key of a tag, 1 to {MAX_KEY} characters, such as `Owner`");
        section.complain(word.span.clone(), format!("`{}` cannot be a tag's key", word.text), hint);
    }
}
