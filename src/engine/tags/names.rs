//! The keys of the tags that teams and the reaper use.

use crate::engine::model::TagPattern;
use crate::engine::tags::typo::Spelling;

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

impl TagNames {
    pub(crate) fn with_prefix(prefix: &str) -> Self {
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

/// What follows the prefix in the tags by which a team protects its instance, or changes its hours.
const OF_TEAMS: [&str; 3] = ["keep", "keep-until", "schedule"];

/// What follows it in every other tag of ours.
const OTHERS: [&str; 4] = ["stopped", "marked", "launched-by", "seen"];
