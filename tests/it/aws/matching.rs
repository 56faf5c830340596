//! Policies over organisational units and account tags, read from Organizations.

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::root;

/// The demo's organisation, in which `sandbox` has a tag of its own.
fn organisation() -> Simulated {
    let spec = std::fs::read_to_string(root().join("tests/stories.json")).unwrap();
    let mut spec: Value = serde_json::from_str(&spec).unwrap();
    let accounts = spec["accounts"].as_array_mut().unwrap();
    let sandbox = accounts.iter_mut().find(|account| account["name"] == "sandbox").unwrap();
    sandbox["tags"] = json!({"Tier": "play"});
    Simulated::of(&spec)
}

/// The demo's settings after a first policy that only reports, by this `match`.
fn guarded(world: &Simulated, by: &str) -> std::path::PathBuf {
    let first = format!(
        "[[policies]]\nname = \"quiet\"\nmatch = {by}\nschedule = \"weekdays\"\n\n[[policies]]\nname = \"sandbox-weekdays\""
    );
    world.settings(&[("[[policies]]\nname = \"sandbox-weekdays\"", &first)])
}

/// How many instances the policy decides, and how many are skipped because that is unknown.
fn decided(report: &Value) -> (usize, usize) {
    let rows = report["resources"].as_array().unwrap();
    let count = |key: &str, value: &str| rows.iter().filter(|row| row[key] == value).count();
    (count("policy", "quiet"), count("reason", "match-unknown"))
}

fn stops(report: &Value) -> usize {
    let rows = report["resources"].as_array().unwrap().iter();
    rows.filter(|row| row["verdict"] == "stop" || row["verdict"] == "hibernate").count()
}

#[test]
fn the_tags_of_an_account_are_read_and_where_they_are_refused_its_match_is_unknown() {
    let world = organisation();
    let settings = guarded(&world, "{ account-tags = [\"Tier=play\"] }");
    let (by_tag, unknown) = decided(&world.plan(&settings));
    assert!(by_tag > 0 && unknown == 0, "{by_tag} {unknown}");
    world.post(
        "fault",
        &json!({"action": "ListTagsForResource", "code": "AccessDeniedException", "status": 400,
        "message": "You don't have permissions to access this resource."}),
    );
    let report = world.plan(&settings);
    let (by_tag, unknown) = decided(&report);
    assert!(by_tag == 0 && unknown > 0, "{by_tag} {unknown}");
    assert_eq!(stops(&report), 0, "nothing is stopped where the first policy may decide");
}

#[test]
fn units_of_a_policy_are_read_and_one_that_cannot_be_listed_stops_nothing() {
    let world = organisation();
    let unit = world.get("world")["organizational-units"]["Sandbox"].as_str().unwrap().to_owned();
    let by = |unit: &str| format!("{{ organizational-units = [\"{unit}\"] }}");
    let (inside, unknown) = decided(&world.plan(&guarded(&world, &by(&unit))));
    assert!(inside > 0 && unknown == 0, "{inside} {unknown}");
    // Of two units one is known: it still decides where it contains the account, and the other is unknown elsewhere.
    let two = format!("{{ organizational-units = [\"{unit}\", \"ou-none-00000000\"] }}");
    let (known, others) = decided(&world.plan(&guarded(&world, &two)));
    assert!(known == inside && others > 0, "{known} {others}");
    let report = world.plan(&guarded(&world, &by("ou-none-00000000")));
    let (inside, unknown) = decided(&report);
    assert!(inside == 0 && unknown > 0, "{inside} {unknown}");
    assert_eq!(stops(&report), 0, "nothing is stopped where the first policy may decide");
}
