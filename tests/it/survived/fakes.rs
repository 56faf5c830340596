//! Plans of faults over the fake world: whatever goes wrong, no law is broken, and a second run in a world that is
//! mended does what the first could not.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Action, Instance, Kind, State, Target};
use idle_reaper::engine::model::{Health, Outcome, OutcomeKind};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::engine::tags::stop_tag::OwnTag;
use idle_reaper::ports::Switch;
use idle_reaper::run::Error;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::plans;
use crate::fake::{
    Ask, Change, Deed, EVENING, Faults, HERE, Shape, THERE, World, apply, at, instance, plan, try_apply,
};
use crate::laws::arbitrary::{Scene, any_faults, any_scene, for_all};
use crate::laws::mixed::mixed;

const MOST: usize = 24;

fn any_change() -> impl Strategy<Value = Change> {
    select(vec![
        Change::Restarted,
        Change::Started,
        Change::Kept,
        Change::Rescheduled,
        Change::Terminated,
        Change::Gone,
        Change::Stopped,
    ])
}

fn any_switch() -> impl Strategy<Value = Option<(usize, Switch)>> {
    let says = prop_oneof![Just(Switch::On("fire".to_owned())), Just(Switch::Unreadable("denied".to_owned()))];
    prop_oneof![5 => Just(None), 1 => (0..6usize, says).prop_map(Some)]
}

/// What may be unreachable: a Region here and there, seldom an account.
fn places() -> Vec<Target> {
    vec![Target::new(HERE.0, THERE.1), Target::new(THERE.0, THERE.1), Target::new("333333333333", "*")]
}

/// Where an instance is, and whether the reaper has stopped it before.
fn any_place() -> impl Strategy<Value = (Target, bool)> {
    let places = select(vec![HERE, HERE, THERE, (HERE.0, THERE.1), ("333333333333", HERE.1)]);
    (places, select(vec![false, false, false, true]))
        .prop_map(|((account, region), starts)| (Target::new(account, region), starts))
}

/// A world in which much goes wrong at once.
fn any_troubled_scene() -> impl Strategy<Value = Scene> {
    let changes = prop::collection::btree_map((0..MOST).prop_map(|n| format!("i-{n:03}").into()), any_change(), 0..4);
    let some = || prop_oneof![3 => Just(Vec::new()), 1 => subsequence(places(), 0..2)];
    let unwritable = vec!["acting.lock", "tables/plans", "plan.json", "acts/", "tables/", "report.json"];
    let unwritable = prop_oneof![8 => Just(None), 1 => select(unwritable).prop_map(Some)];
    let rare = || prop_oneof![20 => Just(false), 1 => Just(true)];
    let dark = (some(), some(), some(), any_switch(), unwritable, rare(), rare());
    let instant = prop_oneof![2 => Just(Some(at(EVENING))), 1 => Just(None)];
    let plain = prop::collection::vec(any_place(), 2..MOST / 2);
    (any_scene(MOST / 2), any_faults(MOST), changes, dark, instant, plain).prop_map(
        |(scene, faults, changes, dark, instant, plain)| {
            let (unreachable, closed, unreachable_again, switch, no_writing, no_reading, unanswered) = dark;
            let set = |targets: Vec<Target>| targets.into_iter().collect::<BTreeSet<_>>();
            let (unreachable, closed, unreachable_again) = (set(unreachable), set(closed), set(unreachable_again));
            let dark =
                Faults { unreachable, closed, unreachable_again, switch, no_writing, no_reading, unanswered, ..faults };
            let mut scene = Scene { faults: Faults { changes, ..dark }, at: instant.unwrap_or(scene.at), ..scene };
            let plain = plain.into_iter().enumerate();
            // These are candidates, or to be started: without them most plans would have nothing to break.
            scene.instances.extend(plain.map(|(n, (target, starts))| {
                let found =
                    instance(&format!("i-{:03}", MOST / 2 + 1 + n)).account(&target.account).region(&target.region);
                if starts { found.tag("idle-reaper:schedule", "night").reaped() } else { found }
            }));
            scene.instances.retain(|found| !found.id.name.is_empty()); // whoever is not named cannot be followed
            for activity in scene.activity.iter_mut().filter(|activity| **activity == Activity::NotAsked) {
                *activity = Activity::Gap("no datapoints".to_owned()); // AWS has no answer that was not asked for
            }
            scene
        },
    )
}

/// One run and what was there before it.
struct Survived<'a> {
    scene: &'a Scene,
    before: BTreeMap<Arc<str>, Instance>,
    world: &'a World,
}

impl Survived<'_> {
    fn settings(&self) -> &Settings {
        self.scene.settings
    }

    /// Whether a call of this kind was answered with success for this instance.
    fn did(&self, id: &str, deed: impl Fn(Deed) -> bool) -> bool {
        self.world.log().iter().any(|call| deed(call.deed) && call.ok && call.names(id))
    }

    /// Nothing is stopped or started that was not planned, looked at again, and allowed, by tags alone.
    fn nothing_beyond_the_plan(&self, report: &Report) {
        let log = self.world.log();
        for (n, call) in log.iter().enumerate().filter(|(_, call)| call.deed.switches()) {
            for id in &call.ids {
                let action = match call.deed {
                    Deed::Start => Action::Start,
                    Deed::Hibernate => Action::Hibernate,
                    _ => Action::Stop,
                };
                let step = report.plan.steps.iter().find(|step| *step.id.name == **id && step.action == action);
                let step = step.unwrap_or_else(|| panic!("`{id}` was not planned"));
                let again = log[..n].iter().any(|c| c.deed == Deed::LookAgain && c.ok && c.names(id));
                assert!(again, "`{id}` was not looked at again");
                let tagged = log[..n].iter().any(|c| c.deed == Deed::Tag && c.ok && c.names(id));
                assert!(action == Action::Start || tagged, "`{id}` was not tagged first");
                assert!(step.not_after.is_none_or(|not_after| self.scene.at < not_after), "`{id}` was too late");
                self.allowed(id, action);
            }
        }
    }

    /// What anybody can read off an instance without knowing the rules.
    fn allowed(&self, id: &str, action: Action) {
        let found = &self.before[id];
        let tags = &self.settings().tags;
        assert!(self.settings().run.armed && self.settings().run.record.is_some(), "nothing was armed");
        let kept = found.tags.iter().any(|(key, _)| key.eq_ignore_ascii_case(&tags.keep));
        let is_instance = found.id.kind == Kind::Instance;
        let member = is_instance && found.tags.iter().any(|(key, _)| key == "aws:autoscaling:groupName");
        let kept = kept && action != Action::Start;
        assert!(!kept && !member && found.lifecycle.is_none(), "`{id}` was protected: {:?}", found.tags);
        let changed = self.scene.faults.changes.get(id);
        // `Rescheduled` is to `always`, and `Kept` means never stopped: no reason not to start it. Under another prefix,
        // both tags are somebody else's.
        let tagged = matches!(changed, Some(Change::Kept | Change::Rescheduled)) && tags.prefix != "idle-reaper:";
        let wanted = matches!(changed, Some(Change::Kept | Change::Rescheduled));
        let opened = tagged || (action == Action::Start && wanted);
        assert!(changed.is_none() || opened, "`{id}` was {changed:?} between look and act");
        if action == Action::Start {
            let own = found.tags.get(&tags.stopped).map(OwnTag::parse);
            assert!(matches!(own, Some(Ok(_))), "`{id}` was not the reaper's to start");
        }
        assert_eq!(found.state == State::Stopped, action == Action::Start, "`{id}` was {}", found.state);
    }

    /// Every instance that could be seen has one line, and what is dark is named.
    fn everything_has_its_line(&self, report: &Report) {
        let dark = |target: &Target| {
            let of =
                |account: &str, region: &str| *target.account == *account && ["*", &*target.region].contains(&region);
            report.unreachable.iter().any(|unreachable| of(&unreachable.account, &unreachable.region))
                || report.denied.iter().any(|closed| of(&closed.account, &closed.region))
        };
        for (id, found) in &self.before {
            let lines = report.rows.iter().filter(|row| row.id.name == *id && row.id.place == found.id.place).count();
            assert_eq!(lines, usize::from(!dark(&found.id.place)), "`{id}` in {}", found.id.place);
        }
        assert_eq!(report.rows.iter().filter(|row| !self.before.contains_key(&row.id.name)).count(), 0);
        let ended: BTreeSet<_> = report.outcomes.iter().map(|one| (&one.id.name, one.action.as_str())).collect();
        let planned: BTreeSet<_> = report.plan.steps.iter().map(|one| (&one.id.name, one.action.as_str())).collect();
        if self.settings().run.armed && self.settings().run.record.is_some() {
            assert_eq!(
                (ended, report.outcomes.len()),
                (planned, report.plan.steps.len()),
                "a step without its outcome"
            );
        }
    }

    /// What the report says of an instance is so.
    fn the_report_tells_the_truth(&self, report: &Report) {
        for outcome in &report.outcomes {
            let Outcome { id, outcome: end, detail, .. } = outcome;
            let now = self.world.all().into_iter().find(|found| found.id.name == id.name).expect("nothing vanishes");
            let (rests, switched) = (self.world.rests(&id.name), self.did(&id.name, Deed::switches));
            let tag = now.tags.get(&self.settings().tags.stopped).and_then(|value| OwnTag::parse(value).ok());
            let mine = tag.is_some_and(|tag| tag.run == *report.run);
            match end {
                OutcomeKind::Stopped | OutcomeKind::Stopping => {
                    let told = detail.contains("tag it by hand") && report.health() == Health::Degraded;
                    assert!(rests == State::Stopped && mine != told, "{outcome:?}: {now:?}");
                }
                OutcomeKind::Started | OutcomeKind::Starting => assert_eq!(rests, State::Running, "{outcome:?}"),
                OutcomeKind::Failed if outcome.action != Action::Start => {
                    assert_eq!(rests, State::Running, "{outcome:?}");
                    assert!(!mine || detail.contains("could not be removed"), "{outcome:?} and tagged: {now:?}");
                }
                OutcomeKind::Overtaken | OutcomeKind::NotTried | OutcomeKind::Already => {
                    assert!(!switched && !mine, "{outcome:?}, and yet it was acted on: {now:?}");
                }
                OutcomeKind::Failed | OutcomeKind::Unverified => {}
            }
        }
        // Whatever this run has stopped, reported or not, says so itself.
        for found in self.world.all() {
            let stop = |deed| matches!(deed, Deed::Stop | Deed::Hibernate);
            let stopped = self.did(&found.id.name, stop) && self.before[&found.id.name].state == State::Running;
            if stopped && matches!(found.state, State::Stopping | State::Stopped) {
                let tag = found.tags.get(&self.settings().tags.stopped).and_then(|value| OwnTag::parse(value).ok());
                let told = |one: &Outcome| one.id.name == found.id.name && one.detail.contains("tag it by hand");
                let mine = tag.is_some_and(|tag| tag.run == *report.run);
                assert!(mine || report.outcomes.iter().any(told), "{found:?}: {:?}", report.outcomes);
            }
        }
    }

    /// The health is ok only if everything could be seen, done and recorded; and degraded only for a reason.
    fn the_health_tells_the_truth(&self, report: &Report) {
        let bad = |one: &Outcome| matches!(one.outcome, OutcomeKind::Failed | OutcomeKind::Unverified);
        let lost = self.settings().run.record.is_some()
            && (self.world.recorded("/report.json").is_empty() || !self.world.recorded("acting.lock").is_empty());
        let seen_wrong = report.outcomes.iter().any(bad) || !report.unreachable.is_empty() || lost;
        match report.health() {
            Health::Ok => assert!(!seen_wrong, "nothing was said of it: {:?}", report.notes),
            Health::Degraded => assert!(seen_wrong || !report.notes.is_empty() || report.troubled),
        }
    }
}

fn survive(scene: &Scene, acted: &Cell<usize>, failed: &Cell<usize>) -> World {
    let world = scene.world();
    let before = world.all().into_iter().map(|found| (found.id.name.clone(), found)).collect();
    let ended = try_apply(&world, scene.settings, &Ask::at(scene.at));
    let survived = Survived { scene, before, world: &world };
    match ended {
        Ok(report) => {
            survived.nothing_beyond_the_plan(&report);
            survived.everything_has_its_line(&report);
            survived.the_report_tells_the_truth(&report);
            survived.the_health_tells_the_truth(&report);
            acted.set(acted.get() + report.counts().stopped + report.counts().started);
            failed.set(failed.get() + report.outcomes.len() - report.counts().stopped - report.counts().started);
        }
        Err(Error::Record(_) | Error::Busy { .. }) => {
            assert_eq!(world.calls(Deed::acts), [], "an error, and yet it acted")
        }
        Err(other) => panic!("{other}"),
    }
    world
}

/// What a run may leave undone in a world where nothing goes wrong: what its caps put off.
fn completes(world: &World, scene: &Scene) {
    world.mend();
    let later = scene.at + Duration::minutes(17); // a lock that could not be given back is void by then
    // A Region that was denied is otherwise scanned again in the next sweep.
    world.lose("state/targets.jsonl");
    let foreseen = plan(world, scene.settings, later);
    let report = apply(world, scene.settings, later);
    assert_eq!(foreseen.plan.steps, report.plan.steps);
    let done = |one: &Outcome| {
        matches!(
            one.outcome,
            OutcomeKind::Stopped
                | OutcomeKind::Stopping
                | OutcomeKind::Started
                | OutcomeKind::Starting
                | OutcomeKind::Already
        )
    };
    assert!(report.outcomes.iter().all(done), "{:?}", report.outcomes);
    assert_eq!((report.health(), report.unreachable.len()), (Health::Ok, 0), "{:?}", report.notes);
    let again = plan(world, scene.settings, later);
    let deferred: BTreeSet<_> = report.plan.deferred.iter().map(|one| &one.id.name).collect();
    let left: Vec<_> = again.plan.steps.iter().filter(|step| !deferred.contains(&step.id.name)).collect();
    assert!(left.is_empty(), "left undone: {left:?}");
}

#[test]
fn whatever_goes_wrong_no_law_is_broken_and_a_second_run_completes_the_first() {
    let (acted, failed) = (Cell::new(0), Cell::new(0));
    let tried = plans(400);
    for_all(tried, any_troubled_scene(), |scene| {
        let world = survive(&scene, &acted, &failed);
        completes(&world, &scene);
    });
    println!("{tried} plans of faults over the fakes: {} done, {} not", acted.get(), failed.get());
    assert!(acted.get() > 800 && failed.get() > 200, "too tame: {} done, {} not", acted.get(), failed.get());
}

#[test]
fn the_same_with_databases_and_services_among_them() {
    let (acted, failed) = (Cell::new(0), Cell::new(0));
    let tried = plans(300);
    for_all(tried, any_troubled_scene().prop_map(mixed), |scene| {
        let world = survive(&scene, &acted, &failed);
        completes(&world, &scene);
    });
    println!("{tried} plans of faults over every kind: {} done, {} not", acted.get(), failed.get());
    assert!(acted.get() > 400 && failed.get() > 100, "too tame: {} done, {} not", acted.get(), failed.get());
}
