//! The morning: what was started for an opening and what was not, to owners and to whoever is on call, once.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Happened, Instance, State};

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{Fault, Faults, SETTINGS, Shape, World, apply, at, db, for_databases, instance, settings};

fn telling(notify: &str) -> Settings {
    let text = TELLING
        .replace("operator = \"ops\"", &format!("operator = \"ops\"\n{notify}"))
        .replace("channels = { \"ana\" = \"ana\" }", "channels = { \"ana\" = \"ana\", \"ben\" = \"lead\" }");
    settings(&SETTINGS.replace("[calendars.japan]", &text))
}

/// Five of `ana`, two of which AWS has no capacity for, and one of `ben`.
fn morning() -> World {
    let of = |id: &str, owner: &str| instance(id).reaped().tag("Owner", owner);
    let all: Vec<Instance> = (1..=5).map(|n| of(&format!("i-{n}"), "ana")).chain([of("i-6", "ben")]).collect();
    World::of(all).with_faults(Faults::one("i-2", Fault::NoCapacity).and("i-4", Fault::NoCapacity))
}

/// The bodies that a channel got about a start.
fn heard(world: &World, channel: &str) -> Vec<String> {
    let said = world.said().into_iter().filter(|(name, message)| name == channel && message.body.contains("started"));
    said.map(|(_, message)| format!("{}\n{}", message.subject, message.body)).collect()
}

#[test]
fn an_owner_and_the_operator_hear_before_the_opening_what_was_not_started_and_why_and_once() {
    let (world, settings) = (morning(), telling(""));
    apply(&world, &settings, at("2026-11-25T08:46:00+09:00"));
    let [ana] = <[String; 1]>::try_from(heard(&world, "ana")).expect("one message");
    assert!(ana.starts_with("idle-reaper: 3 of 5 instances started for ana\n"), "{ana}");
    assert!(ana.contains("opening Wed 2026-11-25 09:00 JST: 3 of 5 started, 2 without capacity"), "{ana}");
    assert!(ana.contains("i-2") && ana.contains("i-4") && ana.contains("InsufficientInstanceCapacity"), "{ana}");
    assert!(ana.contains("tries again") && !ana.contains("i-1 "), "{ana}");
    let [ops] = <[String; 1]>::try_from(heard(&world, "ops")).expect("one message");
    assert!(ops.contains("4 of 6 started"), "{ops}");
    assert_eq!(heard(&world, "lead"), [""; 0], "everything of `ben` runs");
    for again in ["2026-11-25T09:01:00+09:00", "2026-11-25T09:16:00+09:00"] {
        apply(&world, &settings, at(again));
        assert_eq!((heard(&world, "ana").len(), heard(&world, "ops").len()), (1, 1), "{again}");
    }
    world.mend();
    apply(&world, &settings, at("2026-11-25T09:31:00+09:00"));
    assert!((1..=6).all(|n| world.rests(&format!("i-{n}")) == State::Running), "they were tried again");
}

#[test]
fn every_opening_is_reported_where_that_is_asked_for_and_to_whom_is_on_call() {
    let (world, settings) = (morning(), telling("mornings = \"always\"\non-call = \"lead\""));
    world.mend();
    apply(&world, &settings, at("2026-11-25T08:46:00+09:00"));
    assert!(heard(&world, "ana")[0].contains("5 of 5 started"), "{:?}", heard(&world, "ana"));
    assert_eq!(heard(&world, "lead").len(), 2, "`ben`, and whoever is on call");
    assert_eq!(heard(&world, "ops"), [""; 0]);
}

#[test]
fn a_channel_that_is_down_hears_from_the_next_run_and_another_account_is_another_message() {
    let (world, settings) = (morning(), telling(""));
    world.add(instance("i-7").account("222222222222").reaped().tag("Owner", "ana"));
    world.set_faults(Faults::one("i-2", Fault::NoCapacity).and("i-7", Fault::StartRefused));
    world.mute("ana");
    let report = apply(&world, &settings, at("2026-11-25T08:46:00+09:00"));
    assert!(report.troubled);
    world.unmute();
    apply(&world, &settings, at("2026-11-25T09:01:00+09:00"));
    let [ana] = <[String; 1]>::try_from(heard(&world, "ana")).expect("one message for both accounts");
    assert!(ana.contains("account 111111111111") || ana.contains("Account 111111111111"), "{ana}");
    assert!(ana.contains("Account 222222222222") && ana.contains("0 of 2 instances started"), "{ana}");
    assert_eq!(heard(&world, "ops").len(), 1);
}

#[test]
fn a_paused_morning_and_a_refused_plan_are_reported_and_off_is_silent() {
    for (notify, messages) in [("", 1), ("mornings = \"off\"", 0)] {
        let (world, settings) = (morning(), telling(notify));
        world.set_pause(Some("maintenance"));
        apply(&world, &settings, at("2026-11-25T08:46:00+09:00"));
        let heard = heard(&world, "ana");
        assert_eq!(heard.len(), messages, "{heard:?}");
        assert!(heard.iter().all(|text| text.contains("0 of 5") && text.contains("maintenance")), "{heard:?}");
    }
}

#[test]
fn a_morning_names_the_kinds_of_what_was_to_be_started() {
    let text = SETTINGS.replace("[calendars.japan]", TELLING);
    let of_ana = |one: Instance| one.reaped().tag("Owner", "ana");
    let world = World::of([of_ana(instance("i-1")), of_ana(db("orders"))]);
    world.set_faults(Faults::one("i-1", Fault::NoCapacity));
    world.now_says(&[("db:orders", "2026-11-24T12:35:00Z", Happened::Stopped)]);
    apply(&world, &for_databases(&text), at("2026-11-25T08:46:00+09:00"));
    let [ana] = <[String; 1]>::try_from(heard(&world, "ana")).expect("one message");
    assert!(ana.starts_with("idle-reaper: 1 of 1 instance and 1 database started for ana\n"), "{ana}");
    assert!(ana.contains("aws ec2 start-instances.") && !ana.contains("aws rds"), "{ana}");
}
