//! `[tags]`: what the tags are called by which teams and the reaper speak to each other.

use crate::engine::config::never::tag_patterns;
use crate::engine::config::reader::{Section, Word};
use crate::engine::config::shape::Form;
use crate::engine::model::TagPattern;
use crate::engine::tags::typo::Spelling;

/// The longest key that AWS allows.
const MAX_KEY: usize = 128;

/// `[tags]`
#[derive(Clone, Debug, PartialEq)]
pub struct TagNames {
    /// Any value: never touched.
    pub keep: String,
    /// A date or an instant: not touched until then.
    pub keep_until: String,
    /// A schedule's name or an expression.
    pub schedule: String,
    /// The reaper's own.
    pub stopped: String,
    /// The reaper's own, on what it has found idle.
    pub marked: String,
    /// The reaper's own: who launched it.
    pub launched_by: String,
    /// Whether the reaper writes that tag.
    pub writes_launched_by: bool,
    /// Any value: the owner has seen the notice.
    pub seen: String,
    /// What these keys begin with.
    pub prefix: String,
    /// Tags that keep an instance as `keep` does.
    pub also_keep: Vec<TagPattern>,
    /// Keys under the prefix that belong to something else.
    pub ignore: Vec<TagPattern>,
    /// A `keep-until` further ahead than this protects and is reported.
    pub max_keep_days: u32,
    /// Whose value names the owner, unless `[owners]` has a chain of its own; compared without regard to case.
    pub owner: String,
    /// How the tags are spelled.
    spelling: Spelling,
}

/// What follows the prefix in the tags by which a team protects its instance, or changes its hours.
const OF_TEAMS: [&str; 3] = ["keep", "keep-until", "schedule"];

/// What follows it in every other tag of ours.
const OTHERS: [&str; 4] = ["stopped", "marked", "launched-by", "seen"];

/// What may begin a tag's key, but for `aws:`.
const PREFIX: Form = Form::Like("^[A-Za-z0-9+=._:/@-]{1,64}$");

/// What may be a tag's key.
pub(crate) const KEY: Form = Form::Like("^[\\s\\S]{1,128}$");

impl TagNames {
    fn with_prefix(prefix: &str) -> Self {
        Self {
            keep: format!("{prefix}keep"),
            keep_until: format!("{prefix}keep-until"),
            schedule: format!("{prefix}schedule"),
            stopped: format!("{prefix}stopped"),
            marked: format!("{prefix}marked"),
            launched_by: format!("{prefix}launched-by"),
            writes_launched_by: false,
            seen: format!("{prefix}seen"),
            prefix: prefix.to_owned(),
            also_keep: Vec::new(),
            ignore: Vec::new(),
            max_keep_days: 90,
            owner: "Owner".to_owned(),
            spelling: Spelling::new(prefix, &OF_TEAMS, &OTHERS),
        }
    }

    /// The team's tag that `key` is but for a typo; `None` where it is spelled right, where it is nothing like one of
    /// ours, and where `ignore` names it without wildcards: a wildcard is no reason not to protect.
    pub fn meant(&self, key: &str) -> Option<&str> {
        let nearest = self.spelling.nearest(key)?;
        let meant = *[&self.keep, &self.keep_until, &self.schedule].get(nearest)?;
        let named = self.ignore.iter().map(TagPattern::as_str).chain([&*self.owner]);
        let known = [&*self.keep, &*self.keep_until, &*self.schedule].into_iter().chain(named);
        (!known.into_iter().any(|known| known.eq_ignore_ascii_case(key))).then_some(meant)
    }

    /// Whether `key` begins with our prefix and is neither a tag of ours nor one that the settings name.
    pub fn is_unknown(&self, key: &str) -> bool {
        let Some((prefix, rest)) = key.trim_start().split_at_checked(self.prefix.len()) else { return false };
        prefix.eq_ignore_ascii_case(&self.prefix)
            && !OF_TEAMS.iter().chain(&OTHERS).any(|known| rest.eq_ignore_ascii_case(known))
            && !key.eq_ignore_ascii_case(&self.owner)
            && !self.ignore.iter().chain(&self.also_keep).any(|pattern| pattern.is_of(key))
    }
}

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
    names.ignore = tag_patterns(&section, "ignore", TagPattern::generous).unwrap_or_default();
    names.max_keep_days = section.number("max-keep-days", 0..=36_500).unwrap_or(names.max_keep_days);
    names.writes_launched_by = section.flag("launched-by").unwrap_or(false);
    if let Some(word) = section.word_like("owner", KEY) {
        check_key(&section, &word);
        names.owner = word.text.to_owned();
    }
    section.finish();
    names
}

/// Complains about what cannot be a tag's key.
pub(crate) fn check_key(section: &Section<'_>, word: &Word<'_>) {
    if word.text.is_empty() || word.text.chars().count() > MAX_KEY {
        let hint = format!("write the key of a tag, 1 to {MAX_KEY} characters, such as `Owner`");
        section.complain(word.span.clone(), format!("`{}` cannot be a tag's key", word.text), hint);
    }
}
