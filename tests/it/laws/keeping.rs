//! Law 1: an instance whose keep is in force is never stopped, whatever else is true. What the reaper stopped before may
//! still be started.

use chrono::{DateTime, Duration, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Action, Kind, Reason, State};
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::{any_activity, any_history, any_instance, any_instant, any_scene, any_settings, for_all};
use super::mixed::{any_mixed_scene, as_kind, of_every_kind};
use crate::fake::{EVENING, Shape, at, instance, judge_with};
use crate::fake::{keys, plan, row};

/// A tag by which a team keeps its instance.
#[derive(Clone, Debug)]
enum Keep {
    /// Any value.
    Always(String),
    /// Until some days from the instant: the day is over nowhere on Earth.
    Day(i64, String),
    /// Until some minutes from the instant.
    Instant(i64),
    /// Nobody can read it.
    Unreadable(String),
}

fn any_keep() -> impl Strategy<Value = Keep> {
    let words = vec![
        "",
        "forever",
        "2026-13-01",
        "2026-02-30",
        "2020-1-1",
        "2020-01-01T00:00",
        "0",
        "\u{1b}[2J",
        // A range: whoever writes it means its end.
        "2020-01-01 to 2020-02-01",
        "2020-01-01 - 5 Feb",
        "2020-01-01T00:00Z until 2037-01-01",
    ];
    prop_oneof![
        "[ -~]{0,8}".prop_map(Keep::Always),
        (0..4000i64, select(vec!["", " why not", " 2020-01-01"])).prop_map(|(days, why)| Keep::Day(days, why.into())),
        (1..500_000i64).prop_map(Keep::Instant),
        select(words).prop_map(|value| Keep::Unreadable(value.to_owned())),
    ]
}

impl Keep {
    /// The tag, its key in the case that `case` draws.
    fn tag(&self, settings: &Settings, now: DateTime<Utc>, case: u32) -> (String, String) {
        let names = &settings.tags;
        let (key, value) = match self {
            Self::Always(value) => (&names.keep, value.clone()),
            Self::Day(days, why) => {
                let last = (now + Duration::hours(14) + Duration::days(*days)).date_naive();
                (&names.keep_until, format!("{last}{why}"))
            }
            Self::Instant(minutes) => {
                let until = now + Duration::minutes(*minutes);
                (&names.keep_until, until.format("%Y-%m-%dT%H:%M:%SZ").to_string())
            }
            Self::Unreadable(value) => (&names.keep_until, value.clone()),
        };
        let letter = |(n, c): (usize, char)| if case >> (n % 32) & 1 == 1 { c.to_ascii_uppercase() } else { c };
        (key.char_indices().map(letter).collect(), value)
    }
}

#[test]
fn an_instance_that_is_kept_is_spared_whatever_else_is_true() {
    let values =
        (any_instance(), any_settings(), any_instant(), any_activity(), any_history("i-1"), any_keep(), any::<u32>());
    for_all(
        1024,
        (values, select(Kind::ALL.to_vec())),
        |((found, settings, now, activity, history, keep, case), kind)| {
            let settings = if kind == Kind::Instance { settings } else { of_every_kind(settings) };
            let found = as_kind(&found, kind);
            let (key, value) = keep.tag(settings, now, case);
            let plain = judge_with(settings, &found, &activity, &history, now);
            let ruling = judge_with(settings, &found.clone().tag(&key, &value), &activity, &history, now);
            // What is stopped and would be started without the tag is so with it; all else is kept.
            let starts = plain.verdict.action() == Some(Action::Start);
            let reason = ruling.verdict.reason();
            let kept = matches!(reason, Reason::Kept | Reason::KeptUntil | Reason::KeepUnreadable);
            assert!(
                kept && ruling.verdict.action().is_none() && !ruling.armed || found.state == State::Stopped,
                "{reason}"
            );
            assert!(matches!(ruling.verdict.action(), None | Some(Action::Start)));
            assert!(!starts || ruling.verdict.action() == Some(Action::Start), "{:?}", ruling.verdict);
        },
    );
}

#[test]
fn a_kept_instance_is_in_no_plan_of_any_world() {
    let scenes = prop_oneof![any_scene(8), any_mixed_scene(8)];
    for_all(256, (scenes, any_keep(), any::<u32>(), select(Kind::ALL.to_vec())), |(scene, keep, case, kind)| {
        let mut scene = scene;
        scene.settings = if kind == Kind::Instance { scene.settings } else { of_every_kind(scene.settings) };
        let (key, value) = keep.tag(scene.settings, scene.at, case);
        let kept = as_kind(&instance("i-kept").tag(&key, &value), kind);
        let id = kept.id.name.to_string();
        scene.instances.push(kept);
        let report = plan(&scene.world(), scene.settings, scene.at);
        assert!(keys(&report).iter().all(|(planned, _)| *planned != id));
        assert_eq!(row(&report, &id).verdict.as_str(), "skip");
    });
}

#[test]
fn a_keep_until_that_is_past_does_not_hide_another_that_is_in_force() {
    let settings = crate::fake::with(&[]);
    let past = instance("i-1").tag("idle-reaper:keep-until", "2026-11-20");
    for (key, value) in [("Idle-Reaper:Keep-Until", "2026-12-20"), ("IDLE-REAPER:KEEP-UNTIL", "soon")] {
        let ruling = crate::fake::judge(&settings, &past.clone().tag(key, value), at(EVENING));
        assert_eq!(ruling.verdict.as_str(), "skip", "{value}");
    }
    assert_eq!(crate::fake::judge(&settings, &past, at(EVENING)).verdict.as_str(), "stop");
}
