//! Auto Scaling groups and node groups: told from the tags of their instances, reported with hours and price, never touched.

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::bundled;
use idle_reaper::engine::cost::price::PriceKey;
use idle_reaper::engine::model::{HOURS_PER_MONTH, Instance, Locale, ReportOnly, State, WhyUnused};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::forgotten::{Line, Standing};
use idle_reaper::render::{self, html};

use crate::fake::{self, Deed, EVENING, Shape, World, at, instance, with};

/// A time of day at which the schedule is open.
const NOON: &str = "2026-11-25T12:00:00+09:00";
const LONG_AGO: &str = "2026-09-01T09:00:00+09:00";

fn wanted() -> Settings {
    let kinds = "[forgotten]\nkinds = [\"auto-scaling-group\", \"node-group\"]\nafter = \"14d\"\n\n[busy]";
    with(&[("[busy]", kinds)])
}

fn member(id: &str, launched: &str) -> Instance {
    let mut one = instance(id).tag("aws:autoscaling:groupName", "shop-web").tag("Owner", "ann").tag("Name", "web");
    one.details.usage = Some("RunInstances".into());
    one.launched(launched)
}

fn node(id: &str) -> Instance {
    let node = member(id, LONG_AGO).tag("eks:cluster-name", "shop").tag("eks:nodegroup-name", "default");
    node.tag("kubernetes.io/cluster/shop", "owned").tag("k8s.io/cluster-autoscaler/enabled", "true")
}

fn lines(report: &Report) -> &[Line] {
    &report.forgotten.as_ref().expect("the section").lines
}

fn running(line: &Line) -> (u32, Option<i64>, bool) {
    match line.sighting.unused.why {
        WhyUnused::Running { members, closed_hours, all_closed, .. } => (members, closed_hours, all_closed),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_group_that_runs_day_and_night_is_one_line_with_owner_hours_price_and_command() {
    // What is stopped, or of another group, is no member.
    let others = [member("i-3", LONG_AGO).state(State::Stopped), instance("i-4")];
    let world =
        World::of([member("i-1", LONG_AGO), member("i-2", "2026-10-01T09:00:00+09:00")].into_iter().chain(others));
    let report = fake::plan(&world, &wanted(), at(EVENING));
    let [group] = lines(&report) else { panic!("{:?}", report.forgotten) };
    assert_eq!((group.id().kind, &*group.id().id), (ReportOnly::AutoScalingGroup, "shop-web"));
    assert_eq!((group.standing, group.owner.known()), (Standing::Forgotten, Some("ann")));
    // Seven days with four working days of nine hours: 132 closed hours for each.
    assert_eq!(running(group), (2, Some(264), true));
    let key = PriceKey::of(&member("i-1", LONG_AGO)).unwrap();
    let hourly = bundled::prices()[&key];
    assert_eq!(group.known(), Some(hourly.for_hours((2 * HOURS_PER_MONTH).into())));
    let command = "aws autoscaling update-auto-scaling-group --auto-scaling-group-name shop-web --min-size 0 \
                   --desired-capacity 0 --region ap-northeast-1";
    assert_eq!(&*group.sighting.unused.command, command);
    let page = html::of_report(&report, &html::Options::of(&wanted())).unwrap();
    for text in [render::markdown(&report), page] {
        for part in ["TERMINATES its instances", command, "264 hours in 7 days outside their hours"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    let japanese = Report { locale: Locale::Ja, ..report.clone() };
    assert!(render::markdown(&japanese).contains("インスタンスを終了(terminate)します"));
    // It is no step, and its members are skipped as before.
    assert!(report.plan.steps.iter().all(|step| !["i-1", "i-2"].contains(&&*step.id.name)), "{:?}", report.plan.steps);
    assert!(world.calls(Deed::writes).is_empty());
}

#[test]
fn a_node_group_is_not_its_auto_scaling_group_and_its_command_is_that_of_eks() {
    let report = fake::plan(&World::of([node("i-1"), node("i-2")]), &wanted(), at(EVENING));
    let [group] = lines(&report) else { panic!("{:?}", report.forgotten) };
    assert_eq!((group.id().kind, &*group.id().id), (ReportOnly::NodeGroup, "shop/default"));
    assert_eq!(group.standing, Standing::Forgotten);
    let command = "aws eks update-nodegroup-config --cluster-name shop --nodegroup-name default --scaling-config \
                   minSize=0,desiredSize=0 --region ap-northeast-1";
    assert_eq!(&*group.sighting.unused.command, command);
}

#[test]
fn what_is_needed_kept_managed_young_or_unknown_is_shown_and_not_forgotten() {
    let standing = |members: &[Instance], when: &str| {
        let report = fake::plan(&World::of(members.to_vec()), &wanted(), at(when));
        let [group] = lines(&report) else { panic!("{:?}", report.forgotten) };
        (group.standing, running(group))
    };
    let old = || member("i-1", LONG_AGO);
    let morning = member("i-2", "2026-11-25T09:00:00+09:00");
    // One that was launched for the day shows that the group is scaled, and at night that it was not scaled in.
    assert_eq!(standing(&[old(), morning.clone()], NOON), (Standing::Running, (2, Some(132), false)));
    assert_eq!(standing(&[old(), morning.clone()], EVENING), (Standing::Forgotten, (2, Some(135), true)));
    assert_eq!(standing(&[morning], EVENING).0, Standing::Young);
    assert_eq!(standing(&[old(), member("i-2", LONG_AGO).tag("idle-reaper:keep", "")], EVENING).0, Standing::Kept);
    assert_eq!(standing(&[old().tag("elasticbeanstalk:environment-name", "x")], EVENING).0, Standing::Managed);
    let no_policy = old().untagged("Env");
    assert_eq!(standing(&[no_policy], EVENING), (Standing::Running, (1, None, false)));
    let mut unknown = old();
    unknown.launch = None;
    assert_eq!(standing(&[unknown], EVENING), (Standing::Running, (1, None, false)));
    assert_eq!(standing(&[old().tag("idle-reaper:schedule", "always")], EVENING).0, Standing::Running);
}

#[test]
fn its_first_sighting_stays_while_its_instances_are_replaced_and_what_is_gone_is_not_forgotten() {
    let world = World::of([member("i-1", LONG_AGO)]);
    let first = fake::apply(&world, &wanted(), at(EVENING));
    assert_eq!(lines(&first)[0].sighting.first_seen, at(EVENING));
    world.change("i-1", |one| Instance { launch: Some(at("2026-12-13T01:00:00+09:00")), ..one });
    let later = fake::apply(&world, &wanted(), at(EVENING) + Duration::days(20));
    let [group] = lines(&later) else { panic!("{:?}", later.forgotten) };
    assert_eq!((group.sighting.first_seen, group.standing), (at(EVENING), Standing::Forgotten));
    assert!(group.sighting.at_least);
    // Until its next scan, a group without running instances may be gone.
    world.change("i-1", |one| Instance { state: State::Stopped, ..one });
    let soon = fake::apply(&world, &wanted(), at(EVENING) + Duration::days(20) + Duration::minutes(15));
    assert!(lines(&soon).iter().all(|line| line.standing == Standing::Unconfirmed), "{:?}", soon.forgotten);
}

#[test]
fn settings_that_do_not_name_groups_find_none() {
    let settings = with(&[("[busy]", "[forgotten]\n\n[busy]")]);
    let report = fake::plan(&World::of([member("i-1", LONG_AGO), node("i-2")]), &settings, at(EVENING));
    assert!(lines(&report).is_empty(), "{:?}", report.forgotten);
}
