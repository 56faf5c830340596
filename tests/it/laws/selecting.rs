//! Law 3: an empty selector selects nothing. Nothing defaults to everything, nothing defaults to acting.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::request::Scope;
use idle_reaper::local::inventory::Recorded;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{any_instance, any_instant, any_scene, for_all};
use crate::fake::{
    Ask, Deed, EVENING, SETTINGS, World, apply, at, instance, judge, keys, plan, settings, try_apply, try_plan, with,
};

#[test]
fn an_empty_list_in_a_request_selects_nothing() {
    let empty = || Some(Vec::new());
    let scopes = vec![
        Scope { accounts: empty(), ..Scope::default() },
        Scope { regions: empty(), ..Scope::default() },
        Scope { instances: empty(), ..Scope::default() },
        Scope { policies: empty(), ..Scope::default() },
    ];
    for_all(200, (any_scene(6), select(scopes)), |(scene, scope)| {
        let world = scene.world();
        let ask = Ask { scope: scope.clone(), ..Ask::at(scene.at) };
        let dry = try_plan(&world, scene.settings, &ask).expect("a plan");
        let wet = try_apply(&world, scene.settings, &ask).expect("a report");
        assert_eq!((keys(&dry), keys(&wet)), (Vec::new(), Vec::new()));
        assert_eq!(world.calls(Deed::acts), []);
        if scope.is_empty() {
            assert_eq!(world.calls(|deed| deed == Deed::LookAt), []);
            assert_eq!(wet.rows.len(), 0);
        }
    });
}

#[test]
fn settings_that_say_nothing_act_on_nothing() {
    let bare = settings("version = 1");
    assert!(!bare.run.armed);
    for_all(200, (any_instance(), any_instant()), |(found, now)| {
        let ruling = judge(&bare, &found, now);
        assert_eq!((ruling.verdict.action(), ruling.armed), (None, false));
    });
}

#[test]
fn every_key_that_arms_is_needed() {
    let candidates = || World::of([instance("i-1")]);
    assert_eq!(keys(&apply(&candidates(), &with(&[]), at(EVENING))).len(), 1);
    for left_out in ["armed = true", "record = \"record\"", "stage = \"enforce\"", "outside = \"stop\""] {
        let settings = with(&[(left_out, "")]);
        let world = candidates();
        let report = apply(&world, &settings, at(EVENING));
        assert_eq!(keys(&report), [], "without `{left_out}`");
        assert_eq!(world.calls(Deed::acts), [], "without `{left_out}`");
    }
}

#[test]
fn nothing_is_started_unless_the_policy_says_so() {
    use crate::fake::Shape;
    let morning = at("2026-11-26T09:00:00+09:00");
    let reaped = || World::of([instance("i-1").reaped()]);
    assert_eq!(keys(&plan(&reaped(), &with(&[]), morning)).len(), 1);
    assert_eq!(keys(&plan(&reaped(), &with(&[("at-opening = \"start-reaped\"", "")]), morning)), []);
}

#[test]
fn an_empty_list_in_a_policy_matches_nothing() {
    let keys = select(vec!["accounts", "regions", "types", "tags", "without-tags"]);
    for_all(128, (any_instance(), any_instant(), keys), |(found, now, key)| {
        let text = format!("match = {{ {key} = [] }}");
        // An enforced absence is refused before anything is matched; that it matches nothing is still true.
        let observed = [("match = { tags = [\"Env=dev\"] }", text.as_str()), ("\"enforce\"", "\"observe\"")];
        let ruling = judge(&with(&observed), &found, now);
        assert!(ruling.policy.is_none());
    });
}

#[test]
fn no_match_and_an_empty_match_are_mistakes() {
    for text in ["", "match = {}", "match = { all = false }"] {
        let text = SETTINGS.replace("match = { tags = [\"Env=dev\"] }", text);
        assert!(Settings::parse("reaper.toml", &text).is_err(), "{text}");
    }
}

#[test]
fn an_empty_list_of_regions_or_accounts_looks_nowhere_not_even_at_what_an_inventory_does_not_place() {
    let inventory = r#"{"Reservations": [{"Instances": [{"InstanceId": "i-1", "InstanceType": "t3.micro",
        "State": {"Name": "running"}, "LaunchTime": "2026-11-25T00:30:00Z", "RootDeviceType": "ebs",
        "Tags": [{"Key": "Env", "Value": "dev"}]}]}]}"#;
    let verdict = |settings: &Settings| {
        let recorded = Recorded::parse("fleet.json", inventory, settings).expect("an inventory");
        crate::fake::plan_over(&recorded, settings, at(EVENING)).rows[0].verdict.as_str()
    };
    assert_eq!(verdict(&with(&[])), "stop");
    assert_eq!(verdict(&with(&[("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = []")])), "out-of-scope");
    assert_eq!(verdict(&with(&[("accounts = \"organization\"", "accounts = []")])), "out-of-scope");
}

#[test]
fn a_selection_of_one_is_a_selection_of_that_one() {
    for_all(100, (any_scene(6), any::<prop::sample::Index>()), |(scene, one)| {
        let Some(wanted) = (!scene.instances.is_empty()).then(|| one.get(&scene.instances)) else { return };
        let scope = Scope { instances: Some(vec![wanted.id.name.to_string()]), ..Scope::default() };
        let report = try_plan(&scene.world(), scene.settings, &Ask { scope, ..Ask::at(scene.at) }).expect("a plan");
        assert!(report.rows.iter().all(|row| row.id.name == wanted.id.name));
        assert!(keys(&report).iter().all(|(id, _)| **id == *wanted.id.name));
    });
}
