//! What holds for whatever was measured.

use chrono::Duration;
use idle_reaper::engine::evidence::idle::{Idleness, Metric};
use idle_reaper::engine::model::Tier;
use proptest::prelude::*;
use proptest::sample::select;

use super::samples::{Case, METRICS};
use crate::laws::arbitrary::for_all;

/// How idle an answer is.
fn degree(idleness: &Idleness) -> u8 {
    match idleness {
        Idleness::Idle(facts) => {
            if facts.tier == Tier::Strict {
                2
            } else {
                1
            }
        }
        Idleness::NotAsked | Idleness::Active(_) | Idleness::Undetermined(_) => 0,
    }
}

/// A value of a metric around its limits.
fn any_value(metric: Metric) -> BoxedStrategy<f64> {
    let top = match metric {
        Metric::CpuByDay | Metric::Cpu | Metric::CpuOverVeto | Metric::CpuLately | Metric::GpuLately => 25.0,
        Metric::Received | Metric::Sent | Metric::ReceivedLately | Metric::SentLately => 8e6,
        Metric::WriteOps => 5000.0,
        Metric::Connections | Metric::ConnectionsLately => 2.0,
        Metric::ReadIops | Metric::WriteIops => 30.0,
        Metric::WriteBytes | Metric::WrittenLately => 5e8,
        Metric::FailedChecks => 1.0,
        Metric::Credits => 3.0,
    };
    prop_oneof![8 => 0.0..top, 1 => select(vec![f64::NAN, f64::INFINITY, 0.0, top])].boxed()
}

/// Boxes that are mostly quiet, some of their periods not, some of them missing.
fn any_case() -> impl Strategy<Value = Case> {
    let change = select(METRICS.to_vec()).prop_flat_map(|metric| {
        (Just(metric), any_value(metric), 0..400usize, prop_oneof![3 => Just(0), 1 => 0..20usize])
    });
    let kind = select(vec!["m5.large", "t3.large"]);
    let age = prop_oneof![3 => Just(100), 2 => 2..50i64];
    (prop::collection::vec(change, 0..4), kind, age, any::<bool>(), prop::option::of(0.0..1e6f64)).prop_map(
        |(changes, kind, age, office, baseline)| {
            let mut case = if office { Case::idle().in_office_hours() } else { Case::idle() };
            if age < 100 && !office {
                let launch = case.now - Duration::days(age);
                case = case.started(launch);
            }
            case.instance.kind = kind.into();
            case.baseline = baseline;
            for (metric, value, place, share) in changes {
                let points = case.points[METRICS.iter().position(|one| *one == metric).unwrap()].as_mut().unwrap();
                let n = points.len().max(1);
                for step in 0..=share {
                    if let Some(point) = points.get_mut((place + step * 7) % n) {
                        point.1 = value;
                    }
                }
            }
            case
        },
    )
}

#[test]
fn a_gap_never_makes_anything_idle() {
    for_all(150, (any_case(), select(METRICS.to_vec())), |(case, metric)| {
        let (before, after) = (degree(&case.answer()), degree(&case.clone().gap(metric).answer()));
        assert!(after <= before, "{metric:?}: {before} became {after}");
    });
}

#[test]
fn quiet_points_that_are_missing_never_make_anything_idle() {
    for_all(150, (any_case(), prop::collection::vec(0..400usize, 0..60)), |(case, missing)| {
        let quiet = case.clone().all(Metric::Cpu, 0.1).all(Metric::CpuOverVeto, 0.1);
        let fewer = quiet.clone().only(Metric::Cpu, |n| !missing.contains(&n));
        let fewer = fewer.only(Metric::CpuOverVeto, |n| !missing.contains(&n));
        assert!(degree(&fewer.answer()) <= degree(&quiet.answer()));
    });
}

#[test]
fn activity_never_makes_anything_more_idle() {
    for_all(300, (any_case(), select(METRICS.to_vec()), 0..400usize, 0.0..1e7f64), |(case, metric, place, more)| {
        let mut busier = case.clone();
        let points = busier.points[METRICS.iter().position(|one| *one == metric).unwrap()].as_mut().unwrap();
        let n = points.len().max(1);
        if let Some(point) = points.get_mut(place % n).filter(|point| point.1.is_finite()) {
            // Fewer credits are the sign of activity; of everything else, more.
            point.1 = if metric == Metric::Credits { 0.0 } else { point.1 + more };
        }
        assert!(degree(&busier.answer()) <= degree(&case.answer()), "{metric:?} + {more}");
    });
}

#[test]
fn the_order_of_the_points_makes_no_difference() {
    for_all(100, (any_case(), any::<u64>()), |(case, seed)| {
        let mut shuffled = case.clone();
        for points in shuffled.points.iter_mut().flatten() {
            let n = points.len().max(1);
            points.rotate_left(usize::try_from(seed % 1000).unwrap() % n);
            points.reverse();
        }
        assert_eq!(shuffled.answer(), case.answer());
    });
}

#[test]
fn arbitrary_boxes_are_neither_all_idle_nor_all_busy() {
    let seen = std::cell::Cell::new([0; 3]);
    for_all(200, any_case(), |case| {
        let mut found = seen.get();
        found[usize::from(degree(&case.answer()))] += 1;
        seen.set(found);
    });
    assert!(seen.get().iter().all(|n| *n >= 15), "{:?}", seen.get());
}
