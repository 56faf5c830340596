//! Arithmetic on instants that cannot overflow: everything that is asked about is first brought within years that
//! leave room for it.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The first instant about which a schedule answers, 0001-01-01T00:00:00Z. A record or a tag that was edited by hand
/// may hold any year that chrono knows, from -262143 to 262142; the four digits of RFC 3339 are enough for people, and
/// at both ends there is room for every horizon.
const FIRST_SECOND: i64 = -62_135_596_800;

/// The last one, 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

/// No zone is, or ever was, farther from UTC than 16 hours (Manila until 1844); a day is room enough.
const FARTHEST: Duration = Duration::days(1);

/// `at`, or the end of the years about which a schedule answers that is nearest to it.
pub(crate) fn bounded(at: DateTime<Utc>) -> DateTime<Utc> {
    let nearest = at.timestamp().clamp(FIRST_SECOND, LAST_SECOND);
    if nearest == at.timestamp() { at } else { DateTime::from_timestamp(nearest, 0).unwrap_or_default() }
}

/// The second in which `at` lies.
pub(crate) fn floor_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at - Duration::nanoseconds(i64::from(at.nanosecond()))
}

/// How far the clocks of `zone` are ahead of UTC at `at`.
pub(crate) fn offset(zone: Tz, at: DateTime<Utc>) -> Duration {
    Duration::seconds(i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()))
}

/// The first second after `low`, up to `high`, at which `holds`; it holds at `high`, and from its beginning on.
pub(crate) fn first_second(
    mut low: DateTime<Utc>,
    mut high: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    while high - low > Duration::seconds(1) {
        let middle = low + Duration::seconds((high - low).num_seconds() / 2);
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

/// The instant from which on the clocks of `zone` show `local` or later: of an hour that they repeat the second one,
/// of one that they skip its end.
pub(crate) fn not_before(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let (utc, second) = (bounded(local.and_utc()), Duration::seconds(1));
    let (before, after) = (offset(zone, utc - FARTHEST), offset(zone, utc + FARTHEST));
    let shows = |at: DateTime<Utc>| at + offset(zone, at) >= utc;
    let (early, late) = (utc - before.max(after), utc - before.min(after));
    if shows(late - second) { first_second(early - second, late - second, shows) } else { late }
}

/// The instant at which `date` begins in `zone`.
pub(crate) fn begin_of(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    not_before(zone, date.and_time(chrono::NaiveTime::MIN))
}
