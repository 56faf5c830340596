//! Acting, law by law in examples: re-check, halve what is refused, verify, and try again what did not hold.

use std::collections::BTreeMap;

use chrono::Duration;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::engine::model::{Instance, Reason, State, Target};
use idle_reaper::engine::plan::PlanRefused;
use idle_reaper::run::Error;

use crate::fake::{
    Ask, Change, Deed, EVENING, Fault, Faults, HERE, NO_DAILY_CAPS, Shape, World, apply, apply_both, at, instance,
    outcome_of, outcomes_of, plan, planned, row, try_apply, with,
};

const MORNING: &str = "2026-11-26T09:00:00+09:00";

fn fleet(count: usize) -> impl Iterator<Item = Instance> {
    (0..count).map(|n| instance(&format!("i-{n:02}")))
}

#[test]
fn what_has_changed_since_the_plan_is_left_alone() {
    for (change, end) in [
        (Change::Restarted, OutcomeKind::Overtaken),
        (Change::Kept, OutcomeKind::Overtaken),
        (Change::Rescheduled, OutcomeKind::Overtaken),
        (Change::Terminated, OutcomeKind::Overtaken),
        (Change::Gone, OutcomeKind::Overtaken),
        (Change::Stopped, OutcomeKind::Already),
    ] {
        let world = World::of(fleet(2)).with_faults(Faults::change("i-00", change));
        let report = apply(&world, &with(&[]), at(EVENING));
        assert_eq!(outcome_of(&report, "i-00"), end, "{change:?}");
        assert!(world.calls(Deed::acts).iter().all(|call| !call.names("i-00")), "{change:?}");
        assert_eq!((world.rests("i-01"), report.health()), (State::Stopped, Health::Ok), "{change:?}");
    }
}

#[test]
fn what_somebody_restarted_since_the_plan_is_left_alone_however_little_a_start_is_respected() {
    let settings = with(&[("unannounced = true", "unannounced = true\novertime = \"0m\"\nmin-uptime = \"0m\"")]);
    let world = World::of(fleet(1)).with_faults(Faults::change("i-00", Change::Restarted));
    let report = apply(&world, &settings, at(EVENING));
    assert_eq!((outcome_of(&report, "i-00"), world.calls(Deed::acts)), (OutcomeKind::Overtaken, Vec::new()));
    assert!(report.outcomes[0].detail.contains("somebody started it"), "{}", report.outcomes[0].detail);
}

#[test]
fn a_start_is_rechecked_too() {
    for (change, end) in [
        (Change::Started, OutcomeKind::Already),
        (Change::Terminated, OutcomeKind::Overtaken),
        (Change::Gone, OutcomeKind::Overtaken),
    ] {
        let world = World::of(fleet(2).map(Shape::reaped)).with_faults(Faults::change("i-00", change));
        let report = apply(&world, &with(&[]), at(MORNING));
        assert_eq!(outcome_of(&report, "i-00"), end, "{change:?}");
        assert!(world.calls(Deed::acts).iter().all(|call| !call.names("i-00")), "{change:?}");
        assert_eq!(world.rests("i-01"), State::Running, "{change:?}");
    }
}

#[test]
fn what_the_reaper_stopped_is_started_whether_its_team_keeps_it_before_or_after_the_plan() {
    let keeps = [
        ("Idle-Reaper:Keep", ""),
        ("idle-reaper:keep-until", "2026-12-24 our messages say so"),
        ("idle-reaper:keep-until", "next friday"),
    ];
    for (key, value) in keeps {
        let world = World::of([instance("i-00").reaped().tag(key, value)]);
        let night = apply(&world, &with(&[]), at(EVENING));
        assert_eq!((world.rests("i-00"), night.plan.steps.len()), (State::Stopped, 0), "not before its opening");
        let report = apply(&world, &with(&[]), at(MORNING));
        assert_eq!(
            (outcome_of(&report, "i-00"), world.rests("i-00")),
            (OutcomeKind::Started, State::Running),
            "{key}={value}"
        );
        let evening = apply(&world, &with(&[]), at(MORNING) + Duration::hours(13));
        assert_eq!((world.rests("i-00"), evening.plan.steps.len()), (State::Running, 0), "kept: never stopped again");
    }
    let world = World::of(fleet(1).map(Shape::reaped)).with_faults(Faults::change("i-00", Change::Kept));
    assert_eq!(outcome_of(&apply(&world, &with(&[]), at(MORNING)), "i-00"), OutcomeKind::Started);
}

#[test]
fn what_somebody_else_stopped_or_touched_stays_stopped_though_it_is_kept() {
    let strange = instance("i-00").reaped().untagged("idle-reaper:stopped");
    let touched = Instance { transition: Some(at(EVENING)), ..instance("i-00").reaped() };
    for found in [strange, touched] {
        let world = World::of([found.tag("idle-reaper:keep", "")]);
        let report = apply(&world, &with(&[]), at(MORNING));
        assert_eq!((row(&report, "i-00").verdict.reason(), world.rests("i-00")), (Reason::Kept, State::Stopped));
    }
}

#[test]
fn what_cannot_be_looked_at_again_is_not_acted_on() {
    let unreachable_again = [Target::new(HERE.0, HERE.1)].into();
    let world = World::of(fleet(3)).with_faults(Faults { unreachable_again, ..Faults::default() });
    let report = apply(&world, &with(&[]), at(EVENING));
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::Failed));
    assert_eq!((world.calls(Deed::acts), report.health()), (Vec::new(), Health::Degraded));
}

#[test]
fn a_refused_batch_is_halved_until_the_culprit_stands_alone() {
    let world = World::of(fleet(50)).with_faults(Faults::one("i-17", Fault::Protected));
    let report = apply(&world, &with(&[NO_DAILY_CAPS]), at(EVENING));
    let failed: Vec<_> = outcomes_of(&report).into_iter().filter(|(_, end)| *end == OutcomeKind::Failed).collect();
    assert_eq!(failed, [("i-17".to_owned(), OutcomeKind::Failed)]);
    assert_eq!(report.counts().stopped, 49);
    let stops = world.calls(|deed| deed == Deed::Stop);
    assert!(stops.len() <= 13, "{} calls", stops.len());
    // What has been accepted is not asked for again.
    let mut accepted: BTreeMap<Box<str>, usize> = BTreeMap::new();
    stops
        .iter()
        .filter(|call| call.ok)
        .flat_map(|call| &call.ids)
        .for_each(|id| *accepted.entry(id.clone()).or_default() += 1);
    assert!(accepted.len() == 49 && accepted.values().all(|times| *times == 1));
}

#[test]
fn what_is_unclear_is_not_repeated() {
    let world = World::of(fleet(4)).with_faults(Faults::one("i-02", Fault::StopUnclear));
    let report = apply(&world, &with(&[]), at(EVENING));
    assert_eq!(world.calls(|deed| deed == Deed::Stop).len(), 1);
    assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::Unverified));
    assert_eq!(planned(&plan(&world, &with(&[]), at(EVENING))).len(), 4, "the next run makes it up");
}

#[test]
fn hibernation_is_asked_for_where_the_policy_says_so() {
    let world = World::of(fleet(1));
    let report = apply(&world, &with(&[("outside = \"stop\"", "outside = \"hibernate\"")]), at(EVENING));
    assert_eq!(report.counts().stopped, 1);
    assert_eq!(world.calls(Deed::switches).iter().map(|call| call.deed).collect::<Vec<_>>(), [Deed::Hibernate]);
}

#[test]
fn what_is_started_loses_its_tag_and_what_falls_back_keeps_it_for_the_next_try() {
    let world = World::of(fleet(3).map(Shape::reaped)).with_faults(Faults::one("i-01", Fault::FallsBack));
    let report = apply(&world, &with(&[]), at(MORNING));
    let tag = |id: &str| world.get(id).tags.get("idle-reaper:stopped").is_some();
    assert_eq!((outcome_of(&report, "i-00"), tag("i-00")), (OutcomeKind::Started, false));
    assert_eq!((outcome_of(&report, "i-01"), tag("i-01")), (OutcomeKind::Failed, true));
    assert!(report.outcomes.iter().any(|outcome| outcome.detail.contains("kms:CreateGrant")));
    assert_eq!(report.health(), Health::Degraded);
}

#[test]
fn a_tag_that_cannot_be_removed_is_reported_and_changes_no_outcome() {
    let world = World::of(fleet(1).map(Shape::reaped)).with_faults(Faults::one("i-00", Fault::UntagRefused));
    let report = apply(&world, &with(&[]), at(MORNING));
    assert_eq!(outcome_of(&report, "i-00"), OutcomeKind::Started);
    assert!(report.outcomes[0].detail.contains("could not be removed"), "{}", report.outcomes[0].detail);
    // It is running and was started after the tag, so the tag means nothing any more.
    let later = plan(&world, &with(&[]), at(MORNING) + Duration::hours(1));
    assert_eq!(row(&later, "i-00").verdict.reason(), Reason::WithinHours);
}

#[test]
fn what_failed_last_time_comes_last_and_blocks_no_other_step() {
    let settings = with(&[("stops-per-run = 1000", "stops-per-run = 1")]);
    let world = World::of(fleet(3));
    let stubborn = planned(&plan(&world, &settings, at(EVENING))).remove(0);
    let world = world.with_faults(Faults::one(&stubborn, Fault::Protected));
    assert_eq!(outcome_of(&apply(&world, &settings, at(EVENING)), &stubborn), OutcomeKind::Failed);
    let next = apply(&world, &settings, at(EVENING) + Duration::minutes(5));
    assert_eq!(next.counts().stopped, 1);
    assert_ne!(planned(&next), [stubborn]);
}

#[test]
fn a_day_of_one_instance() {
    let settings = with(&[]);
    let world = World::of(fleet(1));
    let reason = |when: &str| apply(&world, &settings, at(when)).rows[0].verdict.reason();
    assert_eq!(reason("2026-11-25T17:59:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("2026-11-25T18:00:00+09:00"), Reason::OutsideHours);
    assert_eq!(world.rests("i-00"), State::Stopped);
    assert_eq!(reason("2026-11-25T23:00:00+09:00"), Reason::NotRunning);
    assert_eq!(reason("2026-11-26T08:44:00+09:00"), Reason::NotRunning);
    assert_eq!(reason("2026-11-26T08:45:00+09:00"), Reason::Reopening);
    assert_eq!(world.rests("i-00"), State::Running);
    assert_eq!(reason("2026-11-26T08:50:00+09:00"), Reason::Reopening);
    assert_eq!(reason("2026-11-26T12:00:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("2026-11-26T18:00:00+09:00"), Reason::OutsideHours);
    assert_eq!(world.rests("i-00"), State::Stopped);
}

#[test]
fn what_somebody_touched_after_the_reaper_is_not_started() {
    let world = World::of(fleet(3).map(Shape::reaped));
    world.change("i-00", |found| found.launched("2026-11-24T22:00:00+09:00"));
    world.change("i-01", |found| Instance { transition: Some(at("2026-11-25T10:00:00+09:00")), ..found });
    world.change("i-02", |found| Instance { launch: None, ..found });
    assert_eq!(planned(&plan(&world, &with(&[]), at(MORNING))), Vec::<String>::new());
}

#[test]
fn after_two_restarts_the_reaper_gives_in_until_the_next_opening() {
    let settings = with(&[("unannounced = true", "unannounced = true\novertime = \"0m\"\nmin-uptime = \"0m\"")]);
    let world = World::of(fleet(1));
    let restart = |when: &str| {
        world.change("i-00", |found| Instance { state: State::Running, launch: Some(at(when)), ..found });
    };
    let reason = |when: &str| apply(&world, &settings, at(when)).rows[0].verdict.reason();
    assert_eq!(reason("2026-11-25T19:00:00+09:00"), Reason::OutsideHours);
    restart("2026-11-25T19:10:00+09:00");
    assert_eq!(reason("2026-11-25T20:00:00+09:00"), Reason::OutsideHours);
    restart("2026-11-25T20:10:00+09:00");
    assert_eq!(reason("2026-11-25T21:00:00+09:00"), Reason::RestartFight);
    assert_eq!(reason("2026-11-26T01:00:00+09:00"), Reason::RestartFight);
    assert_eq!(reason("2026-11-26T12:00:00+09:00"), Reason::WithinHours);
    assert_eq!(reason("2026-11-26T20:00:00+09:00"), Reason::OutsideHours, "another evening, another beginning");
}

#[test]
fn a_reviewed_plan_can_only_do_less() {
    let settings = with(&[]);
    let world = World::of(fleet(2));
    let reviewed = plan(&world, &settings, at(EVENING)).plan;
    world.add(instance("i-new"));
    world.change("i-00", |found| found.tag("idle-reaper:keep", ""));
    let ask = Ask { reviewed: Some(reviewed.clone()), ..Ask::at(at(EVENING) + Duration::minutes(30)) };
    let report = try_apply(&world, &settings, &ask).expect("a report");
    assert_eq!(planned(&report), ["i-01"]);
    let put_off: Vec<_> = report.plan.deferred.iter().map(|one| (&*one.id.name, one.because)).collect();
    assert_eq!(put_off, [("i-new", Cap::NotReviewed)]);
    assert_eq!((world.rests("i-new"), world.rests("i-00")), (State::Running, State::Running));
}

#[test]
fn a_reviewed_plan_that_is_old_or_of_other_settings_is_refused() {
    let (settings, others) = (with(&[]), with(&[("cpu-percent = 10", "cpu-percent = 9")]));
    let world = World::of(fleet(1));
    let reviewed = plan(&world, &settings, at(EVENING)).plan;
    let refusal = |ask: Ask, settings| match try_apply(&world, settings, &ask) {
        Err(Error::Plan(refused)) => refused,
        other => panic!("{other:?}"),
    };
    let later = |minutes| Ask { reviewed: Some(reviewed.clone()), ..Ask::at(at(EVENING) + Duration::minutes(minutes)) };
    assert!(matches!(refusal(later(60), &settings), PlanRefused::Expired { .. }));
    assert!(matches!(refusal(later(-2), &settings), PlanRefused::FromTheFuture { .. }));
    assert!(matches!(refusal(later(1), &others), PlanRefused::OtherSettings { .. }));
    let mut prolonged = later(61);
    prolonged.reviewed.as_mut().expect("a plan").expires = at("2027-01-01T00:00:00Z");
    assert!(matches!(refusal(prolonged, &settings), PlanRefused::Expired { .. }), "an edited file prolongs nothing");
    let mut refused = later(1);
    refused.reviewed.as_mut().expect("a plan").refused = Some("too unreachable".to_owned());
    assert!(matches!(refusal(refused, &settings), PlanRefused::WasRefused { .. }));
    assert_eq!(world.calls(Deed::writes), []);
}

#[test]
fn a_run_gives_back_its_own_lock_and_no_other() {
    let other = r#"{"run":"run-9","until":"2026-11-25T13:30:00Z"}"#;
    let faults = Faults { lock_taken_over: Some(other), ..Faults::default() };
    let world = World::of(fleet(1)).with_faults(faults);
    assert_eq!(apply(&world, &with(&[]), at(EVENING)).counts().stopped, 1);
    assert_eq!(world.recorded("acting.lock"), [("acting.lock".to_owned(), other.to_owned())]);
}

#[test]
fn of_two_runs_at_once_only_one_acts() {
    for seed in 0..20 {
        for void in [None, Some(r#"{"run":"run-0","until":"2026-11-25T12:00:00Z"}"#)] {
            let world = World::of(fleet(3)).shuffled_by(seed);
            void.inspect(|lock| world.put("acting.lock", lock));
            let both = apply_both(&world, &with(&[]), at(EVENING));
            let acted = both.iter().flatten().filter(|report| report.counts().stopped > 0).count();
            assert!(acted == 1, "{acted} runs acted");
            let stopped: usize = world.calls(|deed| deed == Deed::Stop).iter().map(|call| call.ids.len()).sum();
            assert_eq!(stopped, 3, "seed {seed}");
            assert!(both.iter().any(Result::is_ok));
        }
    }
}
