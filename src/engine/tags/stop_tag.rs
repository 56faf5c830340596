//! The reaper's own tag `stopped`: `<RFC 3339> run=<id> policy=<name>`, then `because=idle`, `was=<size>` and `hub=<name>`
//! where they apply. It is written before the stop.

use std::fmt;

use chrono::{DateTime, Duration, SecondsFormat, SubsecRound, Utc};
use thiserror::Error;

use crate::engine::model::{Because, Instance, Size};

/// How long after its tag a stop may take effect and still count as the reaper's. A run lasts at most the 900 s of a
/// Lambda function, and writes the tag within that time.
const OWN_STOP_MINUTES: i64 = 15;

/// The content of the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTag {
    /// When the run decided, with a precision of one second.
    pub at: DateTime<Utc>,
    /// The run's id.
    pub run: String,
    /// The policy's name.
    pub policy: String,
    /// Why the instance was stopped.
    pub because: Because,
    /// The size of a service before its stop.
    pub was: Option<Size>,
    /// The name of the hub that wrote it, from the settings; `None` where the hub has no name.
    pub hub: Option<String>,
}

/// The tag does not have the format that the reaper writes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not what the reaper writes; expected `2026-11-25T12:30:00Z run=… policy=…`")]
pub struct OwnTagUnreadable(pub String);

impl OwnTag {
    /// Reads a tag's value.
    ///
    /// # Errors
    /// [`OwnTagUnreadable`] for any value that the reaper would not have written. Only the time may have any RFC 3339
    /// form: because of this tag an instance is started, never stopped.
    pub fn parse(value: &str) -> Result<Self, OwnTagUnreadable> {
        let unreadable = || OwnTagUnreadable(value.to_owned());
        let mut parts = value.split(' ');
        let at = parts.next().and_then(|at| DateTime::parse_from_rfc3339(at).ok()).ok_or_else(unreadable)?;
        let run = parts.next().and_then(|run| run.strip_prefix("run=")).ok_or_else(unreadable)?;
        let policy = parts.next().and_then(|policy| policy.strip_prefix("policy=")).ok_or_else(unreadable)?;
        let mut parts = parts.peekable();
        let because = parts.next_if_eq(&"because=idle").map_or(Because::Hours, |_| Because::Idle);
        let was = parts.next_if(|part| part.starts_with("was=")).and_then(|part| part.strip_prefix("was="));
        let was = was.map(str::parse).transpose().map_err(|()| unreadable())?;
        let hub = match parts.next() {
            None => None,
            Some(part) => Some(part.strip_prefix("hub=").ok_or_else(unreadable)?),
        };
        if run.is_empty() || policy.is_empty() || hub.is_some_and(str::is_empty) || parts.next().is_some() {
            return Err(unreadable());
        }
        let hub = hub.map(str::to_owned);
        // The reaper writes whole seconds. For a fraction that others wrote, rounding down makes `touched_since` more
        // cautious.
        Ok(Self { at: at.to_utc().trunc_subsecs(0), run: run.to_owned(), policy: policy.to_owned(), because, was, hub })
    }

    /// Whether others started or stopped `instance` after the reaper tagged it. An instance without a launch time
    /// counts as touched: unknown protects.
    pub fn touched_since(&self, instance: &Instance) -> bool {
        let stop_by = self.at + Duration::minutes(OWN_STOP_MINUTES);
        instance.launch.is_none_or(|launch| launch > self.at)
            || instance.transition.is_some_and(|transition| transition > stop_by)
    }
}

impl fmt::Display for OwnTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(f, "{at} run={} policy={}", self.run, self.policy)?;
        match self.because {
            Because::Hours => {}
            Because::Idle => f.write_str(" because=idle")?,
        }
        self.was.map_or(Ok(()), |was| write!(f, " was={was}"))?;
        self.hub.as_ref().map_or(Ok(()), |hub| write!(f, " hub={hub}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let tag = OwnTag {
            at: "2026-11-25T12:30:00Z".parse().unwrap(),
            run: "20261125T123000Z-1a2b3c".into(),
            policy: "dev-office-hours".into(),
            because: Because::Hours,
            was: None,
            hub: None,
        };
        assert_eq!(tag.to_string(), "2026-11-25T12:30:00Z run=20261125T123000Z-1a2b3c policy=dev-office-hours");
        assert_eq!(OwnTag::parse(&tag.to_string()), Ok(tag.clone()));
        let named = OwnTag { hub: Some("platform-tokyo".into()), ..tag.clone() };
        assert_eq!(named.to_string(), format!("{tag} hub=platform-tokyo"));
        assert_eq!(OwnTag::parse(&named.to_string()), Ok(named.clone()));
        let both = OwnTag { because: Because::Idle, ..named.clone() };
        assert_eq!(both.to_string(), format!("{tag} because=idle hub=platform-tokyo"));
        assert_eq!(OwnTag::parse(&both.to_string()), Ok(both));
        for was in ["2", "2/010", "1/000", "40/111"] {
            let sized = OwnTag { was: Some(was.parse().unwrap()), ..named.clone() };
            assert_eq!(sized.to_string(), format!("{tag} was={was} hub=platform-tokyo"));
            assert_eq!(OwnTag::parse(&sized.to_string()), Ok(sized));
        }
        let idle = OwnTag { because: Because::Idle, ..tag };
        assert_eq!(
            idle.to_string(),
            "2026-11-25T12:30:00Z run=20261125T123000Z-1a2b3c policy=dev-office-hours because=idle"
        );
        assert_eq!(OwnTag::parse(&idle.to_string()), Ok(idle));
    }

    #[test]
    fn of_a_time_by_hand_the_whole_second_counts() {
        let tag = OwnTag::parse("2026-11-25T21:30:02.602+09:00 run=a policy=b").unwrap();
        assert_eq!(tag.to_string(), "2026-11-25T12:30:02Z run=a policy=b");
    }

    #[test]
    fn a_hand_edited_tag_is_refused() {
        for value in [
            "",
            "yes",
            "2026-11-25 run=a policy=b",
            "2026-11-25T12:30:00Z run=a",
            "2026-11-25T12:30:00Z run= policy=b",
            "2026-11-25T12:30:00Z run=a policy=b extra",
            "2026-11-25T12:30:00Z run=a policy=b hub=",
            "2026-11-25T12:30:00Z run=a policy=b hub=c hub=d",
            "2026-11-25T12:30:00Z run=a policy=b hub=c extra",
            "2026-11-25T12:30:00Z run=a policy=b was=",
            "2026-11-25T12:30:00Z run=a policy=b was=0",
            "2026-11-25T12:30:00Z run=a policy=b was=2/01",
            "2026-11-25T12:30:00Z run=a policy=b was=2/012",
            "2026-11-25T12:30:00Z run=a policy=b was=-1/010",
        ] {
            assert_eq!(OwnTag::parse(value), Err(OwnTagUnreadable(value.into())), "{value}");
        }
    }
}
