//! The value of a `keep-until` tag that a person asks for, refused where the rules would read it differently or flag it.

use chrono::{DateTime, Days, Duration, NaiveTime, Utc};
use serde::Serialize;
use thiserror::Error;

use crate::engine::model::{Instance, ResourceId};
use crate::engine::tags::{KeepUnreadable, KeepUntil, Kept, TagNames};

/// EC2 takes at most so many characters as the value of a tag.
const LONGEST: usize = 256;

/// Why a keep is refused. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each message says what the variant means")]
pub enum KeepRefused {
    #[error(transparent)]
    Unreadable(#[from] KeepUnreadable),
    #[error("`{0}` is over already, so that it would keep nothing; name a later date")]
    Over(String),
    #[error("`{until}` is more than {days} days ahead, the `max-keep-days` of `[tags]`; keep it until {last} at most")]
    TooFar { until: String, days: u32, last: String },
    #[error("a keep needs a reason, which its readers see in the tag; write `--reason` with a few words")]
    NoReason,
    #[error("the reason names a later date than `{0}`, so that nobody could tell which one counts; leave the date out")]
    LaterDate(String),
    #[error("the reason has the character U+{0:04X}, which is invisible or breaks a line; leave it out")]
    Character(u32),
    #[error("date and reason have {0} characters, and a tag's value has at most {longest}; shorten the reason", longest = LONGEST)]
    TooLong(usize),
}

/// The value for a keep until a date, or until an instant with its offset.
///
/// # Errors
/// [`KeepRefused`] says why, and what to write instead.
pub fn keep_value(
    until: &str,
    reason: &str,
    names: &TagNames,
    now: DateTime<Utc>,
) -> Result<(KeepUntil, String), KeepRefused> {
    let (until, reason) = (until.trim(), reason.trim());
    if until.contains(char::is_whitespace) {
        return Err(KeepUnreadable(until.to_owned()).into());
    }
    let keep = KeepUntil::parse(until)?;
    if keep.end() <= now {
        return Err(KeepRefused::Over(until.to_owned()));
    }
    let days = names.max_keep_days;
    let last = now + Duration::days(days.into());
    let beyond = match keep {
        KeepUntil::Instant(instant) => instant > last,
        KeepUntil::Date(date) => date > last.date_naive(),
    };
    if beyond {
        return Err(KeepRefused::TooFar { until: until.to_owned(), days, last: last.date_naive().to_string() });
    }
    if reason.is_empty() {
        return Err(KeepRefused::NoReason);
    }
    if let Some(odd) = reason.chars().find(|c| is_odd(*c)) {
        return Err(KeepRefused::Character(odd.into()));
    }
    let value = format!("{until} {reason}");
    let length = value.chars().count();
    if length > LONGEST {
        return Err(KeepRefused::TooLong(length));
    }
    KeepUntil::parse(&value).map_err(|_| KeepRefused::LaterDate(until.to_owned()))?;
    Ok((keep, value))
}

/// Control characters, line separators, and what hides or reverses text.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// One tag to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Keeping {
    /// The instance.
    #[serde(flatten)]
    pub id: ResourceId,
    /// Its name.
    pub name: String,
    /// The key: one that the instance has already, in whatever case, or that of the settings.
    pub key: String,
    /// The value that is replaced.
    pub before: Option<String>,
    /// What the change means.
    pub change: Change,
    /// The tag that keeps it for good, whatever the date is.
    pub for_good: Option<String>,
}

/// What a new date means for an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not kept by this tag.
    New,
    /// It is kept for at least as long as before.
    Longer,
    /// It was kept for longer.
    Shorter,
    /// The old value could not be read, and kept it for good.
    Unreadable,
}

/// How one tag was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    /// It was read back.
    Verified,
    /// It was written, and reading it back showed something else, or failed.
    Unverified(String),
    /// It was not written.
    Failed(String),
}

impl Keeping {
    /// What a keep until `until` means for an instance.
    ///
    /// # Errors
    /// Why its tag cannot be written: it has the key twice, in different cases.
    pub fn of(instance: &Instance, names: &TagNames, until: KeepUntil, now: DateTime<Utc>) -> Result<Self, String> {
        let found: Vec<(&str, &str)> = instance.tags.any_case(&names.keep_until).collect();
        let (key, before) = match found.as_slice() {
            [] => (names.keep_until.clone(), None),
            [(key, value)] => ((*key).to_owned(), Some((*value).to_owned())),
            several => {
                let keys: Vec<String> = several.iter().map(|(key, _)| format!("`{key}`")).collect();
                let why = "which differ in case only; remove all but one of them";
                return Err(format!("{} has the tags {}, {why}", instance.id.name, keys.join(" and ")));
            }
        };
        let change = match before.as_deref().map(KeepUntil::parse) {
            None => Change::New,
            Some(Ok(old)) if old.end() > until.end() => Change::Shorter,
            Some(Ok(_)) => Change::Longer,
            Some(Err(_)) => Change::Unreadable,
        };
        let for_good = match Kept::read(&instance.tags, names, instance.details.created, None, now) {
            Kept::ForGood { key, .. } => Some(key),
            Kept::Until { .. } | Kept::Unreadable { .. } | Kept::Mistyped { .. } | Kept::No => None,
        };
        Ok(Self { id: instance.id.clone(), name: instance.name().to_owned(), key, before, change, for_good })
    }
}

impl KeepUntil {
    /// When it is over everywhere: a bare date at the end of its day at UTC-12.
    pub fn end(self) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => {
                let next = date.checked_add_days(Days::new(1)).unwrap_or(date).and_time(NaiveTime::MIN).and_utc();
                next + Duration::hours(12)
            }
        }
    }
}
