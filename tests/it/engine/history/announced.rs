//! Nothing is done before the instant that a notice has announced, and the days until then are the business days of
//! the people who read it.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{State, Subject, Verdict};

use crate::engine::judge::forgotten::{NOON, heard, idle_box, run, telling, waits};
use crate::engine::judge::untold::changed;
use crate::fake::{EVENING, Shape, World, apply, at, instance, with};

/// The same as [`telling`], for an office in Riyadh that works from Sunday to Thursday.
fn riyadh() -> Settings {
    let tokyo = "zone = \"Asia/Tokyo\"\ncalendar = \"japan\"\nopen = [\"mon-fri 09:00-18:00\"]";
    changed(tokyo, "zone = \"Asia/Riyadh\"\nopen = [\"sun-thu 08:00-17:00\"]")
}

/// The instants that were announced to `ana` so far.
fn announced(world: &World) -> Vec<DateTime<Utc>> {
    let said = world.said().into_iter().filter(|(name, _)| name == "ana");
    said.flat_map(|(_, message)| message.named).filter_map(|named| named.due).collect()
}

/// What the first stop of `i-1` waits for at each of these instants, and whether it runs after it.
#[track_caller]
fn waits_until(world: &World, settings: &Settings, early: &[&str], due: &str) {
    for now in early {
        let report = apply(world, settings, at(now));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::Announced), State::Running), "{now}");
    }
    let report = apply(world, settings, at(due));
    assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (None, State::Stopped), "{due}");
}

#[test]
fn what_is_found_on_thursday_evening_in_riyadh_is_announced_for_sunday_and_not_stopped_before() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), riyadh());
    apply(&world, &settings, at("2026-11-26T19:00:00+03:00"));
    assert_eq!(announced(&world), [at("2026-11-29T19:00:00+03:00")]);
    let early = [
        "2026-11-27T12:00:00+03:00",
        "2026-11-27T19:00:00+03:00",
        "2026-11-28T19:00:00+03:00",
        "2026-11-29T18:58:30+03:00",
        "2026-11-29T18:59:59+03:00",
    ];
    waits_until(&world, &settings, &early, "2026-11-29T19:00:00+03:00");
    assert_eq!(announced(&world).len(), 1);
}

#[test]
fn grace_is_counted_in_the_business_days_of_the_calendars_week() {
    let week = changed("holidays = [\"jp\"]", "holidays = [\"jp\"]\nweek = \"sun-thu\"");
    let world = World::of([idle_box("i-1")]);
    run(&world, &week, "i-1", NOON); // a Wednesday: Thursday, Sunday, Monday, Tuesday, Wednesday
    assert_eq!(announced(&world), [at("2026-12-02T12:00:00+09:00")]);
    let world = World::of([idle_box("i-1")]);
    run(&world, &changed("holidays = [\"jp\"]", "week = \"tue.thu\""), "i-1", NOON);
    assert_eq!(announced(&world), [at("2026-12-10T12:00:00+09:00")]);
}

#[test]
fn the_warning_before_a_keep_ends_is_counted_in_the_same_days() {
    let found = instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", "2026-12-01");
    let (world, settings) = (World::of([found]), riyadh());
    // It ends on Wednesday at eight; Tuesday, Monday and Sunday lie before that.
    for (now, warned) in [
        ("2026-11-27T12:00:00+03:00", 0),
        ("2026-11-28T12:00:00+03:00", 0),
        ("2026-11-29T07:59:59+03:00", 0),
        ("2026-11-29T08:00:00+03:00", 1),
    ] {
        apply(&world, &settings, at(now));
        let warnings = heard(&world, "ana").into_iter().filter(|(subject, _)| *subject == Subject::KeepEnds);
        assert_eq!(warnings.count(), warned, "{now}");
    }
    assert_eq!(announced(&world), [at("2026-12-02T08:00:00+03:00")]);
}

#[test]
fn where_nothing_ever_opens_the_end_of_a_keep_is_warned_of_as_well() {
    let found = instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-until", "2026-11-26");
    let world = World::of([found.tag("idle-reaper:schedule", "closed")]);
    apply(&world, &telling(), at(EVENING));
    assert_eq!(announced(&world), [at("2026-11-27T00:00:00+09:00")]);
}

#[test]
fn a_stop_is_never_earlier_than_its_notice_said_not_by_a_second() {
    for (told, due) in [
        ("2026-11-25T21:30:00+09:00", "2026-11-26T21:30:00+09:00"),
        ("2026-11-25T21:30:40.5+09:00", "2026-11-26T21:30:40.5+09:00"),
    ] {
        let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
        apply(&world, &settings, at(told));
        assert_eq!(announced(&world), [at(due)]);
        let early = [90_000, 1_000, 1].map(|millis| (at(due) - Duration::milliseconds(millis)).to_rfc3339());
        waits_until(&world, &settings, &early.each_ref().map(String::as_str), due);
    }
}

#[test]
fn what_was_announced_holds_when_the_settings_say_an_earlier_day_since() {
    // Announced on Friday for Monday; since then Saturday and Sunday are business days.
    let (world, friday) = (World::of([instance("i-1").tag("Owner", "ana")]), "2026-11-27T21:30:00+09:00");
    apply(&world, &telling(), at(friday));
    assert_eq!(announced(&world), [at("2026-11-30T21:30:00+09:00")]);
    let shorter = changed("holidays = [\"jp\"]", "week = \"mon-sun\"");
    let early = ["2026-11-28T21:30:00+09:00", "2026-11-29T21:30:00+09:00", "2026-11-30T21:29:59+09:00"];
    waits_until(&world, &shorter, &early, "2026-11-30T21:30:00+09:00");

    // A grace that became shorter.
    let world = World::of([idle_box("i-1")]);
    run(&world, &telling(), "i-1", NOON);
    let shorter = changed("idle = \"stop\"", "idle = \"stop\"\ngrace = 1");
    run(&world, &shorter, "i-1", "2026-11-30T12:00:00+09:00");
    assert_eq!(world.rests("i-1"), State::Running);
    run(&world, &shorter, "i-1", "2026-12-02T12:00:00+09:00");
    assert_eq!(world.rests("i-1"), State::Stopped);
}

#[test]
fn a_ledger_of_an_older_release_without_the_announced_instant_is_counted_as_before() {
    let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
    apply(&world, &settings, at(EVENING));
    let text = world.recorded("state/told.jsonl").pop().expect("a ledger").1;
    let (from, to) = (text.find("\"due\":").expect("an instant"), text.find("\"first\":").expect("what follows"));
    world.put("state/told.jsonl", &format!("{}{}", &text[..from], &text[to..]));
    waits_until(&world, &settings, &["2026-11-26T21:29:59+09:00"], "2026-11-26T21:30:00+09:00");
}

#[test]
fn a_ledger_that_announces_an_impossible_year_is_no_notice() {
    for year in ["+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z", "+10000-01-01T00:00:00Z"] {
        let (world, settings) = (World::of([instance("i-1").tag("Owner", "ana")]), telling());
        apply(&world, &settings, at(EVENING));
        let text = world.recorded("state/told.jsonl").pop().expect("a ledger").1;
        world
            .put("state/told.jsonl", &text.replace("\"due\":\"2026-11-26T12:30:00Z\"", &format!("\"due\":\"{year}\"")));
        let report = apply(&world, &settings, at("2026-11-26T21:30:00+09:00"));
        assert_eq!((waits(&report, "i-1"), world.rests("i-1")), (Some(Cap::NotNotified), State::Running), "{year}");
        assert_eq!(announced(&world).len(), 2, "{year}");
    }
}

#[test]
fn an_instance_whose_tag_says_never_is_not_stopped_and_the_line_says_what_to_write() {
    let settings = with(&[]);
    for value in ["never", "Never", "NEVER", " never ", "never @ Europe/Berlin"] {
        let world = World::of([instance("i-1").tag("idle-reaper:schedule", value)]);
        for now in ["2026-11-25T11:00:00+09:00", EVENING] {
            let report = apply(&world, &settings, at(now));
            assert_eq!(world.rests("i-1"), State::Running, "{value} at {now}");
            let row = crate::fake::row(&report, "i-1");
            assert_eq!(row.verdict.reason().as_str(), "schedule-unreadable", "{value} at {now}");
            assert!(matches!(&row.verdict, Verdict::Skip(skipped) if skipped.wants_attention()), "{value} at {now}");
        }
    }
    let world = World::of([instance("i-1").tag("idle-reaper:schedule", "closed")]);
    apply(&world, &settings, at(EVENING));
    assert_eq!(world.rests("i-1"), State::Stopped);
}
