//! What a resource costs that is sold in several parts: clusters by their members, services by their tasks.

use chrono::{DateTime, Utc};
use idle_reaper::engine::cost::parts::{Part, parts};
use idle_reaper::engine::cost::price::{Price, Prices};
use idle_reaper::engine::model::{Instance, Member, Platform, Product, TaskSize};
use idle_reaper::engine::report::Report;

use super::prices::usd;
use crate::fake::{Deed, EVENING, SETTINGS, Shape, World, apply, at, db, db_cluster, plan, row, service, settings};

const SIZE: TaskSize = TaskSize { cpu: 512, memory: 3072, platform: Platform::LinuxX86, storage: 20 };

fn members(classes: &[Option<&str>]) -> Instance {
    let member =
        |(n, class): (usize, &Option<&str>)| Member { name: format!("m-{n}").into(), class: class.map(Box::from) };
    db_cluster("orders", |facts| {
        let members = classes.iter().enumerate().map(member).collect();
        idle_reaper::engine::model::Database { members, ..facts }
    })
}

fn of_task(task: TaskSize) -> Instance {
    service("web").service(|facts| facts.task = Some(task))
}

/// The parts as text: the product's type and the quantity.
fn named(instance: &Instance) -> Vec<(String, String)> {
    let name = |part: &Part| (part.key.kind.to_string(), part.quantity.normalize().to_string());
    parts(instance).unwrap().iter().map(name).collect()
}

fn pair(kind: &str, quantity: &str) -> (String, String) {
    (kind.to_owned(), quantity.to_owned())
}

fn priced(instance: &Instance, known: &[(&str, &str)], now: DateTime<Utc>) -> Price {
    let all = parts(instance).unwrap();
    let mut prices = Prices::default();
    for (kind, price) in known {
        let part = all.iter().find(|part| *part.key.kind == **kind).unwrap();
        prices.learn(part.key.clone(), Price::Hourly(usd(price)), now);
    }
    prices.total(&all, now)
}

#[test]
fn a_cluster_costs_what_its_members_cost_whatever_their_classes() {
    let now = at(EVENING);
    let mixed = members(&[Some("db.r6g.large"), Some("db.t4g.medium"), Some("db.r6g.large")]);
    assert_eq!(named(&mixed), [pair("db.r6g.large", "2"), pair("db.t4g.medium", "1")]);
    let both = [("db.r6g.large", "0.26"), ("db.t4g.medium", "0.073")];
    assert_eq!(priced(&mixed, &both, now), Price::Hourly(usd("0.593")));
    let unknown = priced(&mixed, &both[..1], now);
    assert!(
        matches!(&unknown, Price::Unknown(why) if why.contains("not asked")),
        "a part of a price is none: {unknown:?}"
    );
    assert_eq!(named(&db("orders")), [pair("db.t3.medium", "1")]);
    let why = |classes: &[Option<&str>]| parts(&members(classes)).unwrap_err();
    assert!(why(&[Some("db.r6g.large"), None]).contains("classes of its instances are unknown"));
    assert!(why(&[Some("db.r6g.large"), Some("db.serverless")]).contains("serverless"));
}

#[test]
fn a_service_costs_what_its_tasks_reserve_times_as_many_as_are_desired() {
    let now = at(EVENING);
    let x86 = of_task(SIZE);
    assert_eq!(named(&x86), [pair("Fargate-vCPU-Hours:perCPU", "1"), pair("Fargate-GB-Hours", "6")]);
    let both = [("Fargate-vCPU-Hours:perCPU", "0.04"), ("Fargate-GB-Hours", "0.005")];
    assert_eq!(priced(&x86, &both, now), Price::Hourly(usd("0.07")));
    let arm = of_task(TaskSize { platform: Platform::LinuxArm, ..SIZE });
    assert_eq!(named(&arm), [pair("Fargate-ARM-vCPU-Hours:perCPU", "1"), pair("Fargate-ARM-GB-Hours", "6")]);
    let windows = of_task(TaskSize { platform: Platform::Windows, storage: 21, ..SIZE });
    let licensed = [
        pair("Fargate-Windows-vCPU-Hours:perCPU", "1"),
        pair("Fargate-Windows-GB-Hours", "6"),
        pair("Fargate-Windows-OS-Hours:perCPU", "1"),
        pair("", "2"),
    ];
    assert_eq!(named(&windows), licensed);
    let stored = parts(&windows).unwrap();
    assert_eq!(stored.last().map(|part| part.key.product), Some(Product::FargateStorage), "20 GB are free");
}

#[test]
fn a_service_without_a_list_price_says_why() {
    let why = |change: fn(&mut idle_reaper::engine::model::Service)| parts(&of_task(SIZE).service(change)).unwrap_err();
    assert!(why(|facts| facts.task = None).contains("size of its tasks is unknown"));
    assert!(why(|facts| facts.desired = None).contains("desired count"));
    assert!(why(|facts| facts.launch_type = Some("EC2".into())).contains("not billed one by one"));
    for providers in [&["FARGATE_SPOT"][..], &["FARGATE", "FARGATE_SPOT"]] {
        let spot = of_task(SIZE).service(|facts| facts.providers = providers.iter().map(|one| (*one).into()).collect());
        assert!(parts(&spot).unwrap_err().contains("FARGATE_SPOT"));
    }
    let provider = of_task(SIZE).service(|facts| facts.providers = Box::new(["FARGATE".into()]));
    assert!(parts(&provider).is_ok());
}

#[test]
fn the_size_of_a_task_is_read_as_ecs_writes_it() {
    let read = |cpu, memory, system, architecture| TaskSize::read(cpu, memory, system, architecture, None);
    let plain = read(Some("512"), Some("3072"), None, None);
    assert_eq!(plain, Some(SIZE), "Linux on x86 and 20 GB are what ECS takes where a definition names nothing");
    assert_eq!(read(Some("512"), Some("3072"), Some("LINUX"), Some("X86_64")), Some(SIZE));
    let platform =
        |system, architecture| read(Some("512"), Some("3072"), system, architecture).map(|size| size.platform);
    assert_eq!(platform(Some("WINDOWS_SERVER_2022_CORE"), Some("X86_64")), Some(Platform::Windows));
    assert_eq!(platform(None, Some("ARM64")), Some(Platform::LinuxArm));
    assert_eq!(platform(Some("PLAN_9"), None), None);
    assert_eq!(platform(Some("WINDOWS_SERVER_2022_CORE"), Some("ARM64")), None, "Fargate has none");
    for amount in [None, Some(""), Some("0"), Some("-1"), Some(".5 vCPU")] {
        assert_eq!(read(amount, Some("1024"), None, None), None, "{amount:?}");
        assert_eq!(read(Some("256"), amount, None, None), None, "{amount:?}");
    }
}

/// A service of the task definition `web:7`.
fn web() -> Instance {
    service("web").service(|facts| facts.task_definition = Some("web:7".into()))
}

fn of_services() -> idle_reaper::engine::config::Settings {
    let kinds = "[[policies]]\nkinds = [\"instance\", \"service\"]";
    let told = "[money]\nprice-file = \"prices.csv\"\n[channels.ops]\nsns = \"arn:aws:sns:us-east-1:111111111111:ops\"\n\
                [notify]\noperator = \"ops\"\n";
    settings(&(SETTINGS.replace("[[policies]]", kinds) + told))
}

fn monthly(report: &Report) -> Option<String> {
    row(report, "service:shop/web").monthly.map(|usd| usd.0.normalize().to_string())
}

fn asked(world: &World) -> usize {
    world.calls(|deed| deed == Deed::AskTaskSize).len()
}

#[test]
fn the_size_of_a_task_is_asked_for_once_and_kept_in_the_record() {
    let world = World::of([web(), service("api").service(|facts| facts.task_definition = Some("web:7".into()))]);
    world.put(
        "prices.csv",
        "instance-type,region,operation,tenancy,usd-hour\nFargate-vCPU-Hours:perCPU,ap-northeast-1,,,0.04\n\
         Fargate-GB-Hours,ap-northeast-1,,,0.01\n",
    );
    let denied = apply(&world, &of_services(), at("2026-11-25T11:00:00+09:00"));
    assert_eq!((monthly(&denied), asked(&world)), (None, 1), "what may not be read is unknown");
    world.task_sizes([("web:7", SIZE)]);
    let dry = plan(&world, &of_services(), at("2026-11-25T12:00:00+09:00"));
    assert_eq!((monthly(&dry), asked(&world)), (None, 1), "a dry run shows what the record has");
    let first = apply(&world, &of_services(), at("2026-11-25T13:00:00+09:00"));
    assert_eq!(
        (monthly(&first), asked(&world)),
        (Some("73".to_owned()), 2),
        "1 vCPU and 6 GB for 730 hours, asked once"
    );
    let next = plan(&world, &of_services(), at("2026-11-25T14:00:00+09:00"));
    assert_eq!((monthly(&next), asked(&world)), (Some("73".to_owned()), 2));
    world.change("service:shop/web", |one| one.service(|facts| facts.task_definition = Some("web:8".into())));
    let changed = apply(&world, &of_services(), at("2026-11-25T15:00:00+09:00"));
    assert_eq!((monthly(&changed), asked(&world)), (None, 3), "another revision may have another size");
}
