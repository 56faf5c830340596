//! The keys of the tags that teams and the reaper use.

use crate::engine::model::TagPattern;
use crate::engine::schedule::dialects::Dialect;
use crate::engine::tags::typo::Spelling;

/// `[tags]`
#[derive(Clone, Debug, PartialEq)]
pub struct TagNames {
    /// With any value: the instance is never stopped or started.
    pub keep: String,
    /// A date or an instant: the instance is not stopped or started until then.
    pub keep_until: String,
    /// A schedule's name or an expression.
    pub schedule: String,
    /// The reaper's own tag on an instance that it stopped.
    pub stopped: String,
    /// The reaper's own tag on an idle instance.
    pub marked: String,
    /// The reaper's own tag for the person who launched the instance.
    pub launched_by: String,
    /// Whether the reaper writes the `launched_by` tag.
    pub writes_launched_by: bool,
    /// With any value: the owner has acknowledged the notice.
    pub seen: String,
    /// The prefix of these keys.
    pub prefix: String,
    /// Tags that keep an instance in the same way as `keep`.
    pub also_keep: Vec<TagPattern>,
    /// The keys of other tags that are read in the same way as `schedule`.
    pub also_schedule: Vec<String>,
    /// The keys of other tools' tags, and the notation of each.
    pub dialects: Vec<(String, Dialect)>,
    /// Keys under the prefix that belong to other tools.
    pub ignore: Vec<TagPattern>,
    /// A `keep-until` further in the future than this protects the instance, and is reported.
    pub max_keep_days: u32,
    /// The key whose value names the owner, unless `[owners]` has its own chain. It is not case-sensitive.
    pub owner: String,
    /// The keys, prepared for the detection of typos.
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
            also_schedule: Vec::new(),
            dialects: Vec::new(),
            ignore: Vec::new(),
            max_keep_days: 90,
            owner: "Owner".to_owned(),
            spelling: Spelling::new(prefix, &OF_TEAMS, &OTHERS),
        }
    }

    /// The team's tag that `key` is a typo of. `None` where it is spelled correctly, where it resembles none of the
    /// reaper's keys, and where `ignore` names it without wildcards. A wildcard in `ignore` does not remove the
    /// protection.
    pub fn meant(&self, key: &str) -> Option<&str> {
        let nearest = self.spelling.nearest(key)?;
        let meant = *[&self.keep, &self.keep_until, &self.schedule].get(nearest)?;
        let named = self.ignore.iter().map(TagPattern::as_str).chain([&*self.owner]);
        let known = [&*self.keep, &*self.keep_until].into_iter().chain(self.hours_keys()).chain(named);
        (!known.into_iter().any(|known| known.eq_ignore_ascii_case(key))).then_some(meant)
    }

    /// Whether `key` begins with the reaper's prefix, but is neither one of its keys nor one in the settings.
    pub fn is_unknown(&self, key: &str) -> bool {
        let Some((prefix, rest)) = key.trim_start().split_at_checked(self.prefix.len()) else { return false };
        prefix.eq_ignore_ascii_case(&self.prefix)
            && !OF_TEAMS.iter().chain(&OTHERS).any(|known| rest.eq_ignore_ascii_case(known))
            && !self.hours_keys().chain([&*self.owner]).any(|known| known.eq_ignore_ascii_case(key))
            && !self.ignore.iter().chain(&self.also_keep).any(|pattern| pattern.is_of(key))
    }
}

/// What follows the prefix in the tags with which a team protects its instance, or changes its hours.
const OF_TEAMS: [&str; 3] = ["keep", "keep-until", "schedule"];

/// What follows the prefix in all other keys of the reaper.
const OTHERS: [&str; 4] = ["stopped", "marked", "launched-by", "seen"];
