//! The simulated AWS of `simulator/` against moto: the same organisation in both, the same plan and the same end state.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::simulated::Simulated;
use super::world::{EVENING, World};

/// A report without what differs from run to run, and with places where ids are a world's own.
fn comparable(mut report: Value) -> Value {
    for key in ["run", "calls", "cost", "notes", "report"] {
        report.as_object_mut().unwrap().remove(key);
    }
    report
}

fn ends(outcomes: &Value) -> BTreeMap<String, (String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    // What AWS says of a request has that request's id in it.
    let detail = |one: &Value| text(one, "detail").split(" (request").next().unwrap_or_default().to_owned();
    outcomes.as_array().unwrap().iter().map(|one| (text(one, "id"), (text(one, "outcome"), detail(one)))).collect()
}

/// States and tags by story; the reaper's own tag without its run.
fn states(instances: impl Iterator<Item = Value>) -> BTreeMap<String, Value> {
    let one = |mut instance: Value| {
        let story = instance["story"].as_str().unwrap().to_owned();
        if let Some(Value::String(tag)) = instance["tags"].get_mut("idle-reaper:stopped") {
            let words = tag.split(' ').filter(|word| !word.starts_with("run=") && !word.contains('T'));
            *tag = words.collect::<Vec<_>>().join(" ");
        }
        let kept = json!([instance["id"], instance["state"], instance["tags"], instance["launch-time"]]);
        (story, kept)
    };
    instances.map(one).collect()
}

#[test]
fn the_same_organisation_gives_the_same_plan_and_the_same_end_in_the_simulator_and_in_moto() {
    let (moto, simulated) = (World::of_stories(), Simulated::of_stories());
    let (of_moto, of_simulated) = (moto.settings(&[]), simulated.settings(&[]));
    let (theirs, ours) = (comparable(moto.plan(&of_moto, EVENING)), comparable(simulated.plan(&of_simulated)));
    for key in theirs.as_object().unwrap().keys().filter(|key| *key != "unreachable") {
        match (ours[key].as_array(), theirs[key].as_array()) {
            (Some(ours), Some(theirs)) => {
                ours.iter().zip(theirs).for_each(|(ours, theirs)| assert_eq!(ours, theirs, "in `{key}`"));
                assert_eq!(ours.len(), theirs.len(), "in `{key}`");
            }
            _ => assert_eq!(ours[key], theirs[key], "in `{key}`"),
        }
    }
    let unreachable =
        |report: &Value| (report["unreachable"][0]["account"].clone(), report["unreachable"].as_array().unwrap().len());
    assert_eq!(unreachable(&ours), unreachable(&theirs));

    let (theirs, ours) = (moto.apply(&of_moto, EVENING), simulated.apply(&of_simulated));
    assert_eq!(ends(&ours["outcomes"]), ends(&theirs["outcomes"]));
    assert_eq!(ours["counts"], theirs["counts"]);
    let ours = simulated.get("instances").as_array().unwrap().clone();
    assert_eq!(states(ours.into_iter()), states(moto.instances().into_values()));
}
