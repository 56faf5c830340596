//! Realised savings: hours that a stopped instance stayed stopped, times its price, and nothing that nobody saw.

use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Money;
use idle_reaper::engine::cost::savings::{Saved, Savings, Sight, Whose};
use idle_reaper::engine::cost::waste::{Waste, Wasted};
use idle_reaper::engine::model::month::Month;
use idle_reaper::engine::model::{Locale, ResourceId, State, Target, Usd};
use idle_reaper::render::money;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::prices::usd;
use crate::fake::{at, here};

const STOP: &str = "2026-11-25T12:00:00Z";

/// The instance that was stopped.
static ID: LazyLock<ResourceId> = LazyLock::new(|| here("i-1"));

fn whose() -> Whose {
    Whose { account: "111111111111".into(), policy: "dev".into(), owner: "ana".into() }
}

fn stopped(hourly: Option<Usd>) -> Savings {
    let mut savings = Savings::default();
    savings.stopped(&ID, whose(), hourly, at(STOP));
    savings
}

fn after(hours: i64) -> DateTime<Utc> {
    at(STOP) + Duration::hours(hours)
}

fn sight(state: State, launch: DateTime<Utc>, ours: bool) -> [Sight<'static>; 1] {
    [Sight { id: &ID, state, launch: Some(launch), ours }]
}

/// Seen stopped, ours, started last on the morning before.
fn down() -> [Sight<'static>; 1] {
    sight(State::Stopped, after(-3), true)
}

fn november() -> Month {
    Month::parse("2026-11").unwrap()
}

fn hours(savings: &Savings) -> Decimal {
    savings.total(november()).hours
}

#[test]
fn what_stays_stopped_is_counted_until_now_and_once_only() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue(down(), |_| true, after(2));
    savings.accrue(down(), |_| true, after(2));
    savings.accrue(down(), |_| true, after(5));
    let saved = savings.total(november());
    assert_eq!(saved, Saved { hours: 5.into(), usd: usd("2.5"), unknown_hours: 0.into() });
    savings.accrue(down(), |_| true, after(1));
    assert_eq!(savings.total(november()), saved, "a clock that goes back takes nothing and adds nothing");
}

#[test]
fn what_runs_again_is_counted_until_its_start_and_no_further() {
    for state in [State::Running, State::Pending] {
        let mut savings = stopped(Some(usd("0.5")));
        savings.accrue(sight(state, after(3), false), |_| true, after(8));
        assert_eq!(hours(&savings), 3.into(), "{state}");
        assert!(savings.open.is_empty());
        savings.accrue(down(), |_| true, after(20));
        assert_eq!(hours(&savings), 3.into(), "what is closed stays closed");
    }
}

#[test]
fn a_stop_that_did_not_hold_saves_nothing() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue(sight(State::Running, after(-3), true), |_| true, after(8));
    assert_eq!((hours(&savings), savings.open.len()), (0.into(), 0));
}

#[test]
fn a_start_in_the_future_counts_until_now_only() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue(sight(State::Running, after(100), false), |_| true, after(8));
    assert_eq!(hours(&savings), 8.into());
}

#[test]
fn what_somebody_else_started_and_stopped_is_counted_until_that_start() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue(sight(State::Stopped, after(4), false), |_| true, after(8));
    assert_eq!((hours(&savings), savings.open.len()), (4.into(), 0));
}

#[test]
fn what_is_gone_ends_without_more() {
    let mut gone = stopped(Some(usd("0.5")));
    gone.accrue(down(), |_| true, after(2));
    let mut terminated = gone.clone();
    gone.accrue([], |_| true, after(8));
    terminated.accrue(sight(State::Terminated, after(-3), true), |_| true, after(8));
    for savings in [gone, terminated] {
        assert_eq!((hours(&savings), savings.open.len()), (2.into(), 0));
    }
}

#[test]
fn what_could_not_be_seen_waits_and_is_counted_when_it_is_seen_again() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue([], |_| false, after(24));
    savings.accrue(sight(State::Unknown, after(-3), true), |_| true, after(30));
    assert_eq!((hours(&savings), savings.open.len()), (0.into(), 1));
    savings.accrue(down(), |_| true, after(48));
    assert_eq!(hours(&savings), 48.into());
    savings.accrue([], |_| false, after(48 + 90 * 24));
    assert_eq!(savings.open.len(), 1, "three months to the second");
    savings.accrue([], |_| false, after(48 + 90 * 24) + Duration::seconds(1));
    assert!(savings.open.is_empty(), "what nobody has seen for three months is forgotten");
    assert_eq!(hours(&savings), 48.into());
}

#[test]
fn hosts_and_reservations_stand_still_for_nothing_and_unknown_prices_stand_apart() {
    let mut free = stopped(Some(Usd::ZERO));
    free.accrue(down(), |_| true, after(7));
    assert_eq!(free.total(november()), Saved { hours: 7.into(), usd: Usd::ZERO, unknown_hours: 0.into() });
    let mut unknown = stopped(None);
    unknown.accrue(down(), |_| true, after(7));
    assert_eq!(unknown.total(november()), Saved { hours: 0.into(), usd: Usd::ZERO, unknown_hours: 7.into() });
}

#[test]
fn a_stop_over_the_end_of_a_month_is_counted_in_both() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.accrue(down(), |_| true, at("2026-12-01T06:00:00Z"));
    assert_eq!(hours(&savings), (5 * 24 + 12).into());
    let december = savings.total(Month::parse("2026-12").unwrap());
    assert_eq!((december.hours, december.usd), (6.into(), usd("3")));
    assert_eq!(savings.by(november(), |whose| &whose.owner).keys().collect::<Vec<_>>(), [&"ana"]);
}

#[test]
fn a_second_stop_begins_anew_with_the_price_of_its_day() {
    let mut savings = stopped(Some(usd("0.5")));
    savings.stopped(&ID, whose(), Some(usd("1")), after(10));
    savings.accrue(down(), |_| true, after(12));
    assert_eq!((hours(&savings), savings.total(november()).usd), (2.into(), usd("2")));
}

#[test]
fn the_state_is_read_back_and_a_broken_one_is_no_new_beginning() {
    let mut savings = stopped(Some(usd("0.0136")));
    savings.accrue(down(), |_| true, after(24 * 10));
    assert_eq!(Savings::parse(&savings.text()), Ok(savings.clone()));
    assert!(Savings::parse(&savings.text()[1..]).unwrap_err().contains("state/savings.json"));
    let line: serde_json::Value = serde_json::from_str(savings.table().lines().next().unwrap()).unwrap();
    assert_eq!(
        line,
        serde_json::json!({"month": "2026-11", "account": "111111111111", "policy": "dev", "owner": "ana",
            "hours": "132", "usd": "1.7952", "unknown_hours": "0"})
    );
}

#[test]
fn what_was_saved_is_said_with_its_caveat_and_what_is_unknown() {
    let saved = Saved { hours: "12.25".parse().unwrap(), usd: usd("6.125"), unknown_hours: 3.into() };
    insta::assert_snapshot!(money::realised(november(), &saved, &Money::default(), Locale::En), @"Saved in 2026-11: USD 6.13 in 12.3 h of standing still; 3 h more of unknown price (list price, before Savings Plans, reservations and tax)");
    assert!(money::realised(november(), &saved, &Money::default(), Locale::Ja).contains("2026-11の節約額: 6.13 USD"));
}

#[test]
fn waste_is_counted_once_in_each_grouping_and_says_what_it_does_not_know() {
    let wasted = |account, owner, policy, monthly: Option<&str>| Wasted {
        account,
        owner,
        policy,
        group: None,
        monthly: monthly.map(usd),
    };
    let waste: Waste<'_> = [
        wasted("111111111111", Some("ana"), Some("dev"), Some("10.10")),
        wasted("111111111111", None, Some("dev"), None),
        wasted("222222222222", Some("ana"), None, Some("0.2")),
    ]
    .into_iter()
    .collect();
    assert_eq!((waste.total.instances, waste.total.monthly, waste.total.unknown), (3, usd("10.3"), 1));
    assert_eq!(waste.owners[&Some("ana")].monthly, usd("10.3"));
    assert_eq!((waste.policies[&Some("dev")].unknown, waste.policies[&None].unknown), (1, 0));
    for groups in [waste.owners.values().copied().collect::<Vec<_>>(), waste.policies.values().copied().collect()] {
        assert_eq!(groups.iter().map(|cost| cost.monthly).sum::<Usd>(), waste.total.monthly);
    }
    let amount = money::cost(&waste.accounts["111111111111"], &Money::default(), Locale::En);
    assert_eq!(amount, "at least USD 10.10 (1 of unknown price)");
    assert!(money::caveat(Locale::En).contains("before Savings Plans"));
}

proptest! {
    #[test]
    fn how_often_a_run_looks_makes_no_difference(steps in prop::collection::vec(1_i64..2_000_000, 1..12)) {
        let (mut often, mut once) = (stopped(Some(usd("0.0416"))), stopped(Some(usd("0.0416"))));
        let mut now = at(STOP);
        for step in &steps {
            now += Duration::seconds(*step);
            often.accrue(down(), |_| true, now);
        }
        once.accrue(down(), |_| true, now);
        let sum = |savings: &Savings| {
            let hours: Decimal = savings.months.values().map(|saved| saved.hours).sum();
            let usd: Usd = savings.months.values().map(|saved| saved.usd).sum();
            (hours.round_dp(6), usd.0.round_dp(6))
        };
        prop_assert_eq!(sum(&often), sum(&once));
        let hours = Decimal::from(steps.iter().sum::<i64>()) / Decimal::from(3600);
        prop_assert_eq!(sum(&once).0, hours.round_dp(6));
        prop_assert_eq!(often.months.keys().collect::<Vec<_>>(), once.months.keys().collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_ever_counted_than_has_gone_by(
        sights in prop::collection::vec((0_u8..7, 0_i64..200, any::<bool>(), any::<bool>(), 0_i64..50), 0..20),
    ) {
        let mut savings = stopped(Some(usd("1")));
        let mut now = at(STOP);
        for (state, launch, ours, whole, step) in sights {
            now += Duration::hours(step);
            let states = ["pending", "running", "shutting-down", "terminated", "stopping", "stopped", "new"];
            let seen = sight(State::of(states[usize::from(state)]), at(STOP) + Duration::hours(launch - 100), ours);
            savings.accrue(seen, |_| whole, now);
        }
        let hours: Decimal = savings.months.values().map(|saved| saved.hours).sum();
        prop_assert!(hours >= Decimal::ZERO && hours <= Decimal::from((now - at(STOP)).num_hours()));
    }
}

#[test]
fn a_stop_goes_on_saving_where_nobody_could_look_for_a_while() {
    use crate::fake::{Faults, HERE, THERE, World, apply, with};

    const COUNTING: (&str, &str) = ("[calendars.japan]", "[idle]\n\n[calendars.japan]");
    type Change = fn(World) -> World;
    let (evening, night, late) = (at(crate::fake::EVENING), "2026-11-25T23:30:00+09:00", "2026-11-26T01:30:00+09:00");
    let closed = |targets: &[(&str, &str)]| {
        let closed = targets.iter().map(|(account, region)| Target::new(*account, *region)).collect();
        Faults { closed, ..Faults::default() }
    };
    let faults =
        [closed(&[(HERE.0, "*")]), closed(&[(HERE.0, HERE.1)]), closed(&[(HERE.0, HERE.1), (HERE.0, THERE.1)])];
    let worlds: [Change; 2] = [|world| world, |world| world.with_target(HERE.0, THERE.1)];
    for faults in faults {
        for world in worlds {
            let world = world(World::of([crate::engine::cost::prices::linux("i-1")]));
            assert_eq!(apply(&world, &with(&[COUNTING]), evening).counts().stopped, 1);
            let world = world.with_faults(faults.clone());
            apply(&world, &with(&[COUNTING]), at(night));
            world.mend();
            let report = apply(&world, &with(&[COUNTING]), at(late));
            let (_, saved) = report.saved().expect("it counts");
            let hours = saved.hours + saved.unknown_hours;
            assert!(hours > rust_decimal::Decimal::from(3), "{hours} hours of four");
        }
    }
    // An account that was suspended, or left out of the settings, for a while.
    let world = World::of([crate::engine::cost::prices::linux("i-1")]);
    apply(&world, &with(&[COUNTING]), evening);
    let without = with(&[COUNTING, ("regions = [", "exclude-accounts = [\"111111111111\"]\nregions = [")]);
    apply(&world, &without, at(night));
    let elsewhere = with(&[COUNTING, ("regions = [\"ap-northeast-1\", ", "regions = [")]);
    apply(&world, &elsewhere, at(night));
    let (_, saved) = apply(&world, &with(&[COUNTING]), at(late)).saved().expect("it counts");
    assert!(saved.hours + saved.unknown_hours > rust_decimal::Decimal::from(3), "{saved:?}");
}

#[test]
fn a_stop_that_takes_minutes_counts_from_when_it_is_found_stopped_and_never_if_it_failed() {
    let stopping = |states: &[State]| {
        let mut savings = Savings::default();
        savings.stopping(&ID, whose(), Some(usd("0.10")), at(STOP));
        for (hour, state) in (1..).zip(states) {
            savings = Savings::parse(&savings.text()).unwrap();
            savings.accrue(sight(*state, after(-3), true), |_| true, after(hour));
        }
        (savings.total(november()), savings.open.len())
    };
    let (saved, open) = stopping(&[State::Stopping, State::Stopped, State::Stopped]);
    assert_eq!((saved.hours, saved.usd, open), (1.into(), usd("0.10"), 1));
    for end in [State::Running, State::Pending, State::Terminated] {
        assert_eq!(stopping(&[State::Stopping, end]), (Saved::default(), 0), "{end:?}");
    }
}
