//! Every false positive that the definitions name: none of them may be stopped for idleness.

use chrono::Duration;
use idle_reaper::engine::evidence::idle::{Idleness, Metric, Missing, Sign};
use idle_reaper::engine::model::WhyReportOnly;
use idle_reaper::engine::model::{Instance, Marker, Tags};

use super::samples::Case;
use crate::fake::at;

fn why(change: impl FnOnce(&mut Instance)) -> Option<WhyReportOnly> {
    Case::idle().being(change).facts().report_only
}

fn named(name: &str) -> Option<WhyReportOnly> {
    why(|it| it.tags = Tags::new([("Name", name)]))
}

fn word(word: &str) -> Option<WhyReportOnly> {
    Some(WhyReportOnly::Word(word.to_owned()))
}

#[test]
fn a_month_end_batch_is_in_the_veto_window() {
    let case = Case::idle().with_burst(Duration::days(26), 85.0);
    assert!(matches!(case.sign(), Sign::Burst { cpu: 85.0, .. }));
}

#[test]
fn a_weekly_batch_is_a_peak_whatever_the_average_says() {
    let weekly = |days| Case::idle().with_burst(Duration::days(days), 18.0);
    assert!(matches!(weekly(3).sign(), Sign::CpuPeak { cpu: 18.0, .. }));
    assert!(matches!(Case::idle().with(Metric::Cpu, Duration::days(10), 18.0).sign(), Sign::CpuPeak { .. }));
}

#[test]
fn a_burstable_type_without_credits_is_throttled_and_not_quiet() {
    let burstable = || Case::idle().being(|it| it.kind = "t3.nano".into());
    assert!(matches!(burstable().answer(), Idleness::Idle(_)));
    assert!(matches!(burstable().newest(Metric::Credits, 6, 0.2).sign(), Sign::CreditsSpent { hours: 20 }));
    let gap = burstable().gap(Metric::Credits).answer();
    assert!(matches!(gap, Idleness::Undetermined(Missing::Metric { metric: Metric::Credits, .. })), "{gap:?}");
    // Others have no credits, and nobody asks for them.
    assert!(matches!(Case::idle().gap(Metric::Credits).answer(), Idleness::Idle(_)));
}

#[test]
fn a_bastion_waits_for_the_day_it_is_needed() {
    for name in ["bastion", "prod-bastion-1", "Bastion01", "jumphost", "jump-box", "JumpServer"] {
        assert!(matches!(named(name), Some(WhyReportOnly::Word(_))), "{name}");
    }
}

#[test]
fn a_licence_server_is_recognised_by_name_or_by_its_product_code() {
    assert_eq!(named("cad-license-2"), word("license"));
    assert_eq!(named("LicenceServer"), word("Licence"));
    assert_eq!(why(|it| it.product_codes = ["abc".into()].into()), Some(WhyReportOnly::Product("abc".to_owned())));
}

#[test]
fn words_are_whole_words() {
    for name in ["road", "adroit", "drain", "internat", "android", "thread-pool", "drive", "upload"] {
        assert_eq!(named(name), None, "{name}");
    }
    for (name, found) in
        [("ad-01", "ad"), ("corp.AD", "AD"), ("site_dr", "dr"), ("eu-NAT", "NAT"), ("buildkite", "buildkite")]
    {
        assert_eq!(named(name), word(found), "{name}");
    }
}

#[test]
fn a_role_tells_as_a_name_does() {
    assert_eq!(why(|it| it.details.profile = Some("VpnGatewayProfile".into())), word("Vpn"));
    assert_eq!(why(|it| it.tags = Tags::new([("role", "nat")])), word("nat"));
}

#[test]
fn training_on_a_gpu_has_a_quiet_cpu() {
    for kind in ["p3.2xlarge", "g5g.xlarge", "inf2.xlarge", "trn1.2xlarge", "dl2q.24xlarge"] {
        let told = why(|it| {
            it.kind = kind.into();
            it.details.vcpus = Some(8);
        });
        assert_eq!(told, Some(WhyReportOnly::Type(kind.to_owned())), "{kind}");
    }
}

#[test]
fn a_warm_standby_is_recognised_by_its_name_and_by_several_interfaces() {
    assert_eq!(named("db-standby"), word("standby"));
    assert_eq!(why(|it| it.details.interfaces = 2), Some(WhyReportOnly::Interfaces(2)));
}

#[test]
fn a_nat_appliance_forwards() {
    assert_eq!(why(|it| it.forwards = true), Some(WhyReportOnly::Forwards));
}

#[test]
fn a_hung_operating_system_fails_its_checks() {
    let hung = Case::idle().with(Metric::FailedChecks, Duration::days(2), 1.0);
    assert!(matches!(hung.sign(), Sign::ChecksFailed { .. }));
    // Not even the percentage of a percentage: one hour is enough, at the edge of the window too.
    assert!(matches!(
        Case::idle().with(Metric::FailedChecks, Duration::days(14), 1.0).sign(),
        Sign::ChecksFailed { .. }
    ));
}

#[test]
fn what_was_just_started_again_after_an_undo_has_not_run_for_long_enough() {
    let mut case = Case::idle();
    // The reaper had stopped it; the start that undid this was asked for by somebody, and is none of its own.
    case.own.stops.push(case.now - Duration::hours(8));
    let case = case.clone().started(case.now - Duration::hours(5));
    assert!(matches!(case.answer(), Idleness::Undetermined(Missing::RunningHours { .. })), "{:?}", case.answer());
}

#[test]
fn state_in_memory_is_recognised_by_name_or_type_and_stores_by_their_type() {
    assert_eq!(named("orders-redis-2"), word("redis"));
    assert_eq!(why(|it| it.kind = "x2iedn.xlarge".into()), Some(WhyReportOnly::Type("x2iedn.xlarge".to_owned())));
    let store = Marker::HasStore("m5d.large".to_owned());
    assert_eq!(why(|it| it.kind = "m5d.large".into()), Some(WhyReportOnly::InstanceStore(store)));
    assert_eq!(why(|it| it.ephemeral = true), Some(WhyReportOnly::InstanceStore(Marker::EphemeralVolumes)));
}

#[test]
fn a_type_that_this_release_does_not_know_may_have_a_store() {
    let told = why(|it| it.kind = "zz9.large".into());
    assert_eq!(told, Some(WhyReportOnly::InstanceStore(Marker::UnknownType("zz9.large".to_owned()))));
}

#[test]
fn a_start_on_the_day_on_which_the_veto_window_begins_hides_no_burst_on_that_day() {
    // The window begins on 21 October at 12:30, the machine was started that morning and worked in the afternoon.
    let worked = |started: &str| {
        let case = Case::idle().started(at(started)).having(Metric::CpuByDay, at("2026-10-21T00:00:00Z"), 90.0);
        case.having(Metric::CpuOverVeto, at("2026-10-21T15:00:00Z"), 90.0)
    };
    for started in ["2026-10-20T23:50:00Z", "2026-10-21T08:00:00Z", "2026-10-21T12:14:00Z", "2026-10-21T12:29:00Z"] {
        assert!(matches!(worked(started).sign(), Sign::Burst { cpu: 90.0, .. }), "{started}");
    }
}

#[test]
fn a_restart_by_somebody_counts_even_if_the_stop_after_it_came_right_before_the_opening() {
    // Somebody starts it before dawn, overtime is over shortly before the opening, and the opening starts it again.
    for stopped in ["2026-11-25T07:00:00+09:00", "2026-11-25T08:40:00+09:00", "2026-11-25T08:46:00+09:00"] {
        let mut case = Case::idle().in_office_hours();
        case.own.starts.retain(|start| *start < at("2026-11-25T00:00:00+09:00"));
        case.own.starts.push(at("2026-11-25T08:47:00+09:00"));
        case.own.stops.push(at(stopped));
        case.own.launches.push(at("2026-11-25T06:39:00+09:00"));
        case.instance.launch = Some(at("2026-11-25T08:46:30+09:00"));
        let answer = case.answer();
        assert!(matches!(answer, Idleness::Undetermined(Missing::RunningHours { .. })), "{stopped}: {answer:?}");
    }
}
