//! The value of a tag of `also-keep-until`: a date or an instant as in `keep-until`, or a span from the first launch.

use chrono::{DateTime, Duration, Utc};

use crate::engine::tags::{KeepUnreadable, KeepUntil};

/// The longest span that is read: ten years.
const LONGEST_DAYS: i64 = 3660;

/// Until when a value keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until this date or instant.
    Until(KeepUntil),
    /// For a span from the first launch, which is unknown.
    Unlaunched,
}

impl Lifetime {
    /// Reads a tag's value. `created` is the first launch: the launch time moves with each start.
    ///
    /// # Errors
    /// [`KeepUnreadable`] for what is neither a date, nor an instant, nor a span such as `7d`.
    pub fn parse(value: &str, created: Option<DateTime<Utc>>) -> Result<Self, KeepUnreadable> {
        match (span(value), created) {
            (None, _) => KeepUntil::parse(value).map(Self::Until),
            (Some(_), None) => Ok(Self::Unlaunched),
            (Some(span), Some(created)) => {
                let end = created.checked_add_signed(span).ok_or_else(|| KeepUnreadable(value.to_owned()))?;
                Ok(Self::Until(KeepUntil::Instant(end)))
            }
        }
    }
}

/// `7d`, `36h`, `2w`, `1d12h`; longer than nothing. A number alone has no unit, and `0d` can mean never or at once.
fn span(text: &str) -> Option<Duration> {
    let (mut rest, mut seconds) = (text, 0_i64);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b'w' => 604_800,
            b'd' => 86_400,
            b'h' => 3600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(amount.checked_mul(unit)?)?;
        rest = rest.get(digits.checked_add(1)?..)?;
    }
    (1..=LONGEST_DAYS * 86_400).contains(&seconds).then(|| Duration::seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_from_the_first_launch_and_need_it() {
        let created = "2026-11-20T01:00:00Z".parse().ok();
        for (value, end) in [
            ("7d", "2026-11-27T01:00:00Z"),
            ("36h", "2026-11-21T13:00:00Z"),
            ("2w", "2026-12-04T01:00:00Z"),
            ("1d12h", "2026-11-21T13:00:00Z"),
            ("90m", "2026-11-20T02:30:00Z"),
        ] {
            let until = KeepUntil::Instant(end.parse().unwrap());
            assert_eq!(Lifetime::parse(value, created), Ok(Lifetime::Until(until)), "{value}");
            assert_eq!(Lifetime::parse(value, None), Ok(Lifetime::Unlaunched), "{value}");
        }
        let date = KeepUntil::Date("2026-12-31".parse().unwrap());
        assert_eq!(Lifetime::parse("2026-12-31 load test", None), Ok(Lifetime::Until(date)));
    }

    #[test]
    fn everything_else_is_unreadable() {
        for value in [
            "",
            "7",
            "0d",
            "0",
            "-7d",
            "7 d",
            "7days",
            "7D",
            "P7D",
            "d7",
            "1.5d",
            "never",
            "permanent",
            "31.12.2026",
            "12/31/2026",
            "1795000000",
            "99999999999d",
            "3661d",
            "7d ",
            "7d extended to 2026-12-31",
            "１w",
        ] {
            for created in [None, "2026-11-20T01:00:00Z".parse().ok()] {
                assert_eq!(Lifetime::parse(value, created), Err(KeepUnreadable(value.into())), "{value}");
            }
        }
    }
}
