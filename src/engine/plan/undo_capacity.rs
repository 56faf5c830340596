//! How many stops one run may make in one Region of one account, derived from how fast they can be undone. AWS stops
//! instances ten times faster than it starts them, so the undo limits the damage.

use chrono::Duration;

use crate::engine::model::Kind;
use crate::engine::plan::pace::Pace;

/// Instances per second that can be started beyond the burst.
const START_REFILL: u64 = 2;

/// The worst case for one batch, in seconds: a describe, a tag, a stop or start, and the removal of the tag, each at
/// most 6 s, and 15 s of waiting for the state.
pub const WORST_BATCH_SECONDS: u64 = 40;

/// The same beyond the burst: 50 instances refill in 25 s, and the batch waits for that first.
pub const WORST_BEYOND_SECONDS: u64 = WORST_BATCH_SECONDS + Pace::of(Kind::Instance).batch as u64 / START_REFILL;

/// How many resources of one kind, account and Region can be started within `time` in the worst case, batch after batch.
/// Of databases that is 5 every 40 s: what AWS needs until they are available comes after it. Of instances it is 50 every
/// 40 s up to 1,000 (which takes 800 s), then 50 every 65 s. AWS would accept `1,000 + 2 × time` instances, and
/// its call limit would accept `50 × (5 + 2 × time)`. Both are never lower, because 40 s and 65 s are longer than the
/// 25 s in which 50 refill. Example, 30 minutes: 1,000 + 50 × ⌊(1,800 − 800) ÷ 65⌋ = 1,750.
pub fn startable_within(kind: Kind, time: Duration) -> u32 {
    let seconds = u64::try_from(time.num_seconds()).unwrap_or(0);
    let Pace { batch, start_burst, .. } = Pace::of(kind);
    let batch = *batch as u64;
    let burst_takes = start_burst.map_or(u64::MAX, |burst| burst as u64 / batch * WORST_BATCH_SECONDS);
    let within = batch * (seconds.min(burst_takes) / WORST_BATCH_SECONDS);
    let beyond = batch * (seconds.saturating_sub(burst_takes) / WORST_BEYOND_SECONDS);
    u32::try_from(within + beyond).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_brings_back_1750_in_the_worst_case() {
        assert_eq!(startable_within(Kind::Instance, Duration::minutes(30)), 1750);
        assert_eq!(startable_within(Kind::Instance, Duration::seconds(800)), 1000);
        assert_eq!(startable_within(Kind::Instance, Duration::seconds(799)), 950);
        assert_eq!(startable_within(Kind::Instance, Duration::zero()), 0);
        assert_eq!(startable_within(Kind::Instance, -Duration::hours(1)), 0);
        assert_eq!(startable_within(Kind::Database, Duration::minutes(30)), 225);
    }

    #[test]
    fn it_never_promises_more_than_aws_takes() {
        for minutes in 0..=24 * 60 {
            let (time, seconds) = (Duration::minutes(minutes), minutes * 60);
            let aws = (1000 + 2 * seconds).min(50 * (5 + 2 * seconds));
            assert!(i64::from(startable_within(Kind::Instance, time)) <= aws, "{minutes} min");
        }
    }
}
