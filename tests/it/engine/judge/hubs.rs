//! Two hubs over the same machines: each leaves alone what the other has tagged, and says so to its operator.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::OutcomeKind;
use idle_reaper::engine::model::{Action, Reason, State, Subject};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::overrides::UndoOverrides;
use idle_reaper::engine::tags::mark::Mark;
use idle_reaper::engine::tags::stop_tag::OwnTag;
use idle_reaper::engine::undo::{Finding, WhyNot, find};
use proptest::prelude::*;
use proptest::sample::select;

use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, rests, telling};
use crate::fake::{Deed, EVENING, Shape, World, apply, at, instance, judge, outcome_of, planned, row, settings, with};
use crate::laws::arbitrary::{any_instance, any_instant, for_all};

const MORNING: &str = "2026-11-26T09:00:00+09:00";

fn hub(name: &str) -> Settings {
    with(&[("armed = true", &format!("armed = true\nhub = \"{name}\""))])
}

/// The usual settings with `hours`, and with owners who can be told.
fn day_and_night(name: &str, hours: &str) -> Settings {
    let text = crate::fake::SETTINGS.replace("[calendars.japan]", TELLING).replace("[idle]\n", "");
    let text = text.replace("armed = true", &format!("armed = true\nhub = \"{name}\""));
    settings(&text.replace("open = [\"mon-fri 09:00-18:00\"]", &format!("open = [\"{hours}\"]")))
}

#[test]
fn a_hub_writes_its_name_into_its_tags_and_reads_it_back() {
    let world = World::of([instance("i-1")]);
    apply(&world, &hub("platform-tokyo"), at(EVENING));
    let value = world.get("i-1").tags.get("idle-reaper:stopped").expect("a tag").to_owned();
    assert!(value.ends_with(" policy=dev hub=platform-tokyo"), "{value}");
    assert_eq!(outcome_of(&apply(&world, &hub("platform-tokyo"), at(MORNING)), "i-1"), OutcomeKind::Started);
    assert_eq!(world.get("i-1").tags.get("idle-reaper:stopped"), None);
}

#[test]
fn what_another_hub_stopped_is_neither_started_nor_untagged_and_the_operator_is_notified_once() {
    let named = telling_hub("platform-tokyo");
    let tag = "2026-11-24T12:30:00Z run=run-0 policy=dev hub=platform-osaka";
    let found = instance("i-1").reaped().untagged("idle-reaper:stopped").tag("idle-reaper:stopped", tag);
    let world = World::of([found.tag("Owner", "ana")]);
    for hours in [0, 1, 13, 24] {
        let report = apply(&world, &named, at(MORNING) + Duration::hours(hours));
        assert_eq!(row(&report, "i-1").verdict.reason(), Reason::OtherHub);
        assert!(!row(&report, "i-1").ours);
    }
    assert_eq!((world.rests("i-1"), world.get("i-1").tags.get("idle-reaper:stopped")), (State::Stopped, Some(tag)));
    assert_eq!(world.calls(Deed::acts), []);
    assert_eq!(heard(&world, "ops"), [(Subject::Attention, "i-1".to_owned())], "the operator, once");
    assert_eq!(heard(&world, "ana"), [], "not the owner, who can do nothing about it");
    let (_, message) = world.said().into_iter().find(|(channel, _)| channel == "ops").expect("a message");
    assert!(message.body.contains("platform-osaka"), "{}", message.body);
}

fn telling_hub(name: &str) -> Settings {
    let text = crate::fake::SETTINGS.replace("[calendars.japan]", TELLING);
    settings(&text.replace("armed = true", &format!("armed = true\nhub = \"{name}\"")))
}

#[test]
fn a_hub_without_a_name_leaves_alone_what_a_named_one_stopped() {
    let value = "2026-11-24T12:30:00Z run=run-0 policy=dev hub=platform-osaka";
    let found = instance("i-1").reaped().tag("idle-reaper:stopped", value);
    assert_eq!(judge(&with(&[]), &found, at(MORNING)).verdict.reason(), Reason::OtherHub);
}

#[test]
fn tags_without_a_name_are_of_whoever_finds_them() {
    for settings in [with(&[]), hub("platform-tokyo")] {
        let world = World::of([instance("i-1").reaped()]);
        assert_eq!(outcome_of(&apply(&world, &settings, at(MORNING)), "i-1"), OutcomeKind::Started, "no dark morning");
    }
}

#[test]
fn what_runs_with_another_hubs_tag_is_not_stopped_either() {
    let tag = "2026-11-24T12:30:00Z run=run-0 policy=dev hub=platform-osaka";
    let ruling = judge(&hub("platform-tokyo"), &instance("i-1").tag("idle-reaper:stopped", tag), at(EVENING));
    assert_eq!(ruling.verdict.reason(), Reason::OtherHub, "its tag would be overwritten");
    let stranger = instance("i-1").untagged("Env").tag("idle-reaper:stopped", tag);
    let elsewhere = judge(&hub("platform-tokyo"), &stranger, at(EVENING));
    assert_eq!(elsewhere.verdict.reason(), Reason::NoPolicy, "two hubs with policies of their own disturb nobody");
}

#[test]
fn of_two_hubs_with_opposite_hours_neither_starts_what_the_other_stopped() {
    let (day, night) = (day_and_night("day", "mon-fri 09:00-18:00"), day_and_night("night", "mon-fri 20:00-05:00"));
    let world = World::of([instance("i-1").tag("Owner", "ana")]);
    let (mut stopped_by, mut last) = (None, world.rests("i-1"));
    for quarter in 0..(2 * 96) {
        let now: DateTime<Utc> = at(EVENING) + Duration::minutes(15 * quarter);
        for settings in [&day, &night] {
            apply(&world, settings, now);
            let (before, rests) = (last, world.rests("i-1"));
            if (before, rests) == (State::Running, State::Stopped) {
                stopped_by = settings.run.hub.clone();
            }
            let starts = before == State::Stopped && rests == State::Running;
            assert!(
                !starts || stopped_by == settings.run.hub,
                "{now}: {:?} started {stopped_by:?}'s",
                settings.run.hub
            );
            last = rests;
        }
    }
    assert!(stopped_by.is_some(), "both have hours to stop it in");
}

#[test]
fn an_undo_leaves_the_tag_of_another_hub_alone() {
    let value = "2026-11-24T12:30:00Z run=run-0 policy=dev hub=platform-osaka";
    let found = instance("i-1").reaped().tag("idle-reaper:stopped", value);
    let undo =
        |settings: &Settings| find(settings, Some(&found), "run-0", "dev", UndoOverrides::default(), at(EVENING));
    let other = Finding::Left(WhyNot::OtherHub("platform-osaka".into()));
    assert_eq!((undo(&hub("platform-tokyo")), undo(&with(&[]))), (other.clone(), other));
    assert_eq!(undo(&hub("platform-osaka")), Finding::Start);
}

#[test]
fn a_mark_bears_the_name_too_and_another_hubs_mark_is_neither_replaced_nor_lifted() {
    let text =
        crate::fake::SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    let named = |name: &str| settings(&text.replace("armed = true", &format!("armed = true\nhub = \"{name}\"")));
    let world = World::of([idle_box("i-1")]);
    rests(&world, "i-1", at(NOON));
    apply(&world, &named("platform-tokyo"), at(NOON));
    let value = world.get("i-1").tags.get("idle-reaper:marked").expect("a mark").to_owned();
    assert_eq!(Mark::parse(&value).expect("a mark").hub.as_deref(), Some("platform-tokyo"));
    for settings in [named("platform-osaka"), telling()] {
        for (days, keep) in [(0, false), (1, true), (20, false)] {
            let world = World::of([world.get("i-1")]);
            if keep {
                world.change("i-1", |found| found.tag("idle-reaper:keep", ""));
            }
            let now = at(NOON) + Duration::days(days);
            rests(&world, "i-1", now);
            let report: Report = apply(&world, &settings, now);
            assert_eq!((planned(&report), world.rests("i-1")), (Vec::<String>::new(), State::Running));
            assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), Some(&*value), "{days} {keep}");
        }
    }
}

#[test]
fn what_this_hub_stopped_it_starts_though_another_has_marked_it() {
    let mark = "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=dev tier=strict tags=1a hub=other";
    let world = World::of([instance("i-1").reaped().tag("idle-reaper:marked", mark)]);
    assert_eq!(outcome_of(&apply(&world, &hub("platform-tokyo"), at(MORNING)), "i-1"), OutcomeKind::Started);
    assert_eq!(world.get("i-1").tags.get("idle-reaper:marked"), Some(mark));
}

#[test]
fn whatever_else_is_true_another_hubs_machine_is_in_no_plan() {
    let key = select(vec!["idle-reaper:stopped", "idle-reaper:marked"]);
    for_all(512, (any_instance(), any_instant(), key, any::<bool>()), |(found, now, key, named)| {
        let settings = if named { hub("platform-tokyo") } else { with(&[]) };
        let value = match key {
            "idle-reaper:stopped" => "2026-11-24T12:30:00Z run=run-0 policy=dev hub=other",
            _ => "2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=dev tier=strict tags=1a hub=other",
        };
        let ours = judge(&settings, &found, now).ours && key == "idle-reaper:marked";
        let ruling = judge(&settings, &found.tag(key, value), now);
        assert!(ruling.verdict.action().is_none_or(|action| ours && action == Action::Start), "{:?}", ruling.verdict);
        assert_eq!(ruling.marking, None);
    });
}

#[test]
fn a_tag_of_today_is_read_as_before() {
    let tag =
        OwnTag::parse("2026-11-25T12:30:00Z run=20261125T123000Z-1a2b3c4d policy=dev because=idle").expect("a tag");
    assert_eq!(tag.hub, None);
    let mark = Mark::parse("2026-11-23T01:00:00Z not-before=2026-11-30T01:00:00Z policy=dev tier=strict tags=1a");
    assert_eq!(mark.expect("a mark").hub, None);
}

#[test]
fn the_name_of_a_hub_has_the_form_of_every_name() {
    for wrong in ["", "two words", "a=b", "ハブ", &"x".repeat(65)] {
        let text = crate::fake::SETTINGS.replace("armed = true", &format!("armed = true\nhub = \"{wrong}\""));
        let error = Settings::parse("reaper.toml", &text).expect_err("refused").to_string();
        assert!(error.contains("cannot be the name of a hub"), "{error}");
    }
}
