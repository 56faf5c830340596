//! The stocktake is answered or not: confirmed once, reminded, escalated, and shown in the next one.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::month::Month;
use idle_reaper::run::{ConfirmError, confirm};

use crate::engine::judge::forgotten::TELLING;
use crate::fake::{SETTINGS, Shape, World, apply, at, block_on, instance, settings};

/// An owner for one account, and nobody for the other.
fn asking(more: &str) -> Settings {
    let owners = "tags = [\"Owner\"]\naccounts = { \"111111111111\" = \"ana\" }";
    let text = TELLING.replace("tags = [\"Owner\"]", owners);
    let text = text.replace("operator = \"ops\"", &format!("operator = \"ops\"\nconfirm-within = 3{more}"));
    settings(&SETTINGS.replace("[calendars.japan]", &text))
}

fn world() -> World {
    World::of([instance("i-1").tag("Owner", "ana"), instance("i-2").account("222222222222").tag("Owner", "ana")])
}

/// The messages of a channel that speak of an account's stocktake that is not confirmed.
fn reminders(world: &World, channel: &str, account: &str) -> usize {
    let wanted = |text: &str| text.contains("is not confirmed") && text.contains(account);
    world.said().iter().filter(|(name, message)| name == channel && wanted(&message.body)).count()
}

fn confirms(world: &World, account: &str, month: Option<&str>) -> Result<Month, ConfirmError> {
    let month = month.and_then(Month::parse);
    block_on(confirm(world, account, month, "Ana Doe", at("2026-11-26T12:00:00+09:00")))
}

const TAKEN: &str = "2026-11-25T12:00:00+09:00";

#[test]
fn who_does_not_answer_is_reminded_then_the_second_contact_and_nobody_twice() {
    let (world, settings) = (world(), asking(""));
    apply(&world, &settings, at(TAKEN));
    for (now, ana, lead, ops) in [
        ("2026-11-30T11:00:00+09:00", 0, 0, 0),
        ("2026-11-30T12:30:00+09:00", 1, 0, 1),
        ("2026-12-03T12:00:00+09:00", 1, 0, 1),
        ("2026-12-03T12:40:00+09:00", 1, 1, 2),
        ("2026-12-10T12:40:00+09:00", 1, 1, 2),
    ] {
        // December has a stocktake of its own, from its first run on.
        if now > "2026-12" {
            world.put("state/stocktake", "2026-12\n");
        }
        apply(&world, &settings, at(now));
        let counted = (reminders(&world, "ana", "111111111111"), reminders(&world, "lead", "111111111111"));
        assert_eq!((counted, reminders(&world, "ops", "222222222222")), ((ana, lead), ops), "{now}");
    }
}

#[test]
fn who_confirms_is_not_reminded_and_the_next_stocktake_says_so() {
    let (world, settings) = (world(), asking(""));
    apply(&world, &settings, at(TAKEN));
    assert_eq!(confirms(&world, "111111111111", None).expect("confirmed").to_string(), "2026-11");
    let again = confirms(&world, "111111111111", Some("2026-11")).expect_err("confirmed before").to_string();
    assert!(again.contains("was confirmed before by Ana Doe"), "{again}");
    apply(&world, &settings, at("2026-11-30T12:30:00+09:00"));
    assert_eq!((reminders(&world, "ana", "111111111111"), reminders(&world, "ops", "222222222222")), (0, 1));
    apply(&world, &settings, at("2026-12-01T00:30:00+09:00"));
    let of = |channel: &str| -> String {
        world.said().into_iter().filter(|(name, _)| name == channel).map(|(_, message)| message.body).collect()
    };
    assert!(of("ana").contains("The stocktake of 2026-11 was confirmed by Ana Doe."), "{}", of("ana"));
    let ops = of("ops");
    assert!(ops.contains("Stocktake of 2026-11: 1 of 2 accounts confirmed"), "{ops}");
    assert!(ops.contains("222222222222, no owner: not confirmed; the owner has no channel; reminded"), "{ops}");
}

#[test]
fn what_is_not_there_cannot_be_confirmed() {
    let (empty, world, settings) = (World::of([]), world(), asking(""));
    assert!(matches!(confirms(&empty, "111111111111", None), Err(ConfirmError::NoMonth)));
    apply(&world, &settings, at(TAKEN));
    for (account, month) in
        [("333333333333", None), ("111111111111", Some("2026-10")), ("111111111111", Some("2026-12"))]
    {
        let error = confirms(&world, account, month).expect_err("no stocktake");
        assert!(matches!(error, ConfirmError::NoStocktake { .. }), "{account} {month:?}: {error}");
    }
    assert!(world.recorded("answers/").is_empty());
}

#[test]
fn a_channel_that_refuses_is_counted_and_listed() {
    let (world, settings) = (world(), asking(""));
    world.mute("ana");
    apply(&world, &settings, at(TAKEN));
    apply(&world, &settings, at("2026-11-25T13:00:00+09:00"));
    world.unmute();
    world.put("state/stocktake", "2026-11\n");
    apply(&world, &settings, at("2026-12-01T00:30:00+09:00"));
    let ops: String =
        world.said().into_iter().filter(|(name, _)| name == "ops").map(|(_, message)| message.body).collect();
    assert!(
        ops.contains("111111111111, ana: not confirmed; the channel did not accept it; 2 failed deliveries"),
        "{ops}"
    );
}

#[test]
fn a_tag_on_any_instance_confirms_and_one_of_another_month_does_not() {
    let (world, settings) = (world(), asking(""));
    apply(&world, &settings, at(TAKEN));
    world.change("i-1", |one| one.tag("idle-reaper:confirmed", "2026-11 Ana Doe"));
    world.change("i-2", |one| one.tag("idle-reaper:confirmed", "2026-10"));
    // Nobody can hide it by a tag of another month, or one that says nothing.
    for (n, value) in ["2099-01", "zzz", ""].into_iter().enumerate() {
        world.add(instance(&format!("i-other-{n}")).tag("Owner", "ana").tag("idle-reaper:confirmed", value));
    }
    let report = apply(&world, &settings, at("2026-11-30T12:30:00+09:00"));
    assert!(report.rows.iter().all(|row| row.remarks.is_empty()), "the tag is one of ours");
    assert_eq!((reminders(&world, "ana", "111111111111"), reminders(&world, "ops", "222222222222")), (0, 1));
    let answers = world.recorded("answers/");
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].0.contains("111111111111") && answers[0].1.contains("Ana Doe"), "{answers:?}");
}
