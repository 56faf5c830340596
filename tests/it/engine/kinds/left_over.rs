//! Databases that a blue/green switch-over left behind, and what only looks like one.

use std::sync::Arc;

use idle_reaper::engine::cost::price::{Price, Prices};
use idle_reaper::engine::kinds::database::left_over::{LeftOver, left_over};
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::traffic::Traffic;
use idle_reaper::engine::model::{Database, Instance, Member, ResourceId, Tags, Target, Unused, Usd, WhyUnused};
use idle_reaper::engine::report::forgotten::keys;

use super::found;
use crate::fake::at;

fn place() -> Arc<Target> {
    Arc::new(Target::new("111111111111", "eu-west-1"))
}

fn facts(created: &str) -> Database {
    Database {
        status: "available".into(),
        engine: "postgres".into(),
        created: Some(at(created)),
        multi_az: Some(false),
        ..Database::default()
    }
}

fn old() -> Database {
    facts("2025-03-01T09:00:00Z")
}

fn new() -> Database {
    facts("2026-06-01T09:00:00Z")
}

fn db(name: &str, facts: Database) -> Instance {
    Instance::database(ResourceId::db_instance(place(), name), "db.t3.medium", Some(Tags::default()), facts)
}

fn cluster(name: &str, facts: Database) -> Instance {
    let member = |n: usize| Member { name: format!("{name}-{n}").into(), class: Some("db.r6g.large".into()) };
    let facts = Database { engine: "aurora-mysql".into(), members: [1, 2].map(member).into(), ..facts };
    Instance::database(ResourceId::db_cluster(place(), name), "", Some(Tags::default()), facts)
}

fn names(found: &[Instance]) -> Vec<String> {
    left_over(found).into_iter().map(|one| one.id.into()).collect()
}

fn unused(one: LeftOver) -> Option<Unused> {
    found(Facts::ReplacedDatabase(Box::new(one)))
}

#[test]
fn an_old_instance_is_found_with_its_price_and_a_command_that_takes_a_last_snapshot() {
    let both = [db("orders", new()), db("orders-old1", old())];
    let [one] = <[LeftOver; 1]>::try_from(left_over(&both)).expect("one");
    let one = unused(one).expect("nothing connects to it");
    assert_eq!(one.why, WhyUnused::Replaced { by: "orders".into() });
    assert_eq!((&*one.id.id, &*one.size), ("db:orders-old1", "db.t3.medium postgres"));
    assert_eq!(one.not_before, Some(at("2026-06-01T09:00:00Z")), "there was nothing to replace it before");
    assert_eq!(
        &*one.command,
        "aws rds delete-db-instance --db-instance-identifier orders-old1 --region eu-west-1 \
         --final-db-snapshot-identifier orders-old1-final"
    );
    let mut prices = Prices::default();
    let key = keys(&one).next().expect("what is billed");
    prices.learn(key.clone(), Price::Hourly(Usd::parse("0.072").unwrap()), at("2026-11-25T12:30:00Z"));
    assert_eq!((&*key.kind, &*key.operation), ("db.t3.medium", "PostgreSQL|||Single-AZ|"));
}

#[test]
fn an_old_cluster_costs_all_its_members_which_its_command_deletes_first() {
    let both = [cluster("shop", new()), cluster("shop-old2", old())];
    let one = unused(left_over(&both).remove(0)).expect("nothing connects to it");
    assert_eq!((&*one.id.id, &*one.size), ("cluster:shop-old2", "2 × db.r6g.large aurora-mysql"));
    assert_eq!(one.billed.iter().map(|one| one.quantity.to_string()).collect::<Vec<_>>(), ["2"]);
    let commands: Vec<&str> = one.command.split(" && ").collect();
    assert_eq!(
        commands,
        [
            "aws rds delete-db-instance --db-instance-identifier shop-old2-1 --region eu-west-1",
            "aws rds delete-db-instance --db-instance-identifier shop-old2-2 --region eu-west-1",
            "aws rds delete-db-cluster --db-cluster-identifier shop-old2 --region eu-west-1 \
             --final-db-snapshot-identifier shop-old2-final",
        ]
    );
    let multi_az = |facts| {
        let mut one = cluster("shop-old1", facts);
        let facts = one.database.as_mut().unwrap();
        (facts.engine, facts.cluster_class) = ("mysql".into(), Some("db.r6gd.large".into()));
        one
    };
    let mut successor = multi_az(new());
    successor.id = ResourceId::db_cluster(place(), "shop");
    let one = unused(left_over(&[successor, multi_az(old())]).remove(0)).unwrap();
    assert!(one.command.starts_with("aws rds delete-db-cluster "), "AWS deletes its instances: {}", one.command);
}

#[test]
fn replicas_that_were_left_behind_with_it_are_found_too() {
    let replica = Database { replica_of: Some("orders-old1".into()), ..old() };
    let source = Database { replicas: ["orders-ro-old1".into()].into(), ..old() };
    let all = [db("orders", new()), db("orders-ro", new()), db("orders-old1", source), db("orders-ro-old1", replica)];
    assert_eq!(names(&all), ["db:orders-old1", "db:orders-ro-old1"]);
}

#[test]
fn what_only_looks_like_one_is_not_reported() {
    let with = |change: fn(&mut Database)| {
        let mut facts = old();
        change(&mut facts);
        [db("orders", new()), db("orders-old1", facts)]
    };
    let cases: [(&str, [Instance; 2]); 17] = [
        ("no other database has its former name", [db("bills", new()), db("orders-old1", old())]),
        ("a cluster has it", [cluster("orders", new()), db("orders-old1", old())]),
        ("that one is older: a copy was restored beside it", [db("orders", old()), db("orders-old1", new())]),
        ("its age is unknown", with(|one| one.created = None)),
        ("it has another engine", with(|one| one.engine = "mysql".into())),
        ("RDS has no switch-over for its engine", {
            let oracle = |facts| Database { engine: "oracle-ee".into(), ..facts };
            [db("orders", oracle(new())), db("orders-old1", oracle(old()))]
        }),
        ("its name only begins so", [db("orders", new()), db("orders-old1-copy", old())]),
        ("its name has no number", [db("orders", new()), db("orders-old", old())]),
        ("its name has more than a number", [db("orders", new()), db("orders-older1", old())]),
        ("its name has nothing before it", [db("orders", new()), db("-old1", old())]),
        ("it is still the source of a replica", with(|one| one.replicas = ["reports".into()].into())),
        ("it replicates from one that is in use", with(|one| one.replica_of = Some("orders".into()))),
        ("it has a replica in another Region", {
            with(|one| one.replicas = ["arn:aws:rds:us-east-1:111111111111:db:orders".into()].into())
        }),
        ("it is part of a global database", with(|one| one.global = Some("world".into()))),
        ("it is a member of a cluster, which is judged as a whole", with(|one| one.cluster = Some("shop".into()))),
        ("somebody deletes it already", with(|one| one.status = "deleting".into())),
        ("its status is unknown", with(|one| one.status = "".into())),
    ];
    for (why, found) in cases {
        assert_eq!(names(&found), [""; 0], "{why}");
    }
    let mut unreadable = with(|_| {});
    unreadable[1].tags_unreadable = true;
    assert_eq!(names(&unreadable), [""; 0], "a tag that could not be read might keep it");
}

#[test]
fn connections_protect_and_tags_are_named() {
    let found = || left_over(&[db("orders", new()), db("orders-old1", old())]).remove(0);
    assert_eq!(unused(LeftOver { traffic: Traffic::Carried, ..found() }), None);
    for traffic in [Traffic::Silent, Traffic::Unknown("an inventory has no metrics".into())] {
        assert!(unused(LeftOver { traffic: traffic.clone(), ..found() }).is_some(), "{traffic:?}");
    }
    let tagged = LeftOver { tags: Tags::new([("purpose", "standby until the audit")]), ..found() };
    assert!(unused(tagged).unwrap().managed.expect("it is managed").contains("purpose"));
}

#[test]
fn a_stopped_one_is_found_and_only_its_storage_is_billed() {
    let stopped = Database { status: "stopped".into(), ..old() };
    let one = left_over(&[db("orders", new()), db("orders-old1", stopped)]).remove(0);
    assert!(!one.is_up());
    let one = unused(one).expect("it is still there");
    assert!(one.billed.is_empty() && one.unpriced.is_some(), "{one:?}");
}
