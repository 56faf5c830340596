//! The rules: each skips with its tell present and condemns with it absent, in the documented order.

pub mod case;
mod forgotten;
mod marks;
mod match_unknown;
mod order;
mod tells;

use chrono::Duration;
use idle_reaper::engine::model::{Instance, Quiet, Reason, Skipped, State, Verdict};
use idle_reaper::engine::rules::case::Activity;

use crate::fake::{EVENING, Shape, at, instance, judge, with};
use case::{Case, with_tell};

#[test]
fn every_rule_decides_with_its_marker_and_not_without_it() {
    for reason in Reason::ALL {
        let plain = Case::candidates();
        assert_eq!(plain.verdict().reason(), Reason::OutsideHours);
        let told = with_tell(*reason, plain).verdict();
        assert_eq!(told.reason(), *reason);
        assert_eq!(told.action().is_some(), *reason == Reason::OutsideHours, "`{reason}` says {told:?}");
    }
}

#[test]
fn every_rule_says_whether_it_spares_or_knows_nothing_of_the_instance() {
    for reason in Reason::ALL {
        let word = with_tell(*reason, Case::candidates()).verdict().as_str().to_owned();
        let expected = match reason {
            Reason::NoPolicy | Reason::NotSelected | Reason::NotInScope => "out-of-scope",
            Reason::OutsideHours => "stop",
            Reason::Idle => "report",
            _ => "skip",
        };
        assert_eq!(word, expected, "`{reason}`");
    }
}

#[test]
fn outside_hours_does_what_the_policy_says() {
    for (outside, word, acts) in [("report", "report", false), ("stop", "stop", true), ("hibernate", "hibernate", true)]
    {
        let settings = with(&[("outside = \"stop\"", &format!("outside = \"{outside}\""))]);
        let ruling = judge(&settings, &instance("i-1"), at(EVENING));
        assert_eq!((ruling.verdict.as_str(), ruling.armed), (word, acts));
    }
}

#[test]
fn a_verdict_says_since_when_and_until_when() {
    let Verdict::Stop(outside) = judge(&with(&[]), &instance("i-1"), at(EVENING)).verdict else { panic!("no stop") };
    assert_eq!(outside.closed_since, Some(at("2026-11-25T18:00:00+09:00")));
    assert_eq!(outside.opens, Some(at("2026-11-26T09:00:00+09:00")));
    assert_eq!(outside.since(), at("2026-11-25T18:00:00+09:00"));
    assert_eq!(outside.last_hour, Quiet::Measured { cpu: 0.5, has: 12, of: 12 });
    let late = instance("i-1").launched("2026-11-25T19:00:00+09:00");
    let Verdict::Stop(outside) = judge(&with(&[]), &late, at(EVENING)).verdict else { panic!("no stop") };
    assert_eq!(outside.since(), at("2026-11-25T19:00:00+09:00"));
}

#[test]
fn overtime_is_counted_from_a_start_after_closing_only() {
    let settings = with(&[]);
    let reason =
        |launched: &str, now: &str| judge(&settings, &instance("i-1").launched(launched), at(now)).verdict.reason();
    assert_eq!(reason("2026-11-25T18:00:00+09:00", "2026-11-25T19:59:00+09:00"), Reason::Overtime);
    assert_eq!(reason("2026-11-25T18:00:00+09:00", "2026-11-25T20:00:00+09:00"), Reason::OutsideHours);
    assert_eq!(reason("2026-11-25T17:59:00+09:00", "2026-11-25T18:14:00+09:00"), Reason::OutsideHours);
    assert_eq!(reason("2026-11-25T17:59:00+09:00", "2026-11-25T18:13:59+09:00"), Reason::Young);
}

#[test]
fn a_launch_in_the_future_spares_whatever_the_grace() {
    let impatient = with(&[("unannounced = true", "unannounced = true\nmin-uptime = \"0m\"\novertime = \"0m\"")]);
    let ruling = judge(&impatient, &instance("i-1").launched("2026-11-25T22:00:00+09:00"), at(EVENING));
    assert!(matches!(ruling.verdict.reason(), Reason::Overtime | Reason::Young), "{:?}", ruling.verdict);
}

#[test]
fn a_stop_shortly_before_an_opening_is_not_worth_it() {
    let reason = |settings, now: &str| judge(settings, &instance("i-1"), at(now)).verdict.reason();
    let leading = with(&[]);
    assert_eq!(reason(&leading, "2026-11-26T08:44:59+09:00"), Reason::OutsideHours);
    assert_eq!(reason(&leading, "2026-11-26T08:45:00+09:00"), Reason::Reopening);
    assert_eq!(reason(&leading, "2026-11-26T09:00:00+09:00"), Reason::WithinHours);
    let plain = with(&[("at-opening = \"start-reaped\"", "")]);
    assert_eq!(reason(&plain, "2026-11-26T08:54:59+09:00"), Reason::OutsideHours);
    assert_eq!(reason(&plain, "2026-11-26T08:55:00+09:00"), Reason::Reopening);
    let hasty = with(&[("at-opening = \"start-reaped\"", "at-opening = \"start-reaped\"\nstart-lead = \"1m\"")]);
    assert_eq!(reason(&hasty, "2026-11-26T08:54:59+09:00"), Reason::OutsideHours);
    assert_eq!(reason(&hasty, "2026-11-26T08:55:00+09:00"), Reason::Reopening);
}

#[test]
fn what_the_reaper_stopped_is_started_from_the_lead_until_the_closing() {
    let settings = with(&[("at-opening = \"start-reaped\"", "at-opening = \"start-reaped\"\nstart-lead = \"30m\"")]);
    let word = |now: &str| judge(&settings, &instance("i-1").reaped(), at(now)).verdict.as_str().to_owned();
    for (now, expected) in [
        ("2026-11-25T08:29:59+09:00", "skip"),
        ("2026-11-25T08:30:00+09:00", "start"),
        ("2026-11-25T12:00:00+09:00", "start"),
        ("2026-11-25T17:59:00+09:00", "start"),
        ("2026-11-25T18:00:00+09:00", "skip"),
    ] {
        assert_eq!(word(now), expected, "{now}");
    }
}

#[test]
fn what_another_policy_or_no_run_stopped_is_not_started() {
    let morning = at("2026-11-26T09:30:00+09:00");
    let reaped = instance("i-1").reaped();
    let retagged = |value: &str| reaped.clone().untagged("idle-reaper:stopped").tag("idle-reaper:stopped", value);
    for (stopped, why) in [
        (retagged("2026-11-24T12:30:00Z run=run-0 policy=other"), "another policy"),
        (retagged("yesterday"), "a tag edited by hand"),
        (reaped.clone().untagged("idle-reaper:stopped"), "no tag"),
    ] {
        assert_eq!(judge(&with(&[]), &stopped, morning).verdict.action(), None, "{why}");
    }
}

#[test]
fn what_is_stopped_says_by_whom() {
    let by = |stopped: &Instance| judge(&with(&[]), stopped, at(EVENING)).verdict;
    let skip = |ours| Verdict::Skip(Skipped::NotRunning { state: State::Stopped, ours });
    assert_eq!(by(&instance("i-1").reaped()), skip(true));
    assert_eq!(by(&instance("i-1").state(State::Stopped)), skip(false));
    let touched = Instance { transition: Some(at(EVENING) - Duration::hours(1)), ..instance("i-1").reaped() };
    assert_eq!(by(&touched), skip(false));
}

#[test]
fn only_what_runs_is_stopped() {
    for word in ["pending", "shutting-down", "terminated", "stopping", "stopped", "rebooting", ""] {
        let ruling = judge(&with(&[]), &instance("i-1").state(State::of(word)), at(EVENING));
        assert_eq!(ruling.verdict.reason(), Reason::NotRunning, "`{word}`");
    }
}

#[test]
fn a_busy_hour_begins_at_the_limit() {
    let reason = |cpu: f64| Case { activity: Activity::of_cpu(cpu), ..Case::candidates() }.verdict().reason();
    assert_eq!((reason(9.99), reason(10.0), reason(100.0)), (Reason::OutsideHours, Reason::Busy, Reason::Busy));
}

#[test]
fn a_session_protects_and_so_does_not_knowing_whatever_the_settings_ignore() {
    let ignoring = with(&[("cpu-percent = 10", "cpu-percent = 10\nsessions = true\nunmeasured = \"ignore\"")]);
    let unknown = Activity::SessionsUnknown("AccessDenied".to_owned());
    for activity in [Activity::LoggedIn(2), unknown, Activity::Gap("no answer in time".to_owned())] {
        let case = Case { settings: ignoring.clone(), activity: activity.clone(), ..Case::candidates() };
        assert_eq!(case.verdict().reason(), Reason::LoggedIn, "{activity:?}");
    }
}

#[test]
fn what_is_unmeasured_is_stopped_where_the_settings_say_so() {
    let ignoring = with(&[("cpu-percent = 10", "cpu-percent = 10\nunmeasured = \"ignore\"")]);
    let gap = Case { settings: ignoring, ..with_tell(Reason::Unmeasured, Case::candidates()) };
    assert_eq!(gap.verdict().reason(), Reason::OutsideHours);
}

#[test]
fn a_keep_until_beyond_the_limit_protects_and_is_reported() {
    let until =
        |value: &str| judge(&with(&[]), &instance("i-1").tag("idle-reaper:keep-until", value), at(EVENING)).verdict;
    for (value, beyond) in [
        ("2027-02-23", None), // 90 days later to the day
        ("2027-02-24", Some(90)),
        ("2027-02-23T21:30+09:00 migration", None),
        ("2027-02-23T21:31+09:00", Some(90)),
        ("9999-12-31 for ever", Some(90)),
    ] {
        let skipped = Skipped::KeptUntil { value: value.to_owned(), too_far: beyond };
        assert_eq!(skipped.wants_attention(), beyond.is_some());
        assert_eq!(until(value), Verdict::Skip(skipped));
    }
}

#[test]
fn a_range_of_dates_protects_beyond_its_first_day_and_is_flagged() {
    let berlin = with(&[("zone = \"Asia/Tokyo\"", "zone = \"Europe/Berlin\"")]);
    let judged = |value: &str| {
        let found = instance("i-1").tag("idle-reaper:keep-until", value);
        judge(&berlin, &found, at("2026-11-27T21:30:00+01:00")).verdict
    };
    for value in ["2026-11-25 to 2026-12-05", "2026-11-25 - 2026-12-05"] {
        let skipped = Skipped::KeepUnreadable { value: value.to_owned() };
        assert!(skipped.wants_attention());
        assert_eq!(judged(value), Verdict::Skip(skipped));
    }
    assert_eq!(judged("2026-11-25 ticket 2026-1234").reason(), Reason::OutsideHours);
}

#[test]
fn without_a_policy_a_bare_date_lasts_until_the_day_is_over_everywhere() {
    let stranger = instance("i-1").untagged("Env").tag("idle-reaper:keep-until", "2026-11-24");
    let reason = |now: &str| judge(&with(&[]), &stranger, at(now)).verdict.reason();
    assert_eq!(reason("2026-11-24T23:59:59-12:00"), Reason::KeptUntil);
    assert_eq!(reason("2026-11-25T00:00:00-12:00"), Reason::NoPolicy);
}
