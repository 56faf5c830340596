//! `match-unknown`: what a policy asks for and nobody could tell is neither a match nor a reason to ask the next policy.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::past_runs::History;
use idle_reaper::engine::judge::{Judge, Ruling};
use idle_reaper::engine::model::{Account, Action, Instance, Reason, Skipped, Tags, UnknownFact, Verdict};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::local::inventory::Recorded;
use serde_json::json;

use crate::fake::{
    Deed, EVENING, HERE, SETTINGS, Shape, World, apply, at, instance, outcome_of, plan_over, row, settings, with,
};
use idle_reaper::engine::model::OutcomeKind;

const MORNING: &str = "2026-11-26T09:00:00+09:00";

/// A first policy that only reports, by this `match`, and then `dev`, which stops everything.
fn guarded(by: &str) -> Settings {
    let first = format!(
        "[[policies]]\nname = \"quiet\"\nmatch = {by}\nschedule = \"office\"\n\n[[policies]]\nname = \"dev\"\n"
    );
    settings(
        &SETTINGS
            .replace("[[policies]]\nname = \"dev\"\n", &first)
            .replace("match = { tags = [\"Env=dev\"] }", "match = { all = true }"),
    )
}

fn rule(settings: &Settings, found: &Instance, account: &Account, now: &str) -> Ruling {
    let (scope, history) = (Scope::default(), History::default());
    Judge::new(settings, &scope, &history, at(now)).rule(found, account, &Activity::of_cpu(0.5))
}

fn unnamed() -> Account {
    Account::bare(HERE.0)
}

fn named(name: &str) -> Account {
    Account { name: Some(name.to_owned()), units: Some(Vec::new()), ..unnamed() }
}

#[test]
fn an_account_whose_name_is_unknown_does_not_fall_through_to_the_next_policy() {
    let settings = guarded("{ accounts = [\"*-prod\"] }");
    let found = instance("i-1");
    assert_eq!(rule(&settings, &found, &named("shop-dev"), EVENING).verdict.action(), Some(Action::Stop));
    assert_eq!(rule(&settings, &found, &named("Shop-PROD"), EVENING).verdict.as_str(), "report");
    let ruling = rule(&settings, &found, &unnamed(), EVENING);
    let skipped = Skipped::MatchUnknown { policy: "quiet".to_owned(), fact: UnknownFact::AccountName };
    assert_eq!((ruling.verdict, ruling.policy, ruling.armed), (Verdict::Skip(skipped), None, false));
}

#[test]
fn one_key_that_surely_does_not_fit_decides_wherever_it_stands() {
    let found = instance("i-1");
    for (by, reason) in [
        ("{ accounts = [\"*-prod\"] }", Reason::MatchUnknown),
        ("{ accounts = [\"*-prod\", \"222222222222\"] }", Reason::MatchUnknown),
        (
            "{ accounts = [\"*-prod\"], regions = [\"ap-*\"], types = [\"t3.*\"], tags = [\"Env=*\"] }",
            Reason::MatchUnknown,
        ),
        ("{ accounts = [\"*-prod\"], without-tags = [\"Owner\"] }", Reason::MatchUnknown),
        ("{ accounts = [\"*-prod\"], regions = [\"us-*\"] }", Reason::OutsideHours),
        ("{ accounts = [\"*-prod\"], types = [\"m5.*\"] }", Reason::OutsideHours),
        ("{ accounts = [\"*-prod\"], tags = [\"Env=prod\"] }", Reason::OutsideHours),
        ("{ accounts = [\"*-prod\"], without-tags = [\"Env\"] }", Reason::OutsideHours),
        ("{ accounts = [\"*-prod\"], tags = [] }", Reason::OutsideHours),
        ("{ accounts = [\"22*\", \"222222222222\"] }", Reason::OutsideHours),
        ("{ accounts = [] }", Reason::OutsideHours),
    ] {
        assert_eq!(rule(&guarded(by), &found, &unnamed(), EVENING).verdict.reason(), reason, "{by}");
    }
    for by in ["{ accounts = [\"*-prod\", \"11*\"] }", "{ accounts = [\"*\"] }", "{ accounts = [\"**\"] }"] {
        assert_eq!(rule(&guarded(by), &found, &unnamed(), EVENING).verdict.as_str(), "report", "{by}: surely matched");
    }
}

#[test]
fn a_policy_alone_whose_accounts_are_unknown_stops_nothing_either() {
    let settings = with(&[("{ tags = [\"Env=dev\"] }", "{ accounts = [\"*-dev\"], tags = [\"Env=dev\"] }")]);
    assert_eq!(rule(&settings, &instance("i-1"), &named("a-dev"), EVENING).verdict.action(), Some(Action::Stop));
    let unknown = rule(&settings, &instance("i-1"), &unnamed(), EVENING);
    assert_eq!(unknown.verdict.reason(), Reason::MatchUnknown);
    let elsewhere = instance("i-1").untagged("Env");
    assert_eq!(rule(&settings, &elsewhere, &unnamed(), EVENING).verdict.reason(), Reason::NoPolicy);
}

#[test]
fn a_surely_matching_policy_that_stands_first_still_decides() {
    let text = SETTINGS.to_owned()
        + "\n[[policies]]\nname = \"quiet\"\nmatch = { accounts = [\"*-prod\"] }\nschedule = \"office\"\n";
    assert_eq!(rule(&settings(&text), &instance("i-1"), &unnamed(), EVENING).verdict.action(), Some(Action::Stop));
}

#[test]
fn what_the_reaper_stopped_is_started_under_whichever_of_the_policies_it_was() {
    let later = guarded("{ accounts = [\"*-prod\"] }");
    let own = with(&[("{ tags = [\"Env=dev\"] }", "{ accounts = [\"*-dev\"] }")]);
    for settings in [&later, &own] {
        let ruling = rule(settings, &instance("i-1").reaped(), &unnamed(), MORNING);
        assert_eq!((ruling.verdict.action(), ruling.armed), (Some(Action::Start), true), "{:?}", ruling.verdict);
        assert_eq!(ruling.policy.expect("its policy").name, "dev");
        let before = rule(settings, &instance("i-1").reaped(), &unnamed(), EVENING);
        assert_eq!(before.verdict.reason(), Reason::NotRunning);
    }
    let by_hand = instance("i-1").reaped().untagged("idle-reaper:stopped");
    assert_eq!(rule(&later, &by_hand, &unnamed(), MORNING).verdict.reason(), Reason::NotRunning);
    let foreign = instance("i-1").reaped().tag("idle-reaper:stopped", "2026-11-24T12:30:00Z run=run-0 policy=other");
    assert_eq!(rule(&later, &foreign, &unnamed(), MORNING).verdict.reason(), Reason::NotRunning);
}

#[test]
fn a_whole_run_over_accounts_without_names_stops_nothing_and_starts_what_it_stopped() {
    let settings = guarded("{ accounts = [\"*-prod\"] }");
    let world = World::of([instance("i-1"), instance("i-2").reaped()]);
    let report = apply(&world, &settings, at(EVENING));
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::MatchUnknown);
    assert!(report.outcomes.is_empty(), "{:?}", report.outcomes);
    let report = apply(&world, &settings, at(MORNING));
    assert_eq!((outcome_of(&report, "i-2"), report.outcomes.len()), (OutcomeKind::Started, 1));
}

#[test]
fn what_only_may_be_listed_in_never_is_not_stopped_and_still_started() {
    for never in ["accounts = [\"*-prod\"]", "organizational-units = [\"ou-ab12-34cd56ef\"]"] {
        let settings = with(&[("[busy]", &format!("[never]\n{never}\n\n[busy]"))]);
        assert_eq!(rule(&settings, &instance("i-1"), &unnamed(), EVENING).verdict.reason(), Reason::NeverListed);
        let reaped = instance("i-1").reaped();
        assert_eq!(rule(&settings, &reaped, &unnamed(), MORNING).verdict.action(), Some(Action::Start), "{never}");
    }
    let listed = with(&[("[busy]", "[never]\naccounts = [\"1111*\"]\n\n[busy]")]);
    let reaped = rule(&listed, &instance("i-1").reaped(), &unnamed(), MORNING);
    assert_eq!(reaped.verdict.reason(), Reason::NeverListed, "what is surely listed is never acted on");
}

#[test]
fn an_inventory_that_does_not_tell_account_region_type_or_tags_falls_through_nowhere() {
    let plain = json!({
        "InstanceId": "i-1", "InstanceType": "t3.micro", "State": {"Name": "running"},
        "LaunchTime": "2026-11-25T00:30:00+00:00", "RootDeviceType": "ebs",
        "Placement": {"AvailabilityZone": "ap-northeast-1a", "Tenancy": "default"},
        "BlockDeviceMappings": [{"Ebs": {"VolumeId": "vol-1"}}], "Tags": [{"Key": "Env", "Value": "dev"}],
    });
    let reason = |settings: &Settings, owner: serde_json::Value, path: &str, value: serde_json::Value| {
        let mut found = plain.clone();
        found[path] = value;
        let text = json!({"Reservations": [{"OwnerId": owner, "Instances": [found]}]}).to_string();
        let recorded = Recorded::parse("fleet.json", &text, settings).expect("an inventory");
        plan_over(&recorded, settings, at(EVENING)).rows[0].verdict.reason()
    };
    let here = || json!(HERE.0);
    for (by, owner, path, value) in [
        ("{ accounts = [\"*-prod\"] }", here(), "Ignored", json!(1)),
        ("{ accounts = [\"222222222222\"] }", json!(null), "Ignored", json!(1)),
        ("{ accounts = [\"222222222222\"] }", json!("22222222222"), "Ignored", json!(1)),
        ("{ regions = [\"us-east-1\"] }", here(), "Placement", json!({"Tenancy": "default"})),
        ("{ types = [\"m5.*\"] }", here(), "InstanceType", json!(null)),
        ("{ tags = [\"Role=db\"] }", here(), "Tags", json!([{"Key": "Env", "Value": "dev"}, {"Value": "db"}])),
        ("{ tags = [\"Role=db\"] }", here(), "Tags", json!("Role=db")),
        ("{ without-tags = [\"Role\"] }", here(), "Tags", json!([{"Value": "db"}])),
    ] {
        let settings = guarded(by);
        assert_eq!(reason(&settings, owner, path, value.clone()), Reason::MatchUnknown, "{by}, `{path}` = {value}");
        assert!(
            by.contains("prod") || reason(&settings, here(), "Ignored", json!(1)) != Reason::MatchUnknown,
            "{by}: everything is told"
        );
    }
}

#[test]
fn a_tag_that_cannot_be_read_is_unknown_beside_those_that_can() {
    let found = Instance { tags: Tags::new([("Env", "dev")]), tags_unreadable: true, ..instance("i-1") };
    let surely = rule(&guarded("{ tags = [\"Env=dev\"] }"), &found, &unnamed(), EVENING);
    assert_eq!(surely.verdict.reason(), Reason::Incomplete, "the tag that can be read matches the first policy");
    let absent = rule(&guarded("{ without-tags = [\"Env\"] }"), &found, &unnamed(), EVENING);
    assert_eq!(
        absent.verdict.reason(),
        Reason::Incomplete,
        "the tag is there, so the first policy surely does not match"
    );
    let reaped = Instance { tags_unreadable: true, ..instance("i-1").reaped() };
    let back = rule(&guarded("{ tags = [\"Role=db\"] }"), &reaped, &unnamed(), MORNING);
    assert_eq!(back.verdict.action(), Some(Action::Start));
}

/// An account in these units, with these tags.
fn known(units: &[&str], tags: &[(&str, &str)]) -> Account {
    let units = Some(units.iter().map(|unit| (*unit).to_owned()).collect());
    Account { units, tags: Some(Tags::new(tags.iter().copied())), ..named("shop-dev") }
}

#[test]
fn units_and_account_tags_match_and_where_they_are_unknown_nothing_is_stopped() {
    let found = instance("i-1");
    let (unit, root) = ("ou-ab12-34cd56ef", "r-ab12");
    for (by, fits, differs, fact) in [
        (
            "{ organizational-units = [\"ou-zz99-12345678\", \"ou-ab12-34cd56ef\"] }",
            known(&[root, unit], &[]),
            known(&[root], &[]),
            UnknownFact::AccountUnits,
        ),
        (
            "{ account-tags = [\"Env=prod*\", \"Tier\"] }",
            known(&[], &[("Env", "production")]),
            known(&[], &[("env", "production"), ("tier", "1")]),
            UnknownFact::AccountTags,
        ),
    ] {
        let settings = guarded(by);
        assert_eq!(rule(&settings, &found, &fits, EVENING).verdict.as_str(), "report", "{by}");
        assert_eq!(rule(&settings, &found, &differs, EVENING).verdict.action(), Some(Action::Stop), "{by}");
        let ruling = rule(&settings, &found, &unnamed(), EVENING);
        let skipped = Skipped::MatchUnknown { policy: "quiet".to_owned(), fact };
        assert_eq!((ruling.verdict, ruling.armed), (Verdict::Skip(skipped), false), "{by}");
        // Another key that surely does not fit decides; what the reaper stopped is started.
        let narrowed = guarded(&by.replace(" }", ", regions = [\"us-*\"] }"));
        assert_eq!(rule(&narrowed, &found, &unnamed(), EVENING).verdict.action(), Some(Action::Stop), "{by}");
        let reaped = rule(&settings, &instance("i-1").reaped(), &unnamed(), MORNING);
        assert_eq!((reaped.verdict.action(), reaped.armed), (Some(Action::Start), true), "{by}");
    }
    for by in ["{ organizational-units = [] }", "{ account-tags = [] }"] {
        let ruling = rule(&guarded(by), &found, &unnamed(), EVENING);
        assert_eq!(ruling.verdict.action(), Some(Action::Stop), "an empty list matches nothing: {by}");
    }
}

#[test]
fn one_unknown_unit_leaves_what_is_known_of_the_others() {
    let account =
        |unknown: &str| Account { unknown_units: vec![unknown.to_owned()], ..known(&["ou-ab12-34cd56ef"], &[]) };
    let ruled = |unit: &str, unknown: &str| {
        let settings = guarded(&format!("{{ organizational-units = [\"{unit}\"] }}"));
        rule(&settings, &instance("i-1"), &account(unknown), EVENING).verdict
    };
    let (known, bad, other) = ("ou-ab12-34cd56ef", "ou-none-00000000", "ou-zz99-12345678");
    assert_eq!(ruled(known, bad).as_str(), "report", "the account is surely in this unit");
    assert_eq!(ruled(other, bad).action(), Some(Action::Stop), "the account is surely in no such unit");
    let skipped = Skipped::MatchUnknown { policy: "quiet".to_owned(), fact: UnknownFact::AccountUnits };
    assert_eq!(ruled(bad, bad), Verdict::Skip(skipped));
}

#[test]
fn the_tags_of_an_account_are_asked_for_once_and_only_where_a_policy_needs_them() {
    let world = || {
        let world = World::of([instance("i-1"), instance("i-2").account("222222222222"), instance("i-3").reaped()]);
        world.with_account_tags("222222222222", Tags::new([("Env", "prod")]))
    };
    let asked = |world: &World| {
        let calls = world.log().into_iter().filter(|call| call.deed == Deed::ListAccountTags);
        calls.map(|call| call.target.account.to_string()).collect::<Vec<_>>()
    };
    let settings = guarded("{ account-tags = [\"Env=dev\"] }");
    let first = world();
    let report = apply(&first, &settings, at(EVENING));
    // One is known and does not fit; the other is refused.
    assert!(matches!(outcome_of(&report, "i-2"), OutcomeKind::Stopping | OutcomeKind::Stopped));
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::MatchUnknown);
    let mut accounts = asked(&first);
    accounts.sort();
    assert_eq!(accounts, ["111111111111", "222222222222"]);
    let report = apply(&first, &settings, at(MORNING));
    assert_eq!(outcome_of(&report, "i-3"), OutcomeKind::Started, "it is started although the tags are unknown");
    let other = world();
    apply(&other, &guarded("{ accounts = [\"*-prod\"] }"), at(EVENING));
    assert_eq!(asked(&other), Vec::<String>::new());
}

#[test]
fn a_snapshot_keeps_units_and_tags_and_what_it_was_not_asked_for_is_unknown() {
    let by_unit = guarded("{ organizational-units = [\"ou-ab12-34cd56ef\"] }");
    let by_tag = guarded("{ account-tags = [\"Env=prod\"] }");
    let snapshot = |asked: &str, account: serde_json::Value| {
        let found = serde_json::to_value(instance("i-1")).unwrap();
        let (id, region) = HERE;
        json!({"snapshot": 1, "taken-at": EVENING, "units-asked": [asked], "accounts": [account], "skipped": [],
            "targets": [{"account": id, "region": region, "instances": [found]}], "unreachable": [], "denied": []})
        .to_string()
    };
    let reason = |settings: &Settings, text: &str| {
        let recorded = Recorded::parse("s.json", text, settings).expect("a snapshot");
        plan_over(&recorded, settings, at(EVENING)).rows[0].verdict.reason()
    };
    let bare = json!({"id": HERE.0, "name": "shop", "units": []});
    let inside = json!({"id": HERE.0, "name": "shop", "units": ["ou-ab12-34cd56ef"]});
    for (asked, account, wanted) in [
        ("ou-ab12-34cd56ef", &inside, "report"),
        ("ou-ab12-34cd56ef", &bare, "stop"),
        ("ou-zz99-12345678", &bare, "skip"),
    ] {
        let text = snapshot(asked, account.clone());
        let recorded = Recorded::parse("s.json", &text, &by_unit).expect("a snapshot");
        assert_eq!(plan_over(&recorded, &by_unit, at(EVENING)).rows[0].verdict.as_str(), wanted, "{asked} {account}");
    }
    assert_eq!(reason(&by_tag, &snapshot("r-1", bare.clone())), Reason::MatchUnknown);
    let tagged = json!({"id": HERE.0, "name": "shop", "tags": {"Env": "dev"}});
    assert_eq!(reason(&by_tag, &snapshot("r-1", tagged)), Reason::OutsideHours);
}
