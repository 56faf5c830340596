//! The way back: an undo starts what one run has stopped and nobody has touched since, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration as Time;

use chrono::Duration;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Instance, Reason, State, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::request::overrides::UndoOverrides;
use idle_reaper::engine::undo::{Finding, Undo, WhyNot};
use idle_reaper::ports::Switch;
use idle_reaper::run::UndoError;

use crate::fake::{
    Ask, Back, Deed, EVENING, Fault, Faults, HERE, NO_DAILY_CAPS, Shape, THERE, World, apply, at, instance, row,
    try_apply, try_undo, with,
};
use crate::laws::arbitrary::{any_faulty_scene, for_all};

/// The run of the evening; the record needs an id of the true form.
const RUN: &str = "20261125T123000Z-1a2b3c4d";

/// Some minutes later.
const LATER: &str = "2026-11-25T21:45:00+09:00";

/// Settings without a look at the last hour, and with a pause parameter.
fn pausable() -> idle_reaper::engine::config::Settings {
    with(&[("record = \"record\"", "record = \"record\"\npause = \"ssm:/pause\"")])
}

/// Stops everything in the evening.
fn evening(world: &World) -> Report {
    let ask = Ask { named: Some(RUN), ..Ask::at(at(EVENING)) };
    let report = try_apply(world, &with(&[]), &ask).expect("a report");
    for stopped in report.outcomes.iter() {
        world.change(&stopped.id.name, |one| match one.state {
            State::Stopping => Instance { state: State::Stopped, ..one },
            _ => one,
        });
    }
    report
}

fn fleet(count: usize) -> World {
    World::of((1..=count).map(|n| instance(&format!("i-{n}"))))
}

/// Undoes the whole run.
fn back() -> Back {
    Back { undoes: RUN.to_owned(), at: at(LATER), apply: true, ..Back::default() }
}

fn dry() -> Back {
    Back { apply: false, ..back() }
}

fn only(instances: &[&str]) -> Scope {
    Scope { instances: Some(instances.iter().map(ToString::to_string).collect()), ..Scope::default() }
}

fn undo(world: &World, back: &Back) -> Undo {
    try_undo(world, &with(&[]), back).expect("an undo")
}

fn started(undo: &Undo) -> Vec<&str> {
    undo.outcomes.iter().filter(|one| one.outcome == OutcomeKind::Started).map(|one| &*one.id.name).collect()
}

/// The word why one instance is left alone; `start` where it is not.
fn word(undo: &Undo, id: &str) -> &'static str {
    let found = undo.found.iter().find(|found| *found.stop.id.name == *id).expect("a line");
    match &found.finding {
        Finding::Start => "start",
        Finding::Left(why) => why.as_str(),
    }
}

#[test]
fn what_a_run_has_stopped_is_started_again_and_its_tag_goes() {
    let world = fleet(3);
    assert_eq!(evening(&world).counts().stopped, 3);
    let undo = undo(&world, &back());
    assert_eq!((started(&undo), undo.health()), (vec!["i-1", "i-2", "i-3"], Health::Ok));
    for id in ["i-1", "i-2", "i-3"] {
        assert_eq!((world.rests(id), world.get(id).tags.get("idle-reaper:stopped")), (State::Running, None));
    }
    assert!(world.recorded("acting.lock").is_empty());
    assert_eq!(world.recorded(&format!("{}/report.json", undo.run)).len(), 1);
}

#[test]
fn a_dry_undo_writes_nothing_anywhere() {
    let world = fleet(3);
    evening(&world);
    world.forget();
    let undo = undo(&world, &dry());
    assert_eq!((undo.plan.steps.len(), undo.outcomes.len()), (3, 0));
    assert_eq!(world.calls(Deed::writes), []);
    assert_eq!(world.calls(|deed| deed == Deed::LookAt), [], "only what the run stopped is looked at");
}

#[test]
fn only_what_that_run_stopped_and_nobody_touched_since_is_started() {
    let world = fleet(8);
    let world = world.with_faults(Faults::one("i-8", Fault::Protected));
    evening(&world);
    world.mend();
    let night = Some(at("2026-11-25T21:40:00+09:00"));
    world.change("i-1", |one| Instance { launch: night, state: State::Running, ..one });
    world.change("i-2", |one| Instance { launch: night, ..one }); // started, and stopped by hand
    world.change("i-3", |one| one.untagged("idle-reaper:stopped"));
    world.change("i-4", |one| one.tag("idle-reaper:stopped", "2026-11-25T12:35:00Z run=another policy=dev"));
    world.change("i-5", |one| one.tag("idle-reaper:stopped", "by hand"));
    world.change("i-6", |one| one.account("gone").region("gone"));
    world.add(instance("i-9").reaped()); // an earlier run's
    world.forget();
    let undo = undo(&world, &back());
    for (id, wanted) in [
        ("i-1", "up"),
        ("i-2", "touched"),
        ("i-3", "no-tag"),
        ("i-4", "other-run"),
        ("i-5", "tag-unreadable"),
        ("i-6", "gone"),
        ("i-7", "start"),
        ("i-8", "not-stopped"),
    ] {
        assert_eq!(word(&undo, id), wanted, "{id}");
    }
    assert_eq!(started(&undo), ["i-7"]);
    let touched: BTreeSet<Box<str>> = world.calls(Deed::acts).into_iter().flat_map(|call| call.ids).collect();
    assert_eq!(touched, BTreeSet::from(["i-7".into()]));
}

#[test]
fn a_tag_from_the_future_and_one_that_is_still_stopping_start_nothing() {
    let world = fleet(2);
    evening(&world);
    world.change("i-1", |one| one.tag("idle-reaper:stopped", &format!("2026-12-25T12:30:00Z run={RUN} policy=dev")));
    world.change("i-2", |one| Instance { state: State::Stopping, ..one });
    let undo = undo(&world, &dry());
    assert_eq!((word(&undo, "i-1"), word(&undo, "i-2")), ("tag-unreadable", "still-stopping"));
    assert_eq!(undo.health(), Health::Degraded, "what is not undone yet does not look like a clean result");
}

#[test]
fn an_undo_touches_only_what_that_run_stopped_whatever_goes_wrong() {
    let count = std::cell::Cell::new(0);
    for_all(200, any_faulty_scene(10), |scene| {
        let mut scene = scene;
        scene.instances.retain(|found| !found.id.name.is_empty());
        let world = scene.world();
        let ask = Ask { named: Some(RUN), ..Ask::at(scene.at) };
        let Ok(report) = try_apply(&world, scene.settings, &ask) else { return };
        let run = format!("{}-1a2b3c4d", scene.at.format("%Y%m%dT%H%M%SZ"));
        for (key, text) in world.recorded(RUN) {
            world.put(&key.replace(RUN, &run), &text);
        }
        let stopped: BTreeSet<Arc<str>> = report
            .outcomes
            .iter()
            .filter(|one| matches!(one.outcome, OutcomeKind::Stopped | OutcomeKind::Stopping | OutcomeKind::Unverified))
            .map(|one| one.id.name.clone())
            .collect();
        world.forget();
        let back = Back { undoes: run, at: scene.at + Duration::minutes(5), apply: true, ..Back::default() };
        let Ok(undo) = try_undo(&world, scene.settings, &back) else { return };
        for call in world.calls(Deed::acts) {
            assert!(call.ids.iter().all(|id| stopped.contains(&**id)), "{call:?} beyond {stopped:?}");
            assert!(!matches!(call.deed, Deed::Stop | Deed::Hibernate), "{call:?}");
        }
        count.set(count.get() + undo.found.len());
    });
    assert!(count.get() > 50, "only {} stops: the cases are too tame", count.get());
}

#[test]
fn an_undo_twice_does_no_more_than_once() {
    let world = fleet(3);
    evening(&world);
    undo(&world, &back());
    world.set_pause(None);
    world.forget();
    let again = undo(&world, &Back { at: at(LATER) + Duration::minutes(1), ..back() });
    assert_eq!(again.plan.steps, []);
    assert!(again.found.iter().all(|found| matches!(found.finding, Finding::Left(WhyNot::Up(_)))));
    assert_eq!(world.calls(Deed::acts), []);
    assert_eq!(world.calls(|deed| deed == Deed::Pause), [], "what is done already pauses nobody");
}

#[test]
fn what_was_undone_is_left_alone_until_the_opening_after_next() {
    let world = fleet(2);
    evening(&world);
    undo(&world, &Back { scope: only(&["i-1"]), ..back() });
    let reason = |now: &str| row(&crate::fake::plan(&world, &with(&[]), at(now)), "i-1").verdict.reason();
    // Undone on Wednesday evening: the next opening is Thursday's, the one after it Friday's.
    for night in ["2026-11-25T21:46:00+09:00", "2026-11-26T02:00:00+09:00", "2026-11-26T23:00:00+09:00"] {
        assert_eq!(reason(night), Reason::Undone, "{night}");
        apply(&world, &with(&[]), at(night));
        assert_eq!(world.rests("i-1"), State::Running, "{night}");
    }
    assert_eq!(reason("2026-11-26T12:00:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("2026-11-27T12:00:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("2026-11-27T21:30:00+09:00"), Reason::OutsideHours);
    assert_eq!(apply(&world, &with(&[]), at("2026-11-27T21:30:00+09:00")).counts().stopped, 1);
}

#[test]
fn a_long_holiday_does_not_end_what_was_undone() {
    let world = fleet(1);
    let settings = with(&[("holidays = [\"jp\"]", "holidays = [\"jp\"]\nclosed = [\"2026-11-26..2026-12-09\"]")]);
    evening(&world);
    undo(&world, &back());
    // Opens next on the 10th and, after next, on the 11th: two weeks and a day later.
    for (now, wanted) in [
        ("2026-12-08T21:30:00+09:00", Reason::Undone),
        ("2026-12-10T23:30:00+09:00", Reason::Undone),
        ("2026-12-11T21:30:00+09:00", Reason::OutsideHours),
    ] {
        let report = crate::fake::plan(&world, &settings, at(now));
        assert_eq!(row(&report, "i-1").verdict.reason(), wanted, "{now}");
    }
}

#[test]
fn an_undo_that_cannot_be_read_holds_everything_back_and_a_draft_of_one_nothing() {
    let key = |file: &str| format!("undone/date=2026-11-24/{file}");
    for line in ["{\"id\":\"i-1\"", "{\"id\":\"i-1\"}", "{\"at\":\"2026-11-24T12:30:00Z\"}"] {
        let world = fleet(1);
        world.put(&key("run-0.jsonl"), &format!("{{\"id\":\"i-2\",\"at\":\"2026-11-24T12:30:00Z\"}}\n \n{line}\n"));
        let failed = try_apply(&world, &with(&[]), &Ask::at(at(EVENING))).expect_err("nobody knows who is skipped");
        assert!(
            format!("{failed:?}").contains("line 3 of `undone/date=2026-11-24/run-0.jsonl` cannot be read"),
            "{failed:?}"
        );
        assert_eq!(world.calls(Deed::acts), []);
        let world = fleet(1);
        world.put(&key("run-0.draft"), line);
        assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, 1, "{line}");
    }
}

#[test]
fn an_undo_by_a_clock_that_is_a_little_ahead_spares_and_one_from_the_future_does_not() {
    for (undone, reason) in [("2026-11-25T12:30:30Z", Reason::Undone), ("2026-11-25T12:40:00Z", Reason::OutsideHours)] {
        let world = fleet(1);
        world.put("undone/date=2026-11-25/run-0.jsonl", &format!("{{\"id\":\"i-1\",\"at\":\"{undone}\"}}\n"));
        let report = crate::fake::plan(&world, &with(&[]), at(EVENING));
        assert_eq!(row(&report, "i-1").verdict.reason(), reason, "{undone}");
    }
}

#[test]
fn an_undo_that_breaks_off_has_spared_what_it_set_out_to_start() {
    let world = fleet(1);
    evening(&world);
    let faults = Faults { no_writing_again: Some("acts/"), ..Faults::default() };
    let world = world.with_faults(faults);
    let undone = undo(&world, &back());
    assert_eq!((undone.health(), world.rests("i-1")), (Health::Degraded, State::Running));
    let night = at("2026-11-26T21:30:00+09:00");
    assert_eq!(row(&crate::fake::plan(&world, &with(&[]), night), "i-1").verdict.reason(), Reason::Undone);
}

#[test]
fn undoing_a_whole_run_pauses_the_reaper_after_its_starts_and_part_of_it_does_not() {
    let world = fleet(2);
    evening(&world);
    let part = try_undo(&world, &pausable(), &Back { scope: only(&["i-1"]), ..back() }).expect("an undo");
    assert_eq!((started(&part), world.calls(|deed| deed == Deed::Pause).len()), (vec!["i-1"], 0));
    let whole = try_undo(&world, &pausable(), &back()).expect("an undo");
    assert_eq!(started(&whole), ["i-2"]);
    let log = world.log();
    let pause = log.iter().position(|call| call.deed == Deed::Pause).expect("a pause");
    let start = log.iter().rposition(|call| call.deed == Deed::Start).expect("a start");
    let release = log.iter().rposition(|call| call.deed == Deed::RemoveRecord).expect("the lock is given back");
    assert!(start < pause && pause < release, "paused after its starts, and before another run may act");
    assert!(log[pause].text.contains(RUN), "{:?}", log[pause]);
    let night = apply(&world, &pausable(), at("2026-11-27T21:30:00+09:00"));
    assert_eq!((night.counts().stopped, world.rests("i-1")), (0, State::Running), "paused until somebody says `off`");
}

#[test]
fn without_a_pause_parameter_or_the_right_to_write_it_the_undo_says_so() {
    let world = fleet(1);
    evening(&world);
    let note = |undo: &Undo, part: &str| undo.notes.iter().any(|note| note.contains(part));
    let undone = undo(&world, &back());
    assert!(note(&undone, "take `armed` away") && undone.health() == Health::Ok, "{:?}", undone.notes);
    let world = fleet(1);
    evening(&world);
    let world = world.with_faults(Faults { no_pausing: true, ..Faults::default() });
    let undone = try_undo(&world, &pausable(), &back()).expect("an undo");
    assert!(note(&undone, "pause it by hand") && undone.health() == Health::Degraded, "{:?}", undone.notes);
    assert_eq!(started(&undone), ["i-1"]);
}

#[test]
fn a_paused_reaper_undoes_nothing_unless_the_request_says_so_and_stays_paused() {
    for switch in [Switch::On("maintenance".to_owned()), Switch::Unreadable("denied".to_owned())] {
        let world = fleet(1);
        evening(&world);
        let world = world.with_faults(Faults::paused_after(0, switch));
        world.forget();
        let refused = try_undo(&world, &pausable(), &back());
        assert!(matches!(refused, Err(UndoError::Paused(_))), "{refused:?}");
        assert_eq!(world.calls(Deed::writes), []);
        let overrides = UndoOverrides { even_paused: true, ..UndoOverrides::default() };
        let undone = try_undo(&world, &pausable(), &Back { overrides, ..back() }).expect("an undo");
        assert_eq!(started(&undone), ["i-1"]);
        assert_eq!(world.calls(|deed| deed == Deed::Pause), [], "what people wrote into the switch stays");
    }
}

#[test]
fn a_frozen_period_holds_an_undo_back_unless_the_request_says_otherwise() {
    let world = fleet(1);
    evening(&world);
    let frozen = with(&[("holidays = [\"jp\"]", "freeze = [\"2026-11-25\"]")]);
    let undone = try_undo(&world, &frozen, &dry()).expect("an undo");
    assert_eq!(word(&undone, "i-1"), "frozen");
    let overrides = UndoOverrides { even_frozen: true, ..UndoOverrides::default() };
    let undone = try_undo(&world, &frozen, &Back { overrides, ..back() }).expect("an undo");
    assert_eq!(started(&undone), ["i-1"]);
}

#[test]
fn an_undo_needs_a_record_and_neither_key_nor_the_absence_of_a_keep() {
    let world = fleet(1);
    evening(&world);
    world.change("i-1", |one| one.tag("idle-reaper:keep", ""));
    let unarmed = with(&[("armed = true", "armed = false")]);
    assert_eq!(started(&try_undo(&world, &unarmed, &back()).expect("an undo")), ["i-1"]);
    let bare = with(&[("record = \"record\"", "")]);
    assert!(matches!(try_undo(&world, &bare, &back()), Err(UndoError::NoRecord)));
}

#[test]
fn an_intent_that_cannot_be_recorded_starts_nothing() {
    for what in ["tables/plans", "undone/", "plan.json", "acts/", "acting.lock"] {
        let world = fleet(1);
        evening(&world);
        let world = world.with_faults(Faults { no_writing: Some(what), ..Faults::default() });
        let failed = try_undo(&world, &with(&[]), &back());
        assert!(matches!(failed, Err(UndoError::Record(_))), "{what}: {failed:?}");
        assert_eq!(world.rests("i-1"), State::Stopped, "{what}");
    }
}

#[test]
fn what_the_record_does_not_tell_is_an_error() {
    let world = fleet(1);
    evening(&world);
    let ask = |run: &str| try_undo(&world, &with(&[]), &Back { undoes: run.to_owned(), ..back() });
    for run in ["20261124T123000Z-1a2b3c4d", "yesterday", "../../secret-1"] {
        let failed = ask(run).expect_err("an error").to_string();
        assert!(failed.contains(run), "{failed}");
    }
    let world = world.with_faults(Faults { no_reading: true, ..Faults::default() });
    assert!(matches!(try_undo(&world, &with(&[]), &back()), Err(UndoError::Past(_))));
}

#[test]
fn of_a_run_that_broke_off_the_tags_tell() {
    let world = fleet(2);
    evening(&world);
    let text = world.recorded(&format!("{RUN}/plan.json")).pop().expect("an intent").1;
    let world = World::of(world.all());
    world.put(&format!("runs/date=2026-11-25/{RUN}/plan.json"), &text);
    world.change("i-2", |one| Instance { state: State::Running, ..one.untagged("idle-reaper:stopped") });
    let undone = undo(&world, &back());
    assert_eq!((started(&undone), word(&undone, "i-2")), (vec!["i-1"], "up"));
    assert!(undone.notes.iter().any(|note| note.contains("broke off")), "{:?}", undone.notes);
}

#[test]
fn an_unreachable_target_is_shown_degrades_and_spoils_nothing_else() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0).region(THERE.1)]);
    evening(&world);
    let faults = Faults { unreachable: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() };
    let undone = undo(&world.with_faults(faults), &back());
    assert_eq!((word(&undone, "i-1"), started(&undone)), ("unreachable", vec!["i-2"]));
    assert_eq!((undone.unreachable.len(), undone.health()), (1, Health::Degraded));
}

#[test]
fn selectors_narrow_an_empty_one_selects_nothing_and_a_typo_is_noted() {
    let world = World::of([instance("i-1"), instance("i-2").account(THERE.0).region(THERE.1)]).with_account(
        THERE.0,
        Some("shop-dev"),
        None,
    );
    evening(&world);
    let ask = |scope: Scope| undo(&world, &Back { scope, ..dry() });
    let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    for (scope, wanted) in [
        (Scope { accounts: list(&[HERE.0]), ..Scope::default() }, ["start", "not-selected"]),
        (Scope { accounts: list(&["Shop-Dev"]), ..Scope::default() }, ["not-selected", "start"]),
        (Scope { regions: list(&[THERE.1]), ..Scope::default() }, ["not-selected", "start"]),
        (only(&["i-1"]), ["start", "not-selected"]),
        (Scope { policies: list(&["dev"]), ..Scope::default() }, ["start", "start"]),
        (Scope { policies: list(&[]), ..Scope::default() }, ["not-selected", "not-selected"]),
        (only(&[]), ["not-selected", "not-selected"]),
    ] {
        let undone = ask(scope.clone());
        assert_eq!(["i-1", "i-2"].map(|id| word(&undone, id)), wanted, "{scope:?}");
        assert_eq!(undone.notes, Vec::<String>::new());
    }
    let undone = ask(only(&["i-typo"]));
    assert!(undone.plan.steps.is_empty() && undone.notes[0].contains("i-typo"), "{:?}", undone.notes);
}

#[test]
fn a_start_that_is_refused_or_falls_back_is_reported_and_can_be_undone_again() {
    let world = fleet(3);
    evening(&world);
    let faults = Faults::one("i-1", Fault::StartRefused).and("i-2", Fault::FallsBack);
    let world = world.with_faults(faults);
    let undone = undo(&world, &back());
    assert_eq!((started(&undone), undone.health()), (vec!["i-3"], Health::Degraded));
    let detail = |id: &str| &undone.outcomes.iter().find(|one| *one.id.name == *id).expect("an outcome").detail;
    assert!(detail("i-2").contains("kms:CreateGrant"), "{}", detail("i-2"));
    let tag = world.get("i-2").tags.get("idle-reaper:stopped").expect("still owed").to_owned();
    assert!(tag.contains(RUN), "it is still what the first run left: {tag}");
    world.mend();
    let again = undo(&world, &Back { at: at(LATER) + Duration::minutes(5), ..back() });
    assert_eq!(started(&again), ["i-1", "i-2"]);
}

#[test]
fn what_there_is_no_time_for_is_not_tried_and_the_next_undo_makes_it_up() {
    let world = fleet(2);
    evening(&world);
    let undone = undo(&world, &Back { left: Some(Time::from_secs(30)), ..back() });
    assert!(undone.outcomes.iter().all(|one| one.outcome == OutcomeKind::NotTried), "{:?}", undone.outcomes);
    assert_eq!(started(&undo(&world, &back())).len(), 2);
}

#[test]
fn beyond_a_thousand_starts_in_one_place_the_undo_waits_for_aws() {
    let world = World::of((0..1100).map(|n| instance(&format!("i-{n:04}"))));
    let settings = with(&[
        ("stops-per-run = 1000", "stops-per-run = 2000"),
        ("stops-per-account = 1000", "stops-per-account = 2000"),
        NO_DAILY_CAPS,
    ]);
    let ask = Ask { named: Some(RUN), ..Ask::at(at(EVENING)) };
    assert_eq!(try_apply(&world, &settings, &ask).expect("a report").counts().stopped, 1100);
    world.all().iter().for_each(|one| world.change(&one.id.name, |one| Instance { state: State::Stopped, ..one }));
    world.forget();
    let undone = undo(&world, &back());
    assert_eq!(started(&undone).len(), 1100);
    let starts = world.calls(|deed| deed == Deed::Start);
    assert!(starts.len() == 22 && starts.iter().all(|call| call.ids.len() == 50));
}
