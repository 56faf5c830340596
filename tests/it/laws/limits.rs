//! Law 12: nothing is acted on before the announced instant, after its `not-after`, while paused, or in a frozen period.

use std::time::Duration;

use chrono::Duration as Span;
use idle_reaper::engine::model::{Action, State, Subject, Verdict};
use idle_reaper::engine::model::{Health, OutcomeKind};
use idle_reaper::ports::Switch;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{any_scene, for_all};
use crate::fake::{
    Ask, Deed, EVENING, Faults, HERE, NO_DAILY_CAPS, Shape, THERE, World, apply, at, instance, outcome_of, plan,
    planned, row, try_apply, with,
};

use crate::engine::judge::untold::changed;

fn on() -> Switch {
    Switch::On("on".to_owned())
}

#[test]
fn nothing_is_done_while_paused() {
    let switches = select(vec![on(), Switch::On(String::new()), Switch::Unreadable("denied".to_owned())]);
    for_all(150, (any_scene(10), switches), |(scene, switch)| {
        let world = scene.world().with_faults(Faults::paused_after(0, switch));
        let report = apply(&world, scene.settings, scene.at);
        assert_eq!(world.calls(Deed::acts), []);
        assert_eq!(report.outcomes.len(), report.plan.steps.len());
        assert!(report.outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::NotTried));
    });
}

#[test]
fn a_pause_in_the_middle_holds_back_every_batch_that_has_not_begun() {
    let fleet = |n: usize| instance(&format!("i-{n:03}"));
    for_all(40, (1..6usize, any::<u64>()), |(reads, seed)| {
        let fleets = (0..120).map(fleet).chain((120..240).map(|n| fleet(n).region(THERE.1)));
        let world = World::of(fleets).shuffled_by(seed).with_faults(Faults::paused_after(reads, on()));
        let report = apply(&world, &with(&[NO_DAILY_CAPS]), at(EVENING));
        // The first read is the run's; each read after it that answers `Off` lets one batch begin.
        assert_eq!(world.calls(|deed| deed == Deed::Stop).len(), reads - 1);
        let held = report.outcomes.iter().filter(|outcome| outcome.outcome == OutcomeKind::NotTried).count();
        let done = report.counts().stopped;
        assert_eq!((held + done, done > 0), (240, reads > 1));
        assert!(world.all().iter().filter(|found| found.state == State::Running).count() == held);
    });
}

#[test]
fn a_pause_that_cannot_be_read_degrades_the_run() {
    let fleet = || World::of([instance("i-1")]);
    let unreadable = || Switch::Unreadable("denied".to_owned());
    for reads in [0, 1] {
        let report = apply(&fleet().with_faults(Faults::paused_after(reads, unreadable())), &with(&[]), at(EVENING));
        assert_eq!(
            (outcome_of(&report, "i-1"), report.health()),
            (OutcomeKind::NotTried, Health::Degraded),
            "{reads} reads"
        );
    }
    let report = apply(&fleet().with_faults(Faults::paused_after(0, on())), &with(&[]), at(EVENING));
    assert_eq!(report.health(), Health::Ok, "a pause on purpose is no fault");
}

#[test]
fn nothing_is_done_in_a_frozen_period() {
    let frozen = with(&[("holidays = [\"jp\"]", "freeze = [\"2026-11-18..2026-12-03\"]")]);
    for_all(150, any_scene(10), |scene| {
        let from = (scene.at - at("2026-11-18T00:00:00+09:00")).num_minutes().rem_euclid(16 * 1440);
        let now = at("2026-11-18T00:00:00+09:00") + Span::minutes(from);
        let world = scene.world();
        let report = apply(&world, &frozen, now);
        assert_eq!((planned(&report), world.calls(Deed::acts)), (Vec::new(), Vec::new()));
    });
}

#[test]
fn a_tag_cannot_shed_its_policys_freeze() {
    let frozen = with(&[("holidays = [\"jp\"]", "freeze = [\"2026-11-25\"]")]);
    for value in ["night", "closed", "mon-fri 09:00-18:00 @ Europe/Berlin", "mon-fri 09:00-18:00"] {
        let report = plan(&World::of([instance("i-1").tag("idle-reaper:schedule", value)]), &frozen, at(EVENING));
        assert_eq!(row(&report, "i-1").verdict.reason().as_str(), "frozen", "{value}");
    }
}

#[test]
fn every_stop_carries_its_not_after_and_none_is_planned_beyond_it() {
    for_all(250, any_scene(10), |scene| {
        let report = plan(&scene.world(), scene.settings, scene.at);
        for step in &report.plan.steps {
            let found = row(&report, &step.id.name);
            let policy = found.policy.as_ref().expect("a policy");
            let opens = match &found.verdict {
                Verdict::Stop(outside) | Verdict::Hibernate(outside) => outside.opens,
                Verdict::Idle(_)
                | Verdict::Start(_)
                | Verdict::Report(_)
                | Verdict::Skip(_)
                | Verdict::OutOfScope(_) => None,
            };
            assert_eq!(step.not_after, opens.map(|opens| opens - policy.margin(step.id.kind)));
            assert!(step.not_after.is_none_or(|not_after| scene.at < not_after));
            assert!(step.action != Action::Start || step.not_after.is_none());
        }
    });
}

#[test]
fn nothing_is_stopped_before_the_announced_instant() {
    let found = || instance("i-1").tag("Owner", "ana");
    let announced = |world: &World| {
        let said = world.said().into_iter().flat_map(|(_, message)| message.named);
        said.filter(|named| named.subject == Subject::FirstStop).filter_map(|named| named.due).next()
    };
    let weeks = ["", "week = \"sun-thu\"\n", "week = \"mon-sun\"\n", "week = \"mon.wed.sat\"\n"];
    let (week, later) = (select(weeks.to_vec()), select(weeks.to_vec()));
    let early = prop::collection::vec(1..200_000_000i64, 3);
    for_all(120, (week, later, 0..1_209_600_000i64, early), |(week, later, millis, mut early)| {
        let under = |week: &str| changed("holidays = [\"jp\"]", &format!("{week}holidays = [\"jp\"]"));
        let (world, now) = (World::of([found()]), at("2026-11-16T00:00:00+09:00") + Span::milliseconds(millis));
        apply(&world, &under(week), now);
        let Some(due) = announced(&world) else { return };
        // Settings that count otherwise since bring nothing forward.
        early.sort_unstable_by(|one, other| other.cmp(one));
        for before in early.into_iter().chain([1]).map(|millis| due - Span::milliseconds(millis)) {
            apply(&world, &under(later), before.max(now));
            assert_eq!(world.rests("i-1"), State::Running, "announced for {due}, stopped by {before}");
        }
    });
}

#[test]
fn a_stop_whose_hour_has_come_while_looking_is_overtaken() {
    // The margin is the fifteen minutes of `start-lead`: after 08:45 nothing is stopped before an opening at 09:00.
    let just_before = at("2026-11-26T08:45:00+09:00") - Span::milliseconds(80);
    let fleet = || World::of([instance("i-1"), instance("i-2")]);
    let slow = Faults { slow: Duration::from_millis(100), ..Faults::default() };
    let world = fleet().with_faults(slow);
    let report = apply(&world, &with(&[]), just_before);
    assert_eq!(planned(&report).len(), 2);
    assert_eq!(outcome_of(&report, "i-1"), OutcomeKind::Overtaken);
    assert_eq!(world.calls(Deed::acts), []);
    assert_eq!(apply(&fleet(), &with(&[]), just_before - Span::minutes(1)).counts().stopped, 2);
}

#[test]
fn what_no_longer_fits_before_the_deadline_is_not_begun() {
    let world = World::of([instance("i-1")]);
    let ask = Ask { left: Some(Duration::from_secs(30)), ..Ask::at(at(EVENING)) };
    let report = try_apply(&world, &with(&[]), &ask).expect("a report");
    assert_eq!((outcome_of(&report, "i-1"), report.health()), (OutcomeKind::NotTried, Health::Degraded));
    assert_eq!((world.calls(Deed::acts), world.rests("i-1")), (Vec::new(), State::Running));
    assert!(report.outcomes[0].detail.starts_with("out of time"), "{}", report.outcomes[0].detail);
}

#[test]
fn only_one_run_acts_at_a_time() {
    let world = World::of([instance("i-1")]);
    world.put("acting.lock", r#"{"run":"run-9","until":"2026-11-25T12:31:00Z"}"#);
    let refused = try_apply(&world, &with(&[]), &Ask::at(at(EVENING)));
    assert!(matches!(&refused, Err(idle_reaper::run::Error::Busy { run, .. }) if run == "run-9"), "{refused:?}");
    assert_eq!(world.calls(Deed::acts), []);
    assert_eq!(world.recorded("acting.lock").len(), 1, "another run's lock was taken away");

    // A lock whose run is certainly over is void.
    let later = at(EVENING) + Span::minutes(5);
    assert_eq!(apply(&world, &with(&[]), later).counts().stopped, 1);

    let world = World::of([instance("i-1").account(HERE.0)]);
    world.put("acting.lock", "half a li");
    assert!(matches!(try_apply(&world, &with(&[]), &Ask::at(at(EVENING))), Err(idle_reaper::run::Error::Record(_))));
    assert_eq!(world.calls(Deed::acts), []);
}
