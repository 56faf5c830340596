//! What runs and does nothing: whose policy speaks of it, and for whom weeks of evidence are asked for.

use chrono::Duration;
use idle_reaper::engine::config::{Idle, IdleDeed, Outside};
use idle_reaper::engine::evidence::idle::Idleness;
use idle_reaper::engine::history::idle_stops::IdleStops;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::Judge;
use idle_reaper::engine::judge::marking::{Finding, finding};
use idle_reaper::engine::judge::owner::Contacts;
use idle_reaper::engine::model::{Account, Action, ByResource, Instance, Reason, Skipped, State, Verdict, WhyReported};
use idle_reaper::engine::model::{Lifted, Tier};

use super::case::{Case, with_policy, with_tell};
use crate::fake::{EVENING, HERE, SETTINGS, Shape, at, here, instance, settings};

/// Idle at an hour at which its office is open, under this policy.
fn idle(deed: IdleDeed, tier: Tier) -> Case {
    let case = with_tell(Reason::Idle, Case::candidates());
    let settings = with_policy(&case.settings, |policy| {
        policy.idle = deed;
        policy.idle_tier = tier;
    });
    Case { settings, ..case }
}

#[test]
fn a_policy_stops_up_to_its_tier_and_reports_what_is_less_sure() {
    for (policy, found, reported) in [
        (Tier::Strict, Tier::Strict, None),
        (Tier::Strict, Tier::Likely, Some(WhyReported::Tier)),
        (Tier::Likely, Tier::Strict, None),
        (Tier::Likely, Tier::Likely, None),
    ] {
        let mut case = idle(IdleDeed::Stop, policy);
        if let Idleness::Idle(facts) = &mut case.idleness {
            facts.tier = found;
        }
        let Verdict::Idle(forgotten) = case.verdict() else { panic!("{:?}", case.verdict()) };
        assert_eq!(forgotten.reported, reported, "{found} under a policy for {policy}");
    }
}

#[test]
fn what_is_idle_is_hibernated_where_its_policy_hibernates_and_skipped_where_it_cannot_be() {
    let of = |deed, outside, enabled| {
        let case = idle(deed, Tier::Strict);
        let settings = with_policy(&case.settings, |policy| policy.outside = outside);
        Case { settings, instance: Instance { hibernation: enabled, ..case.instance.clone() }, ..case }.verdict()
    };
    let stop = IdleDeed::Stop;
    let hibernated = of(stop, Outside::Hibernate, true);
    assert_eq!((hibernated.action(), hibernated.as_str()), (Some(Action::Hibernate), "hibernate"));
    assert_eq!(of(stop, Outside::Hibernate, false), Verdict::Skip(Skipped::CannotHibernate));
    for outside in [Outside::Stop, Outside::Report] {
        let stopped = of(stop, outside, true);
        assert_eq!((stopped.action(), stopped.as_str()), (Some(Action::Stop), "stop"), "{outside:?}");
    }
    let reported = of(IdleDeed::Report, Outside::Hibernate, false);
    assert_eq!((reported.action(), reported.reason()), (None, Reason::Idle));
}

#[test]
fn what_cannot_be_hibernated_is_not_marked_for_a_stop() {
    let case = idle(IdleDeed::Stop, Tier::Strict);
    let settings = with_policy(&case.settings, |policy| policy.outside = Outside::Hibernate);
    let case = Case { settings, ..case };
    let found = case.seen_by_rules(|seen| finding(seen, &Verdict::Skip(Skipped::CannotHibernate)));
    assert_eq!(found, Some(Finding::No(Lifted::Protected)));
}

#[test]
fn idleness_counts_where_the_policy_asks_for_it_and_does_not_stop_it_for_its_hours_anyway() {
    use IdleDeed::{Ignore, Report, Stop};
    for (deed, outside, in_hours, closed) in [
        (Ignore, Outside::Stop, Reason::WithinHours, Reason::OutsideHours),
        (Ignore, Outside::Report, Reason::WithinHours, Reason::OutsideHours),
        (Report, Outside::Stop, Reason::Idle, Reason::OutsideHours),
        (Report, Outside::Hibernate, Reason::Idle, Reason::OutsideHours),
        (Report, Outside::Report, Reason::Idle, Reason::Idle),
        (Stop, Outside::Stop, Reason::Idle, Reason::OutsideHours),
        (Stop, Outside::Report, Reason::Idle, Reason::Idle),
    ] {
        let case = idle(deed, Tier::Strict);
        let settings = with_policy(&case.settings, |policy| policy.outside = outside);
        let (noon, evening) = (Case { settings, ..case.clone() }, at(EVENING));
        assert_eq!(noon.verdict().reason(), in_hours, "{deed:?} {outside:?}");
        assert_eq!(Case { now: evening, ..noon }.verdict().reason(), closed, "{deed:?} {outside:?}");
    }
}

#[test]
fn what_somebody_took_back_is_spared_until_the_second_opening_after_it_to_the_second() {
    let case = idle(IdleDeed::Stop, Tier::Strict);
    let settings = with_policy(&case.settings, |policy| policy.outside = Outside::Report);
    // Taken back on a Wednesday evening: the office opens on Thursday and on Friday.
    let history = History { undone: ByResource::from_iter([(here("i-1"), at(EVENING))]), ..History::default() };
    let case = Case { settings, history, ..case };
    for (now, reason) in [
        (EVENING, Reason::Undone),
        ("2026-11-26T12:00:00+09:00", Reason::Undone),
        ("2026-11-27T08:59:59+09:00", Reason::Undone),
        ("2026-11-27T09:00:00+09:00", Reason::Idle),
        ("2026-11-27T20:00:00+09:00", Reason::Idle),
    ] {
        assert_eq!(Case { now: at(now), ..case.clone() }.verdict().reason(), reason, "{now}");
    }
}

#[test]
fn weeks_of_evidence_are_asked_for_only_where_they_can_make_a_difference() {
    let plain = |found: Instance| found;
    let wants = |deed: IdleDeed, measured: bool, change: &dyn Fn(Instance) -> Instance| {
        let mut case = idle(deed, Tier::Strict);
        case.settings.idle = measured.then(Idle::default);
        let mut judge = Judge::new(&case.settings, &case.scope, &case.history, case.now);
        judge.wants_evidence(&change(case.instance.clone()), &Account::bare(HERE.0))
    };
    for deed in [IdleDeed::Report, IdleDeed::Stop] {
        assert!(wants(deed, true, &plain), "{deed:?}");
        assert!(!wants(deed, false, &plain), "{deed:?} without `[idle]`");
        assert!(!wants(deed, true, &|found| found.tag("idle-reaper:keep", "")), "{deed:?}, and it is kept");
        assert!(!wants(deed, true, &|found| found.state(State::Stopped)), "{deed:?}, and it is stopped");
        assert!(!wants(deed, true, &|found| found.untagged("Env")), "{deed:?}, and no policy matches");
    }
    assert!(!wants(IdleDeed::Ignore, true, &plain));
}

#[test]
fn an_alternate_contact_owns_what_no_tag_or_pattern_does() {
    let text = format!("{SETTINGS}\n[owners]\nalternate-contact = \"operations\"\n");
    let (settings, scope, history) = (settings(&text), Default::default(), Default::default());
    let contacts = Contacts::from([(HERE.0.into(), Ok(Some("ops@example.com".into())))]);
    let judge = Judge::new(&settings, &scope, &history, at(EVENING));
    let known = idle_reaper::engine::judge::Known::NOTHING;
    let ruling = judge.with_contacts(&contacts).rule_known(&instance("i-1"), &Account::bare(HERE.0), &known);
    assert_eq!(
        (ruling.owner.known(), ruling.owner.by.to_string().as_str()),
        (Some("ops@example.com"), "alternate-contact")
    );
}

#[test]
fn stops_for_idleness_are_remembered_for_a_year_and_a_day_and_nothing_of_what_is_to_come() {
    let (now, second) = (at(EVENING), Duration::seconds(1));
    let count = |when| {
        let mut stops = IdleStops::default();
        stops.note(&here("i-1"), when);
        assert_eq!(stops.text().lines().count(), 1);
        IdleStops::parse(&stops.text(), now).count(&here("i-1"))
    };
    let oldest = now - Duration::days(366);
    assert_eq!((count(now), count(now + second)), (1, 0));
    assert_eq!((count(oldest), count(oldest - second)), (1, 0));
    let mut stops = IdleStops::default();
    for (id, when) in [("i-1", now), ("i-1", oldest), ("i-2", now)] {
        stops.note(&here(id), when);
    }
    assert_eq!(IdleStops::parse(&format!("nonsense\n{}", stops.text()), now), stops, "it is read as it was written");
}
