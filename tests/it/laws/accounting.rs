//! Law 8: every instance seen has exactly one line in the report; every target looked at is seen, closed or unreachable.

use std::collections::BTreeSet;
use std::time::Duration;

use idle_reaper::engine::model::Health;
use idle_reaper::engine::model::Target;
use idle_reaper::engine::report::Report;
use idle_reaper::run::Error;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::arbitrary::{Scene, any_scene, for_all};
use crate::fake::{
    Ask, Deed, EVENING, Fault, Faults, HERE, Shape, THERE, World, apply, at, instance, plan, row, try_plan, with,
};

fn places() -> Vec<Target> {
    let regions = ["ap-northeast-1", "us-east-1", "*"];
    let accounts = ["111111111111", "222222222222", "333333333333"];
    accounts.iter().flat_map(|account| regions.map(|region| Target::new(*account, region))).collect()
}

/// A scene in which some targets are unreachable, some closed, and some break off in the middle.
pub fn any_dim_scene() -> impl Strategy<Value = Scene> {
    let some = || subsequence(places(), 0..3);
    let breaks = prop::collection::btree_map(prop::sample::select(places()), 0..4usize, 0..3);
    (any_scene(12), some(), some(), breaks).prop_map(|(scene, unreachable, closed, breaks_after)| {
        let (unreachable, closed) = (unreachable.into_iter().collect(), closed.into_iter().collect());
        Scene { faults: Faults { unreachable, closed, breaks_after, ..scene.faults }, ..scene }
    })
}

fn unseen(report: &Report) -> (BTreeSet<Target>, BTreeSet<Target>) {
    let unreachable = report
        .unreachable
        .iter()
        .map(|unreachable| Target::new(unreachable.account.clone(), unreachable.region.clone()));
    (unreachable.collect(), report.denied.iter().cloned().collect())
}

#[test]
fn everything_seen_has_one_line_and_every_target_is_seen_closed_or_unreachable() {
    for_all(250, any_dim_scene(), |scene| {
        let world = scene.world();
        let report = plan(&world, scene.settings, scene.at);
        let (unreachable, closed) = unseen(&report);
        assert_eq!(unreachable.intersection(&closed).next(), None);
        for target in &closed {
            assert_ne!(&*target.region, "*", "only a Region with a name is denied by policy");
            let seen = |other: &Target| other.account == target.account && !closed.contains(other);
            assert!(world.targets().iter().any(seen), "everything that is known of {target} is a denial");
        }
        for target in world.targets() {
            let whole = Target::new(target.account.clone(), "*");
            let looked: Vec<_> = world.calls(|deed| deed == Deed::LookAt);
            let looked: Vec<_> = looked.iter().filter(|call| call.target == target).collect();
            let dark = [&target, &whole].iter().any(|target| unreachable.contains(target) || closed.contains(target));
            assert!(looked.len() <= 1, "{target} was looked at twice");
            assert_eq!(dark, !looked.first().is_some_and(|call| call.ok), "{target}");
        }
        let mut shown: Vec<_> = report.rows.iter().map(|row| ((*row.id.place).clone(), row.id.name.clone())).collect();
        shown.sort();
        let lit =
            |target: &Target| !unreachable.contains(target) && !closed.contains(target) && world.tells_regions(target);
        let mut there: Vec<_> =
            world.all().into_iter().map(|found| ((*found.id.place).clone(), found.id.name)).collect();
        there.retain(|(target, _)| lit(target) || shown.iter().any(|(shown, _)| shown == target));
        there.sort();
        let partial = |target: &Target| scene.faults.breaks_after.contains_key(target);
        assert!(there.iter().filter(|(target, _)| !partial(target)).all(|line| shown.contains(line)));
        assert!(shown.iter().all(|line| there.contains(line)));
        assert!(shown.windows(2).all(|pair| pair[0] != pair[1] || pair[0].1.is_empty()), "a line stands there twice");
        assert_eq!(report.health() == Health::Degraded, !unreachable.is_empty());
        assert_eq!(
            (report.counts().unreachable, report.counts().denied),
            (report.unreachable.len(), report.denied.len())
        );
    });
}

#[test]
fn what_a_broken_look_has_shown_is_shown_and_not_acted_on() {
    let fleet = (0..5).map(|n| instance(&format!("i-{n}")));
    let whole = instance("i-whole").region(THERE.1);
    let breaks_after = [(Target::new(HERE.0, HERE.1), 3)].into();
    let settings = with(&[("record = \"record\"", "record = \"record\"\nmax-unreachable-percent = 100")]);
    let world = World::of(fleet.chain([whole])).with_faults(Faults { breaks_after, ..Faults::default() });
    let report = apply(&world, &settings, at(EVENING));
    assert_eq!((report.rows.len(), report.unreachable.len()), (4, 1));
    assert!(
        report
            .rows
            .iter()
            .filter(|row| *row.id.name != *"i-whole")
            .all(|row| row.verdict.as_str() == "stop" && !row.armed)
    );
    assert_eq!(crate::fake::outcomes_of(&report).len(), 1);
}

#[test]
fn an_instance_on_two_pages_has_one_line_and_one_step() {
    let world = World::of([instance("i-1"), instance("i-2")]).with_faults(Faults::one("i-1", Fault::ShownTwice));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(row(&report, "i-1").verdict.as_str(), "stop");
    assert_eq!(crate::fake::outcomes_of(&report).len(), 2);
    assert_eq!(report.counts().failed, 0, "{:?}", report.outcomes);
}

#[test]
fn without_time_to_list_the_accounts_the_run_fails() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0)]);
    let ask = Ask { left: Some(Duration::from_secs(4)), ..Ask::at(at(EVENING)) };
    let failed = try_plan(&world, &with(&[]), &ask);
    assert!(matches!(failed, Err(Error::Scan(_))), "{failed:?}");
    assert!(world.calls(|deed| deed == Deed::ListAccounts).is_empty());
}

#[test]
fn what_there_was_no_time_for_is_unreachable() {
    // Five seconds are kept back. The list takes 40 ms at most, and no look ever ends.
    let hangs = [(HERE.0, HERE.1), (THERE.0, HERE.1)].map(|(account, region)| Target::new(account, region));
    let faults = Faults { hangs: hangs.into(), ..Faults::default() };
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0)]).with_faults(faults);
    let ask = Ask { left: Some(Duration::from_secs(6)), ..Ask::at(at(EVENING)) };
    let report = try_plan(&world, &with(&[]), &ask).expect("a plan");
    assert_eq!((report.rows.len(), report.unreachable.len()), (0, 2));
    assert!(
        report.unreachable.iter().all(|unreachable| unreachable.cause.contains("no time left")),
        "{:?}",
        report.unreachable
    );
    assert_eq!(report.health(), Health::Degraded);
}

#[test]
fn an_account_that_is_suspended_is_named_and_not_unreachable() {
    let world = World::of([instance("i-1")]).with_account(THERE.0, Some("old"), Some("SUSPENDED"));
    let report = plan(&world, &with(&[]), at(EVENING));
    let skipped: Vec<_> = report.skipped.iter().map(|skipped| (&*skipped.account, &*skipped.because)).collect();
    assert_eq!(skipped, [(THERE.0, "SUSPENDED")]);
    assert_eq!((report.health(), report.counts().unreachable), (Health::Ok, 0));
}

#[test]
fn accounts_that_cannot_be_listed_are_an_error_and_not_an_empty_organisation() {
    let world = World::of([instance("i-1")]).with_faults(Faults { no_accounts: true, ..Faults::default() });
    let failed = try_plan(&world, &with(&[]), &Ask::at(at(EVENING)));
    assert!(matches!(failed, Err(Error::Scan(_))), "{failed:?}");
}

#[test]
fn too_many_unreachable_targets_stop_nothing() {
    let fleet = || World::of([instance("i-1"), instance("i-2").region(THERE.1), instance("i-3").account(THERE.0)]);
    let unreachable = |targets: &[(&str, &str)]| {
        let unreachable = targets.iter().map(|(account, region)| Target::new(*account, *region)).collect();
        Faults { unreachable, ..Faults::default() }
    };
    for targets in [&[(HERE.0, THERE.1)][..], &[(THERE.0, "*")]] {
        let world = fleet().with_faults(unreachable(targets));
        let report = apply(&world, &with(&[]), at(EVENING));
        assert!(report.plan.refused.as_ref().is_some_and(|why| why.contains("max-unreachable-percent")), "{targets:?}");
        assert_eq!(world.calls(Deed::acts), []);
        assert!(!report.plan.deferred.is_empty());
    }
    // One target of eleven, and yet one account of two.
    let wide = (0..9).fold(fleet(), |world, n| world.with_target(HERE.0, &format!("eu-test-{n}")));
    let report = apply(&wide.with_faults(unreachable(&[(THERE.0, "*")])), &with(&[]), at(EVENING));
    assert!(report.plan.refused.as_ref().is_some_and(|why| why.contains("50 % of the accounts")), "{:?}", report.plan);
    // What the organisation closes on purpose is not blindness.
    let closed = Faults { closed: [Target::new(HERE.0, THERE.1)].into(), ..Faults::default() };
    let report = apply(&fleet().with_faults(closed), &with(&[]), at(EVENING));
    assert_eq!((report.plan.refused.clone(), report.outcomes.len(), report.health()), (None, 2, Health::Ok));
}

#[test]
fn an_account_of_which_a_policy_denies_the_list_of_regions_is_unreachable() {
    let fleet = || World::of([instance("i-1"), instance("i-2").account(THERE.0)]);
    let closed = Faults { closed: [Target::new(THERE.0, "*")].into(), ..Faults::default() };
    let report = apply(&fleet().with_faults(closed), &with(&[]), at(EVENING));
    assert_eq!((report.denied.len(), report.unreachable.len(), report.health()), (0, 1, Health::Degraded));
    let unreachable = &report.unreachable[0];
    assert_eq!((&*unreachable.account, &*unreachable.region), (THERE.0, "*"));
    assert!(unreachable.cause.contains("service control policy denies listing its Regions"), "{}", unreachable.cause);
}

#[test]
fn an_account_of_which_every_region_is_denied_is_unreachable_and_one_region_that_is_seen_makes_it_known() {
    let fleet = || {
        World::of([instance("i-1"), instance("i-2").account(THERE.0), instance("i-3").account(THERE.0).region(THERE.1)])
    };
    let denied = |regions: &[&str]| {
        let closed = regions.iter().map(|region| Target::new(THERE.0, *region)).collect();
        plan(&fleet().with_faults(Faults { closed, ..Faults::default() }), &with(&[]), at(EVENING))
    };
    let one = denied(&[HERE.1]);
    assert_eq!(
        (one.denied.clone(), one.unreachable.len(), one.health()),
        (vec![Target::new(THERE.0, HERE.1)], 0, Health::Ok)
    );
    let all = denied(&[HERE.1, THERE.1]);
    assert_eq!((all.denied.len(), all.unreachable.len(), all.health()), (0, 2, Health::Degraded));
    assert!(
        all.unreachable.iter().all(|unreachable| unreachable.cause.contains("denies every Region of this account")),
        "{:?}",
        all.unreachable
    );
    // A Region that cannot be reached for another reason says no more about the account than a denied one.
    let closed = [Target::new(THERE.0, HERE.1)].into();
    let unreachable = [Target::new(THERE.0, THERE.1)].into();
    let neither =
        plan(&fleet().with_faults(Faults { closed, unreachable, ..Faults::default() }), &with(&[]), at(EVENING));
    assert_eq!((neither.denied.len(), neither.unreachable.len()), (1, 1));
}
