//! The definitions, threshold by threshold, on both sides of each.

use chrono::Duration;
use idle_reaper::engine::evidence::idle::{Evidence, Idleness, Ineligible, Metric, Missing, Next, Sign, next};
use idle_reaper::engine::model::State;
use idle_reaper::engine::model::Tier;
use idle_reaper::engine::model::WhyLikely;

use super::samples::{Case, METRICS};
use crate::fake::at;

fn hours(n: i64) -> Duration {
    Duration::hours(n)
}

fn undetermined(case: &Case) -> Missing {
    match case.answer() {
        Idleness::Undetermined(missing) => missing,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_box_that_does_nothing_for_weeks_is_strictly_idle() {
    let facts = Case::idle().facts();
    assert_eq!((facts.tier, facts.why_likely, &facts.report_only), (Tier::Strict, None, &None));
    assert_eq!(facts.running_hours, 14 * 24 - 1, "whole hours: the window begins in the middle of one");
    assert_eq!(facts.since, Case::idle().now - Duration::days(35));
    assert_eq!((facts.cpu_p97, facts.cpu_max, facts.baseline_per_hour), (0.8, 0.8, None));
    assert!((facts.network_per_day - 2_400_000.0).abs() < 1.0, "{facts:?}");
}

#[test]
fn the_cpu_percentile_is_below_five_per_cent_and_below_so_many_vcpus() {
    let one = |case: Case| case.being(|it| it.details.vcpus = Some(1));
    assert_eq!(one(Case::idle().all(Metric::Cpu, 2.9)).facts().cpu_p97, 2.9);
    assert!(matches!(
        one(Case::idle().all(Metric::Cpu, 3.0)).sign(),
        Sign::CpuAbsolute { vcpus: 0.03, limit: 0.03, .. }
    ));
    assert!(matches!(one(Case::idle().all(Metric::Cpu, 5.0)).sign(), Sign::Cpu { percentile: 5.0, limit: 5.0, .. }));
    let big = |cpu| Case::idle().being(|it| it.details.vcpus = Some(96)).all(Metric::Cpu, cpu);
    assert_eq!(big(1.9).facts().tier, Tier::Strict);
    let Sign::CpuAbsolute { vcpus, limit, .. } = big(4.9).sign() else { panic!("{:?}", big(4.9).sign()) };
    assert!((vcpus - 4.704).abs() < 1e-9 && (limit - 1.92).abs() < 1e-9, "five busy cores of 96 are no idleness");
}

#[test]
fn three_per_cent_of_the_hours_may_be_louder_and_no_hour_may_be_loud() {
    assert_eq!(Case::idle().newest(Metric::Cpu, 2, 14.9).facts().cpu_max, 14.9);
    assert!(matches!(Case::idle().newest(Metric::Cpu, 4, 14.9).sign(), Sign::Cpu { .. }));
    assert!(matches!(Case::idle().with(Metric::Cpu, hours(5), 15.0).sign(), Sign::CpuPeak { cpu: 15.0, .. }));
}

#[test]
fn a_burst_in_the_veto_window_spares_and_one_before_it_does_not() {
    let burst = |days, cpu| Case::idle().with_burst(Duration::days(days), cpu);
    assert!(matches!(burst(30, 20.0).sign(), Sign::Burst { cpu: 20.0, limit: 20.0, .. }));
    assert_eq!(burst(30, 19.9).facts().tier, Tier::Strict);
    // Within the decision window fifteen per cent are enough, and the screening sees it.
    assert!(matches!(burst(3, 15.0).sign(), Sign::CpuPeak { cpu: 15.0, .. }));
}

#[test]
fn five_megabytes_on_a_single_day_make_it_likely_and_the_rates_make_it_active() {
    let day = Case::idle().with(Metric::Received, hours(20), 3_000_000.0);
    let facts = day.facts();
    assert_eq!((facts.tier, facts.why_likely), (Tier::Likely, Some(WhyLikely::Network)));
    assert!(facts.network_per_day > 5_000_000.0);
    let loud = |metric, bytes| Case::idle().newest(metric, 6, bytes).answer();
    assert!(matches!(loud(Metric::Received, 2000.0 * 3600.0), Idleness::Active(Sign::Network { .. })));
    assert!(matches!(loud(Metric::Sent, 1000.0 * 3600.0), Idleness::Active(Sign::Network { .. })));
    assert!(matches!(loud(Metric::Received, 1999.0 * 3600.0), Idleness::Idle(_)));
    assert!(matches!(loud(Metric::Sent, 999.0 * 3600.0), Idleness::Idle(_)));
    let few = Case::idle().newest(Metric::Sent, 4, 5000.0 * 3600.0);
    assert_eq!(few.facts().tier, Tier::Likely, "95 % of the hours are quiet");
}

#[test]
fn what_agents_of_the_image_need_is_subtracted_for_strict_and_never_hides_work() {
    let chatty = Case::idle().all(Metric::Sent, 400_000.0);
    assert_eq!(chatty.facts().tier, Tier::Likely);
    let peers = Case { baseline: Some(300_000.0), ..chatty };
    let facts = peers.facts();
    assert_eq!((facts.tier, facts.baseline_per_hour), (Tier::Strict, Some(300_000.0)));
    let farm = Case { baseline: Some(40_000_000.0), ..Case::idle().all(Metric::Sent, 40_000_000.0) };
    assert!(matches!(farm.sign(), Sign::Network { .. }), "peers that all work are no agents");
}

#[test]
fn what_is_written_counts_by_operations_and_by_bytes() {
    let case = |metric, value| Case::idle().newest(metric, 4, value).answer();
    assert!(matches!(case(Metric::WriteOps, 3600.0), Idleness::Active(Sign::Writes { .. })));
    assert!(matches!(case(Metric::WriteOps, 3599.0), Idleness::Idle(_)));
    assert!(matches!(case(Metric::WriteBytes, 360_000_000.0), Idleness::Active(Sign::Written { .. })));
    assert!(matches!(case(Metric::WriteBytes, 359_999_999.0), Idleness::Idle(_)));
}

#[test]
fn younger_than_the_veto_window_is_likely_at_most() {
    let days = |n| Case::idle().started(Case::idle().now - Duration::days(n));
    let facts = days(20).facts();
    assert_eq!((facts.tier, facts.why_likely), (Tier::Likely, Some(WhyLikely::Young)));
    assert_eq!(facts.since, Case::idle().now - Duration::days(20));
    assert_eq!(days(36).facts().tier, Tier::Strict);
}

#[test]
fn fewer_than_sixty_running_hours_are_evidence_of_nothing() {
    let started = |n| Case::idle().started(Case::idle().now - hours(n));
    assert_eq!(undetermined(&started(50)), Missing::RunningHours { has: 49, wants: 60 });
    assert_eq!(started(62).facts().running_hours, 61);
}

#[test]
fn a_metric_that_was_not_answered_is_named_and_never_zero() {
    for metric in METRICS {
        let missing = match Case::idle().being(|it| it.kind = "t3.large".into()).gap(metric).answer() {
            Idleness::Undetermined(missing) => missing,
            // A box that has run for longer than the veto window has no use for this one.
            Idleness::Idle(_) if metric == Metric::CpuOverVeto => continue,
            other => panic!("{metric:?}: {other:?}"),
        };
        assert_eq!(missing, Missing::Metric { metric, cause: "Throttling".to_owned() });
    }
}

#[test]
fn sparse_datapoints_are_named_with_their_number() {
    let sparse = |metric| Case::idle().only(metric, |n| n % 10 != 0);
    for metric in [Metric::Cpu, Metric::Received, Metric::Sent, Metric::WriteOps, Metric::FailedChecks] {
        let Missing::Sparse { metric: named, has, expected } = undetermined(&sparse(metric)) else { panic!() };
        assert!(named == metric && has < expected * 95 / 100 && expected > 330, "{metric:?}: {has} of {expected}");
    }
    let nothing = Case::idle().only(Metric::CpuByDay, |_| false);
    assert!(matches!(undetermined(&nothing), Missing::Sparse { metric: Metric::CpuByDay, has: 0, expected: 34 }));
    assert!(matches!(Case::idle().only(Metric::Cpu, |n| n % 25 != 0).answer(), Idleness::Idle(_)), "96 % are enough");
}

#[test]
fn the_hour_that_has_just_ended_may_be_late() {
    let last = Case::idle().points[1].as_ref().unwrap().len() - 1;
    // With no tolerance for gaps at all, the hour under way and the one before it need not be there.
    let strict = |case: Case| Case {
        settings: idle_reaper::engine::config::Idle { coverage_percent: 100.0, ..case.settings.clone() },
        ..case
    };
    assert!(matches!(strict(Case::idle().only(Metric::Cpu, |n| n < last - 1)).answer(), Idleness::Idle(_)));
    assert!(matches!(strict(Case::idle().only(Metric::Cpu, |n| n < last - 2)).answer(), Idleness::Undetermined(_)));
}

#[test]
fn figures_that_are_no_numbers_are_missing() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        let case = Case::idle().newest(Metric::Cpu, 10, odd);
        assert!(matches!(undetermined(&case), Missing::Sparse { metric: Metric::Cpu, .. }), "{odd}");
    }
}

#[test]
fn what_is_of_another_kind_or_does_not_tell_is_not_idle() {
    let missing = |change: fn(&mut idle_reaper::engine::model::Instance)| undetermined(&Case::idle().being(change));
    assert_eq!(missing(|it| it.state = State::Stopped), Missing::Ineligible(Ineligible::NotRunning));
    assert_eq!(missing(|it| it.lifecycle = Some("spot".into())), Missing::Ineligible(Ineligible::Lifecycle));
    assert_eq!(missing(|it| it.root = None), Missing::Ineligible(Ineligible::Root));
    assert_eq!(missing(|it| it.operator = Some("".into())), Missing::Ineligible(Ineligible::Managed));
    assert_eq!(missing(|it| it.launch = None), Missing::Launch);
    assert_eq!(missing(|it| it.launch = Some(at("2027-01-01T00:00:00Z"))), Missing::Launch);
    assert_eq!(missing(|it| it.details.vcpus = None), Missing::Vcpus);
    assert_eq!(missing(|it| it.details.vcpus = Some(0)), Missing::Vcpus);
}

#[test]
fn the_cheapest_is_asked_first_and_the_rest_of_survivors_only() {
    let case = Case::idle();
    let mut evidence = Evidence::default();
    let all = case.evidence();
    let mut rounds = Vec::new();
    while let Next::Ask(metrics) = next(case.question(), &evidence, None) {
        for metric in &metrics {
            evidence.add(*metric, all.get(*metric).unwrap().clone());
        }
        rounds.push(metrics);
    }
    let rest = vec![Metric::Received, Metric::Sent, Metric::WriteOps, Metric::WriteBytes, Metric::FailedChecks];
    assert_eq!(rounds, [vec![Metric::CpuByDay], vec![Metric::Cpu], rest]);
    let busy = Case::idle().with_burst(Duration::days(30), 50.0).evidence();
    let screened = Evidence::of([(Metric::CpuByDay, busy.get(Metric::CpuByDay).unwrap().clone())]);
    assert!(matches!(next(case.question(), &screened, None), Next::Known(Idleness::Active(_))));
    let fresh = Case::idle().started(case.now - hours(5));
    let known = Next::Known(Idleness::Undetermined(Missing::RunningHours { has: 4, wants: 60 }));
    assert_eq!(next(fresh.question(), &Evidence::default(), None), known, "nothing needs to be asked");
}

#[test]
fn a_sign_of_life_counts_whatever_else_is_missing() {
    let case = Case::idle().gap(Metric::Sent).newest(Metric::WriteOps, 10, 1e6);
    assert!(matches!(case.sign(), Sign::Writes { .. }));
}

#[test]
fn office_hours_do_not_keep_a_box_from_being_idle_all_day() {
    let case = Case::idle().in_office_hours();
    let facts = case.facts();
    assert_eq!(facts.tier, Tier::Strict, "{facts:?}");
    assert_eq!(facts.running_hours, 9 * 8 + 7, "nine days, less the hour of each start, and today");
    // Every start has its burst; a burst between starts is work.
    let starts = case.clone();
    let booted = starts.clone();
    let of = booted.own.starts.iter().fold(starts, |case, start| {
        let ago = case.now - *start;
        if ago < Duration::days(34) {
            case.with(Metric::CpuByDay, ago, 90.0).with(Metric::CpuOverVeto, ago, 90.0)
        } else {
            case
        }
    });
    assert_eq!(of.facts().tier, Tier::Strict);
    let worked = case.with(Metric::CpuOverVeto, Duration::days(20) + hours(2), 40.0);
    assert!(matches!(worked.sign(), Sign::Burst { .. }));
}

#[test]
fn a_start_by_somebody_else_begins_the_windows_anew() {
    let mut case = Case::idle().in_office_hours();
    case.own.starts.retain(|start| *start < at("2026-11-25T00:00:00Z"));
    assert!(matches!(undetermined(&case), Missing::RunningHours { has: 7, wants: 60 }), "{:?}", case.answer());
    // In the week before somebody started it on a Wednesday: the days before that are not counted.
    let mut case = Case::idle().in_office_hours();
    case.own.starts.retain(|start| start.date_naive() != at("2026-11-18T03:00:00Z").date_naive());
    let Missing::RunningHours { has, .. } = undetermined(&case) else { panic!("{:?}", case.answer()) };
    assert_eq!(has, 9 + 4 * 8 + 7, "Wednesday by its datapoints, four days by the record, and today");
}

#[test]
fn hours_are_read_instead_of_days_where_a_start_touches_a_day_of_the_veto_window() {
    // Fifteen minutes of booting: what ended at midnight leaves the day that begins then whole.
    for (started, metric) in [("2026-10-20T23:45:00Z", Metric::Cpu), ("2026-10-20T23:45:01Z", Metric::CpuOverVeto)] {
        let case = Case::idle().started(at(started));
        let days = case.evidence().get(Metric::CpuByDay).unwrap().clone();
        let screened = Evidence::of([(Metric::CpuByDay, days)]);
        assert_eq!(next(case.question(), &screened, None), Next::Ask(vec![metric]), "{started}");
    }
}
