//! The keys of the tags that teams and the reaper use.

use chrono::{DateTime, Utc};

use crate::engine::model::{TagPattern, Tags};
use crate::engine::schedule::dialects::Dialect;
use crate::engine::tags::Lifetime;
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
    /// Periods in which the instance may run besides its hours.
    pub schedule_extra: String,
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
    /// A month, and perhaps a person: the stocktake of the account in that month is right.
    pub confirmed: String,
    /// The prefix of these keys.
    pub prefix: String,
    /// Tags that keep an instance in the same way as `keep`.
    pub also_keep: Vec<TagPattern>,
    /// Keys of tags that teams already use, and that keep an instance as `keep_until` does, or for a span.
    pub also_keep_until: Vec<Box<str>>,
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
            schedule_extra: format!("{prefix}schedule-extra"),
            stopped: format!("{prefix}stopped"),
            marked: format!("{prefix}marked"),
            launched_by: format!("{prefix}launched-by"),
            writes_launched_by: false,
            seen: format!("{prefix}seen"),
            confirmed: format!("{prefix}confirmed"),
            prefix: prefix.to_owned(),
            also_keep: Vec::new(),
            also_keep_until: Vec::new(),
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
        let of_teams = self.of_teams();
        let meant = *of_teams.get(nearest)?;
        let named = self.ignore.iter().map(TagPattern::as_str).chain([&*self.owner]);
        let known = of_teams.into_iter().chain(self.hours_keys()).chain(named);
        (!known.into_iter().any(|known| known.eq_ignore_ascii_case(key))).then_some(meant)
    }

    /// The tags with which a team protects its instance or changes its hours.
    pub fn of_teams(&self) -> [&str; 4] {
        [&self.keep, &self.keep_until, &self.schedule, &self.schedule_extra]
    }

    /// The tags whose keys are in `also_keep_until`.
    pub fn lifetimes<'t>(&'t self, tags: &'t Tags) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.also_keep_until.iter().flat_map(|key| tags.any_case(key))
    }

    /// Whether one of these tags counts from the first launch, and that is unknown.
    pub fn is_unlaunched(&self, tags: &Tags, created: Option<DateTime<Utc>>) -> bool {
        self.lifetimes(tags).any(|(_, value)| Lifetime::parse(value, created) == Ok(Lifetime::Unlaunched))
    }

    /// Whether `key` begins with the reaper's prefix, but is neither one of its keys nor one in the settings.
    pub fn is_unknown(&self, key: &str) -> bool {
        let Some((prefix, rest)) = key.trim_start().split_at_checked(self.prefix.len()) else { return false };
        prefix.eq_ignore_ascii_case(&self.prefix)
            && !OF_TEAMS.iter().chain(&OTHERS).any(|known| rest.eq_ignore_ascii_case(known))
            && !self.hours_keys().chain([&*self.owner]).any(|known| known.eq_ignore_ascii_case(key))
            && !self.also_keep_until.iter().any(|known| key.eq_ignore_ascii_case(known))
            && !self.ignore.iter().chain(&self.also_keep).any(|pattern| pattern.is_of(key))
    }
}

/// What follows the prefix in the tags with which a team protects its instance, or changes its hours; in the order of
/// [`TagNames::of_teams`].
const OF_TEAMS: [&str; 4] = ["keep", "keep-until", "schedule", "schedule-extra"];

/// What follows the prefix in all other keys of the reaper.
const OTHERS: [&str; 5] = ["stopped", "marked", "launched-by", "seen", "confirmed"];
