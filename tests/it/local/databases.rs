//! Databases in a saved inventory: what AWS answers about them is read whole, and what AWS would refuse is skipped.

use std::collections::BTreeSet;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{CannotStop, Kind, Locale, Reason, Skipped, State, Verdict};
use idle_reaper::engine::report::{Report, Row};
use idle_reaper::local::inventory::{Recorded, Source};
use idle_reaper::render::{Style, detail, json, markdown, table};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::fake::{EVENING, HERE, SETTINGS, at, for_every_kind, plan_over, settings};

const INSTANCES: &str = include_str!("recorded/describe-db-instances.json");
const CLUSTERS: &str = include_str!("recorded/describe-db-clusters.json");
const FLEET: &str = include_str!("recorded/describe-instances.json");

/// Settings that stop whatever no rule protects, instances as well.
fn everything() -> Settings {
    settings(
        "version = 1\n[scope]\naccounts = \"self\"\nregions = \"enabled\"\n\
         [schedules.office]\nzone = \"Asia/Tokyo\"\nopen = [\"mon-fri 09:00-18:00\"]\n\
         [[policies]]\nname = \"all\"\nkinds = [\"instance\", \"database\"]\nmatch = { all = true }\n\
         schedule = \"office\"\noutside = \"stop\"\n",
    )
}

fn over(settings: &Settings, files: &[&str]) -> Report {
    let source = |(n, text): (usize, &&str)| Source { name: format!("{n}.json"), text: (*text).to_owned() };
    let files: Vec<Source> = files.iter().enumerate().map(source).collect();
    let recorded = Recorded::read(&files, settings).unwrap_or_else(|wrong| panic!("{wrong}"));
    plan_over(&recorded, settings, at(EVENING))
}

fn instance() -> Value {
    json!({
        "DBInstanceIdentifier": "orders",
        "DBInstanceArn": format!("arn:aws:rds:{}:{}:db:orders", HERE.1, HERE.0),
        "DBInstanceClass": "db.t3.medium",
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "MultiAZ": false,
        "BackupRetentionPeriod": 7,
        "LicenseModel": "postgresql-license",
        "StorageType": "gp3",
        "InstanceCreateTime": "2026-11-20T00:00:00Z",
        "TagList": [{"Key": "Env", "Value": "dev"}],
    })
}

fn cluster() -> Value {
    json!({
        "DBClusterIdentifier": "orders",
        "DBClusterArn": format!("arn:aws:rds:{}:{}:cluster:orders", HERE.1, HERE.0),
        "Status": "available",
        "Engine": "aurora-postgresql",
        "EngineMode": "provisioned",
        "BackupRetentionPeriod": 7,
        "ClusterCreateTime": "2026-11-20T00:00:00Z",
        "DBClusterMembers": [{"DBInstanceIdentifier": "orders-1"}, {"DBInstanceIdentifier": "orders-2"}],
        "TagList": [{"Key": "Env", "Value": "dev"}],
    })
}

/// A member of [`cluster`].
fn member(name: &str, class: &str) -> Value {
    let mut member = changed(instance(), json!({"DBInstanceIdentifier": name, "DBClusterIdentifier": "orders"}));
    member["DBInstanceArn"] = format!("arn:aws:rds:{}:{}:db:{name}", HERE.1, HERE.0).into();
    changed(member, json!({"DBInstanceClass": class, "Engine": "aurora-postgresql"}))
}

fn changed(mut value: Value, changes: Value) -> Value {
    for (key, change) in changes.as_object().expect("changes") {
        value[key] = change.clone();
    }
    value
}

fn instances(all: &[Value]) -> String {
    json!({"DBInstances": all}).to_string()
}

fn clusters(all: &[Value]) -> String {
    json!({"DBClusters": all}).to_string()
}

/// The verdict on the only database of an answer.
fn verdict(text: &str) -> Verdict {
    let report = over(&for_every_kind(SETTINGS), &[text]);
    assert_eq!(report.rows.len(), 1, "{:?}", report.rows);
    report.rows[0].verdict.clone()
}

#[test]
fn a_database_is_stopped_outside_its_hours_and_named_as_aws_names_it() {
    let report = over(&for_every_kind(SETTINGS), &[&instances(&[instance()]), &clusters(&[cluster()])]);
    let lines: Value = serde_json::from_str(&json(&report, false).expect("JSON")).expect("JSON");
    let lines = lines["resources"].as_array().expect("lines").clone();
    assert_eq!(lines.len(), 2, "a cluster and a DB instance may have one identifier");
    for (line, id, kind) in [(&lines[0], "cluster:orders", ""), (&lines[1], "db:orders", "db.t3.medium")] {
        assert_eq!((&line["id"], &line["name"], &line["type"]), (&id.into(), &"orders".into(), &kind.into()));
        assert_eq!((&line["kind"], &line["verdict"]), (&"database".into(), &"stop".into()));
        assert_eq!((&line["account"], &line["region"]), (&HERE.0.into(), &HERE.1.into()));
    }
    for text in [table(&report, Style { colour: false, width: None }), markdown(&report)] {
        assert!(text.contains("db:orders") && text.contains("cluster:orders"), "{text}");
    }
}

/// How many units of each of its prices it costs.
fn counts(row: &Row) -> Vec<Decimal> {
    let parts = row.parts.as_deref().expect("it runs").as_deref().expect("prices");
    parts.iter().map(|part| part.quantity).collect()
}

#[test]
fn a_cluster_has_the_size_and_the_price_of_its_instances_and_they_have_no_line() {
    let members = [member("orders-1", "db.r6g.large"), member("orders-2", "db.r6g.large"), instance()];
    let (members, cluster) = (instances(&members), clusters(&[cluster()]));
    for files in [[&members, &cluster], [&cluster, &members]] {
        let report = over(&for_every_kind(SETTINGS), &files.map(String::as_str));
        let lines: Vec<_> = report.rows.iter().map(|row| (&*row.id.name, &*row.kind, counts(row))).collect();
        let wanted =
            [("cluster:orders", "db.r6g.large", vec![2.into()]), ("db:orders", "db.t3.medium", vec![1.into()])];
        assert_eq!(lines, wanted);
    }
    let mixed = instances(&[member("orders-1", "db.r6g.large"), member("orders-2", "db.r6g.xlarge")]);
    let report = over(&for_every_kind(SETTINGS), &[&mixed, &cluster]);
    assert_eq!(&*report.rows[0].kind, "db.r6g.large+db.r6g.xlarge");
    assert_eq!(counts(&report.rows[0]), [1.into(), 1.into()], "each class has its own price");
}

#[test]
fn what_aws_refuses_to_stop_is_skipped_for_its_reason() {
    let one = |change| instances(&[changed(instance(), change)]);
    let all = |change| clusters(&[changed(cluster(), change)]);
    let cases = [
        (one(json!({"DBClusterIdentifier": "c"})), CannotStop::Member("c".into())),
        (one(json!({"ReadReplicaSourceDBInstanceIdentifier": "s"})), CannotStop::Replica("s".into())),
        (one(json!({"ReadReplicaSourceDBClusterIdentifier": "s"})), CannotStop::Replica("s".into())),
        (one(json!({"ReadReplicaDBInstanceIdentifiers": ["r"]})), CannotStop::Source("r".into())),
        (one(json!({"ReadReplicaDBClusterIdentifiers": ["r"]})), CannotStop::Source("r".into())),
        (one(json!({"Engine": "sqlserver-se", "MultiAZ": true})), CannotStop::SqlServerMultiAz),
        (one(json!({"Engine": "sqlserver-se", "MultiAZ": null})), CannotStop::SqlServerMultiAz),
        (one(json!({"Engine": "sqlserver-ee", "SecondaryAvailabilityZone": "x"})), CannotStop::SqlServerMultiAz),
        (one(json!({"Engine": "custom-oracle-ee"})), CannotStop::Custom("custom-oracle-ee".into())),
        (one(json!({"CustomIamInstanceProfile": "p"})), CannotStop::Custom("postgres".into())),
        (one(json!({"Engine": "postgres-next"})), CannotStop::Engine("postgres-next".into())),
        (one(json!({"Engine": "aurora-mysql"})), CannotStop::Engine("aurora-mysql".into())),
        (all(json!({"GlobalClusterIdentifier": "g"})), CannotStop::Global("g".into())),
        (all(json!({"GlobalWriteForwardingStatus": "enabled"})), CannotStop::Global(String::new())),
        (all(json!({"EngineMode": "global"})), CannotStop::Global(String::new())),
        (all(json!({"EngineMode": "serverless"})), CannotStop::ServerlessV1),
        (all(json!({"ClusterScalabilityType": "limitless"})), CannotStop::Limitless),
        (all(json!({"ReplicationSourceIdentifier": "s"})), CannotStop::Replica("s".into())),
        (all(json!({"ReadReplicaIdentifiers": ["r"]})), CannotStop::Source("r".into())),
        (all(json!({"Engine": "mysql"})), CannotStop::MultiAzCluster("mysql".into())),
        (
            all(json!({"DBClusterInstanceClass": "db.m5d.large"})),
            CannotStop::MultiAzCluster("aurora-postgresql".into()),
        ),
        (all(json!({"Engine": "aurora-next"})), CannotStop::Engine("aurora-next".into())),
        (all(json!({"DBClusterMembers": []})), CannotStop::NoMembers),
    ];
    for (text, why) in cases {
        assert_eq!(verdict(&text), Verdict::Skip(Skipped::CannotStop { why }), "{text}");
    }
    for change in [json!({"MultiAZ": true}), json!({"Engine": "sqlserver-ex", "MultiAZ": false})] {
        assert_eq!(verdict(&one(change)).as_str(), "stop", "a standby of another engine is stopped with it");
    }
    for engine in ["docdb", "neptune", "aurora-mysql"] {
        assert_eq!(verdict(&all(json!({"Engine": engine}))).as_str(), "stop", "{engine}");
    }
}

#[test]
fn a_status_between_up_and_down_is_left_to_a_later_run() {
    let status = |status: &str| verdict(&instances(&[changed(instance(), json!({"DBInstanceStatus": status}))]));
    for (word, stuck) in [("backing-up", false), ("storage-optimization", false), ("storage-full", true)] {
        let found = status(word);
        assert_eq!(found, Verdict::Skip(Skipped::InTransition { status: word.into(), stuck }));
        assert_eq!(found.wants_attention(), stuck);
        assert!(detail(&found, Locale::En).contains(word));
    }
    assert!(status("incompatible-network").wants_attention());
    for (word, state) in [("stopped", State::Stopped), ("stopping", State::Stopping), ("starting", State::Pending)] {
        assert_eq!(status(word), Verdict::Skip(Skipped::NotRunning { state, ours: false }));
    }
    assert_eq!(status("").reason(), Reason::NotRunning, "no status is no reason to stop");
}

#[test]
fn a_cluster_that_scales_to_zero_pauses_itself_unless_it_has_other_instances() {
    let scaling = json!({"ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 4}});
    let cluster = |change: Value| clusters(&[changed(changed(cluster(), scaling.clone()), change)]);
    let with = |classes: [&str; 2]| {
        let members = instances(&[member("orders-1", classes[0]), member("orders-2", classes[1])]);
        over(&for_every_kind(SETTINGS), &[&cluster(json!({})), &members]).rows[0].verdict.reason()
    };
    assert_eq!(with(["db.serverless", "db.serverless"]), Reason::PausesItself);
    assert_eq!(with(["db.serverless", "db.r6g.large"]), Reason::OutsideHours);
    assert_eq!(verdict(&cluster(json!({}))).reason(), Reason::PausesItself, "unknown classes may all be serverless");
    let above = json!({"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5}});
    assert_eq!(verdict(&cluster(above)).reason(), Reason::OutsideHours);
}

#[test]
fn a_cluster_is_not_stopped_for_longer_than_its_backups_are_kept() {
    let days = |days: Value| clusters(&[changed(cluster(), json!({"BackupRetentionPeriod": days}))]);
    let on = |text: &str, when: &str, settings: &Settings| {
        let recorded = Recorded::parse("clusters.json", text, settings).expect("an inventory");
        plan_over(&recorded, settings, at(when)).rows[0].verdict.reason()
    };
    let (plain, friday) = (for_every_kind(SETTINGS), "2026-11-27T21:30:00+09:00");
    assert_eq!(on(&days(json!(1)), EVENING, &plain), Reason::OutsideHours, "a night is shorter than a day");
    assert_eq!(on(&days(json!(1)), friday, &plain), Reason::ExpiringBackups);
    assert_eq!(on(&days(json!(3)), friday, &plain), Reason::OutsideHours);
    assert_eq!(on(&days(Value::Null), EVENING, &plain), Reason::ExpiringBackups, "unknown protects");
    let ignoring = for_every_kind(&format!("{SETTINGS}\n[databases]\nexpiring-backups = \"ignore\"\n"));
    assert_eq!(on(&days(json!(1)), friday, &ignoring), Reason::OutsideHours);
    let instance = instances(&[changed(instance(), json!({"BackupRetentionPeriod": 1}))]);
    assert_eq!(on(&instance, friday, &plain), Reason::OutsideHours, "RDS keeps the backups of a stopped DB instance");
}

#[test]
fn tags_of_a_database_are_read_as_those_of_an_instance() {
    let tagged = |key: &str, value: &str| {
        let tags = json!([{"Key": "Env", "Value": "dev"}, {"Key": key, "Value": value}]);
        verdict(&instances(&[changed(instance(), json!({"TagList": tags}))])).reason()
    };
    assert_eq!(tagged("idle-reaper:keep", ""), Reason::Kept);
    assert_eq!(tagged("idle-reaper:keep-until", "soon"), Reason::KeepUnreadable);
    assert_eq!(tagged("idle-reaper:schedule", "night"), Reason::WithinHours);
    let odd = |tags| verdict(&instances(&[changed(instance(), json!({"TagList": tags}))])).reason();
    assert_eq!(odd(Value::Null), Reason::MatchUnknown, "a tag that is not there might protect");
    assert_eq!(odd(json!([{"Key": "Env", "Value": "dev"}, {"Value": "x"}])), Reason::MatchUnknown);
    assert_eq!(odd(json!([])), Reason::NoPolicy);
}

#[test]
fn a_database_that_no_policy_names_is_not_judged_and_not_hidden() {
    let (plain, text) = (settings(SETTINGS), instances(&[instance()]));
    let recorded = Recorded::read(&[Source { name: "db.json".into(), text }], &plain).expect("an inventory");
    assert_eq!(recorded.notes.len(), 1, "{:?}", recorded.notes);
    assert!(recorded.notes[0].contains("databases that are not judged") && recorded.notes[0].ends_with(": 1"));
    assert!(plan_over(&recorded, &plain, at(EVENING)).rows.is_empty());
    let only = for_every_kind(&SETTINGS.replace("[[policies]]", "[[policies]]\n#")).policies.len();
    assert_eq!(only, 1);
}

#[test]
fn without_databases_in_it_an_inventory_is_judged_as_before() {
    let (with, without) = (everything(), settings(&everything_for_instances()));
    let (one, other) = (over(&with, &[FLEET]), over(&without, &[FLEET]));
    let said = |report: &Report| {
        let mut text = json(report, true).expect("JSON");
        for settings in [&with, &without] {
            text = text.replace(&settings.hash, "");
        }
        text.replace(&report.plan.id, "")
    };
    assert_eq!(said(&one), said(&other));
}

fn everything_for_instances() -> String {
    "version = 1\n[scope]\naccounts = \"self\"\nregions = \"enabled\"\n\
     [schedules.office]\nzone = \"Asia/Tokyo\"\nopen = [\"mon-fri 09:00-18:00\"]\n\
     [[policies]]\nname = \"all\"\nmatch = { all = true }\n\
     schedule = \"office\"\noutside = \"stop\"\n"
        .to_owned()
}

/// Every identifier in recorded answers, as a report names it.
fn identifiers(text: &str, list: &str, key: &str, prefix: &str) -> BTreeSet<String> {
    let answers: Vec<Value> = serde_json::from_str(text).expect("a list of answers");
    let all = answers.iter().flat_map(|answer| answer[list].as_array().expect("a list"));
    all.map(|one| format!("{prefix}{}", one[key].as_str().expect("an identifier"))).collect()
}

#[test]
fn each_database_of_the_recorded_answers_has_one_line_that_says_why() {
    let settings = everything();
    for (text, all) in [
        (INSTANCES, identifiers(INSTANCES, "DBInstances", "DBInstanceIdentifier", "db:")),
        (CLUSTERS, identifiers(CLUSTERS, "DBClusters", "DBClusterIdentifier", "cluster:")),
    ] {
        let report = over(&settings, &[text]);
        let lines: BTreeSet<String> = report.rows.iter().map(|row| row.id.name.to_string()).collect();
        assert_eq!(lines, all);
        let places: BTreeSet<_> = report.rows.iter().map(|row| &row.id).collect();
        assert_eq!(places.len(), report.rows.len());
        for row in &report.rows {
            assert!(!detail(&row.verdict, Locale::En).is_empty() && !row.armed, "{row:?}");
            let is_stopped = matches!(row.verdict, Verdict::Stop(_));
            assert!(!is_stopped || row.state == State::Running, "{row:?}");
        }
        let reasons: BTreeSet<Reason> = report.rows.iter().map(|row| row.verdict.reason()).collect();
        assert!(reasons.len() >= 3, "{reasons:?}");
    }
    let all = over(&settings, &[FLEET, INSTANCES, CLUSTERS]);
    let kinds: BTreeSet<Kind> = all.rows.iter().map(|row| row.id.kind).collect();
    assert_eq!(kinds.len(), 2);
}

#[test]
fn pages_and_parts_of_answers_are_read_as_those_of_instances() {
    let settings = for_every_kind(SETTINGS);
    let cut = changed(json!({"DBInstances": [instance()]}), json!({"Marker": "more"}));
    let recorded = Recorded::parse("db.json", &cut.to_string(), &settings).expect("an inventory");
    assert_eq!(plan_over(&recorded, &settings, at(EVENING)).unreachable.len(), 1, "the next page is missing");
    let bare = json!([instance(), cluster()]).to_string();
    assert_eq!(over(&settings, &[&bare]).rows.len(), 2, "a `--query` leaves whole databases");
    let part = json!([{"DBInstanceIdentifier": "orders", "Engine": "postgres"}]).to_string();
    let wrong = Recorded::parse("db.json", &part, &settings).expect_err("parts of databases");
    assert!(wrong.to_string().contains("parts of databases"), "{wrong}");
}
