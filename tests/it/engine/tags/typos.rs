//! Keys that somebody mistyped: nearly one of ours, they protect; under our prefix and unknown, they are shown.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Action, Reason, Remark, Skipped, State, Subject, Verdict};
use idle_reaper::engine::tags::keep::Kept;
use idle_reaper::render::{Style, json, markdown, table};
use proptest::prelude::*;
use proptest::sample::select;

use crate::engine::judge::forgotten::{heard, telling};
use crate::fake::{EVENING, Shape, World, apply, at, instance, judge, plan, row, with};
use crate::laws::arbitrary::{VARIANTS, for_all};

const MORNING: &str = "2026-11-26T09:00:00+09:00";

fn with_tags(more: &str) -> Settings {
    with(&[("[busy]", &format!("[tags]\n{more}\n\n[busy]"))])
}

fn verdict(settings: &Settings, key: &str) -> Verdict {
    judge(settings, &instance("i-1").tag(key, "2026-12-01"), at(EVENING)).verdict
}

#[test]
fn a_mistyped_key_protects_and_the_right_one_is_named() {
    for (key, meant) in [
        ("idle-reaper:keep-untill", "idle-reaper:keep-until"),
        ("idle-reaper:keep_until", "idle-reaper:keep-until"),
        ("idle-reaper: keep", "idle-reaper:keep"),
        ("idle-reeper:keep", "idle-reaper:keep"),
        ("idlereaper:keep", "idle-reaper:keep"),
        ("Idle_Reaper:Keep", "idle-reaper:keep"),
        ("idle-reaper:shedule", "idle-reaper:schedule"),
    ] {
        let skipped = Skipped::TagUnknown { key: key.into(), meant: meant.into() };
        assert!(skipped.wants_attention());
        assert_eq!(verdict(&with(&[]), key), Verdict::Skip(skipped));
    }
    let custom = with_tags("prefix = \"Team/\"");
    assert_eq!(verdict(&custom, "team/keap").reason(), Reason::TagUnknown);
    for foreign in ["idle-reaper:keeep", "Keep", "keep-until", "Schedule"] {
        assert_eq!(verdict(&custom, foreign).reason(), Reason::OutsideHours, "{foreign}");
        assert_eq!(verdict(&with_tags("prefix = \"t-\""), foreign).reason(), Reason::OutsideHours, "{foreign}");
    }
}

#[test]
fn what_is_spelled_right_is_no_typo_in_any_case() {
    for key in [
        "idle-reaper:seen",
        "idle-reaper:confirmed",
        "Idle-Reaper:Seen",
        "idle-reaper:marked",
        "idle-reaper:launched-by",
        "Keep",
        "keep",
    ] {
        let ruling = judge(&with(&[]), &instance("i-1").tag(key, "x"), at(EVENING));
        assert_eq!((ruling.verdict.reason(), &ruling.remarks[..]), (Reason::OutsideHours, &[][..]), "{key}");
    }
    assert_eq!(verdict(&with(&[]), "IDLE-REAPER:KEEP-UNTIL").reason(), Reason::KeptUntil);
}

#[test]
fn the_owner_of_a_mistyped_tag_reads_the_right_key_and_nothing_is_stopped() {
    let world = World::of([instance("i-1").tag("Owner", "ana").tag("idle-reaper:keep-untill", "2026-12-31")]);
    for evening in ["2026-11-25T21:30:00+09:00", "2026-11-26T21:30:00+09:00", "2026-11-27T21:30:00+09:00"] {
        apply(&world, &telling(), at(evening));
        assert_eq!(world.rests("i-1"), State::Running);
    }
    assert_eq!(heard(&world, "ana"), [(Subject::Attention, "i-1".to_owned())], "once");
    let (_, message) = world.said().into_iter().find(|(channel, _)| channel == "ana").expect("a message");
    assert!(message.body.contains("did you mean `idle-reaper:keep-until`?"), "{}", message.body);
}

#[test]
fn what_the_reaper_stopped_is_started_though_a_key_is_mistyped_and_then_never_stopped() {
    let world = World::of([instance("i-1").reaped().tag("idle-reaper:shedule", "mon-fri 20:00-05:00")]);
    let report = apply(&world, &with(&[]), at(MORNING));
    assert_eq!((row(&report, "i-1").verdict.action(), world.rests("i-1")), (Some(Action::Start), State::Running));
    let Some(Remark::UnknownTag { meant, .. }) = row(&report, "i-1").remarks.last() else { panic!("not flagged") };
    assert_eq!(meant.as_deref(), Some("idle-reaper:schedule"));
    let evening = apply(&world, &with(&[]), at("2026-11-26T22:00:00+09:00"));
    assert_eq!((row(&evening, "i-1").verdict.reason(), world.rests("i-1")), (Reason::TagUnknown, State::Running));
}

#[test]
fn other_unknown_keys_under_the_prefix_are_flagged_and_decide_nothing() {
    let found = instance("i-1").tag("Idle-Reaper:Cost-Center", "42");
    let report = plan(&World::of([found.clone()]), &with(&[]), at(EVENING));
    assert_eq!(row(&report, "i-1").verdict.reason(), Reason::OutsideHours);
    let flat = table(&report, Style { colour: false, width: None });
    for shown in [flat, markdown(&report), json(&report, false).expect("a report")] {
        assert!(shown.contains("unknown-tag") && shown.contains("Idle-Reaper:Cost-Center"), "{shown}");
    }
    let line: serde_json::Value = serde_json::from_str(&json(&report, false).expect("a report")).expect("JSON");
    assert_eq!(line["resources"][0]["attention"], true);
    for named in [
        "ignore = [\"idle-reaper:cost-center\"]",
        "ignore = [\"idle-reaper:cost-*\"]",
        "owner = \"idle-reaper:cost-center\"",
    ] {
        assert_eq!(judge(&with_tags(named), &found, at(EVENING)).remarks, [], "{named}");
    }
}

#[test]
fn a_key_of_something_else_that_nearly_is_ours_is_ignored_where_it_is_written_out() {
    let reason = |ignore: &str| verdict(&with_tags(&format!("ignore = [\"{ignore}\"]")), "idle-reaper:help").reason();
    assert_eq!(verdict(&with(&[]), "idle-reaper:help").reason(), Reason::TagUnknown);
    assert_eq!((reason("idle-reaper:help"), reason("Idle-Reaper:HELP")), (Reason::OutsideHours, Reason::OutsideHours));
    assert_eq!((reason("idle-reaper:*"), reason("*")), (Reason::TagUnknown, Reason::TagUnknown));
    assert_eq!(verdict(&with_tags("ignore = [\"idle-reaper:*\"]"), "idle-reaper:keep").reason(), Reason::Kept);
}

#[test]
fn of_a_keep_and_a_typo_the_keep_decides_and_the_typo_is_still_shown() {
    let found = instance("i-1").tag("idle-reaper:keep", "").tag("idle-reaper:shedule", "always");
    let ruling = judge(&with(&[]), &found, at(EVENING));
    assert!(matches!(ruling.kept, Kept::ForGood { .. }));
    assert!(matches!(&ruling.remarks[..], [Remark::UnknownTag { key, .. }] if key == "idle-reaper:shedule"));
}

/// One letter left out, put in, changed, or swapped with its neighbour.
fn edited(word: &str, (kind, place, letter): (u8, usize, char)) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = place % letters.len().max(1);
    match kind {
        0 if !letters.is_empty() => drop(letters.remove(at)),
        1 => letters.insert(at, letter),
        2 if !letters.is_empty() => letters[at] = letter,
        _ if at > 0 => letters.swap(at - 1, at),
        _ => {}
    }
    letters.into_iter().collect()
}

#[test]
fn two_letters_off_never_cost_a_machine() {
    let edit = || (0..4u8, 0..32usize, select(vec!['a', 'e', 'k', 's', '-', '_', ' ', ':', 'é', '一']));
    let word = select(vec!["keep", "keep-until", "schedule"]);
    for_all(2000, (word, edit(), edit(), any::<bool>(), any::<bool>()), |(word, one, two, in_word, shout)| {
        let settings = &VARIANTS[0];
        let prefix = &settings.tags.prefix;
        let key = if in_word {
            format!("{prefix}{}", edited(&edited(word, one), two))
        } else {
            edited(&edited(&format!("{prefix}{word}"), one), two)
        };
        let key = if shout { key.to_uppercase() } else { key };
        let known = ["seen", "stopped", "marked", "launched-by"].map(|known| format!("{prefix}{known}"));
        if known.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
            return;
        }
        let ruling = judge(settings, &instance("i-1").tag(&key, "office"), at(EVENING));
        let reason = ruling.verdict.reason();
        // Two edits may take each other back.
        let right = key.eq_ignore_ascii_case(&format!("{prefix}schedule"));
        assert!(ruling.verdict.action().is_none() || right, "`{key}` cost a machine, by `{reason}`");
    });
}
