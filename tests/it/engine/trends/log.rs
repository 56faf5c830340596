//! The file behind the trends: order, copies, losses, age, and what the weeks say.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::history::History;
use idle_reaper::engine::model::{ByResource, Usd};
use idle_reaper::engine::trends::{Log, MAP_DAYS, Sample, Trends};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::engine::trends::{figure, sample};
use crate::fake::{Dice, EVENING, at, here, with};
use crate::laws::arbitrary::for_all;

fn text(log: &Log) -> String {
    log.lines().map(|line| serde_json::to_string(&line).unwrap() + "\n").collect()
}

fn trends(log: &Log, now: DateTime<Utc>) -> Trends {
    Trends::of(log.clone(), &with(&[]), now)
}

fn usd(text: &str) -> Option<Usd> {
    Usd::parse(text)
}

/// A run so many minutes before the evening, with some figures.
fn run() -> impl Strategy<Value = Sample> {
    let figures = (0..5_u32, 0..2_u32, 0..2_u32, 0..3_u32);
    (0..80 * 1440_i64, figures, proptest::option::of(0..100_u64), 0..1000_u64).prop_map(
        |(minutes, (tokyo, unreachable, not_due, typo_tags), waste, saved)| Sample {
            waste: waste.map(|cents| Usd(cents.into())),
            saved: Some(Usd((saved + 200_000 - minutes as u64).into())),
            unreachable,
            not_due,
            typo_tags,
            ..sample(at(EVENING) - Duration::minutes(minutes), tokyo)
        },
    )
}

fn log_of(runs: &[Sample]) -> Log {
    let mut log = Log::default();
    runs.iter().for_each(|run| log.add(run.clone()));
    let stops = runs.iter().map(|run| run.at).collect::<Vec<_>>();
    let history = History { stops: ByResource::from_iter([(here("i-1"), stops)]), ..History::default() };
    log.note_false_stops(&history, &here("i-1"), runs.first().map(|run| run.at));
    log.count(&history, &[], NaiveDate::MIN, at(EVENING));
    log
}

#[test]
fn what_is_written_is_read_back_whatever_the_order_and_however_often() {
    for_all(60, (vec(run(), 0..60), any::<u64>()), |(runs, seed)| {
        let log = log_of(&runs);
        assert_eq!(&Log::parse(&text(&log)), &log);
        let written = text(&log);
        let mut lines: Vec<&str> = written.lines().chain(written.lines().skip(3)).collect();
        Dice::new(seed).shuffle(&mut lines);
        let read = Log::parse(&lines.join("\n"));
        assert_eq!(trends(&read, at(EVENING)), trends(&log, at(EVENING)));
        assert_eq!(read, log);
    });
}

#[test]
fn runs_that_are_replaced_by_the_figures_of_their_days_change_nothing_that_is_shown() {
    for_all(40, vec(run(), 0..80), |runs| {
        let (log, now) = (log_of(&runs), at(EVENING));
        let mut tidy = log.clone();
        tidy.tidy(now);
        assert_eq!(trends(&tidy, now), trends(&log, now));
        let mut again = Log::parse(&text(&tidy));
        again.tidy(now);
        assert_eq!(again, tidy);
    });
}

#[test]
fn weeks_that_were_tidied_day_by_day_are_those_of_all_runs() {
    for_all(40, vec(run(), 0..80), |mut runs| {
        runs.sort_by_key(|run| run.at);
        let (mut all, mut tidied) = (Log::default(), Log::default());
        for run in &runs {
            all.add(run.clone());
            tidied.add(run.clone());
            tidied.tidy(run.at);
        }
        assert_eq!(trends(&tidied, at(EVENING)), trends(&all, at(EVENING)));
    });
}

#[test]
fn a_lost_file_leaves_everything_unknown_and_nothing_zero() {
    for lost in ["", "\u{fffd}", "null\n{}\n[]\n{\"line\":\"run\"}\n{\"line\":\"day\",\"day\":\"soon\"}\n"] {
        let (mut log, now) = (Log::parse(lost), at(EVENING));
        assert_eq!(trends(&log, now), Trends::default(), "{lost:?}");
        log.add(sample(now, 3));
        let after = trends(&log, now);
        let map = after.heat.clone().unwrap();
        let known: Vec<_> = map.hours().filter(|hour| hour.running.is_some()).collect();
        assert_eq!((known.len(), figure(&map, now)), (1, Some((3, false))));
        let [week] = &after.weeks[..] else { panic!("{:?}", after.weeks) };
        assert_eq!((week.waste_usd, week.saved_usd, week.stops, week.hours_known), (None, None, None, 1));
        assert_eq!((week.near_misses.overtaken, week.near_misses.typo_tags), (None, Some(0)));
    }
}

#[test]
fn a_lost_week_between_two_known_ones_is_unknown() {
    let mut log = Log::default();
    log.add(Sample { waste: usd("1"), ..sample(at(EVENING) - Duration::days(14), 1) });
    log.add(Sample { waste: usd("2"), ..sample(at(EVENING), 1) });
    let weeks = trends(&log, at(EVENING)).weeks;
    let shown: Vec<_> = weeks.iter().map(|week| (week.monday.to_string(), week.waste_usd, week.hours_known)).collect();
    let monday = |day: &str, waste: Option<Usd>, hours| (day.to_owned(), waste, hours);
    assert_eq!(
        shown,
        [monday("2026-11-09", usd("1"), 1), monday("2026-11-16", None, 0), monday("2026-11-23", usd("2"), 1)]
    );
    assert_eq!((weeks[1].stops, weeks[1].near_misses.held_back), (None, None));
}

#[test]
fn waste_is_the_average_of_each_hour_in_which_a_run_scanned() {
    let mut log = Log::default();
    for (minutes, waste) in [(0, "3"), (15, "1"), (60, "4"), (180, "0")] {
        log.add(Sample { waste: usd(waste), ..sample(at("2026-11-25T12:00:00Z") + Duration::minutes(minutes), 1) });
    }
    log.add(sample(at("2026-11-25T12:45:00Z"), 1)); // no prices
    let week = trends(&log, at("2026-11-25T20:00:00Z")).weeks.pop().unwrap();
    assert_eq!((week.waste_usd, week.hours_known), (usd("6"), 3));
}

#[test]
fn savings_are_the_growth_of_their_sum_and_not_what_was_saved_before_a_gap_or_a_new_beginning() {
    let mut log = Log::default();
    for (hours, saved) in [(0, "100"), (1, "101"), (2, "103"), (60, "200"), (61, "201"), (62, "5"), (63, "5.5")] {
        log.add(Sample { saved: usd(saved), ..sample(at("2026-11-23T00:00:00Z") + Duration::hours(hours), 0) });
    }
    let week = |log: &Log| trends(log, at("2026-11-27T00:00:00Z")).weeks.pop().unwrap().saved_usd;
    assert_eq!(week(&log), usd("4.5"));
    let mut alone = Log::default();
    alone.add(Sample { saved: usd("100"), ..sample(at("2026-11-23T00:00:00Z"), 0) });
    assert_eq!(week(&alone), None, "since when is unknown");
}

#[test]
fn of_several_runs_in_an_hour_the_most_count_and_a_run_that_could_not_scan_everything_shows_at_least() {
    let at_minutes = |minutes| at("2026-11-25T12:00:00Z") + Duration::minutes(minutes);
    let shown = |runs: &[(u32, u32)]| {
        let mut log = Log::default();
        for (n, (tokyo, unreachable)) in (0..).zip(runs) {
            log.add(Sample { unreachable: *unreachable, ..sample(at_minutes(n * 5), *tokyo) });
        }
        figure(&trends(&log, at_minutes(90)).heat.unwrap(), at_minutes(0)).unwrap()
    };
    assert_eq!(shown(&[(2, 0), (5, 0), (1, 0)]), (5, false));
    assert_eq!(shown(&[(2, 0), (5, 1)]), (5, true));
    assert_eq!(shown(&[(5, 1), (5, 0)]), (5, false));
    assert_eq!(shown(&[(0, 0)]), (0, false));
    assert_eq!(shown(&[(0, 7)]), (0, true));
}

#[test]
fn targets_that_were_not_due_are_mentioned() {
    let mut log = Log::default();
    log.add(sample(at(EVENING), 1));
    assert!(!trends(&log, at(EVENING)).heat.unwrap().not_due);
    log.add(Sample { not_due: 4, ..sample(at(EVENING) - Duration::minutes(15), 1) });
    let map = trends(&log, at(EVENING)).heat.unwrap();
    assert!(map.not_due);
    assert_eq!(figure(&map, at(EVENING)), Some((1, false)));
}

#[test]
fn each_zone_has_its_map_and_the_one_with_most_machines_comes_first() {
    let mut log = Log::default();
    let closed =
        [("Europe/Berlin".to_owned(), 9), ("Asia/Tokyo".to_owned(), 2), ("Nowhere/Land".to_owned(), 99)].into();
    log.add(Sample { closed, ..sample(at(EVENING), 0) });
    let Trends { weeks: _, heat, other_zones } = trends(&log, at(EVENING));
    let heat = heat.unwrap();
    assert_eq!((heat.zone, heat.schedules.len()), (Tz::Europe__Berlin, 0));
    assert_eq!(figure(&heat, at(EVENING)), Some((9, false)));
    let [tokyo] = &other_zones[..] else { panic!("{other_zones:?}") };
    assert_eq!(tokyo.days.len() as u64, MAP_DAYS);
    assert_eq!((tokyo.zone, &tokyo.schedules[..], tokyo.days.len()), (Tz::Asia__Tokyo, &["office".to_owned()][..], 31));
    assert_eq!(tokyo.days.last().unwrap().date.to_string(), "2026-11-25");
}

#[test]
fn an_earlier_run_is_shown_with_what_was_known_then() {
    let mut log = Log::default();
    let earlier = at(EVENING) - Duration::hours(3);
    log.add(sample(earlier, 2));
    let then = trends(&log, earlier);
    log.add(sample(at(EVENING), 5));
    log.count(&History::default(), &[], at(EVENING).date_naive() + chrono::Days::new(1), at(EVENING));
    assert_eq!(trends(&log, earlier).heat, then.heat);
}

#[test]
fn a_clock_that_was_ahead_and_absurd_figures_spoil_nothing() {
    let lines = "{\"line\":\"run\",\"run\":\"a\",\"at\":\"2999-01-01T00:00:00Z\"}\n\
        {\"line\":\"run\",\"run\":\"a\",\"at\":\"+262142-01-01T00:00:00Z\"}\n\
        {\"line\":\"day\",\"day\":\"2999-01-01\",\"stops\":4294967295}\n\
        {\"line\":\"day\",\"day\":\"-262143-01-01\",\"stops\":4294967295}\n\
        {\"line\":\"day\",\"day\":\"2026-11-24\",\"stops\":4294967295,\"figures\":{\"hours\":4294967295,\"waste\":null,\
        \"saved\":null,\"false-stops\":4294967295,\"held-back\":0,\"typo-tags\":0}}\n\
        {\"line\":\"day\",\"day\":\"2026-11-25\",\"stops\":4294967295,\"figures\":{\"hours\":4294967295,\"waste\":null,\
        \"saved\":null,\"false-stops\":4294967295,\"held-back\":0,\"typo-tags\":0}}\n";
    let mut log = Log::parse(lines);
    let weeks = trends(&log, at(EVENING)).weeks;
    assert_eq!((weeks.len(), weeks[0].stops, weeks[0].hours_known), (1, Some(u32::MAX), u32::MAX));
    assert_eq!(weeks[0].false_stop_rate().unwrap().to_string(), "100");
    log.tidy(at(EVENING));
    assert_eq!(text(&log).lines().count(), 2);
}

#[test]
fn the_file_is_bounded() {
    let (mut log, now) = (Log::default(), at(EVENING));
    for minutes in 0..60 * 24 * 40_i64 {
        log.add(sample(now - Duration::minutes(minutes), 1));
    }
    log.tidy(now);
    let runs = text(&log).lines().filter(|line| line.contains("\"line\":\"run\"")).count();
    assert!((10_000..14_000).contains(&runs), "{runs}");
    assert_eq!(trends(&log, now).weeks.iter().map(|week| week.hours_known).sum::<u32>(), 40 * 24 + 1);
    for days in 0..500 {
        log.tidy(now + Duration::days(days));
    }
    assert_eq!(text(&log), "");
}

#[test]
fn stops_of_a_day_that_a_later_run_reads_again_count_once_and_a_day_before_everything_is_unknown() {
    let (mut log, now) = (Log::default(), at(EVENING));
    let since = (now - Duration::days(8)).date_naive();
    let stops = vec![now - Duration::days(2), now - Duration::days(2), now - Duration::hours(1)];
    let history = History {
        stops: ByResource::from_iter([(here("i-1"), stops)]),
        overtaken: [(now.date_naive(), here("i-1"))].into(),
        ..History::default()
    };
    for _ in 0..3 {
        log.count(&history, &[], since, now);
    }
    let weeks = trends(&log, now).weeks;
    assert_eq!(weeks.iter().map(|week| week.stops).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!(weeks[0].near_misses.overtaken, Some(1));
    log.count(&History::default(), &[], since, now);
    assert_eq!(trends(&log, now).weeks, weeks, "outcomes that are gone take nothing back");
}
