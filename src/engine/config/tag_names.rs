//! `[tags]`: the keys of the tags that teams and the reaper use.

use crate::engine::config::never::{TAG_PATTERN, tag_pattern, tag_patterns};
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::model::TagPattern;
use crate::engine::schedule::dialects::{Dialect, DialectError};
use crate::engine::tags::TagNames;

/// The longest key that AWS allows.
const MAX_KEY: usize = 128;

/// The format of a tag key's prefix; it also allows `aws:`.
const PREFIX: Form = Form::Like("^[A-Za-z0-9+=._:/@-]{1,64}$");

/// The format of a tag key.
pub(crate) const KEY: Form = Form::Like("^[\\s\\S]{1,128}$");

/// The name of a dialect, and what follows it.
const DIALECT: Form = Form::Like("^c7n( .+)?$");

/// How the defaults of a dialect are written.
const DEFAULTS: &str = "write the default hours and the zone of the other tool's policy: \
    `\"c7n mon-fri 07:00-19:00 @ Asia/Tokyo\"`";

pub(crate) fn read(section: &Section<'_>) -> TagNames {
    let prefix = section.text_like("prefix", PREFIX);
    if let Some(word) = &prefix {
        let fits = !word.text.is_empty() && word.text.len() <= 64 && !word.text.to_lowercase().starts_with("aws:");
        let allowed = |c: char| c.is_ascii_alphanumeric() || "+-=._:/@".contains(c);
        if !fits || !word.text.chars().all(allowed) {
            let hint = "1 to 64 letters, digits and any of + - = . _ : / @, not beginning with `aws:`".to_owned();
            section.complain(word.span.clone(), format!("`{}` cannot begin a tag's key", word.text), Some(hint));
        }
    }
    let mut names = TagNames::with_prefix(prefix.as_ref().map_or("idle-reaper:", |word| word.text));
    names.also_keep = tag_patterns(section, "also-keep", TagPattern::generous).unwrap_or_default();
    let until = section.texts_like("also-keep-until", KEY).unwrap_or_default();
    until.iter().for_each(|word| check_whole_key(section, word));
    names.also_keep_until = until.iter().map(|word| word.text.into()).collect();
    names.also_schedule = also_schedule(section);
    names.dialects = dialects(section, &names.also_schedule);
    // Not checked for colons, as other patterns are: these are keys with the prefix.
    let ignored = section.texts_like("ignore", TAG_PATTERN).unwrap_or_default();
    names.ignore = ignored.iter().filter_map(|word| tag_pattern(section, word, TagPattern::generous)).collect();
    names.max_keep_days = section.number("max-keep-days", 0..=36_500).unwrap_or(names.max_keep_days);
    names.writes_launched_by = section.flag("launched-by").unwrap_or(false);
    if let Some(word) = section.text_like("owner", KEY) {
        check_key(section, &word);
        names.owner = word.text.to_owned();
    }
    names
}

/// The same for a key in a place where others write a pattern.
fn check_whole_key(section: &Section<'_>, word: &Value<'_>) {
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

fn also_schedule(section: &Section<'_>) -> Vec<String> {
    let keys = section.texts_like("also-schedule", KEY).unwrap_or_default();
    keys.iter().for_each(|word| check_key(section, word));
    keys.iter().map(|word| word.text.to_owned()).collect()
}

/// The tags of other tools.
fn dialects(section: &Section<'_>, also_schedule: &[String]) -> Vec<(String, Dialect)> {
    let mut dialects: Vec<(String, Dialect)> = Vec::new();
    for (key, word) in section.named_texts("dialects", KEY, DIALECT) {
        check_key(section, &key);
        let mut read = also_schedule.iter().chain(dialects.iter().map(|(key, _)| key));
        if read.any(|other| other.eq_ignore_ascii_case(key.text)) {
            let message = format!("the tag `{}` is named twice, in `also-schedule` and `dialects`", key.text);
            section.complain(key.span.clone(), message, "a tag's value is read in one way; leave one out".to_owned());
        }
        if word.text == "c7n" {
            let message = format!(
                "a `{}` without `tz`, `on` or `off` is read by Cloud Custodian's own defaults, in America/New_York",
                key.text
            );
            section.warn(word.span.clone(), message, DEFAULTS.to_owned());
        }
        match Dialect::parse(word.text) {
            Ok(dialect) => dialects.push((key.text.to_owned(), dialect)),
            Err(DialectError::Unknown) => section.complain_unknown(&word, "a dialect", Dialect::NAMES),
            Err(DialectError::Hours(wrong)) => section.complain(word.span, wrong.to_string(), DEFAULTS.to_owned()),
            Err(DialectError::NotWeekly) => {
                let message = format!("`{}` does not end in weekly hours with a zone", word.text);
                section.complain(word.span, message, DEFAULTS.to_owned());
            }
        }
    }
    dialects
}

/// Adds a mistake for a text that cannot be a tag key.
pub(crate) fn check_key(section: &Section<'_>, word: &Value<'_>) {
    if word.text.is_empty() || word.text.chars().count() > MAX_KEY {
        let hint = format!("write the key of a tag, 1 to {MAX_KEY} characters, such as `Owner`");
        section.complain(word.span.clone(), format!("`{}` cannot be a tag's key", word.text), hint);
    }
}
