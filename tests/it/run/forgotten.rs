//! What is only reported: when it is scanned, since when it was found, what it costs, and that nothing is done to it.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::kinds::address::Address;
use idle_reaper::engine::kinds::eks::Cluster;
use idle_reaper::engine::kinds::reported::Facts;
use idle_reaper::engine::kinds::volume::Volume;
use idle_reaper::engine::model::{Health, Instance, ReportOnly, State, Tags, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::forgotten::{Line, Standing};
use idle_reaper::engine::request::Scope;
use idle_reaper::render;

use crate::fake::{self, Ask, Deed, EVENING, HERE, Shape, THERE, World, at, instance, with};

const FILE: &str = "state/forgotten.jsonl";

fn target((account, region): (&str, &str)) -> Target {
    Target::new(account, region)
}

fn wanted() -> Settings {
    with(&[("[busy]", "[forgotten]\nafter = \"14d\"\n\n[busy]")])
}

fn volume(id: &str) -> Volume {
    Volume {
        id: id.into(),
        kind: Some("gp2".into()),
        size: Some(100),
        state: Some("available".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        ..Volume::default()
    }
}

fn world(volumes: impl IntoIterator<Item = Volume>) -> World {
    let world = World::of([instance("i-1")]);
    holds(&world, volumes);
    world
}

fn holds(world: &World, volumes: impl IntoIterator<Item = Volume>) {
    world.now_holds(&target(HERE), ReportOnly::Volume, Ok(volumes.into_iter().map(Facts::Volume).collect()));
}

fn line<'a>(report: &'a Report, id: &str) -> &'a Line {
    let found = report.forgotten.as_ref().expect("the section");
    found.lines.iter().find(|line| *line.id().id == *id).unwrap_or_else(|| panic!("{id} in {found:?}"))
}

fn scans(world: &World) -> usize {
    world.calls(|deed| deed == Deed::AskReported).len()
}

#[test]
fn without_the_section_nothing_but_instances_is_scanned() {
    for settings in [with(&[]), with(&[("[busy]", "[forgotten]\noff = true\n\n[busy]")])] {
        let world = world([volume("vol-1")]);
        assert_eq!(fake::plan(&world, &settings, at(EVENING)).forgotten, None);
        assert_eq!(fake::apply(&world, &settings, at(EVENING)).forgotten, None);
        assert_eq!(scans(&world), 0);
        assert!(world.recorded(FILE).is_empty());
    }
}

#[test]
fn a_dry_run_shows_owner_since_cost_and_command_and_records_nothing() {
    let tagged = Volume { tags: Tags::new([("Owner", "ann"), ("Name", "old-data")]), ..volume("vol-1") };
    let world = world([tagged]);
    let report = fake::plan(&world, &wanted(), at(EVENING));
    let one = line(&report, "vol-1");
    assert_eq!((one.owner.known(), &one.standing), (Some("ann"), &Standing::Forgotten));
    assert_eq!((one.sighting.first_seen, one.sighting.at_least), (at(EVENING), true));
    assert!(world.calls(Deed::writes).is_empty());
    let page = render::markdown(&report);
    for part in [
        "Forgotten: 1 resource, USD 12.00 a month",
        "vol-1",
        "old-data",
        "ann",
        "at least 2026-11-25",
        "aws ec2 delete-volume --volume-id vol-1 --region ap-northeast-1",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let json: serde_json::Value = serde_json::from_str(&render::json(&report, false).unwrap()).unwrap();
    let found = &json["forgotten"]["resources"][0];
    assert_eq!((found["id"].as_str(), found["standing"].as_str()), (Some("vol-1"), Some("forgotten")));
    assert_eq!((found["kind"].as_str(), found["at-least"].as_bool()), (Some("volume"), Some(true)));
}

#[test]
fn nothing_of_it_enters_a_plan_and_nothing_is_done_to_it() {
    let world = world([volume("vol-1")]);
    world.now_holds(
        &target(HERE),
        ReportOnly::Address,
        Ok(vec![Facts::Address(Address { ip: "203.0.113.7".into(), ..Address::default() })]),
    );
    let report = fake::apply(&world, &wanted(), at(EVENING));
    assert_eq!(report.forgotten.as_ref().map(|found| found.lines.len()), Some(2));
    assert_eq!(fake::planned(&report), ["i-1"]);
    for call in world.calls(Deed::acts) {
        assert!(call.ids.iter().all(|id| **id == *"i-1"), "{call:?}");
    }
}

#[test]
fn the_record_says_since_when_and_without_it_since_at_least() {
    let world = world([volume("vol-1")]);
    let first = fake::apply(&world, &wanted(), at(EVENING));
    assert!(line(&first, "vol-1").sighting.at_least);
    // A volume that was not there before has been so since this scan, and is too young to be forgotten.
    holds(&world, [volume("vol-1"), volume("vol-2")]);
    let next = fake::apply(&world, &wanted(), at("2026-11-26T21:30:00+09:00"));
    let (one, two) = (line(&next, "vol-1"), line(&next, "vol-2"));
    assert_eq!(
        (one.sighting.first_seen, one.sighting.at_least, &one.standing),
        (at(EVENING), true, &Standing::Forgotten)
    );
    assert_eq!((two.sighting.first_seen, two.sighting.at_least), (at("2026-11-26T21:30:00+09:00"), false));
    assert_eq!(two.standing, Standing::Young);
    let later = fake::apply(&world, &wanted(), at("2026-12-10T21:30:00+09:00"));
    assert_eq!(line(&later, "vol-2").standing, Standing::Forgotten);
    assert_eq!(line(&later, "vol-2").sighting.first_seen, at("2026-11-26T21:30:00+09:00"));
    // It was in use for a time: what was known of it is void.
    holds(&world, [volume("vol-1")]);
    fake::apply(&world, &wanted(), at("2026-12-11T21:30:00+09:00"));
    holds(&world, [volume("vol-1"), volume("vol-2")]);
    let again = fake::apply(&world, &wanted(), at("2026-12-12T21:30:00+09:00"));
    assert_eq!(line(&again, "vol-2").standing, Standing::Young);
    world.lose(FILE);
    let lost = fake::apply(&world, &wanted(), at("2026-12-13T21:30:00+09:00"));
    assert!(line(&lost, "vol-1").sighting.at_least && line(&lost, "vol-2").sighting.at_least);
}

#[test]
fn each_target_is_scanned_once_a_day_however_often_it_runs_and_a_late_run_catches_up() {
    let world = world([volume("vol-1")]).with_target(THERE.0, THERE.1);
    let mut now = at(EVENING);
    for _ in 0..96 {
        let report = fake::apply(&world, &wanted(), now);
        assert_eq!(line(&report, "vol-1").standing, Standing::Forgotten, "what is not due is shown as it was found");
        now += chrono::Duration::minutes(15);
    }
    // The first run scans everything, and each account has its turn within the day.
    assert_eq!(scans(&world), 4);
    world.forget();
    now += chrono::Duration::days(3);
    fake::apply(&world, &wanted(), now);
    assert_eq!(scans(&world), 2);
}

#[test]
fn a_refused_kind_is_its_own_entry_and_darkens_nothing_else() {
    let world = world([volume("vol-1")]);
    let refused = "`ec2:DescribeAddresses` was answered with `UnauthorizedOperation`: no (request 1)";
    world.now_holds(&target(HERE), ReportOnly::Address, Err(refused));
    let report = fake::apply(&world, &wanted(), at(EVENING));
    assert_eq!((report.health(), report.unreachable.len(), report.counts().stopped), (Health::Ok, 0, 1));
    assert_eq!(line(&report, "vol-1").standing, Standing::Forgotten);
    let found = report.forgotten.as_ref().unwrap();
    let entry = found.not_scanned.first().expect("it is said");
    assert_eq!((entry.kind, entry.target.clone(), &*entry.cause), (ReportOnly::Address, target(HERE), refused));
    assert!(render::markdown(&report).contains("Not scanned for"));
}

#[test]
fn a_volume_that_could_not_be_scanned_again_keeps_what_was_known() {
    let world = world([volume("vol-1")]);
    fake::apply(&world, &wanted(), at(EVENING));
    world.now_holds(&target(HERE), ReportOnly::Volume, Err("too slow"));
    let report = fake::apply(&world, &wanted(), at("2026-11-27T21:30:00+09:00"));
    assert_eq!(line(&report, "vol-1").sighting.last_seen, at(EVENING));
    assert_eq!(report.forgotten.unwrap().not_scanned.len(), 1);
}

#[test]
fn a_record_that_cannot_be_read_is_not_overwritten() {
    let world = world([volume("vol-1")]);
    fake::apply(&world, &wanted(), at(EVENING));
    world.put(FILE, "not a line\n");
    let report = fake::apply(&world, &wanted(), at("2026-11-26T21:30:00+09:00"));
    assert!(line(&report, "vol-1").sighting.at_least, "a line that cannot be read is found again");
}

#[test]
fn kept_and_managed_ones_are_shown_and_not_in_the_sum() {
    let tagged = |id: &str, key: &str| Volume { tags: Tags::new([(key, "")]), ..volume(id) };
    let volumes = [
        volume("vol-1"),
        tagged("vol-kept", "Idle-Reaper:Keep"),
        tagged("vol-typo", "idle-reaper:kepe"),
        tagged("vol-k8s", "kubernetes.io/created-for/pvc/name"),
    ];
    let report = fake::plan(&world(volumes), &wanted(), at(EVENING));
    let standing = |id: &str| line(&report, id).standing.as_str();
    assert_eq!(["vol-1", "vol-kept", "vol-typo", "vol-k8s"].map(standing), ["forgotten", "kept", "kept", "managed"]);
    let page = render::markdown(&report);
    assert!(page.contains("Forgotten: 1 resource,") && page.contains("3 more not in the sum"), "{page}");
}

#[test]
fn what_hangs_on_a_stopped_instance_is_its_owners_and_young_after_each_start() {
    let attached = Volume { state: Some("in-use".into()), attached: vec![Some("i-2".into())], ..volume("vol-1") };
    let stopped = |launch: &str| Instance {
        state: State::Stopped,
        launch: Some(at(launch)),
        ..instance("i-2").tag("Owner", "ben")
    };
    let world = World::of([stopped("2026-09-01T09:00:00Z")]);
    holds(&world, [attached]);
    let report = fake::apply(&world, &wanted(), at(EVENING));
    let one = line(&report, "vol-1");
    assert_eq!((one.owner.known(), &one.standing), (Some("ben"), &Standing::Forgotten));
    // It runs every day and is stopped whenever it is scanned: that is no forgotten volume.
    for day in 26..30 {
        world.change("i-2", |one| Instance { launch: Some(at(&format!("2026-11-{day}T09:00:00+09:00"))), ..one });
        let report = fake::apply(&world, &wanted(), at(&format!("2026-11-{day}T21:30:00+09:00")));
        assert_eq!(line(&report, "vol-1").standing, Standing::Young, "{day}");
        assert_eq!(line(&report, "vol-1").sighting.first_seen, at(&format!("2026-11-{day}T21:30:00+09:00")));
    }
}

#[test]
fn a_cluster_without_nodes_is_forgotten_only_when_runs_have_seen_it_so_for_long_enough() {
    let settings = with(&[("[busy]", "[forgotten]\nkinds = [\"eks-cluster\"]\nafter = \"14d\"\n\n[busy]")]);
    let world = World::of([instance("i-1")]);
    let empty = Cluster {
        name: "old".into(),
        status: Some("ACTIVE".into()),
        created: Some(at("2026-01-05T08:00:00Z")),
        has_nodes: Some(false),
        is_serverless: Some(false),
        ..Cluster::default()
    };
    world.now_holds(&target(HERE), ReportOnly::EksCluster, Ok(vec![Facts::EksCluster(empty)]));
    for (day, standing) in [
        ("2026-11-25", Standing::Young),
        ("2026-12-08", Standing::Young),
        ("2026-12-09", Standing::Forgotten),
        ("2026-12-20", Standing::Forgotten),
    ] {
        let report = fake::apply(&world, &settings, at(&format!("{day}T21:30:00+09:00")));
        assert_eq!(line(&report, "old").standing, standing, "{day}");
    }
}

#[test]
fn a_request_that_selects_instances_scans_nothing_else() {
    let world = world([volume("vol-1")]);
    let scope = Scope { instances: Some(vec!["i-1".to_owned()]), ..Scope::default() };
    let ask = Ask { scope, ..Ask::at(at(EVENING)) };
    assert_eq!(fake::try_plan(&world, &wanted(), &ask).unwrap().forgotten, None);
    assert_eq!(fake::try_apply(&world, &wanted(), &ask).unwrap().forgotten, None);
    assert_eq!(scans(&world), 0);
}

#[test]
fn the_monthly_stocktake_of_the_account_lists_it() {
    let world = world([volume("vol-1")]);
    fake::apply(&world, &wanted(), at(EVENING));
    let files = world.recorded("stocktake/month=2026-11/");
    let text = |end: &str| files.iter().find(|(key, _)| key.ends_with(end)).map(|(_, text)| text.clone()).expect(end);
    assert!(text("111111111111.md").contains("Forgotten: 1 resource"), "{}", text(".md"));
    assert!(text("111111111111.md").contains("aws ec2 delete-volume --volume-id vol-1"));
    let json: serde_json::Value = serde_json::from_str(&text("111111111111.json")).unwrap();
    assert_eq!(json["forgotten"]["resources"][0]["id"], "vol-1");
}

#[test]
fn the_table_has_a_line_for_each_in_the_run_that_scanned_it() {
    let world = world([volume("vol-1")]);
    let lines = || {
        world.recorded("tables/forgotten/").into_iter().flat_map(|(_, text)| {
            text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect::<Vec<_>>()
        })
    };
    for minutes in [0, 1] {
        fake::apply(&world, &wanted(), at(EVENING) + chrono::Duration::minutes(minutes));
        let lines: Vec<_> = lines().collect();
        assert_eq!(lines.len(), 1, "a run that scans nothing writes no lines");
        let line = lines[0].as_object().unwrap();
        assert_eq!(
            (line["id"].as_str(), line["standing"].as_str(), line["usd_month"].as_str()),
            (Some("vol-1"), Some("forgotten"), Some("10.00"))
        );
        let columns: std::collections::BTreeSet<String> = line.keys().cloned().collect();
        for engine in ["athena", "bigquery"] {
            assert_eq!(
                crate::run::tables::declared().get(&(engine, "forgotten".to_owned())),
                Some(&columns),
                "{engine}"
            );
        }
    }
}

#[test]
fn the_owner_is_notified_once_when_runs_have_seen_it_forgotten_for_long_enough() {
    let channels = "[channels.ann]\nsns = \"arn:aws:sns:ap-northeast-1:111111111111:ann\"\n\n\
                    [channels.ops]\nsns = \"arn:aws:sns:ap-northeast-1:111111111111:ops\"\n\n\
                    [owners]\ntags = [\"Owner\"]\nchannels = { ann = \"ann\" }\n\n[notify]\noperator = \"ops\"\n\n";
    let settings = with(&[
        ("armed = true", "armed = false"),
        ("[busy]", &format!("{channels}[forgotten]\nafter = \"14d\"\n\n[busy]")),
    ]);
    let tagged = Volume { tags: Tags::new([("Owner", "ann")]), ..volume("vol-1") };
    let world = world([tagged, volume("vol-2")]);
    let told = |channel: &str| {
        let said = world
            .said()
            .into_iter()
            .filter(|(name, message)| name == channel && message.body.contains("delete-volume"));
        said.map(|(_, message)| message.body).collect::<Vec<_>>()
    };
    for day in ["2026-11-25", "2026-11-26", "2026-12-08"] {
        fake::apply(&world, &settings, at(&format!("{day}T21:30:00+09:00")));
        assert!(told("ann").is_empty() && told("ops").is_empty(), "{day}");
    }
    world.mute("ops");
    fake::apply(&world, &settings, at("2026-12-10T21:30:00+09:00"));
    assert_eq!(told("ann").len(), 1);
    assert!(told("ann")[0].contains("vol-1") && !told("ann")[0].contains("vol-2"), "{:?}", told("ann"));
    world.unmute();
    fake::apply(&world, &settings, at("2026-12-10T21:45:00+09:00"));
    assert_eq!(
        (told("ann").len(), told("ops").len()),
        (1, 1),
        "what was not accepted is sent again, and nothing twice"
    );
    fake::apply(&world, &settings, at("2026-12-20T21:45:00+09:00"));
    assert_eq!((told("ann").len(), told("ops").len()), (1, 1));
}
