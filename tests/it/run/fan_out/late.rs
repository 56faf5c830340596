//! How late a part is, by wall clocks of two processes: over minutes, hours and days, backwards, and at the limits.

use std::time::Duration as Std;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::report::fan_out::{Begun, TooLate, Used};
use idle_reaper::engine::request::Mode;
use idle_reaper::run::Clock;
use proptest::prelude::*;

use super::{two_accounts, whole};
use crate::fake::{Ask, Deed, EVENING, Parts, at, in_parts, with};
use crate::laws::arbitrary::{any_instant, for_all};

/// A run that is judged by `at` and began at `wall`.
fn begun(at: DateTime<Utc>, wall: DateTime<Utc>) -> Begun {
    Begun {
        run: "run".into(),
        at,
        wall,
        request: "{}".into(),
        release: String::new(),
        settings: String::new(),
        batches: Vec::new(),
        skipped: Vec::new(),
        used: Used::default(),
    }
}

/// One that is no rehearsal.
fn evening() -> Begun {
    begun(at(EVENING), at(EVENING))
}

/// A test that takes longer than this between two lines is on a machine that stands still.
const LONG: Duration = Duration::minutes(5);

#[test]
fn a_later_part_goes_on_as_long_after_the_instant_of_the_run_as_it_begins_after_the_run() {
    // From milliseconds to three days; a rehearsal's instant has nothing to do with the wall clock.
    let millis = prop_oneof![0..60_000i64, 0..7_200_000i64, 0..260_000_000i64];
    for_all(200, (any_instant(), any_instant(), millis), |(instant, wall, millis)| {
        let (run, gone) = (begun(instant, wall), Duration::milliseconds(millis));
        assert_eq!(run.ago(wall + gone), gone.to_std().unwrap());
        let clock = Clock::resume(&run, wall + gone, None);
        let shown = clock.now() - instant;
        assert!(gone <= shown && shown < gone + LONG, "{shown} instead of {gone}");
        assert_eq!(clock.at(), instant, "it is judged by the same instant");
    });
}

#[test]
fn a_clock_that_ran_backwards_between_two_processes_takes_nothing_off() {
    for back in [1, 999, 60_000, 3_600_000, 26 * 3_600_000] {
        let wall = at(EVENING) - Duration::milliseconds(back);
        assert_eq!(evening().ago(wall), Std::ZERO, "{back} ms");
        assert!(Clock::resume(&evening(), wall, None).now() >= at(EVENING), "{back} ms");
    }
}

#[test]
fn each_part_has_its_own_deadline_however_long_the_run_has_lasted() {
    let minutes = |minutes: u64| Std::from_secs(60 * minutes);
    for gone in [0, 14, 89, 600] {
        let clock = Clock::resume(&evening(), at(EVENING) + Duration::minutes(gone), Some(minutes(15)));
        assert!(clock.fits(minutes(10)) && !clock.fits(minutes(16)), "{gone}");
        let left = clock.left(minutes(1)).unwrap();
        assert!(minutes(9) < left && left <= minutes(14), "{gone}: {left:?}");
    }
}

#[test]
fn a_child_acts_up_to_ninety_minutes_after_the_run_began_and_no_moment_longer() {
    let limit = Duration::minutes(90);
    let moment = Duration::nanoseconds(1);
    // The run's clock counts, which goes on while the part reads its files; and that of a rehearsal shows another day.
    for instant in [at(EVENING), at("2024-01-01T00:00:00Z")] {
        let run = begun(instant, at(EVENING));
        let acts = |gone| run.still_acts(at(EVENING) + gone, instant + gone);
        for gone in [Duration::zero(), Duration::minutes(16), limit - moment, limit] {
            assert_eq!(acts(gone), Ok(()), "{gone}");
        }
        for gone in [limit + moment, Duration::minutes(91), Duration::hours(26)] {
            assert_eq!(acts(gone), Err(TooLate::Late), "{gone}");
        }
        assert_eq!(run.still_acts(at(EVENING) + limit, instant + limit + moment), Err(TooLate::Late));
    }
}

#[test]
fn a_child_whose_clock_is_behind_the_first_part_by_more_than_a_minute_acts_no_more() {
    let (minute, moment) = (Duration::minutes(1), Duration::nanoseconds(1));
    let acts = |behind| {
        let wall = at(EVENING) - behind;
        evening().still_acts(wall, at(EVENING) + Duration::from_std(evening().ago(wall)).unwrap())
    };
    assert_eq!((acts(moment), acts(minute)), (Ok(()), Ok(())), "clocks never agree to the moment");
    assert_eq!(acts(minute + moment), Err(TooLate::ClockBehind { seconds: 60 }));
    assert_eq!(acts(Duration::hours(3)), Err(TooLate::ClockBehind { seconds: 10_800 }));
}

#[test]
fn a_run_whose_children_begin_too_late_or_cannot_tell_does_nothing_and_says_why() {
    // Two looks, the plan, the acts: the children begin after four times as long.
    let cases = [(22, None), (23, Some("more than 90 minutes ago")), (31, Some("more than 90 minutes ago"))];
    for (minutes, why) in cases.into_iter().chain([(-1, Some("240 seconds behind"))]) {
        let (world, parts) = (two_accounts(), Parts { minutes, ..whole(1) });
        let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
        assert_eq!(report.outcomes.len(), 4, "{minutes}");
        assert_eq!(world.calls(Deed::acts).is_empty(), why.is_some(), "{minutes}");
        for outcome in &report.outcomes {
            let wanted = if why.is_some() { OutcomeKind::NotTried } else { OutcomeKind::Stopping };
            assert_eq!(outcome.outcome, wanted, "{minutes}: {outcome:?}");
            assert!(why.is_none_or(|why| outcome.detail.contains(why)), "{minutes}: {outcome:?}");
        }
        let health = if why.is_some() { Health::Degraded } else { Health::Ok };
        assert_eq!(report.health(), health, "{minutes}: {:?}", report.notes);
        assert!(world.recorded("acting.lock").is_empty(), "{minutes}: given back by the run that still held it");
    }
}
