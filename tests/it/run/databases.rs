//! Databases that are stopped, started and undone, from run to run.

use idle_reaper::engine::cost::savings::Savings;
use idle_reaper::engine::model::{Action, Cap, Happened, Instance, OutcomeKind, Reason, State};
use idle_reaper::engine::report::Report;

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{
    Ask, Back, Deed, Fault, Faults, HERE, SETTINGS, Shape, THERE, World, apply, at, db, db_cluster, for_databases,
    instance, outcome_of, outcomes_of, row, try_apply, try_undo,
};

/// When the office has just closed, and the runs after it.
const FIRST: &str = "2026-11-25T18:15:00+09:00";
pub const CLOSED: &str = "2026-11-25T21:30:00+09:00";
pub const NEXT: &str = "2026-11-25T21:45:00+09:00";
pub const OPENING: &str = "2026-11-26T08:35:00+09:00";
pub const OPEN: &str = "2026-11-26T08:50:00+09:00";

pub fn settings() -> idle_reaper::engine::config::Settings {
    for_databases(SETTINGS)
}

/// The same world after a run in the afternoon has found what runs.
pub fn known(world: World) -> World {
    let before = apply(&world, &settings(), at("2026-11-25T17:45:00+09:00"));
    assert!(before.plan.steps.is_empty(), "{:?}", before.plan.steps);
    world
}

fn fleet() -> World {
    let cluster = db_cluster("orders", |facts| facts);
    known(World::of([instance("i-1"), db("orders"), cluster, instance("i-2").account(THERE.0).region(THERE.1)]))
}

fn state(world: &World, id: &str) -> State {
    world.get(id).state
}

fn calls(world: &World) -> Vec<(Deed, String)> {
    world.calls(Deed::switches).into_iter().map(|call| (call.deed, call.ids.join(","))).collect()
}

#[test]
fn a_day_of_a_database_and_its_instance() {
    let world = fleet();
    let evening = apply(&world, &settings(), at(CLOSED));
    let stopping = |id: &str| (id.to_owned(), OutcomeKind::Stopping);
    assert_eq!(
        outcomes_of(&evening),
        [stopping("cluster:orders"), stopping("db:orders"), stopping("i-1"), stopping("i-2")]
    );
    let order: Vec<String> = calls(&world).into_iter().map(|(_, ids)| ids).filter(|ids| ids != "i-2").collect();
    assert_eq!(order[0], "i-1", "databases stop after their instances");
    assert_eq!(evening.counts().stopped, 4);
    assert!(world.get("db:orders").tags.get("idle-reaper:stopped").is_some());

    let next = apply(&world, &settings(), at(NEXT));
    assert!(next.plan.steps.is_empty());
    assert_eq!(state(&world, "db:orders"), State::Stopped);

    let opening = apply(&world, &settings(), at(OPENING));
    let starting = |id: &str| (id.to_owned(), OutcomeKind::Starting);
    assert_eq!(outcomes_of(&opening), [starting("cluster:orders"), starting("db:orders")]);
    let later = apply(&world, &settings(), at(OPEN));
    assert!(
        row(&later, "db:orders").remarks.is_empty(),
        "nobody else started it: {:?}",
        row(&later, "db:orders").remarks
    );
    assert_eq!(
        outcomes_of(&later).len(),
        2,
        "half an hour before the opening, and a quarter: {:?}",
        outcomes_of(&later)
    );
    assert_eq!(row(&later, "db:orders").state, State::Running);
}

#[test]
fn what_starts_in_one_run_starts_with_the_database() {
    let world = fleet();
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.forget();
    apply(&world, &settings(), at("2026-11-26T08:50:00+09:00"));
    let here: Vec<String> = calls(&world).into_iter().map(|(_, ids)| ids).filter(|ids| ids != "i-2").collect();
    assert_eq!(here, ["cluster:orders", "db:orders", "i-1"]);
}

#[test]
fn an_undo_starts_what_the_run_stopped() {
    let world = known(World::of([instance("i-1"), db("orders")]));
    let named = |at, name| Ask { named: Some(name), ..Ask::at(at) };
    try_apply(&world, &settings(), &named(at(CLOSED), "20261125T123000Z-1a")).expect("a report");
    apply(&world, &settings(), at(NEXT));
    let back = Back {
        undoes: "20261125T123000Z-1a".into(),
        at: at("2026-11-25T22:00:00+09:00"),
        apply: true,
        ..Back::default()
    };
    let undo = try_undo(&world, &settings(), &back).expect("an undo");
    assert_eq!(undo.counts().started, 2, "{:?}", undo.outcomes);
    assert_eq!(state(&world, "db:orders"), State::Pending);
    let after = apply(&world, &settings(), at("2026-11-25T22:15:00+09:00"));
    assert!(after.plan.steps.is_empty(), "what was undone is not stopped again");
}

#[test]
fn a_tag_that_another_tool_takes_away_is_in_the_record() {
    for id in ["db:orders", "cluster:orders"] {
        for seen_since in [false, true] {
            let world = fleet();
            apply(&world, &settings(), at(CLOSED));
            if seen_since {
                apply(&world, &settings(), at(NEXT));
            }
            world.change(id, |found| found.untagged("idle-reaper:stopped"));
            apply(&world, &settings(), at("2026-11-25T23:00:00+09:00"));
            world.forget();
            let opening = apply(&world, &settings(), at(OPENING));
            assert_eq!(outcome_of(&opening, id), OutcomeKind::Starting, "{:?}", opening.outcomes);
            let of_it = |deed: Deed| world.log().iter().position(|call| call.deed == deed && call.names(id));
            assert!(of_it(Deed::Tag) < of_it(Deed::Start), "IAM refuses a start without the tag");
        }
    }
}

#[test]
fn a_start_that_is_refused_because_the_tag_is_new_is_tried_again_by_the_next_run() {
    let world = fleet();
    apply(&world, &settings(), at(CLOSED));
    world.change("db:orders", |found| found.untagged("idle-reaper:stopped"));
    let world = world.with_faults(Faults::one("db:orders", Fault::StartDenied));
    let opening = apply(&world, &settings(), at(OPENING));
    assert_eq!(outcome_of(&opening, "db:orders"), OutcomeKind::NotTried, "{:?}", opening.outcomes);
    let detail =
        |report: &Report| report.outcomes.iter().find(|one| *one.id.name == *"db:orders").unwrap().detail.clone();
    assert!(detail(&opening).contains("was lost and has been written again"), "{}", detail(&opening));
    assert!(world.get("db:orders").tags.get("idle-reaper:stopped").is_some());
    // If it is refused although the tag is old by now, the role may not.
    let open = apply(&world, &settings(), at(OPEN));
    assert_eq!(outcome_of(&open, "db:orders"), OutcomeKind::Failed, "{:?}", open.outcomes);
}

#[test]
fn what_a_person_has_started_and_stopped_since_is_not_started_for_the_record() {
    let world = fleet();
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.change("db:orders", |found| found.untagged("idle-reaper:stopped").state(State::Running));
    apply(&world, &settings(), at("2026-11-25T22:00:00+09:00"));
    world.change("db:orders", |found| found.state(State::Stopped));
    let opening = apply(&world, &settings(), at(OPENING));
    assert!(opening.outcomes.iter().all(|one| *one.id.name != *"db:orders"), "{:?}", opening.outcomes);
}

#[test]
fn an_undo_starts_a_database_whose_tag_was_taken_away() {
    let world = fleet();
    let named = Ask { named: Some("20261125T123000Z-1a"), ..Ask::at(at(CLOSED)) };
    try_apply(&world, &settings(), &named).expect("a report");
    apply(&world, &settings(), at(NEXT));
    world.change("db:orders", |found| found.untagged("idle-reaper:stopped"));
    let later = at("2026-11-25T22:00:00+09:00");
    let back = Back { undoes: "20261125T123000Z-1a".into(), at: later, apply: true, ..Back::default() };
    let undo = try_undo(&world, &settings(), &back).expect("an undo");
    let its_own = undo.outcomes.iter().find(|one| *one.id.name == *"db:orders").expect("an outcome");
    assert_eq!(its_own.outcome, OutcomeKind::Starting, "{its_own:?}");
}

#[test]
fn a_database_in_transition_is_deferred_and_nothing_failed() {
    let world = known(World::of([db("orders")])).with_faults(Faults::one("db:orders", Fault::InTransition));
    let report = apply(&world, &settings(), at(CLOSED));
    assert_eq!((outcome_of(&report, "db:orders"), report.counts().failed), (OutcomeKind::NotTried, 0));
    assert!(report.outcomes[0].detail.contains("in transition"), "{}", report.outcomes[0].detail);
    assert!(world.get("db:orders").tags.get("idle-reaper:stopped").is_none());
    world.mend();
    assert_eq!(outcome_of(&apply(&world, &settings(), at(NEXT)), "db:orders"), OutcomeKind::Stopping);
}

#[test]
fn what_rds_refuses_leaves_instances_alone() {
    let world = known(World::of([instance("i-1"), db("orders")]));
    let here = idle_reaper::engine::model::Target::new(HERE.0, HERE.1);
    world.set_faults(Faults { unlisted: [here].into(), ..Faults::default() });
    let report = apply(&world, &settings(), at(CLOSED));
    assert_eq!(outcomes_of(&report), [("i-1".to_owned(), OutcomeKind::Stopping)]);
    assert_eq!((report.unlisted.len(), report.unreachable.len()), (1, 0));
}

#[test]
fn databases_have_caps_of_their_own() {
    let many = |n: usize| (0..n).map(|n| db(&format!("db-{n}")));
    let capped = |change: (&str, &str)| for_databases(&SETTINGS.replace(change.0, change.1));
    let put_off = |report: &Report, cap: Cap| report.plan.deferred.iter().filter(|one| one.because == cap).count();
    let default = apply(&known(World::of(many(12))), &settings(), at(CLOSED));
    assert_eq!((default.plan.steps.len(), put_off(&default, Cap::DatabasesPerRun)), (10, 2));
    let percent = capped(("stops-percent = 100", "stops-percent = 25"));
    let instances = (0..8).map(|n| instance(&format!("i-{n}")));
    let report = apply(&known(World::of(many(4).chain(instances))), &percent, at(CLOSED));
    let databases = report.plan.steps.iter().filter(|step| step.id.name.starts_with("db:")).count();
    assert_eq!((report.plan.steps.len(), databases), (3, 1), "a quarter of each kind");
}

fn stopped_by(world: &World, id: &str) -> Vec<Instance> {
    world.calls(|deed| deed == Deed::Stop).iter().filter(|call| call.names(id)).map(|_| world.get(id)).collect()
}

#[test]
fn a_database_that_was_started_meanwhile_is_left_alone() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(FIRST));
    apply(&world, &settings(), at("2026-11-25T18:30:00+09:00"));
    world.change("db:orders", |found| found.state(State::Running));
    let report = apply(&world, &settings(), at("2026-11-25T18:45:00+09:00"));
    assert!(report.plan.steps.is_empty(), "a person gets overtime");
    assert_eq!(stopped_by(&world, "db:orders").len(), 1);
    assert!(!report.plan.steps.iter().any(|step| step.action == Action::Stop));
}

/// Every line of the record about what was done, as later runs read it.
fn recorded(world: &World, outcome: &str) -> usize {
    let wanted = format!("\"outcome\":\"{outcome}\"");
    let acts = world.recorded("acts/").into_iter();
    acts.map(|(_, text)| text.lines().filter(|line| line.contains(&wanted)).count()).sum()
}

#[test]
fn a_later_run_records_how_stops_and_starts_ended() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    assert_eq!((recorded(&world, "stopping"), recorded(&world, "stopped")), (1, 0));
    apply(&world, &settings(), at(NEXT));
    assert_eq!(recorded(&world, "stopped"), 1);
    apply(&world, &settings(), at(OPENING));
    apply(&world, &settings(), at(OPEN));
    assert_eq!((recorded(&world, "starting"), recorded(&world, "started")), (1, 1));
    let before = recorded(&world, "started") + recorded(&world, "stopped");
    apply(&world, &settings(), at("2026-11-26T09:05:00+09:00"));
    assert_eq!(recorded(&world, "started") + recorded(&world, "stopped"), before, "each only once");
}

#[test]
fn a_stop_that_did_not_last_is_said_as_failed_and_tried_again() {
    let world = known(World::of([db("orders")])).with_faults(Faults::one("db:orders", Fault::StopFallsBack));
    apply(&world, &settings(), at(CLOSED));
    world.now_says(&[]);
    let next = apply(&world, &settings(), at(NEXT));
    assert_eq!(recorded(&world, "failed"), 1, "{:?}", next.notes);
    assert!(next.notes.iter().any(|note| note.contains("failed: it runs again, and nobody started it")));
    assert_eq!(outcome_of(&next, "db:orders"), OutcomeKind::Stopping, "nobody gets overtime");
}

#[test]
fn a_stop_that_a_run_found_in_progress_and_that_did_not_last_is_failed_too() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    // The fake has finished by the next run what it is stopping now, so the state in between is an unknown one.
    world.change("db:orders", |found| found.state(State::Unknown));
    let during = apply(&world, &settings(), at(NEXT));
    assert_eq!((row(&during, "db:orders").state, recorded(&world, "stopped")), (State::Unknown, 0));
    world.change("db:orders", |found| found.state(State::Running));
    world.now_says(&[]);
    let after = apply(&world, &settings(), at("2026-11-25T22:00:00+09:00"));
    assert_eq!(recorded(&world, "failed"), 1, "{:?}", after.notes);
    assert_eq!(outcome_of(&after, "db:orders"), OutcomeKind::Stopping, "it gets no overtime");
}

#[test]
fn a_start_that_fell_back_while_events_could_not_be_read_is_tried_again_by_the_next_run() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.set_faults(Faults::one("db:orders", Fault::FallsBack));
    apply(&world, &settings(), at(OPENING));
    let unread = apply(&world, &settings(), at(OPEN));
    assert_eq!((unread.plan.steps.len(), recorded(&world, "started")), (0, 0), "{:?}", unread.notes);
    world.now_says(&[]);
    let next = apply(&world, &settings(), at("2026-11-26T09:05:00+09:00"));
    assert_eq!((recorded(&world, "failed"), outcome_of(&next, "db:orders")), (1, OutcomeKind::Starting));
}

#[test]
fn without_events_whoever_runs_it_again_is_a_person() {
    let world = known(World::of([db("orders")])).with_faults(Faults::one("db:orders", Fault::StopFallsBack));
    apply(&world, &settings(), at(CLOSED));
    let next = apply(&world, &settings(), at(NEXT));
    assert_eq!(row(&next, "db:orders").verdict.reason(), Reason::Overtime);
    assert_eq!((next.plan.steps.len(), recorded(&world, "failed")), (0, 0));
}

#[test]
fn a_start_that_fell_back_is_said_as_failed_and_tried_again() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.set_faults(Faults::one("db:orders", Fault::FallsBack));
    apply(&world, &settings(), at(OPENING));
    world.now_says(&[]);
    let next = apply(&world, &settings(), at(OPEN));
    assert_eq!(recorded(&world, "failed"), 1, "{:?}", next.notes);
    assert_eq!(outcome_of(&next, "db:orders"), OutcomeKind::Starting);
}

#[test]
fn what_a_person_stopped_after_our_start_stays_stopped() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    apply(&world, &settings(), at(OPENING));
    world.change("db:orders", |found| found.state(State::Stopped));
    world.now_says(&[
        ("db:orders", "2026-11-26T08:40:00+09:00", Happened::Started),
        ("db:orders", "2026-11-26T08:45:00+09:00", Happened::Stopped),
    ]);
    let next = apply(&world, &settings(), at("2026-11-26T09:05:00+09:00"));
    assert_eq!((next.plan.steps.len(), recorded(&world, "started")), (0, 1), "{:?}", next.plan.steps);
}

#[test]
fn what_aws_starts_after_seven_days_is_stopped_again() {
    let world = known(World::of([db("orders")]));
    apply(&world, &settings(), at(CLOSED));
    apply(&world, &settings(), at(NEXT));
    world.change("db:orders", |found| found.state(State::Running));
    let person = [("db:orders", "2026-11-25T22:50:00+09:00", Happened::Started)];
    world.now_says(&person);
    let plan = |when: &str| crate::fake::plan(&world, &settings(), at(when));
    let reason = |when: &str| row(&plan(when), "db:orders").verdict.reason();
    assert_eq!(reason("2026-11-25T23:00:00+09:00"), Reason::Overtime);
    assert_eq!(reason("2026-11-26T00:55:00+09:00"), Reason::OutsideHours, "two hours after the start itself");
    let aws = ("db:orders", "2026-11-25T22:40:00+09:00", Happened::StartedByAws);
    world.now_says(&[aws, person[0]]);
    let by_aws = plan("2026-11-25T23:10:00+09:00");
    assert_eq!(by_aws.plan.steps.len(), 1, "no overtime: {:?}", row(&by_aws, "db:orders").verdict);
    let stopped = ("db:orders", "2026-11-25T22:45:00+09:00", Happened::Stopped);
    world.now_says(&[aws, stopped, person[0]]);
    assert_eq!(reason("2026-11-25T23:10:00+09:00"), Reason::Overtime, "a person stopped and started it after AWS");
    assert!(world.calls(|deed| deed == Deed::AskEvents).len() < 6);
}

#[test]
fn what_takes_minutes_saves_from_when_it_is_found_stopped_at_its_price_of_before() {
    let settings = for_databases(&SETTINGS.replace("[calendars.japan]", TELLING));
    let world = World::of([db("orders")]);
    apply(&world, &settings, at("2026-11-25T17:45:00+09:00"));
    let savings = || Savings::parse(&world.recorded(Savings::KEY)[0].1).expect("savings");
    apply(&world, &settings, at(CLOSED));
    let open: Vec<_> = savings().open.into_values().collect();
    assert!(open.len() == 1 && open[0].stopping && open[0].hourly.is_some(), "{open:?}");
    for time in [NEXT, "2026-11-25T22:45:00+09:00"] {
        apply(&world, &settings, at(time));
    }
    let [saved] = <[_; 1]>::try_from(savings().lines().map(|line| line.saved).collect::<Vec<_>>()).expect("one month");
    assert_eq!((saved.hours, saved.unknown_hours), (1.into(), 0.into()), "{saved:?}");
    assert!(saved.usd.0 > 0.into(), "{saved:?}");
}
