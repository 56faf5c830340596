//! Arithmetic on instants that cannot overflow. Every instant is first limited to a range of years that leaves room
//! for it.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The first instant for which a schedule has an answer, 0001-01-01T00:00:00Z. A manually edited record or tag may
/// contain any year that chrono supports, from -262143 to 262142. The four digits of RFC 3339 are enough, and leave
/// room for every horizon at both ends.
const FIRST_SECOND: i64 = -62_135_596_800;

/// The last such instant, 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

/// The offset of a time zone from UTC was never more than 16 hours (Manila until 1844), so a day is enough.
const FARTHEST: Duration = Duration::days(1);

/// `at`, limited to the years for which a schedule has an answer.
pub(crate) fn bounded(at: DateTime<Utc>) -> DateTime<Utc> {
    let nearest = at.timestamp().clamp(FIRST_SECOND, LAST_SECOND);
    if nearest == at.timestamp() { at } else { DateTime::from_timestamp(nearest, 0).unwrap_or_default() }
}

/// The instant `by` later, or the last one that chrono supports.
pub(crate) fn plus(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The instant `by` earlier, or the first one that chrono supports.
pub(crate) fn minus(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    at.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// `at`, rounded down to a whole second.
pub(crate) fn floor_second(at: DateTime<Utc>) -> DateTime<Utc> {
    minus(at, Duration::nanoseconds(i64::from(at.nanosecond())))
}

/// The offset of `zone` from UTC at `at`.
pub(crate) fn offset(zone: Tz, at: DateTime<Utc>) -> Duration {
    Duration::seconds(i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()))
}

/// The first second after `low`, up to `high`, at which `holds` is true. It must be true at `high`, and stay true once
/// it is.
pub(crate) fn first_second(
    mut low: DateTime<Utc>,
    mut high: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    while high.signed_duration_since(low) > Duration::seconds(1) {
        let middle = plus(low, Duration::seconds(high.signed_duration_since(low).num_seconds() / 2));
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

/// The first instant from which the clocks of `zone` always show `local` or later: the second one of a repeated hour,
/// the end of a skipped hour.
pub(crate) fn not_before(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let (utc, second) = (bounded(local.and_utc()), Duration::seconds(1));
    let (before, after) = (offset(zone, minus(utc, FARTHEST)), offset(zone, plus(utc, FARTHEST)));
    let shows = |at: DateTime<Utc>| plus(at, offset(zone, at)) >= utc;
    let (early, late) = (minus(utc, before.max(after)), minus(utc, before.min(after)));
    let (early, shown) = (minus(early, second), minus(late, second));
    if shows(shown) { first_second(early, shown, shows) } else { late }
}

/// The instants at which the clocks of `zone` show exactly `local`: none in a skipped hour, two in a repeated one.
pub fn instants_of(zone: Tz, local: NaiveDateTime) -> Vec<DateTime<Utc>> {
    let utc = bounded(local.and_utc());
    let offsets = [minus(utc, FARTHEST), utc, plus(utc, FARTHEST)].map(|at| offset(zone, at));
    let mut found: Vec<_> = offsets.into_iter().map(|by| (minus(utc, by), by)).collect();
    found.retain(|(at, by)| offset(zone, *at) == *by);
    found.sort();
    found.dedup();
    found.into_iter().map(|(at, _)| at).collect()
}

/// The instant at which `date` begins in `zone`.
pub(crate) fn begin_of(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    not_before(zone, date.and_time(chrono::NaiveTime::MIN))
}
