//! Tricks and mishaps: what somebody could write, edit or delay to have a machine stopped or started that must not
//! be.

use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Reason, State};
use idle_reaper::engine::request::Request;

use crate::fake::{EVENING, Shape, World, at, instance, judge, plan, planned, row, with};

const MORNING: &str = "2026-11-26T09:00:00+09:00";

#[test]
fn a_stop_tag_from_the_future_starts_nothing() {
    let honest = instance("i-1").reaped();
    assert_eq!(judge(&with(&[]), &honest, at(MORNING)).verdict.as_str(), "start");
    let forged =
        instance("i-2").state(State::Stopped).tag("idle-reaper:stopped", "9998-01-01T00:00:00Z run=x policy=dev");
    assert_eq!(judge(&with(&[]), &forged, at(MORNING)).verdict.reason(), Reason::NotRunning);
}

#[test]
fn an_envelope_with_selectors_is_refused_and_not_taken_for_everything() {
    for own in [
        r#""accounts":[]"#,
        r#""regions":["us-east-1"]"#,
        r#""instances":[]"#,
        r#""policies":["dev"]"#,
        r#""at":"2026-11-25T21:30:00+09:00""#,
        r#""plan":"p.json""#,
        r#""acknowledge":"x""#,
        r#""mode":null"#,
    ] {
        let text = format!(r#"{{"source":"aws.events","detail-type":"Scheduled Event",{own}}}"#);
        assert!(Request::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn a_reviewed_plan_holds_the_instance_as_it_was_and_not_one_that_was_started_since() {
    let world = World::of([instance("i-1"), instance("i-2")]);
    let settings = with(&[]);
    let reviewed = plan(&world, &settings, at(EVENING)).plan;
    assert_eq!(reviewed.steps.len(), 2);
    let mut now = plan(&world, &settings, at(EVENING)).plan;
    for step in now.steps.iter_mut().filter(|step| &*step.id.name == "i-2") {
        step.launched = step.launched.map(|launched| launched + chrono::Duration::minutes(1));
    }
    let carried = now.at_most(&reviewed);
    assert_eq!(carried.steps.iter().map(|step| &*step.id.name).collect::<Vec<_>>(), ["i-1"]);
    assert_eq!(carried.deferred.iter().map(|put_off| put_off.because).collect::<Vec<_>>(), [Cap::NotReviewed]);
}

#[test]
fn names_that_nobody_knows_protect_where_never_lists_names() {
    // The world lists accounts without names; a pattern of names may mean any of them.
    let named = with(&[("version = 1", "version = 1\n[never]\naccounts = [\"*-prod\"]\n")]);
    let world = World::of([instance("i-1").account("123412341234")]).with_account("123412341234", None, None);
    let report = plan(&world, &named, at(EVENING));
    assert_eq!(planned(&report), Vec::<String>::new());
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::NeverListed);
}
