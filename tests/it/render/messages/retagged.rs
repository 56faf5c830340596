//! Whoever may tag an instance cannot take its notice in its owner's place: where the owner or the schedule tag of a
//! candidate changes, the notice begins anew and the account's owner is notified as well.

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{State, Subject};

use crate::engine::judge::forgotten::{NOON, TELLING, heard, idle_box, run, waits};
use crate::fake::{EVENING, HERE, SETTINGS, Shape, World, apply, at, instance, settings};

/// `ana` owns by tag, `mallory` has a channel of her own, and the account is `lead`'s.
fn owned() -> Settings {
    let text = SETTINGS.replace("[calendars.japan]", TELLING).replace("unannounced = true", "idle = \"stop\"");
    let owners = format!(
        "accounts = {{ \"{}\" = \"lead\" }}\nchannels = {{ \"ana\" = \"ana\", \"mallory\" = \"mallory\", \"lead\" = \"lead\" }}",
        HERE.0
    );
    let text = text.replace("channels = { \"ana\" = \"ana\" }\nsecond = { \"ana\" = \"lead\" }", &owners);
    let channel = "[channels.mallory]\nsns = \"arn:aws:sns:ap-northeast-1:999999999999:mallory\"\n[channels.ops]";
    settings(&text.replace("[channels.ops]", channel))
}

const TWO_NIGHTS: [&str; 2] = ["2026-11-26T21:30:00+09:00", "2026-11-27T21:30:00+09:00"];

#[test]
fn a_changed_owner_or_schedule_begins_the_business_day_anew_and_the_accounts_owner_is_notified_as_well() {
    for (key, value) in [("Owner", "mallory"), ("idle-reaper:schedule", "night"), ("Idle-Reaper:Schedule", "night")] {
        let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), owned());
        let noon = key.to_lowercase().ends_with("schedule");
        // The night schedule is closed at noon, and the office at night.
        let day = |night: &str| if noon { night.replace("T21:30", "T12:00") } else { night.to_owned() };
        apply(&world, &settings, at(EVENING));
        assert_eq!(heard(&world, "ana"), [(Subject::FirstStop, "i-1".to_owned())]);
        world.change("i-1", |found| found.untagged(key).tag(key, value));
        let [first, second] = TWO_NIGHTS.map(day);
        let report = apply(&world, &settings, at(&first));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{key}");
        assert_eq!(heard(&world, "lead"), [(Subject::Retagged, "i-1".to_owned())], "{key}");
        let owner = if key == "Owner" { "mallory" } else { "ana" };
        assert!(heard(&world, owner).ends_with(&[(Subject::FirstStop, "i-1".to_owned())]), "{key}");
        let lead = world.said().into_iter().rfind(|(channel, _)| channel == "lead").expect("a message").1;
        assert!(lead.body.contains("will be stopped from Fri 2026-11-27") && lead.named[0].binding, "{}", lead.body);
        apply(&world, &settings, at(&first) + Duration::hours(1));
        assert_eq!((heard(&world, "lead").len(), world.rests("i-1")), (1, State::Running), "{key}");
        apply(&world, &settings, at(&second) + Duration::hours(1));
        assert_eq!(world.rests("i-1"), State::Stopped, "{key}: a business day after the changed notice");
    }
}

#[test]
fn while_the_accounts_owner_cannot_be_notified_nothing_is_stopped() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), owned());
    apply(&world, &settings, at(EVENING));
    world.change("i-1", |found| found.untagged("Owner").tag("Owner", "mallory"));
    world.mute("lead");
    for night in ["2026-11-26", "2026-11-27", "2026-11-30"] {
        let report = apply(&world, &settings, at(&format!("{night}T21:30:00+09:00")));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{night}");
    }
    world.unmute();
    apply(&world, &settings, at("2026-12-01T21:30:00+09:00"));
    assert_eq!((heard(&world, "lead").len(), world.rests("i-1")), (1, State::Running));
    apply(&world, &settings, at("2026-12-02T21:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped);
}

#[test]
fn after_two_changes_the_operator_decides() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), owned());
    let owners = ["ana", "mallory", "ana", "mallory"];
    for (night, owner) in ["25", "26", "27", "30"].into_iter().zip(owners) {
        world.change("i-1", |found| found.untagged("Owner").tag("Owner", owner));
        apply(&world, &settings, at(&format!("2026-11-{night}T20:30:00+09:00")));
    }
    assert_eq!(heard(&world, "lead").len(), 2, "twice the account's owner");
    assert_eq!(heard(&world, "ops"), [(Subject::Retagged, "i-1".to_owned())], "then the operator");
    assert_eq!(heard(&world, "mallory").len(), 1, "and nobody gets a third notice");
    for night in ["2026-12-01", "2026-12-02", "2026-12-03"] {
        let report = apply(&world, &settings, at(&format!("{night}T21:30:00+09:00")));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::TagsChanged), State::Running), "{night}");
    }
    assert_eq!(heard(&world, "ops").len(), 1, "not every night");
    world.change("i-1", |found| found.untagged("Owner").tag("Owner", "ana"));
    apply(&world, &settings, at("2026-12-03T22:30:00+09:00"));
    assert_eq!(world.rests("i-1"), State::Stopped, "the tags are as in the last notice, whose business day is over");
}

#[test]
fn of_an_idle_instance_the_accounts_owner_is_notified_with_the_next_mark() {
    let (world, settings) = (World::of([idle_box("i-1")]), owned());
    run(&world, &settings, "i-1", NOON);
    world.change("i-1", |found| found.untagged("Owner").tag("Owner", "mallory"));
    for hour in ["2026-11-26T12:00:00+09:00", "2026-11-26T13:00:00+09:00", "2026-11-26T14:00:00+09:00"] {
        run(&world, &settings, "i-1", hour);
    }
    let of_idle = heard(&world, "lead").into_iter().filter(|(subject, _)| *subject == Subject::Retagged).count();
    assert_eq!(of_idle, 1);
    run(&world, &settings, "i-1", "2026-12-02T14:00:00+09:00");
    assert_eq!(world.rests("i-1"), State::Running, "the grace begins anew");
}

#[test]
fn a_reorganisation_of_hundreds_is_one_line_to_the_accounts_owner() {
    let many = (0..300).map(|n| instance(&format!("i-{n:03}")).tag("Owner", "ana"));
    let (world, settings) = (World::of(many), owned());
    apply(&world, &settings, at(EVENING));
    let before = world.said().len();
    for n in 0..300 {
        world.change(&format!("i-{n:03}"), |found| found.untagged("Owner").tag("Owner", "mallory"));
    }
    apply(&world, &settings, at("2026-11-26T20:30:00+09:00"));
    let said = world.said().split_off(before);
    let lead: Vec<_> = said.iter().filter(|(channel, _)| channel == "lead").collect();
    assert_eq!(lead.len(), 1, "one message");
    let (_, message) = lead[0];
    assert_eq!(message.named.len(), 300, "each has its receipt");
    assert!(message.body.contains("300 instances") && !message.body.contains("i-007"), "{}", message.body);
}
