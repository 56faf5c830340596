//! The reaper's own tag `marked`: since when the instance is idle, and when it may be stopped at the earliest.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::engine::model::{Tags, Tier};

/// The content of the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When the run marked it, with a precision of one second.
    pub since: DateTime<Utc>,
    /// It is not stopped before this instant, and later if its owner was notified later.
    pub not_before: DateTime<Utc>,
    /// The policy's name.
    pub policy: String,
    /// How certain it was that the instance is idle.
    pub tier: Tier,
    /// The digest of all tags of others at that time ([`digest_of`]): a changed tag is a sign of activity.
    pub tags: String,
    /// The name of the hub that wrote it, from the settings; `None` where the hub has no name.
    pub hub: Option<String>,
}

/// The tag does not have the format that the reaper writes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not what the reaper writes; expected `2026-11-25T12:30:00Z not-before=… policy=… tier=strict tags=…`"
)]
pub struct MarkUnreadable(pub String);

impl Mark {
    /// Reads a tag's value.
    ///
    /// # Errors
    /// [`MarkUnreadable`] for anything that the reaper would not have written.
    pub fn parse(value: &str) -> Result<Self, MarkUnreadable> {
        // The value might contain fractions of a second or other time zones. The reaper writes neither.
        read(value).filter(|mark| mark.to_string() == value).ok_or_else(|| MarkUnreadable(value.to_owned()))
    }
}

fn read(value: &str) -> Option<Mark> {
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    let mut parts = value.split(' ');
    let since = instant(parts.next()?)?;
    let not_before = instant(parts.next()?.strip_prefix("not-before=")?)?;
    let policy = parts.next()?.strip_prefix("policy=").filter(|name| !name.is_empty())?.to_owned();
    let named = parts.next()?.strip_prefix("tier=")?;
    let tier = Tier::ALL.iter().copied().find(|tier| tier.as_str() == named)?;
    let tags = parts.next()?.strip_prefix("tags=").filter(|digest| !digest.is_empty())?.to_owned();
    let hub = match parts.next() {
        None => None,
        Some(part) => Some(part.strip_prefix("hub=").filter(|hub| !hub.is_empty())?.to_owned()),
    };
    let whole = parts.next().is_none() && since <= not_before;
    whole.then_some(Mark { since, not_before, policy, tier, tags, hub })
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { since, not_before, policy, tier, tags, hub } = self;
        let time = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(f, "{} not-before={} policy={policy} tier={tier} tags={tags}", time(since), time(not_before))?;
        hub.as_ref().map_or(Ok(()), |hub| write!(f, " hub={hub}"))
    }
}

/// The first 8 hexadecimal digits of a digest over every tag, except those of AWS and of the reaper. The order of the
/// tags does not matter. The reaper's keys begin with `prefix`; the keys `of_teams` begin with it too, but teams set
/// them, so they are included.
pub fn digest_of(tags: &Tags, prefix: &str, of_teams: &[&str]) -> String {
    let lower = prefix.to_lowercase();
    let others = tags.iter().filter(|(key, _)| {
        let key = key.to_lowercase();
        let of_a_team = of_teams.iter().any(|of_team| of_team.to_lowercase() == key);
        of_a_team || !key.starts_with("aws:") && !key.starts_with(&lower)
    });
    let mut others: Vec<(&str, &str)> = others.collect();
    others.sort_unstable();
    let mut digest = Sha256::new();
    for (key, value) in others {
        // Lengths come first, so that two different sets of tags never produce the same text.
        digest.update(format!("{}:{key}{}:{value}", key.len(), value.len()));
    }
    digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mark = Mark {
            since: "2026-11-23T01:00:00Z".parse().unwrap(),
            not_before: "2026-11-30T01:00:00Z".parse().unwrap(),
            policy: "dev-office-hours".into(),
            tier: Tier::Strict,
            tags: "1a2b3c4d".into(),
            hub: None,
        };
        let text =
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=dev-office-hours tier=strict tags=1a2b3c4d";
        assert_eq!(mark.to_string(), text);
        assert_eq!(Mark::parse(text), Ok(mark.clone()));
        let longest = "x".repeat(64); // the maximum that the settings allow
        let named = Mark { hub: Some(longest.clone()), policy: longest, ..mark };
        assert_eq!(Mark::parse(&named.to_string()), Ok(named.clone()));
        assert!(named.to_string().len() <= 256, "the longest value of a tag");
    }

    #[test]
    fn a_hand_edited_mark_is_refused() {
        for value in [
            "",
            "2026-11-23T01:00:00Z",
            "2026-13-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-02-30T01:00:00Z policy=p tier=strict tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-11-22T01:00:00Z policy=p tier=strict tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy= tier=strict tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=sure tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=1a more",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=1a hub=",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=1a hub=a more",
            "2026-11-23T01:00:00.5Z not-before=2026-11-30T01:00:00Z policy=p tier=strict tags=1a",
            "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00+00:00 policy=p tier=strict tags=1a",
        ] {
            assert_eq!(Mark::parse(value), Err(MarkUnreadable(value.into())), "{value}");
        }
    }

    #[test]
    fn only_other_peoples_tags_count_for_the_digest_and_their_order_does_not() {
        let of_teams = ["idle-reaper:schedule"];
        let digest = |tags: &[(&str, &str)]| digest_of(&Tags::new(tags.iter().copied()), "idle-reaper:", &of_teams);
        let plain = digest(&[("Name", "box"), ("Owner", "ana")]);
        assert_eq!(plain, digest(&[("Owner", "ana"), ("aws:x", "1"), ("Idle-Reaper:marked", "…"), ("Name", "box")]));
        assert_ne!(plain, digest(&[("Name", "box"), ("Owner", "ben")]));
        assert_ne!(plain, digest(&[("Name", "box")]));
        assert_ne!(plain, digest(&[("Owner", "ana"), ("Idle-Reaper:Schedule", "always"), ("Name", "box")]));
    }
}
