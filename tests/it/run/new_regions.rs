//! The first instance ever in a Region of an account is told to a channel of the operator's choice: once, and only where it
//! is known that nothing was there before.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::history::last_scans::FILE;
use idle_reaper::engine::model::State;

use crate::fake::{EVENING, HERE, SETTINGS, Shape, World, apply, at, instance, settings};

const CHANNELS: &str = "[notify]\nnew-region = \"watch\"\n[channels.watch]\nsns = \"arn:aws:sns:ap-northeast-1:111111111111:watch\"\n[caps]";

fn watching(sweep: &str) -> Settings {
    let text = SETTINGS.replace("[caps]", CHANNELS).replace("[scope]", &format!("[scope]\nsweep = \"{sweep}\""));
    settings(&text)
}

fn world() -> World {
    World::of([instance("i-1").untagged("Env")]).with_target(HERE.0, "us-east-1")
}

/// What the channel was told since the last call.
fn told(world: &World, before: usize) -> Vec<String> {
    world.said().into_iter().skip(before).map(|(_, message)| message.body).collect()
}

fn run(world: &World, settings: &Settings, minutes: i64) {
    apply(world, settings, at(EVENING) + chrono::Duration::minutes(minutes));
}

#[test]
fn the_first_instance_in_a_region_is_told_once_and_the_first_run_tells_nothing() {
    for sweep in ["15m", "always"] {
        let (world, settings) = (world(), watching(sweep));
        run(&world, &settings, 0);
        assert_eq!(told(&world, 0), Vec::<String>::new(), "the first run knows nothing of what was there");
        world.add(instance("i-2").region("us-east-1").tag("Name", "miner").untagged("Env"));
        run(&world, &settings, 15);
        let said = told(&world, 0);
        assert_eq!(said.len(), 1, "{said:?}");
        for part in ["first instance ever in us-east-1", HERE.0, "i-2 (miner, t3.micro)"] {
            assert!(said[0].contains(part), "{part}: {}", said[0]);
        }
        world.add(instance("i-3").region("us-east-1").untagged("Env"));
        run(&world, &settings, 30);
        for id in ["i-2", "i-3"] {
            world.change(id, |one| idle_reaper::engine::model::Instance { state: State::Terminated, ..one });
        }
        run(&world, &settings, 45);
        world.add(instance("i-4").region("us-east-1").untagged("Env"));
        run(&world, &settings, 60);
        assert_eq!(told(&world, 1), Vec::<String>::new(), "it is told once");
    }
}

#[test]
fn a_message_that_was_not_accepted_is_tried_again() {
    let (world, settings) = (world(), watching("15m"));
    run(&world, &settings, 0);
    world.add(instance("i-2").region("us-east-1").untagged("Env"));
    world.mute("watch");
    run(&world, &settings, 15);
    world.unmute();
    run(&world, &settings, 30);
    assert_eq!(told(&world, 0).len(), 1);
    run(&world, &settings, 45);
    assert_eq!(told(&world, 1).len(), 0);
}

#[test]
fn after_a_lost_file_and_under_other_settings_nothing_is_told() {
    for lost in [true, false] {
        let (world, settings) = (world(), watching("15m"));
        run(&world, &settings, 0);
        world.add(instance("i-2").region("us-east-1").untagged("Env"));
        if lost {
            world.lose(FILE);
            run(&world, &settings, 15);
        } else {
            run(&world, &watching("30m"), 15);
        }
        assert_eq!(told(&world, 0), Vec::<String>::new(), "lost: {lost}");
    }
}

#[test]
fn without_the_setting_nothing_is_told() {
    let text = SETTINGS.replace("[caps]", &CHANNELS.replace("new-region", "operator"));
    let (world, settings) = (world(), settings(&text));
    run(&world, &settings, 0);
    world.add(instance("i-2").region("us-east-1").untagged("Env"));
    run(&world, &settings, 300);
    assert!(told(&world, 0).iter().all(|said| !said.contains("first instance ever")), "{:?}", told(&world, 0));
}
