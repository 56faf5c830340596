//! `keep`: the tag that a person asks for, refused where the rules would read it otherwise, and written once and read back.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, State};
use idle_reaper::engine::request::Scope;
use idle_reaper::engine::tags::{Change, KeepRefused, Keeping, Written, keep_value};
use idle_reaper::run::{Clock, KeepError, KeepOrder, keep, preview_keep};

use crate::fake::{
    Deed, EVENING, Fault, Faults, SETTINGS, Shape, World, at, block_on, db, instance, row, service, settings,
};

fn value(until: &str, reason: &str) -> Result<String, KeepRefused> {
    let names = settings(SETTINGS).tags;
    keep_value(until, reason, &names, at(EVENING)).map(|(_, value)| value)
}

#[test]
fn a_date_or_an_instant_and_a_reason_become_the_value_that_the_rules_read() {
    for (until, reason, wanted) in [
        ("2026-12-31", "load test, Ana's", "2026-12-31 load test, Ana's"),
        (" 2026-11-25 ", "tonight", "2026-11-25 tonight"),
        (
            "2026-11-25T23:00+09:00",
            " \u{8ca0}\u{8377}\u{8a66}\u{9a13} ",
            "2026-11-25T23:00+09:00 \u{8ca0}\u{8377}\u{8a66}\u{9a13}",
        ),
        ("2027-02-23", "ninety days", "2027-02-23 ninety days"),
    ] {
        assert_eq!(value(until, reason).as_deref(), Ok(wanted));
    }
}

#[test]
fn what_would_protect_by_mistake_or_not_at_all_is_refused_with_what_to_write() {
    let long = "x".repeat(246);
    for (until, reason, words) in [
        ("tomorrow", "x", "neither one date"),
        ("31.12.2026", "x", "neither one date"),
        ("2026-12-31T18:00", "x", "neither one date"),
        ("2026-12-31 or so", "x", "neither one date"),
        ("2026-02-30", "x", "neither one date"),
        ("2026-11-24", "x", "is over already"),
        ("2026-11-25T21:30+09:00", "x", "is over already"),
        ("2027-02-24", "x", "more than 90 days ahead"),
        ("9999-12-31", "x", "more than 90 days ahead"),
        ("2026-12-31", "  ", "needs a reason"),
        ("2026-12-31", "until 2027-01-15", "later date"),
        ("2026-12-31", "one\ntwo", "U+000A"),
        ("2026-12-31", "\u{202e}gnp", "U+202E"),
        ("2026-12-31", &long, "257 characters"),
    ] {
        let refused = value(until, reason).expect_err(until).to_string();
        assert!(refused.contains(words), "{until} {reason}: {refused}");
        assert!(!refused.ends_with('.') && refused.starts_with(|c: char| c.is_lowercase() || c == '`'), "{refused}");
    }
    assert_eq!(value("2026-12-31", &long[1..]).map(|value| value.len()), Ok(256));
}

/// A keep until new year, over this world: the plan, and what was written where it is carried out.
fn keeps(
    world: &World,
    settings: &Settings,
    wanted: &[&str],
    carried_out: bool,
) -> Result<Vec<(Keeping, Option<Written>)>, KeepError> {
    let (until, value) = keep_value("2026-12-31", "load test", &settings.tags, at(EVENING)).expect("a value");
    let wanted: Vec<String> = wanted.iter().map(|one| (*one).to_owned()).collect();
    let (scope, clock) = (Scope::default(), Clock::start(at(EVENING), None));
    let (wanted, value, scope) = (&*wanted, &*value, &scope);
    let order = KeepOrder { scope, settings, wanted, until, value, clock, progress: &|_, _| {} };
    block_on(async {
        let planned = preview_keep(&order, world).await?;
        if !carried_out {
            return Ok(planned.into_iter().map(|one| (one, None)).collect());
        }
        let ends = keep(&order, world, world, &planned).await;
        Ok(ends.into_iter().map(|(one, end)| (one, Some(end))).collect())
    })
}

fn named(id: &str, name: &str) -> Instance {
    instance(id).tag("Name", name)
}

#[test]
fn a_dry_run_writes_nothing_and_several_are_kept_by_id_and_by_name() {
    let (world, settings) = (World::of([named("i-1", "build box"), named("i-2", "other")]), settings(SETTINGS));
    let planned = keeps(&world, &settings, &["build box", "i-2", "i-1"], false).expect("a plan");
    assert_eq!(planned.len(), 2, "each one once");
    assert!(world.calls(|deed| deed.acts() || deed.writes()).is_empty());
    let ends = keeps(&world, &settings, &["build box", "i-2"], true).expect("an end");
    assert!(ends.iter().all(|(_, end)| *end == Some(Written::Verified)), "{ends:?}");
    for id in ["i-1", "i-2"] {
        assert_eq!(world.get(id).tags.get("idle-reaper:keep-until"), Some("2026-12-31 load test"));
    }
    assert_eq!(world.calls(|deed| deed == Deed::Tag).len(), 2);
    let report = crate::fake::apply(&world, &settings, at(EVENING));
    assert_eq!(row(&report, "i-1").verdict.reason().as_str(), "kept-until");
}

#[test]
fn a_longer_keep_is_named_before_it_becomes_shorter_and_its_own_key_is_written() {
    let until = |id: &str, key: &str, value: &str| instance(id).tag(key, value);
    let world = World::of([
        until("i-1", "idle-reaper:keep-until", "2027-01-31 longer"),
        until("i-2", "Idle-Reaper:Keep-Until", "2026-12-01"),
        until("i-3", "idle-reaper:keep-until", "next Friday"),
        until("i-4", "idle-reaper:keep", ""),
    ]);
    let settings = settings(SETTINGS);
    let ends = keeps(&world, &settings, &["i-1", "i-2", "i-3", "i-4"], true).expect("an end");
    let changes: Vec<Change> = ends.iter().map(|(one, _)| one.change).collect();
    assert_eq!(changes, [Change::Shorter, Change::Longer, Change::Unreadable, Change::New]);
    assert_eq!(ends[0].0.before.as_deref(), Some("2027-01-31 longer"));
    assert_eq!(ends[3].0.for_good.as_deref(), Some("idle-reaper:keep"));
    assert_eq!(world.get("i-2").tags.any_case("idle-reaper:keep-until").count(), 1, "no second key");
}

#[test]
fn one_that_is_missing_ambiguous_or_twice_tagged_ends_it_before_anything_is_written() {
    let twice = instance("i-4").tag("idle-reaper:keep-until", "2026-12-01").tag("IDLE-REAPER:keep-until", "2026-12-02");
    let gone = named("i-5", "gone").state(State::Terminated);
    let world = World::of([named("i-1", "web"), named("i-2", "web"), instance("i-3"), twice, gone]);
    let settings = settings(SETTINGS);
    for (wanted, words) in [
        ("i-9", "neither the id"),
        ("web", "name of 2 instances"),
        ("i-4", "differ in case only"),
        ("gone", "neither the id"),
    ] {
        let error = keeps(&world, &settings, &["i-3", wanted], true).expect_err(wanted).to_string();
        assert!(error.contains(words) && error.ends_with("nothing was written"), "{wanted}: {error}");
    }
    assert!(world.calls(|deed| deed.acts()).is_empty());
}

#[test]
fn one_that_is_refused_or_not_written_is_said_and_the_others_are_kept() {
    let faults = Faults::one("i-1", Fault::TagRefused).and("i-2", Fault::TagIgnored);
    let world = World::of([instance("i-1"), instance("i-2"), instance("i-3")]).with_faults(faults);
    let ends = keeps(&world, &settings(SETTINGS), &["i-1", "i-2", "i-3"], true).expect("an end");
    let ends: Vec<_> = ends.into_iter().filter_map(|(_, end)| end).collect();
    assert!(matches!(ends.as_slice(), [Written::Failed(_), Written::Unverified(_), Written::Verified]), "{ends:?}");
}

#[test]
fn databases_and_services_are_kept_by_their_ids_whatever_the_settings_name() {
    let world = World::of([db("orders"), service("web"), instance("i-1")]);
    let settings = settings(SETTINGS);
    let ends = keeps(&world, &settings, &["db:orders", "service:shop/web", "i-1"], true).expect("an end");
    assert!(ends.iter().all(|(_, end)| *end == Some(Written::Verified)), "{ends:?}");
    for id in ["db:orders", "service:shop/web", "i-1"] {
        assert_eq!(world.get(id).tags.get("idle-reaper:keep-until"), Some("2026-12-31 load test"), "{id}");
    }
    let why = keeps(&world, &settings, &["db:other"], true).expect_err("no such database").to_string();
    assert!(why.contains("`db:other` is not the id of a database"), "{why}");
}
