//! A run in parts is the same run: the same report, the same acts, the same messages. And where a part of it fails, the
//! rest tells the truth.

mod asked;
mod late;
mod reviewed;

use std::cell::Cell;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::savings::Savings;
use idle_reaper::engine::model::{Health, Outcome, OutcomeKind};
use idle_reaper::engine::model::{Instance, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::{Mode, Scope};
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::render::json;
use idle_reaper::run::Error;
use idle_reaper::run::FanOutError;
use idle_reaper::run::fan_out;
use serde_json::Value;

use crate::engine::judge::forgotten::{TELLING, rests, telling};
use crate::fake::{
    Ask, Deed, EVENING, Faults, HERE, Parts, SETTINGS, Shape, Stage, THERE, World, at, block_on, in_parts, instance,
    outcome_of, settings, try_apply, try_plan, with,
};
use crate::laws::arbitrary::{any_caps, any_faulty_scene, any_scene, for_all};
use crate::run::noise;

/// A report as JSON without what must differ: the run's own id, what it called, and when by the clock of the process.
fn told(report: &Report, run: &str) -> Value {
    let text = json(report, false).unwrap().replace(&*report.run, run);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["cost"] = Value::Null;
    value["counts"]["calls"] = Value::Null;
    for outcome in value["outcomes"].as_array_mut().unwrap() {
        outcome["at"] = Value::Null;
    }
    value
}

/// What stands in the record beneath `folder`, without what must differ.
fn left(world: &World, folder: &str) -> Vec<(String, Value)> {
    let line = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        if folder == "acts/" || value.get("outcome").is_some() {
            value["at"] = Value::Null; // when it was known, by the clock of the process
        }
        if value.get("calls").is_some() {
            value["calls"] = Value::Null;
        }
        value
    };
    let files = world.recorded(folder).into_iter().filter(|(key, _)| key.starts_with(folder));
    files.flat_map(|(key, text)| text.lines().map(|text| (key.clone(), line(text))).collect::<Vec<_>>()).collect()
}

fn whole(size: u16) -> Parts<'static> {
    Parts { size, ..Parts::default() }
}

/// Two accounts, two instances in each, all of them candidates.
fn two_accounts() -> World {
    let place = |id: &str, (account, region): (&str, &str)| instance(id).account(account).region(region);
    World::of([place("i-1", HERE), place("i-2", HERE), place("i-3", THERE), place("i-4", THERE)])
}

#[test]
fn a_run_in_parts_has_the_report_of_a_run_in_one() {
    let done = Cell::new(0);
    for_all(300, (any_scene(12), any_caps(), 1..4u16), |(scene, caps, size)| {
        let settings = Settings { caps, ..scene.settings.clone() };
        let (one, parts) = (scene.world(), scene.world());
        let ask = Ask { named: Some("20261125T123000Z-00000001"), ..Ask::at(scene.at) };
        if settings.run.record.is_none() {
            let refused = in_parts(&parts, &settings, Mode::Apply, &ask, &whole(size));
            assert!(matches!(refused, Err(Error::FanOut(FanOutError::NoRecord))), "{refused:?}");
            return;
        }
        for mode in [Mode::Plan, Mode::Apply] {
            let single = if mode == Mode::Plan { try_plan } else { try_apply }(&one, &settings, &ask).unwrap();
            let divided = in_parts(&parts, &settings, mode, &ask, &whole(size)).unwrap();
            assert_eq!(told(&single, "run"), told(&divided, "run"), "{mode:?}");
            done.set(done.get() + divided.outcomes.len());
        }
        let states = |world: &World| world.all().into_iter().map(|i| (i.id.name, i.state, i.tags)).collect::<Vec<_>>();
        assert_eq!(states(&one), states(&parts));
        assert_eq!(one.said(), parts.said());
        for kept in ["tables/", "acts/", "state/", "counts/"] {
            assert_eq!(left(&one, kept), left(&parts, kept), "{kept}");
        }
    });
    assert!(done.get() > 70, "only {} steps were done: the cases are too tame", done.get());
}

#[test]
fn whatever_goes_wrong_in_the_accounts_goes_wrong_in_the_same_way() {
    for_all(150, (any_faulty_scene(12), 1..4u16), |(scene, size)| {
        if scene.settings.run.record.is_none() {
            return;
        }
        let ask = Ask { named: Some("20261125T123000Z-00000001"), ..Ask::at(scene.at) };
        let single = try_apply(&scene.world(), scene.settings, &ask).unwrap();
        let divided = in_parts(&scene.world(), scene.settings, Mode::Apply, &ask, &whole(size)).unwrap();
        assert_eq!(told(&single, "run"), told(&divided, "run"));
    });
}

#[test]
fn three_weeks_in_which_everything_happens_are_the_same_weeks_in_parts() {
    let spread = |(n, found): (usize, Instance)| if n % 2 == 0 { found.account(THERE.0) } else { found };
    let fleet = || noise::fleet().into_iter().enumerate().map(spread);
    let (one, parts, settings) = (World::of(fleet()), World::of(fleet()), telling());
    let (mut now, end) = (at("2026-11-02T00:30:00+09:00"), at("2026-11-24T00:00:00+09:00"));
    let mut reports = Vec::new();
    while now < end {
        for world in [&one, &parts] {
            noise::people(world, now);
            noise::IDLE.iter().for_each(|id| rests(world, id, now));
        }
        let single = try_apply(&one, &settings, &Ask::at(now)).unwrap();
        let divided = in_parts(&parts, &settings, Mode::Apply, &Ask::at(now), &whole(1)).unwrap();
        assert_eq!(told(&single, "run"), told(&divided, "run"), "{now}");
        assert!(divided.unreachable.is_empty());
        reports.push(divided);
        now += Duration::hours(6);
    }
    assert_eq!(one.said(), parts.said(), "one digest");
    let counts = reports.iter().map(Report::counts);
    let (stopped, marked, messages) =
        counts.fold((0, 0, 0), |sum, c| (sum.0 + c.stopped, sum.1 + c.marked, sum.2 + c.messages));
    assert!(
        stopped > 30 && marked > 3 && messages > 3,
        "{stopped} stops, {marked} marks, {messages} messages: too tame"
    );
}

#[test]
fn a_child_that_looks_and_fails_leaves_its_accounts_unreachable_and_the_others_alone() {
    let settings = with(&[("[run]", "[run]\nmax-unreachable-percent = 60")]);
    let parts = Parts { lost: (&[1], &[]), ..whole(1) };
    let world = two_accounts();
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    let unreachable: Vec<_> =
        report.unreachable.iter().map(|unreachable| (&*unreachable.account, &*unreachable.region)).collect();
    assert_eq!(unreachable, [(THERE.0, "*")], "{:?}", report.unreachable);
    assert_eq!(report.health(), Health::Degraded);
    assert_eq!(outcome_of(&report, "i-1"), OutcomeKind::Stopping);
    assert!(report.rows.iter().all(|row| *row.id.place.account == *HERE.0), "nothing is known of the other");
    assert!(!world.rests("i-3").is_down() && !world.rests("i-4").is_down());
}

#[test]
fn too_many_lost_children_refuse_the_plan() {
    let world = two_accounts();
    let parts = Parts { lost: (&[1], &[]), ..whole(1) };
    let settings = with(&[("[run]", "[run]\nmax-unreachable-percent = 20")]);
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert!(report.plan.refused.is_some() && report.outcomes.is_empty(), "{:?}", report.plan);
}

#[test]
fn of_a_child_that_acts_and_fails_nobody_knows_what_it_did_and_the_report_says_so() {
    let world = two_accounts();
    let parts = Parts { lost: (&[], &[1]), ..whole(1) };
    let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(
        (outcome_of(&report, "i-1"), outcome_of(&report, "i-3")),
        (OutcomeKind::Stopping, OutcomeKind::Unverified)
    );
    assert_eq!(report.outcomes.len(), report.plan.steps.len(), "one for each step");
    assert_eq!(report.health(), Health::Degraded);
    let ids = |report: &Report| report.outcomes.iter().map(|outcome| outcome.id.name.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&report), report.plan.steps.iter().map(|step| step.id.name.clone()).collect::<Vec<_>>());
}

#[test]
fn a_child_that_acted_and_left_nothing_is_not_done_once_more_nor_called_not_tried() {
    let world = two_accounts();
    let parts = Parts { forgotten: &[1], ..whole(1) };
    let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(
        (outcome_of(&report, "i-1"), outcome_of(&report, "i-3")),
        (OutcomeKind::Stopping, OutcomeKind::Unverified)
    );
    assert!(world.rests("i-3").is_down());
    assert_eq!(
        world.calls(|deed| deed == Deed::Stop).len(),
        2,
        "one call for each target, and none for the second time"
    );
}

#[test]
fn a_run_that_nobody_concludes_counts_for_later_ones_all_the_same() {
    let world = two_accounts();
    let unconcluded = |world: &World| {
        let acts = world.recorded("acts/");
        let [(_, text)] = &acts[..] else { panic!("{acts:?}") };
        assert_eq!(text.lines().count(), 4);
        assert!(text.lines().all(|line| line.contains("\"unverified\"")), "{text}");
    };
    let parts = Parts { meanwhile: Some(&unconcluded), ..whole(1) };
    in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    let acts = world.recorded("acts/");
    assert!(acts.len() == 1 && !acts[0].1.contains("unverified"), "the conclusion writes what was seen: {acts:?}");
}

#[test]
fn a_last_hour_that_was_measured_long_ago_is_measured_anew_before_a_stop() {
    let busy = |world: &World| world.now_is("i-3", Activity::of_cpu(80.0));
    for (minutes, wanted) in [(1, OutcomeKind::Stopping), (12, OutcomeKind::Overtaken)] {
        let world = two_accounts();
        let parts = Parts { meanwhile: Some(&busy), minutes, ..whole(1) };
        let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
        assert_eq!(
            (outcome_of(&report, "i-3"), outcome_of(&report, "i-4")),
            (wanted, OutcomeKind::Stopping),
            "{minutes}"
        );
    }
    // No answer is no quiet hour.
    let gap = |world: &World| world.now_is("i-3", Activity::Gap("throttled".to_owned()));
    let parts = Parts { meanwhile: Some(&gap), minutes: 12, ..whole(1) };
    let report = in_parts(&two_accounts(), &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(outcome_of(&report, "i-3"), OutcomeKind::Overtaken);
}

#[test]
fn parts_that_begin_minutes_apart_keep_the_lock_and_the_schedule() {
    // 20 minutes apart: each renews the lock. 24 minutes apart the children begin after 96.
    for (minutes, stopped, late) in [(20, 4, 0), (24, 0, 4)] {
        let world = two_accounts();
        let parts = Parts { minutes, ..whole(1) };
        let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
        let too_late = |outcome: &&Outcome| outcome.detail.contains("more than 90 minutes ago");
        assert_eq!((report.counts().stopped, report.outcomes.iter().filter(too_late).count()), (stopped, late));
        assert!(world.recorded("acting.lock").is_empty(), "given back by the run that still held it");
    }
    // While nobody else takes it, a lock whose time is over is still the run's.
    let parts = Parts { minutes: 40, ..whole(1) };
    let report = in_parts(&two_accounts(), &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(report.counts().stopped, 0, "160 minutes are too late for a child");
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::NotTried), "{:?}", report.outcomes);
    // A schedule that opens in the meantime is heeded by the child, whatever the plan said.
    let before_opening = at("2026-11-26T08:40:00+09:00");
    let (single, parts) = (two_accounts(), Parts { minutes: 10, ..whole(1) });
    let planned = try_apply(&single, &with(&[]), &Ask::at(before_opening)).unwrap().plan.steps.len();
    let report = in_parts(&two_accounts(), &with(&[]), Mode::Apply, &Ask::at(before_opening), &parts).unwrap();
    assert_eq!((report.plan.steps.len(), report.counts().stopped), (planned, 0), "{:?}", report.outcomes);
}

#[test]
fn what_may_be_acting_is_not_given_up() {
    let world = two_accounts();
    let ask = Ask { named: Some("20261125T123000Z-00000001"), ..Ask::at(at(EVENING)) };
    in_parts(&world, &with(&[]), Mode::Apply, &ask, &whole(1)).unwrap();
    world.put("acting.lock", r#"{"run":"20261125T123000Z-00000001","until":"2026-11-25T13:00:00Z"}"#);
    let refused = block_on(fan_out::give_up(&world, "20261125T123000Z-00000001"));
    assert!(matches!(refused, Err(Error::FanOut(FanOutError::Acting { .. }))), "{refused:?}");
    assert_eq!(world.recorded("acting.lock").len(), 1);
}

#[test]
fn the_caps_are_those_of_the_whole_organisation() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 3")]);
    let world = two_accounts();
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &whole(1)).unwrap();
    assert_eq!((report.plan.steps.len(), report.plan.deferred.len()), (3, 1));
    assert_eq!(world.all().iter().filter(|instance| instance.state.is_down()).count(), 3);
}

#[test]
fn each_child_looks_once_more_before_it_acts() {
    let world = two_accounts();
    let keep = |world: &World| world.change("i-3", |instance| instance.tag("idle-reaper:keep", ""));
    let parts = Parts { meanwhile: Some(&keep), ..whole(1) };
    let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(
        (outcome_of(&report, "i-3"), outcome_of(&report, "i-4")),
        (OutcomeKind::Overtaken, OutcomeKind::Stopping)
    );
}

#[test]
fn a_pause_that_comes_after_the_plan_holds_every_child_back() {
    let world = two_accounts();
    let pause = |world: &World| world.set_pause(Some("incident"));
    let parts = Parts { meanwhile: Some(&pause), ..whole(1) };
    let report = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::NotTried), "{:?}", report.outcomes);
    assert!(world.calls(Deed::acts).is_empty());
}

#[test]
fn the_lock_is_held_from_the_first_part_to_the_last() {
    let world = two_accounts();
    let seen = Cell::new(0);
    let look = |world: &World| seen.set(world.recorded("acting.lock").len());
    let parts = Parts { meanwhile: Some(&look), ..whole(1) };
    in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(seen.get(), 1, "nobody held the lock between the plan and the acts");
    assert!(world.recorded("acting.lock").is_empty(), "it was not given back");
    // While it is another's, nothing is begun.
    world.put("acting.lock", r#"{"run":"20261125T123000Z-00000009","until":"2026-11-25T13:00:00Z"}"#);
    let refused = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &whole(1));
    assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
}

#[test]
fn a_child_whose_run_has_lost_the_lock_does_nothing() {
    let world = two_accounts();
    let steal = |world: &World| {
        world.put("acting.lock", r#"{"run":"20261125T123000Z-00000009","until":"2026-11-25T13:00:00Z"}"#);
    };
    let parts = Parts { meanwhile: Some(&steal), ..whole(1) };
    let settings = settings(&SETTINGS.replace("[calendars.japan]", TELLING));
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::NotTried), "{:?}", report.outcomes);
    assert!(report.outcomes[0].detail.contains("00000009"), "{}", report.outcomes[0].detail);
    assert!(world.calls(Deed::acts).is_empty());
    assert!(report.troubled, "the conclusion has lost it too");
    let left = |world: &World| world.recorded("told.jsonl").len() + world.recorded(Savings::KEY).len();
    assert_eq!(left(&world), 0, "another run may have told and counted since");
    assert_eq!(world.recorded("report.json").len(), 1, "what is known is recorded all the same");
    assert_eq!(world.recorded("acting.lock").len(), 1, "it is another's, and stays");
    let undisturbed = two_accounts();
    in_parts(&undisturbed, &settings, Mode::Apply, &Ask::at(at(EVENING)), &whole(1)).unwrap();
    assert_eq!(left(&undisturbed), 2, "these settings leave something to tell");
}

#[test]
fn settings_that_change_on_the_way_let_nothing_more_be_done() {
    let (settings, other) = (with(&[]), with(&[("stops-per-run = 1000", "stops-per-run = 999")]));
    for stage in [Stage::Scan, Stage::Plan] {
        let world = two_accounts();
        let parts = Parts { changed: Some((stage, &other)), ..whole(1) };
        let refused = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts);
        assert!(matches!(refused, Err(Error::FanOut(FanOutError::OtherSettings { .. }))), "{refused:?}");
        assert!(world.calls(Deed::acts).is_empty() && world.recorded("acting.lock").is_empty());
    }
    let world = two_accounts();
    let parts = Parts { changed: Some((Stage::Act, &other)), ..whole(1) };
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::NotTried), "{:?}", report.outcomes);
    assert!(world.calls(Deed::acts).is_empty());
    // What was done before they changed is told all the same.
    let world = two_accounts();
    let parts = Parts { changed: Some((Stage::Conclude, &other)), ..whole(1) };
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(report.counts().stopped, 4);
    assert!(report.troubled && report.notes.iter().any(|note| note.contains("settings were changed")));
}

#[test]
fn the_past_is_read_once_for_all_parts_and_one_that_is_lost_is_no_empty_past() {
    let world = two_accounts();
    in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &whole(1)).unwrap();
    let reads = |folder: &str| world.calls(|deed| deed == Deed::ReadRecord).iter().filter(|c| c.text == folder).count();
    assert_eq!((reads("acts"), reads("undone")), (1, 1));
    // What is known of the past goes astray between the plan and the acts.
    let world = two_accounts();
    let lose = |world: &World| {
        let [(key, _)] = &world.recorded("past.json")[..] else { panic!("no past") };
        world.put(key, "lost");
    };
    let parts = Parts { meanwhile: Some(&lose), ..whole(1) };
    let broken = in_parts(&world, &with(&[]), Mode::Apply, &Ask::at(at(EVENING)), &parts);
    assert!(matches!(broken, Err(Error::FanOut(FanOutError::Unreadable { .. }))), "{broken:?}");
    assert!(world.calls(Deed::acts).is_empty(), "nothing is done without the past");
}

#[test]
fn a_part_that_is_asked_twice_plans_and_acts_once() {
    let (world, settings) = (two_accounts(), with(&[]));
    let parts = Parts { twice: true, ..whole(1) };
    let report = in_parts(&world, &settings, Mode::Apply, &Ask::at(at(EVENING)), &parts).unwrap();
    assert_eq!(report.counts().stopped, 4, "the second answer is the first one's, not that all were stopped already");
    assert_eq!(world.calls(|deed| deed == Deed::Stop).len(), 2, "one call for each target");
    assert_eq!(report.plan.refused, None, "the run's own count is no sudden change");
}

#[test]
fn a_region_that_no_account_has_is_an_error_and_one_that_few_have_is_none() {
    let world = two_accounts();
    let scope = |region: &str| Scope { regions: Some(vec![region.to_owned()]), ..Scope::default() };
    let only = |region| Ask { scope: scope(region), ..Ask::at(at(EVENING)) };
    let settings = with(&[]);
    let few = in_parts(&world, &settings, Mode::Apply, &only(HERE.1), &whole(1)).unwrap();
    assert_eq!(few.rows.len(), 2, "only one account has it: {:?}", few.unreachable);
    assert!(few.unreachable.is_empty());
}

#[test]
fn a_look_that_breaks_off_shows_what_it_has_seen_and_acts_on_none_of_it() {
    let breaks_after = [(Target::new(THERE.0, THERE.1), 1)].into();
    let faults = Faults { breaks_after, ..Faults::default() };
    let broken = || two_accounts().with_faults(faults.clone());
    let settings = with(&[("[run]", "[run]\nmax-unreachable-percent = 60")]);
    let ask = Ask { named: Some("20261125T123000Z-00000001"), ..Ask::at(at(EVENING)) };
    let single = try_apply(&broken(), &settings, &ask).unwrap();
    let divided = in_parts(&broken(), &settings, Mode::Apply, &ask, &whole(1)).unwrap();
    assert_eq!(told(&single, "run"), told(&divided, "run"));
    assert_eq!(divided.rows.len(), 3);
    let broken: Vec<_> = divided.rows.iter().filter(|row| *row.id.place.account == *THERE.0).collect();
    assert!(matches!(&broken[..], [row] if !row.armed), "{broken:?}");
}
