//! The order of the rules: the first that speaks decides.

use idle_reaper::engine::judge::explain::explain;
use idle_reaper::engine::judge::order::RULES;
use idle_reaper::engine::model::{Kind, Reason};

use super::case::{Case, speaks, with_tell};
use crate::fake::{Shape, at, instance, judge, with};

#[test]
fn the_names_stand_in_the_order_in_which_the_rules_are_asked() {
    let asked: Vec<Reason> = RULES.iter().map(|rule| rule.reason).collect();
    assert_eq!(asked, Reason::ALL);
    let words: Vec<&str> = asked.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(
        words,
        [
            "kept",
            "kept-until",
            "keep-unreadable",
            "tag-unknown",
            "never-listed",
            "not-in-scope",
            "no-policy",
            "not-selected",
            "other-hub",
            "in-transition",
            "not-running",
            "match-unknown",
            "incomplete",
            "auto-scaling-member",
            "kubernetes-node",
            "container-host",
            "managed-service",
            "spot",
            "instance-store",
            "no-saving",
            "appliance",
            "cannot-stop",
            "pauses-itself",
            "schedule-unreadable",
            "calendar-exhausted",
            "frozen",
            "maintenance-window",
            "idle",
            "reopening",
            "within-hours",
            "undone",
            "overtime",
            "young",
            "cannot-hibernate",
            "expiring-backups",
            "restart-fight",
            "logged-in",
            "busy",
            "unmeasured",
            "outside-hours",
        ]
    );
}

#[test]
fn an_explanation_names_the_one_rule_that_decides_and_what_the_others_would_say() {
    let kept = with_tell(Reason::Spot, with_tell(Reason::KeptUntil, Case::candidates()));
    let (asked, verdict) = kept.seen_by_rules(explain);
    let about: Vec<Reason> = Reason::ALL.iter().copied().filter(|one| one.is_about(Kind::Instance)).collect();
    assert_eq!(asked.iter().map(|one| one.rule).collect::<Vec<_>>(), about, "every rule about instances is asked");
    let speak: Vec<Reason> = asked.iter().filter(|one| one.says.is_some()).map(|one| one.rule).collect();
    assert_eq!(speak[..2], [Reason::KeptUntil, Reason::Spot]);
    let decide: Vec<Reason> = asked.iter().filter(|one| one.decides).map(|one| one.rule).collect();
    assert_eq!((decide, verdict.reason()), (vec![Reason::KeptUntil], Reason::KeptUntil));
}

#[test]
fn of_two_rules_that_speak_the_earlier_one_decides() {
    let mut both_spoke = 0;
    for (n, earlier) in Reason::ALL.iter().enumerate() {
        for later in &Reason::ALL[n + 1..] {
            let case = with_tell(*earlier, with_tell(*later, Case::candidates()));
            if !speaks(&case, *earlier) || !speaks(&case, *later) {
                continue; // the one tell takes the other's away: two schedules cannot hold at once
            }
            both_spoke += 1;
            assert_ne!(case.verdict().reason(), *later, "`{earlier}` and `{later}`");
            let first = Reason::ALL.iter().find(|reason| speaks(&case, **reason)).expect("a rule");
            assert_eq!(case.verdict().reason(), *first, "`{earlier}` and `{later}`");
        }
    }
    assert!(both_spoke > 300, "only {both_spoke} pairs");
}

#[test]
fn what_teams_and_operators_forbid_comes_before_any_policy() {
    let forbidden = [Reason::Kept, Reason::KeptUntil, Reason::KeepUnreadable, Reason::TagUnknown, Reason::NeverListed];
    for forbidden in forbidden {
        let case = with_tell(Reason::NoPolicy, with_tell(forbidden, Case::candidates()));
        assert_eq!(case.verdict().reason(), forbidden);
    }
}

#[test]
fn what_is_stopped_is_stopped_first_and_spot_or_scaled_after() {
    for later in [Reason::AutoScalingMember, Reason::Spot, Reason::Incomplete, Reason::Frozen, Reason::WithinHours] {
        let case = with_tell(Reason::NotRunning, with_tell(later, Case::candidates()));
        assert_eq!(case.verdict().reason(), Reason::NotRunning, "`{later}`");
    }
}

#[test]
fn a_frozen_period_starts_nothing_either() {
    let settings = with(&[("holidays = [\"jp\"]", "freeze = [\"2026-11-26\"]")]);
    let reaped = instance("i-1").reaped();
    assert_eq!(judge(&settings, &reaped, at("2026-11-26T09:00:00+09:00")).verdict.reason(), Reason::Frozen);
    assert_eq!(judge(&settings, &reaped, at("2026-11-27T09:00:00+09:00")).verdict.as_str(), "start");
}

#[test]
fn beyond_the_calendar_nothing_is_stopped_and_nothing_started() {
    let settings = with(&[]);
    for now in ["2036-01-08T21:30:00+09:00", "2036-01-09T09:00:00+09:00", "2036-01-09T12:00:00+09:00"] {
        for found in [instance("i-1"), instance("i-1").reaped()] {
            let ruling = judge(&settings, &found, at(now));
            assert_eq!(ruling.verdict.reason(), Reason::CalendarExhausted, "{now}");
        }
    }
    assert_eq!(judge(&settings, &instance("i-1"), at("2035-12-28T21:30:00+09:00")).verdict.as_str(), "stop");
}
