//! A reviewed plan through the parts: the same as in one process, and no more than was agreed to.

use std::cell::Cell;
use std::collections::BTreeSet;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::model::Step;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::plan::{Plan, PlanRefused};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::past::reviewed;
use idle_reaper::engine::request::Mode;
use idle_reaper::render::json;
use idle_reaper::run::Error;
use proptest::prelude::*;
use proptest::sample::select;

use super::{left, told, two_accounts, whole};
use crate::fake::{
    Ask, Deed, EVENING, Parts, Shape, World, at, in_parts, instance, outcome_of, plan, planned, try_apply, with,
};
use crate::laws::arbitrary::{any_caps, any_scene, for_all};

/// What happens to an instance between the review and the run.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Kept,
    StartedAgain,
    Terminated,
    /// It stood in no plan that anybody has seen.
    LeftOut,
}

/// The plan as it is found in the record: written as a report, and read back.
fn kept(report: &Report) -> Plan {
    reviewed(&json(report, true).unwrap()).unwrap()
}

/// Does to the instance with this number what happens meanwhile; answers whether it stands in the reviewed plan.
fn befall(worlds: [&World; 2], id: &str, meanwhile: Meanwhile) -> bool {
    for world in worlds.iter().filter(|world| world.all().iter().any(|found| *found.id.name == *id)) {
        world.change(id, |found| match meanwhile {
            Meanwhile::Kept => found.tag("idle-reaper:keep", ""),
            Meanwhile::StartedAgain => Instance { launch: Some(at("2026-11-25T09:31:00+09:00")), ..found },
            Meanwhile::Terminated => found.state(State::Terminated),
            Meanwhile::LeftOut => found,
        });
    }
    !matches!(meanwhile, Meanwhile::LeftOut)
}

fn any_meanwhile() -> impl Strategy<Value = Vec<(usize, Meanwhile)>> {
    use Meanwhile::{Kept, LeftOut, StartedAgain, Terminated};
    let all = vec![Kept, StartedAgain, Terminated, LeftOut, LeftOut];
    prop::collection::vec((0..12usize, select(all)), 0..8)
}

#[test]
fn a_reviewed_plan_through_the_parts_does_what_it_does_in_one_process() {
    let figures = Cell::new([0; 3]);
    let cases = (any_scene(12), any_caps(), 1..4u16, any_meanwhile(), 0..59i64);
    for_all(500, cases, |(scene, caps, size, meanwhile, minutes)| {
        let settings = Settings { caps, ..scene.settings.clone() };
        if settings.run.record.is_none() {
            return; // without one there are no parts
        }
        let (one, parts) = (scene.world(), scene.world());
        // Under looser caps than the run's own, so that what they put off is known to have been agreed to.
        let mut agreed = kept(&plan(&scene.world(), scene.settings, scene.at));
        for (n, meanwhile) in meanwhile {
            let id = format!("i-{n:03}");
            if !befall([&one, &parts], &id, meanwhile) {
                agreed.steps.retain(|step| *step.id.name != *id);
            }
        }
        let ask = Ask {
            named: Some("20261125T123000Z-00000001"),
            reviewed: Some(agreed.clone()),
            ..Ask::at(scene.at + Duration::minutes(minutes))
        };
        let single = try_apply(&one, &settings, &ask).unwrap();
        let divided = in_parts(&parts, &settings, Mode::Apply, &ask, &whole(size)).unwrap();
        assert_eq!(told(&single, "run"), told(&divided, "run"));
        let states = |world: &World| world.all().into_iter().map(|i| (i.id.name, i.state, i.tags)).collect::<Vec<_>>();
        assert_eq!(states(&one), states(&parts));
        for kept in ["tables/", "acts/", "state/", "counts/"] {
            assert_eq!(left(&one, kept), left(&parts, kept), "{kept}");
        }
        // Only less than was reviewed, and of all that was reviewed something is said.
        let key = |step: &Step| (step.id.name.clone(), step.action.as_str());
        let steps: BTreeSet<_> = agreed.steps.iter().map(key).collect();
        assert!(divided.plan.steps.iter().all(|step| steps.contains(&key(step))), "{:?}", divided.plan.steps);
        let told: BTreeSet<_> = divided.outcomes.iter().map(|one| (one.id.name.clone(), one.action.as_str())).collect();
        assert_eq!(told, steps);
        let switched = parts.calls(Deed::switches);
        assert!(
            switched.iter().flat_map(|call| &call.ids).all(|id| agreed.steps.iter().any(|step| *step.id.name == **id))
        );
        let [mut done, mut dropped, mut others] = figures.get();
        done += divided.counts().stopped + divided.counts().started;
        dropped += divided.outcomes.len().saturating_sub(divided.plan.steps.len());
        others += divided.plan.deferred.iter().filter(|one| one.because == Cap::NotReviewed).count();
        figures.set([done, dropped, others]);
    });
    let [done, dropped, others] = figures.get();
    assert!(done > 70 && dropped > 70 && others >= 15, "too tame: {done} done, {dropped} dropped, {others} beyond it");
}

#[test]
fn what_is_not_done_of_a_reviewed_plan_is_reported_by_the_conclusion() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let world = two_accounts();
    let mut all = kept(&plan(&world, &with(&[]), at(EVENING)));
    all.settings = settings.hash.clone();
    world.change("i-1", |found| found.tag("idle-reaper:keep", ""));
    world.change("i-2", |found| found.state(State::Terminated));
    world.add(instance("i-5"));
    let ask = Ask { reviewed: Some(all), ..Ask::at(at(EVENING) + Duration::minutes(5)) };
    let report = in_parts(&world, &settings, Mode::Apply, &ask, &whole(1)).unwrap();
    let detail = |id: &str| report.outcomes.iter().find(|one| *one.id.name == *id).map(|one| one.detail.as_str());
    assert_eq!(
        (outcome_of(&report, "i-1"), detail("i-1")),
        (OutcomeKind::Overtaken, Some("now skip, by the rule `kept`"))
    );
    assert_eq!(outcome_of(&report, "i-2"), OutcomeKind::Overtaken);
    let [done] = &planned(&report)[..] else { panic!("{:?}", report.plan.steps) };
    let waits = if done == "i-3" { "i-4" } else { "i-3" };
    assert_eq!(outcome_of(&report, done), OutcomeKind::Stopping);
    assert_eq!(
        (outcome_of(&report, waits), detail(waits)),
        (OutcomeKind::NotTried, Some("deferred by `stops-per-run`"))
    );
    assert!(detail("i-5").is_none() && !world.rests("i-5").is_down(), "nobody has agreed to it");
}

type Wanted = fn(&PlanRefused) -> bool;

/// Reviewed plans of these two accounts that are unfit, and what is to be said of each.
fn unfit() -> Vec<(Plan, Wanted)> {
    let good = kept(&plan(&two_accounts(), &with(&[]), at(EVENING)));
    let earlier = |minutes| kept(&plan(&two_accounts(), &with(&[]), at(EVENING) - Duration::minutes(minutes)));
    vec![
        (earlier(60), |why| matches!(why, PlanRefused::Expired { .. })),
        (Plan { expires: at(EVENING) + Duration::days(9), ..earlier(61) }, |why| {
            matches!(why, PlanRefused::Expired { .. })
        }),
        (earlier(-2), |why| matches!(why, PlanRefused::FromTheFuture { .. })),
        (Plan { settings: "another".to_owned(), ..good.clone() }, |why| {
            matches!(why, PlanRefused::OtherSettings { .. })
        }),
        (Plan { refused: Some("too unreachable".to_owned()), ..good }, |why| {
            matches!(why, PlanRefused::WasRefused { .. })
        }),
    ]
}

fn refusal(ended: Result<Report, Error>) -> PlanRefused {
    match ended {
        Err(Error::Plan(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unfit_reviewed_plan_is_refused_by_the_first_part_in_the_words_of_a_run_in_one() {
    for (plan, wanted) in unfit() {
        let (one, parts) = (two_accounts(), two_accounts());
        let ask = Ask { reviewed: Some(plan), ..Ask::at(at(EVENING)) };
        let single = refusal(try_apply(&one, &with(&[]), &ask));
        let divided = refusal(in_parts(&parts, &with(&[]), Mode::Apply, &ask, &whole(1)));
        assert!(wanted(&divided), "{divided}");
        assert_eq!(single.to_string(), divided.to_string());
        assert_eq!(parts.log(), [], "nothing is asked, nothing taken");
    }
}

#[test]
fn a_reviewed_plan_that_became_unfit_on_the_way_is_refused_and_the_lock_goes_back() {
    let refused = |ask: &Ask, parts: &Parts<'_>| {
        let world = two_accounts();
        let why = refusal(in_parts(&world, &with(&[]), Mode::Apply, ask, parts));
        assert!(world.calls(Deed::acts).is_empty(), "{why}");
        let taken = world.calls(|deed| deed == Deed::CreateRecord).iter().any(|call| call.text == "acting.lock");
        assert!(
            taken && world.recorded("acting.lock").is_empty(),
            "the first part took it, and giving up gave it back"
        );
        assert!(world.recorded("decided.json").is_empty() && world.recorded("acts/").is_empty(), "{why}");
        why
    };
    // Somebody has put another file in its place. One that was made since the run began was not there to agree to.
    let good = kept(&plan(&two_accounts(), &with(&[]), at(EVENING)));
    let ask = Ask { reviewed: Some(good), ..Ask::at(at(EVENING)) };
    for (plan, wanted) in unfit() {
        let why = refused(&ask, &Parts { replaced: Some(&plan), minutes: 1, ..whole(1) });
        assert!(wanted(&why), "{why}");
    }
    // It was 50 minutes old when the run began: 6 minutes later than that in each of three parts, its hour is over.
    let old = kept(&plan(&two_accounts(), &with(&[]), at(EVENING) - Duration::minutes(50)));
    let ask = Ask { reviewed: Some(old), ..Ask::at(at(EVENING)) };
    let why = refused(&ask, &Parts { minutes: 6, ..whole(1) });
    assert!(matches!(why, PlanRefused::Expired { .. }), "{why}");
    let world = two_accounts();
    let report = in_parts(&world, &with(&[]), Mode::Apply, &ask, &Parts { minutes: 3, ..whole(1) }).unwrap();
    assert_eq!(report.counts().stopped, 4, "after 9 minutes it is not: {:?}", report.outcomes);
}

#[test]
fn a_plan_that_is_made_stands_although_the_reviewed_one_expires_before_it_is_asked_for_again() {
    // The children may be acting already: a refusal would leave the run without its conclusion.
    let old = kept(&plan(&two_accounts(), &with(&[]), at(EVENING) - Duration::minutes(50)));
    let ask = Ask { reviewed: Some(old), ..Ask::at(at(EVENING)) };
    let parts = Parts { minutes: 3, twice: true, ..whole(1) };
    let report = in_parts(&two_accounts(), &with(&[]), Mode::Apply, &ask, &parts).unwrap();
    assert_eq!(report.counts().stopped, 4);
}
