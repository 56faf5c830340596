//! Of whom the last hour is asked: CloudWatch charges for each metric, so only where the answer decides something.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Locale, Reason, Subject};
use idle_reaper::engine::rules::Activity;
use idle_reaper::render::detail;

use crate::engine::judge::forgotten::{TELLING, heard};
use crate::fake::{Deed, EVENING, SETTINGS, Shape, World, apply, at, instance, plan, row, settings, with};

const OBSERVED: (&str, &str) = ("stage = \"enforce\"", "stage = \"observe\"");

/// A quiet instance and a busy one, both of `ana`.
fn two() -> World {
    let world = World::of(["i-busy", "i-quiet"].map(|id| instance(id).tag("Owner", "ana")));
    world.with_activity("i-busy", Activity::of_cpu(90.0))
}

/// Whose last hour was asked for since this was last asked.
fn asked(world: &World) -> Vec<String> {
    let calls = world.calls(|deed| deed == Deed::Measure);
    world.forget();
    let mut ids: Vec<String> = calls.iter().flat_map(|call| call.ids.iter().map(ToString::to_string)).collect();
    ids.sort();
    ids
}

#[test]
fn an_apply_asks_for_what_is_armed_and_a_dry_run_for_everything() {
    let unarmed: [Settings; 3] =
        [with(&[OBSERVED]), with(&[("armed = true", "armed = false")]), with(&[("record = \"record\"", "")])];
    for settings in unarmed {
        let world = two();
        let applied = apply(&world, &settings, at(EVENING));
        assert_eq!(asked(&world), [""; 0]);
        for id in ["i-busy", "i-quiet"] {
            let row = row(&applied, id);
            let words = detail(&row.verdict, Locale::En);
            assert!(!row.armed && words.contains("last hour not measured"), "{words}");
        }
        assert_eq!((applied.counts().candidates, applied.cost.metrics), (2, 0));
        let planned = plan(&world, &settings, at(EVENING));
        assert_eq!(asked(&world), ["i-busy", "i-quiet"]);
        assert_eq!(row(&planned, "i-busy").verdict.reason(), Reason::Busy);
        assert!(!detail(&row(&planned, "i-quiet").verdict, Locale::En).contains("not measured"));
    }
    let (world, settings) = (two(), with(&[]));
    let planned = plan(&world, &settings, at(EVENING));
    assert_eq!(asked(&world), ["i-busy", "i-quiet"]);
    let applied = apply(&world, &settings, at(EVENING));
    assert_eq!(asked(&world), ["i-busy", "i-quiet"]);
    for id in ["i-busy", "i-quiet"] {
        assert_eq!(row(&planned, id).verdict, row(&applied, id).verdict);
    }
}

#[test]
fn what_is_only_observed_is_asked_for_when_somebody_would_be_notified_of_it() {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace(OBSERVED.0, OBSERVED.1);
    let (world, settings) = (two(), settings(&text));
    apply(&world, &settings, at(EVENING));
    assert_eq!(asked(&world), ["i-busy", "i-quiet"]);
    assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-quiet".to_owned())], "a busy instance is no news");
    apply(&world, &settings, at("2026-11-25T21:45:00+09:00"));
    assert_eq!(asked(&world), ["i-busy"], "its owner was not notified yet");
    world.now_is("i-busy", Activity::of_cpu(0.5));
    apply(&world, &settings, at("2026-11-25T22:00:00+09:00"));
    assert_eq!(asked(&world), ["i-busy"]);
    assert_eq!(heard(&world, "ana").len(), 2);
    apply(&world, &settings, at("2026-11-25T22:15:00+09:00"));
    assert_eq!(asked(&world), [""; 0], "for a week there is no news of them");
    apply(&world, &settings, at("2026-12-02T22:30:00+09:00"));
    assert_eq!(asked(&world), ["i-busy", "i-quiet"], "a reminder is due");
}
