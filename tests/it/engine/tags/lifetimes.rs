//! `also-keep-until`: lifetimes in tags that teams already use.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Lacks, Reason, Remark, Skipped, State, Verdict};

use crate::fake::{EVENING, Shape, World, apply, at, instance, judge, row, with};

fn lifetimes() -> Settings {
    with(&[("[busy]", "[tags]\nalso-keep-until = [\"expiration_date\", \"TTL\", \"idle-reaper:expires\"]\n\n[busy]")])
}

fn launched_first(created: &str) -> Instance {
    let mut found = instance("i-1");
    found.details.created = Some(at(created));
    found
}

fn verdict(found: &Instance, now: &str) -> Verdict {
    judge(&lifetimes(), found, at(now)).verdict
}

#[test]
fn a_date_keeps_until_the_first_opening_after_it_in_any_case_of_the_key() {
    for key in ["expiration_date", "Expiration_Date", "idle-reaper:expires"] {
        let found = instance("i-1").tag(key, "2026-11-25 load test");
        let Verdict::Skip(Skipped::KeptUntil { value, too_far }) = verdict(&found, EVENING) else { panic!("{key}") };
        assert_eq!((value, too_far), (format!("{key}=2026-11-25 load test"), None));
        assert_eq!(verdict(&found, "2026-11-26T08:00:00+09:00").reason(), Reason::KeptUntil, "{key}");
        assert_eq!(verdict(&found, "2026-11-26T21:30:00+09:00").reason(), Reason::OutsideHours, "{key}");
        let remarks = judge(&lifetimes(), &found, at(EVENING)).remarks;
        assert!(!remarks.iter().any(|remark| matches!(remark, Remark::UnknownTag { .. })), "{key}");
    }
}

#[test]
fn a_span_counts_from_the_first_launch_and_not_from_the_last_start() {
    let found = launched_first("2026-11-19T12:00:00Z").tag("ttl", "7d").launched("2026-11-24T09:00:00+09:00");
    assert_eq!(verdict(&found, "2026-11-26T20:59:59+09:00").reason(), Reason::KeptUntil);
    assert_eq!(verdict(&found, "2026-11-26T21:00:00+09:00").reason(), Reason::OutsideHours);
    let restarted = found.launched("2026-11-26T09:00:00+09:00");
    assert_eq!(verdict(&restarted, "2026-11-26T21:00:00+09:00").reason(), Reason::OutsideHours);
}

#[test]
fn a_span_from_an_unknown_first_launch_protects_and_is_flagged() {
    let found = instance("i-1").tag("ttl", "7d");
    assert_eq!(found.details.created, None);
    let skipped = Skipped::Incomplete { lacks: Lacks::FirstLaunch };
    assert!(skipped.wants_attention());
    assert_eq!(verdict(&found, EVENING), Verdict::Skip(skipped));
    // Another tag that is in force says until when.
    let both = found.clone().tag("expiration_date", "2026-12-20");
    assert_eq!(verdict(&both, EVENING).reason(), Reason::KeptUntil);
    // Without the setting the tag is somebody else's.
    assert_eq!(judge(&with(&[]), &found, at(EVENING)).verdict.reason(), Reason::OutsideHours);
}

#[test]
fn what_cannot_be_read_protects_and_is_flagged() {
    for value in ["", "never", "7", "0d", "7 days", "31.12.2026", "12/31/2026", "2026-11-20 extended to 2026-12-20"] {
        let found = launched_first("2026-11-01T00:00:00Z").tag("ttl", value);
        let skipped = Skipped::KeepUnreadable { value: format!("ttl={value}") };
        assert!(skipped.wants_attention());
        assert_eq!(verdict(&found, EVENING), Verdict::Skip(skipped), "{value}");
    }
}

#[test]
fn one_that_is_past_hides_neither_another_that_is_in_force_nor_one_that_cannot_be_read() {
    let past = launched_first("2026-11-01T00:00:00Z").tag("expiration_date", "2026-11-20").tag("ttl", "2d");
    assert_eq!(verdict(&past, EVENING).reason(), Reason::OutsideHours);
    for (key, value, reason) in [
        ("TTL", "60d", Reason::KeptUntil),
        ("Expiration_Date", "2026-12-20", Reason::KeptUntil),
        ("idle-reaper:keep-until", "2026-12-20", Reason::KeptUntil),
        ("idle-reaper:keep", "", Reason::Kept),
        ("TTL", "soon", Reason::KeepUnreadable),
        ("idle-reaper:keep-until", "soon", Reason::KeepUnreadable),
    ] {
        assert_eq!(verdict(&past.clone().tag(key, value), EVENING).reason(), reason, "{key}={value}");
    }
    let far = launched_first("2026-11-01T00:00:00Z").tag("ttl", "52w");
    let Verdict::Skip(skipped) = verdict(&far, EVENING) else { panic!("stopped") };
    assert!(skipped.wants_attention() && matches!(skipped, Skipped::KeptUntil { too_far: Some(90), .. }));
}

#[test]
fn what_the_reaper_stopped_is_started_whatever_its_lifetime_says() {
    for value in ["7d", "soon", "2026-12-20"] {
        let world = World::of([instance("i-1").reaped().tag("ttl", value)]);
        let report = apply(&world, &lifetimes(), at("2026-11-26T09:00:00+09:00"));
        assert_eq!(world.rests("i-1"), State::Running, "{value}: {:?}", row(&report, "i-1").verdict);
    }
}

#[test]
fn a_pattern_or_an_empty_key_is_refused() {
    for (keys, wrong) in [("\"expir*\"", "is a pattern"), ("\"\"", "cannot be a tag's key")] {
        let text = format!("version = 1\n[tags]\nalso-keep-until = [{keys}]\n");
        let said = Settings::parse("reaper.toml", &text).expect_err(keys).to_string();
        assert!(said.contains(wrong), "{said}");
    }
}
