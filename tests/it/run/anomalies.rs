//! Anomalies of cost: the operator is told which one and what runs there, whatever its causes are, and nobody acts.

use idle_reaper::engine::model::{State, Target};
use idle_reaper::engine::request::events::Event;
use idle_reaper::run::Error;
use serde_json::{Value, json};

use crate::engine::judge::forgotten::{TELLING, telling};
use crate::fake::{
    Deed, EVENING, Faults, HERE, SETTINGS, Shape, THERE, World, at, db, for_databases, handle_anomaly, instance, with,
};

const EC2: &str = "Amazon Elastic Compute Cloud - Compute";

fn anomaly(causes: &Value) -> Event {
    let detail = json!({"anomalyId": "a-1", "impact": {"totalImpact": 1001}, "dimensionValue": EC2,
        "anomalyStartDate": "2026-11-24T00:00:00Z", "rootCauses": causes});
    let event = json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": detail});
    Event::parse(&event).expect("it is whole").expect("it is known")
}

fn cause(service: &str, (account, region): (&str, &str)) -> Value {
    json!({"service": service, "linkedAccount": account, "region": region})
}

/// What the operator was told.
fn told(world: &World) -> String {
    let said = world.said().into_iter().filter(|(channel, _)| channel == "ops");
    said.map(|(_, message)| message.body).collect::<Vec<_>>().join("\n")
}

fn two_places() -> World {
    let there = instance("i-2").account(THERE.0).region(THERE.1).tag("Owner", "ben");
    World::of([instance("i-1").tag("Owner", "ana"), there, instance("i-3").region(THERE.1)])
}

#[test]
fn the_operator_is_notified_which_anomaly_and_what_runs_there_and_nothing_is_done() {
    let world = two_places();
    let report =
        handle_anomaly(&world, &telling(), &anomaly(&json!([cause(EC2, HERE)])), at(EVENING)).expect("a report");
    assert_eq!(
        report.rows.iter().map(|row| &*row.id.name).collect::<Vec<_>>(),
        ["i-1"],
        "only what is named is looked at"
    );
    let told = told(&world);
    for part in ["`a-1`", EC2, "USD 1001", "2026-11-24", "i-1", "owner ana", "Nothing was stopped"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!((world.calls(Deed::acts), world.said().len()), (vec![], 1), "nobody but the operator is told");
    assert!(
        !report.plan.steps.is_empty() || !report.plan.deferred.is_empty(),
        "as a dry run it says what would be done"
    );
    assert_eq!(report.counts().messages, 1);
}

#[test]
fn places_are_pairs_and_not_every_account_in_every_region() {
    let world = two_places();
    let both = anomaly(&json!([cause(EC2, HERE), cause(EC2, THERE)]));
    let report = handle_anomaly(&world, &telling(), &both, at(EVENING)).expect("a report");
    let seen: Vec<&str> = report.rows.iter().map(|row| &*row.id.name).collect();
    assert_eq!(seen, ["i-1", "i-2"], "`i-3` is in an account and in a Region that are named, and in no place that is");
}

#[test]
fn causes_that_lead_nowhere_are_reported_and_never_lost() {
    let foreign = [
        (json!([]), "names no cause"),
        (json!([cause("Amazon Simple Storage Service", HERE)]), "Not scanned: Amazon Simple Storage Service"),
        (json!([{"service": EC2, "region": HERE.1}]), "an unnamed account"),
        (json!([{"service": EC2, "linkedAccount": HERE.0}]), "an unnamed Region"),
        (json!([cause(EC2, ("999999999999", HERE.1))]), "outside the scope"),
        (json!([cause(EC2, (HERE.0, "eu-west-3"))]), "outside the scope"),
        (json!([cause(EC2, ("*", HERE.1))]), "Not scanned"),
        (json!([{}, 1, null, "x"]), "an unnamed service"),
        (json!({"service": EC2}), "names no cause"),
    ];
    for (causes, words) in foreign {
        let world = two_places();
        let report = handle_anomaly(&world, &telling(), &anomaly(&causes), at(EVENING)).expect("no error");
        let told = told(&world);
        assert!(told.contains("`a-1`") && told.contains(words), "{causes}: {told}");
        assert_eq!((report.rows.len(), report.health().as_str()), (0, "ok"), "{causes}");
        assert!(report.notes.iter().any(|note| note.contains("`a-1`")), "the report has it too: {:?}", report.notes);
    }
}

#[test]
fn of_a_place_that_cannot_be_scanned_no_message_says_that_nothing_runs_there() {
    let dark = Faults { unreachable: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() };
    let closed = Faults { closed: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() };
    let suspended = two_places().with_account(HERE.0, None, Some("SUSPENDED"));
    for (world, words) in [
        (two_places().with_faults(dark), "could not be scanned"),
        (two_places().with_faults(closed), "the organisation's policy denies access, so nothing is known of it"),
        (suspended, "could not be scanned: SUSPENDED"),
    ] {
        // A second place beside it, for an account whose Regions are all denied is another matter.
        let causes = json!([cause(EC2, HERE), cause(EC2, (HERE.0, THERE.1))]);
        handle_anomaly(&world, &telling(), &anomaly(&causes), at(EVENING)).expect("a report");
        let told = told(&world);
        assert!(told.contains(words) && !told.contains("no instance runs there"), "{told}");
    }
}

#[test]
fn one_cause_that_leads_nowhere_keeps_no_other_from_being_looked_at() {
    let world = two_places();
    let causes =
        json!([cause("Amazon Simple Storage Service", HERE), cause(EC2, ("999999999999", HERE.1)), cause(EC2, HERE)]);
    let report = handle_anomaly(&world, &telling(), &anomaly(&causes), at(EVENING)).expect("a report");
    assert_eq!(report.rows.len(), 1);
    let told = told(&world);
    assert!(told.contains("i-1") && told.contains("999999999999") && told.contains("Storage"), "{told}");
}

#[test]
fn where_nothing_can_be_looked_at_the_operator_is_notified_so() {
    let world = two_places().with_faults(Faults { no_accounts: true, ..Faults::default() });
    let ended = handle_anomaly(&world, &telling(), &anomaly(&json!([cause(EC2, HERE)])), at(EVENING));
    assert!(matches!(ended, Err(Error::Scan(_))), "{ended:?}");
    assert!(told(&world).contains("Nothing could be scanned"), "{}", told(&world));

    let world =
        two_places().with_faults(Faults { unreachable: [Target::new(HERE.0, HERE.1)].into(), ..Faults::default() });
    let report =
        handle_anomaly(&world, &telling(), &anomaly(&json!([cause(EC2, HERE)])), at(EVENING)).expect("a report");
    assert_eq!(report.health().as_str(), "degraded");
    assert!(told(&world).contains("could not be scanned"), "{}", told(&world));
}

#[test]
fn the_same_is_sent_once_and_what_has_grown_is_sent_again() {
    let world = two_places();
    let event = anomaly(&json!([cause(EC2, HERE)]));
    handle_anomaly(&world, &telling(), &event, at(EVENING)).expect("a report");
    let again = handle_anomaly(&world, &telling(), &event, at(EVENING)).expect("a report");
    assert_eq!(world.said().len(), 1);
    assert!(again.notes.iter().any(|note| note.contains("notified of the same before")), "{:?}", again.notes);
    handle_anomaly(&world, &telling(), &anomaly(&json!([cause(EC2, HERE), cause(EC2, THERE)])), at(EVENING))
        .expect("a report");
    assert_eq!(world.said().len(), 2);
}

#[test]
fn a_channel_that_is_down_leaves_the_report_and_is_tried_anew_with_the_next_event() {
    let (world, event) = (two_places(), anomaly(&json!([cause(EC2, HERE)])));
    world.mute("ops");
    let report = handle_anomaly(&world, &telling(), &event, at(EVENING)).expect("a report");
    assert_eq!(report.health().as_str(), "degraded");
    assert_eq!(world.recorded("runs/").len(), 1, "the report stands in the record");
    world.unmute();
    handle_anomaly(&world, &telling(), &event, at(EVENING)).expect("a report");
    assert_eq!(world.said().len(), 1);
    // Without an operator the report says so.
    let report = handle_anomaly(&two_places(), &with(&[]), &event, at(EVENING)).expect("a report");
    assert!(report.notes.iter().any(|note| note.contains("`operator`")), "{:?}", report.notes);
}

#[test]
fn an_anomaly_touches_nothing_that_whole_runs_keep() {
    let world = two_places();
    world.put("acting.lock", r#"{"run":"run-9","until":"2026-11-25T12:31:00Z"}"#);
    handle_anomaly(&world, &telling(), &anomaly(&json!([cause(EC2, HERE)])), at(EVENING)).expect("it waits for nobody");
    let kept: Vec<String> = world.recorded("").into_iter().map(|(key, _)| key).collect();
    let own = |key: &String| key == "acting.lock" || key.starts_with("runs/") || key.starts_with("state/anomalies/");
    assert!(kept.iter().all(own), "{kept:?}");
}

#[test]
fn an_anomaly_of_rds_or_ecs_leads_to_databases_and_services_where_a_policy_names_them() {
    const RDS: &str = "Amazon Relational Database Service";
    let causes = anomaly(&json!([cause(RDS, HERE), cause("Amazon Elastic Container Service for Kubernetes", HERE)]));
    let world = World::of([db("orders").tag("Owner", "ana")]);
    let alone = handle_anomaly(&world, &telling(), &causes, at(EVENING)).expect("a report");
    assert_eq!(alone.rows.len(), 0, "no policy is for databases");
    assert!(told(&world).contains(&format!("Not scanned: {RDS}")), "{}", told(&world));

    let text = SETTINGS.replace("[calendars.japan]", TELLING);
    let world = World::of([db("orders").tag("Owner", "ana")]);
    let report = handle_anomaly(&world, &for_databases(&text), &causes, at(EVENING)).expect("a report");
    assert_eq!(report.rows.iter().map(|row| &*row.id.name).collect::<Vec<_>>(), ["db:orders"]);
    let said = told(&world);
    assert!(said.contains("1 running now") && said.contains("db:orders") && said.contains("owner ana"), "{said}");
    assert!(said.contains("Not scanned: Amazon Elastic Container Service for Kubernetes"), "{said}");

    let empty = World::of([instance("i-1").state(State::Stopped)]);
    handle_anomaly(&empty, &for_databases(&text), &causes, at(EVENING)).expect("a report");
    assert!(told(&empty).contains("no instance or database runs there now"), "{}", told(&empty));
}
