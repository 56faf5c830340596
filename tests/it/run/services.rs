//! Services that are stopped, started and undone, from run to run: what a stop found is what a start restores.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Cap, Instance, OutcomeKind, Scaling, Service, State, Suspended};
use idle_reaper::engine::report::Report;

use crate::fake::{
    Ask, Back, Deed, Fault, Faults, SETTINGS, Shape, World, apply, at, instance, outcome_of, row, service, try_apply,
    try_undo,
};

/// In the afternoon, when the office has closed, and the runs after it.
const BEFORE: &str = "2026-11-25T17:45:00+09:00";
pub(super) const CLOSED: &str = "2026-11-25T21:30:00+09:00";
pub(super) const NEXT: &str = "2026-11-25T21:45:00+09:00";
pub(super) const LATER: &str = "2026-11-25T22:00:00+09:00";
pub(super) const OPEN: &str = "2026-11-26T08:50:00+09:00";
pub(super) const MORNING: &str = "2026-11-26T09:05:00+09:00";

pub(super) const WEB: &str = "service:shop/web";
pub(super) const TAG: &str = "idle-reaper:stopped";

/// Somebody has suspended scaling in, and nothing else.
pub(super) const FORMER: Suspended = Suspended { scale_in: true, scale_out: false, scheduled: false };

pub(super) fn settings() -> Settings {
    let kinds = "[[policies]]\nkinds = [\"instance\", \"service\"]";
    crate::fake::settings(&SETTINGS.replace("[[policies]]", kinds))
}

/// The same world after a run in the afternoon has found what runs.
pub(super) fn known(services: impl IntoIterator<Item = Instance>) -> World {
    let world = World::of(services);
    let before = apply(&world, &settings(), at(BEFORE));
    assert!(before.plan.steps.is_empty(), "{:?}", before.plan.steps);
    world
}

pub(super) fn scaled(scaling: Scaling) -> Instance {
    service("web").service(|facts| facts.scaling = scaling)
}

/// The desired count of a service, and its scaling.
pub(super) fn size(world: &World) -> (Option<u32>, Scaling) {
    let facts = world.get(WEB).service.expect("a service");
    (facts.desired, facts.scaling)
}

/// What was done, in order: the deed and its text.
fn done(world: &World) -> Vec<(Deed, String)> {
    let of = |deed: Deed| deed.switches() || deed == Deed::Suspend;
    world.calls(of).into_iter().map(|call| (call.deed, call.text)).collect()
}

fn detail(report: &Report) -> &str {
    report.outcomes.iter().find(|outcome| &*outcome.id.name == WEB).map_or("", |outcome| &outcome.detail)
}

#[test]
fn a_start_restores_exactly_what_the_stop_found() {
    for scaling in [Scaling::Absent, Scaling::Target(Suspended::default()), Scaling::Target(FORMER)] {
        let world = known([scaled(scaling), instance("i-1")]);
        let evening = apply(&world, &settings(), at(CLOSED));
        assert_eq!(outcome_of(&evening, WEB), OutcomeKind::Stopped, "{}", detail(&evening));
        let stopped = match scaling {
            Scaling::Target(_) => Scaling::Target(Suspended::ALL),
            other => other,
        };
        assert_eq!(size(&world), (Some(0), stopped));
        let tag = world.get(WEB).tags.get(TAG).expect("the tag").to_owned();
        assert!(tag.contains(if scaling == Scaling::Target(FORMER) { " was=2/100" } else { " was=2" }), "{tag}");
        assert!(apply(&world, &settings(), at(NEXT)).plan.steps.is_empty());
        let morning = apply(&world, &settings(), at(OPEN));
        assert_eq!(outcome_of(&morning, WEB), OutcomeKind::Started, "{}", detail(&morning));
        assert_eq!(size(&world), (Some(2), scaling));
        assert_eq!(world.get(WEB).tags.get(TAG), None);
        assert!(apply(&world, &settings(), at(MORNING)).plan.steps.is_empty());
    }
}

#[test]
fn scaling_is_suspended_before_the_stop_and_only_where_there_is_a_target() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    world.forget();
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(OPEN));
    let deed = |deed, text: &str| (deed, text.to_owned());
    assert_eq!(
        done(&world),
        [deed(Deed::Suspend, "111"), deed(Deed::Stop, "0"), deed(Deed::Suspend, "100"), deed(Deed::Start, "2")]
    );
    let world = known([scaled(Scaling::Absent)]);
    world.forget();
    apply(&world, &settings(), at(CLOSED));
    assert_eq!(done(&world), [deed(Deed::Stop, "0")]);
}

#[test]
fn a_refused_stop_leaves_its_scaling_as_it_was_and_no_tag() {
    for (fault, words) in [(Fault::Protected, "Protected"), (Fault::SuspendRefused, "SuspendRefused")] {
        let world = known([scaled(Scaling::Target(FORMER))]).with_faults(Faults::one(WEB, fault));
        let report = apply(&world, &settings(), at(CLOSED));
        assert_eq!(outcome_of(&report, WEB), OutcomeKind::Failed);
        assert!(detail(&report).contains(words), "{}", detail(&report));
        assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
        assert_eq!(world.get(WEB).tags.get(TAG), None);
    }
}

#[test]
fn a_stop_that_may_have_failed_half_way_remembers_what_was_suspended_before_it() {
    let world = known([scaled(Scaling::Target(FORMER))]).with_faults(Faults::one(WEB, Fault::StopUnclear));
    assert_eq!(outcome_of(&apply(&world, &settings(), at(CLOSED)), WEB), OutcomeKind::Unverified);
    assert_eq!(size(&world), (Some(2), Scaling::Target(Suspended::ALL)));
    world.mend();
    // Whether somebody has started it since is not known, so it has the overtime of a start.
    assert!(apply(&world, &settings(), at(NEXT)).plan.steps.is_empty());
    let later = apply(&world, &settings(), at("2026-11-26T00:00:00+09:00"));
    assert_eq!(outcome_of(&later, WEB), OutcomeKind::Stopped, "{}", detail(&later));
    apply(&world, &settings(), at(OPEN));
    assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
}

#[test]
fn a_refused_start_leaves_the_scaling_suspended() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    apply(&world, &settings(), at(CLOSED));
    let world = world.with_faults(Faults::one(WEB, Fault::StartRefused));
    let morning = apply(&world, &settings(), at(OPEN));
    assert_eq!(outcome_of(&morning, WEB), OutcomeKind::Failed);
    assert_eq!(size(&world), (Some(0), Scaling::Target(Suspended::ALL)));
    world.mend();
    assert_eq!(outcome_of(&apply(&world, &settings(), at(MORNING)), WEB), OutcomeKind::Started);
    assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
}

#[test]
fn what_a_person_has_suspended_since_the_stop_is_left_as_it_is() {
    let since = Scaling::Target(Suspended { scale_in: false, scale_out: true, scheduled: true });
    for scaling in [since, Scaling::Target(Suspended::default()), Scaling::Absent] {
        let world = known([scaled(Scaling::Target(FORMER))]);
        apply(&world, &settings(), at(CLOSED));
        world.change(WEB, |found| found.service(|facts| facts.scaling = scaling));
        let morning = apply(&world, &settings(), at(OPEN));
        assert_eq!(outcome_of(&morning, WEB), OutcomeKind::Started, "{}", detail(&morning));
        assert_eq!(size(&world), (Some(2), scaling));
    }
}

#[test]
fn a_lost_tag_that_cannot_be_written_again_is_said_and_nothing_is_scaled() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    apply(&world, &settings(), at(CLOSED));
    world.change(WEB, |found| found.untagged(TAG));
    let world = world.with_faults(Faults::one(WEB, Fault::TagRefused));
    let morning = apply(&world, &settings(), at(OPEN));
    assert_eq!(outcome_of(&morning, WEB), OutcomeKind::Failed);
    assert!(detail(&morning).contains("which was lost, could not be written again"), "{}", detail(&morning));
    assert_eq!(size(&world), (Some(0), Scaling::Target(Suspended::ALL)));
}

#[test]
fn a_tag_that_another_tool_takes_away_is_in_the_record() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    apply(&world, &settings(), at(CLOSED));
    world.change(WEB, |found| found.untagged(TAG));
    let next = apply(&world, &settings(), at(NEXT));
    assert_eq!(row(&next, WEB).state, State::Stopped);
    let morning = apply(&world, &settings(), at(OPEN));
    assert_eq!(outcome_of(&morning, WEB), OutcomeKind::Started, "{}", detail(&morning));
    assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
    assert_eq!(world.get(WEB).tags.get(TAG), None);
    world.change(WEB, |found| found.service(|facts| facts.desired = Some(0)));
    assert!(apply(&world, &settings(), at(MORNING)).plan.steps.is_empty(), "what a person scales to zero stays there");
}

/// What an apply of infrastructure code does that knows neither the tag nor, where `count` is given, the size.
fn apply_terraform(world: &World, count: Option<u32>) {
    let change = |facts: &mut Service| facts.desired = count.or(facts.desired);
    world.change(WEB, |found| found.untagged(TAG).service(change));
}

#[test]
fn code_that_strips_the_tag_and_resets_the_count_takes_away_no_former_flag() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    apply(&world, &settings(), at(CLOSED));
    apply_terraform(&world, Some(2));
    let next = apply(&world, &settings(), at(NEXT));
    assert_eq!(row(&next, WEB).verdict.reason().as_str(), "overtime");
    assert!(row(&next, WEB).remarks.iter().any(|one| one.as_str() == "scaling-suspended"), "the record remembers why");
    let again = apply(&world, &settings(), at("2026-11-26T00:00:00+09:00"));
    assert_eq!(outcome_of(&again, WEB), OutcomeKind::Stopped, "{}", detail(&again));
    assert!(world.get(WEB).tags.get(TAG).is_some_and(|tag| tag.contains(" was=2/100")), "{:?}", world.get(WEB).tags);
    apply_terraform(&world, None);
    assert_eq!(outcome_of(&apply(&world, &settings(), at(OPEN)), WEB), OutcomeKind::Started);
    assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
    // After the start, nothing of the old stop is left to be restored.
    world.change(WEB, |found| found.service(|facts| facts.scaling = Scaling::Target(Suspended::ALL)));
    let open = apply(&world, &settings(), at(MORNING));
    assert!(row(&open, WEB).remarks.is_empty(), "a person has suspended it: {:?}", row(&open, WEB).remarks);
}

#[test]
fn a_refused_second_stop_of_such_a_service_is_no_failure_to_remove_its_tag() {
    let world = known([scaled(Scaling::Target(FORMER))]);
    apply(&world, &settings(), at(CLOSED));
    apply_terraform(&world, Some(2));
    apply(&world, &settings(), at(NEXT));
    let world = world.with_faults(Faults::one(WEB, Fault::Protected));
    let again = apply(&world, &settings(), at("2026-11-26T00:00:00+09:00"));
    assert_eq!(outcome_of(&again, WEB), OutcomeKind::Failed);
    assert!(!detail(&again).contains("could not be removed"), "{}", detail(&again));
    assert_eq!(world.get(WEB).tags.get(TAG), None);
}

#[test]
fn a_service_that_something_else_scaled_up_again_is_a_fight_and_then_left_alone() {
    let world = known([scaled(Scaling::Absent)]);
    let scale_up = || world.change(WEB, |found| found.service(|facts| facts.desired = Some(3)));
    let run = |when: &str| apply(&world, &settings(), at(when));
    assert_eq!(outcome_of(&run(CLOSED), WEB), OutcomeKind::Stopped);
    scale_up();
    // The start counts from the first run that sees it, and has its overtime.
    assert!(run(NEXT).plan.steps.is_empty());
    assert_eq!(outcome_of(&run("2026-11-26T00:00:00+09:00"), WEB), OutcomeKind::Stopped);
    assert!(world.get(WEB).tags.get(TAG).is_some_and(|tag| tag.contains(" was=3")), "the size that it had last");
    scale_up();
    assert!(run("2026-11-26T00:15:00+09:00").plan.steps.is_empty());
    let third = run("2026-11-26T03:00:00+09:00");
    assert_eq!(row(&third, WEB).verdict.reason().as_str(), "restart-fight");
}

#[test]
fn an_undo_restores_the_size_even_if_the_tag_was_lost() {
    for lost in [false, true] {
        let world = known([scaled(Scaling::Target(FORMER))]);
        let named = Ask { named: Some("20261125T123000Z-1a"), ..Ask::at(at(CLOSED)) };
        try_apply(&world, &settings(), &named).expect("a report");
        if lost {
            world.change(WEB, |found| found.untagged(TAG));
        }
        let back = Back { undoes: "20261125T123000Z-1a".into(), at: at(LATER), apply: true, ..Back::default() };
        let undo = try_undo(&world, &settings(), &back).expect("an undo");
        assert_eq!(undo.counts().started, 1, "{:?}", undo.outcomes);
        assert_eq!(size(&world), (Some(2), Scaling::Target(FORMER)));
    }
}

#[test]
fn services_have_a_cap_of_their_own() {
    let world = known((0..12).map(|n| service(&format!("web-{n}"))));
    let report = apply(&world, &settings(), at(CLOSED));
    let put_off = report.plan.deferred.iter().filter(|one| one.because == Cap::ServicesPerRun).count();
    assert_eq!((report.plan.steps.len(), put_off), (10, 2));
}

#[test]
fn a_service_that_a_person_scales_up_is_remarked_until_its_scaling_is_resumed() {
    for scaling in [Scaling::Target(FORMER), Scaling::Target(Suspended::ALL), Scaling::Absent] {
        let world = known([scaled(scaling)]);
        apply(&world, &settings(), at(CLOSED));
        let remarks = |when: &str| row(&apply(&world, &settings(), at(when)), WEB).remarks.clone();
        let is_remarked = |when: &str| remarks(when).iter().any(|one| one.as_str() == "scaling-suspended");
        assert!(!is_remarked(NEXT), "while it is down, that is right");
        world.change(WEB, |found| found.service(|facts| (facts.desired, facts.running) = (Some(2), Some(2))));
        assert_eq!(is_remarked(LATER), scaling == Scaling::Target(FORMER), "{scaling:?}");
        world.change(WEB, |found| found.service(|facts| facts.scaling = scaling));
        assert!(!is_remarked("2026-11-25T22:15:00+09:00"));
    }
}
