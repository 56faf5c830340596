//! `[idle]` and what policies say of it.

use idle_reaper::engine::config::{Idle, IdleDeed, Settings};
use idle_reaper::engine::model::Tier;

use crate::fake::{SETTINGS, settings, with};

fn said(idle: &str) -> String {
    let text = SETTINGS.replace("[calendars.japan]", &format!("[idle]\n{idle}\n\n[calendars.japan]"));
    Settings::parse("reaper.toml", &text).expect_err("these settings are accepted").to_string()
}

#[test]
fn without_the_section_nothing_is_measured_and_no_policy_asks() {
    let settings = settings(SETTINGS);
    assert_eq!(settings.idle, None);
    assert_eq!(settings.policies[0].idle, IdleDeed::Ignore);
}

#[test]
fn an_empty_section_has_the_documented_defaults_and_only_reports() {
    let settings = with(&[("[calendars.japan]", "[idle]\n\n[calendars.japan]")]);
    assert_eq!(settings.idle, Some(Idle::default()));
    let policy = &settings.policies[0];
    assert_eq!((policy.idle, policy.idle_tier, policy.grace), (IdleDeed::Report, Tier::Strict, 5));
}

#[test]
fn a_policy_says_what_is_done_how_sure_it_must_be_and_after_how_long() {
    let own = "unannounced = true\nidle = \"stop\"\nidle-tier = \"likely\"\ngrace = 3";
    let settings = with(&[("[calendars.japan]", "[idle]\n\n[calendars.japan]"), ("unannounced = true", own)]);
    let policy = &settings.policies[0];
    assert_eq!((policy.idle, policy.idle_tier, policy.grace), (IdleDeed::Stop, Tier::Likely, 3));
}

#[test]
fn a_policy_that_speaks_of_idle_instances_without_the_section_is_a_mistake() {
    let text = SETTINGS.replace("unannounced = true", "unannounced = true\nidle = \"stop\"");
    let wrong = Settings::parse("reaper.toml", &text).expect_err("accepted").to_string();
    assert!(wrong.contains("without `[idle]` nothing is measured") && wrong.contains("add `[idle]`"), "{wrong}");
    let text = SETTINGS.replace("unannounced = true", "unannounced = true\nidle = \"ignore\"");
    Settings::parse("reaper.toml", &text).expect("ignoring needs nothing");
}

#[test]
fn every_mistake_is_reported() {
    for (wrong, words) in [
        ("decision-window-days = 0", "whole number from 1 to 90"),
        ("veto-window-days = 7", "`veto-window-days` is shorter than `decision-window-days`"),
        ("min-running-hours = 400", "fewer than `min-running-hours`"),
        ("coverage-percent = 20", "above 50 and at most 100"),
        ("cpu-p97-percent = 0", "above 0 and at most 100"),
        ("cpu-max-percent = nan", "above 0 and at most 100"),
        ("network-megabytes-per-day = -1", "above 0"),
        ("baseline-peers = 1", "whole number from 2"),
        ("max-age = \"forever\"", "is not a duration"),
        ("report-only-names = \"nat\"", "a list of strings"),
        ("cpu-p79-percent = 5", "did you mean `cpu-p97-percent`?"),
    ] {
        assert!(said(wrong).contains(words), "{wrong}: {}", said(wrong));
    }
    let text = SETTINGS.replace("unannounced = true", "unannounced = true\ngrace = 0\nidle-tier = \"sure\"");
    let wrong = Settings::parse("reaper.toml", &text).expect_err("accepted").to_string();
    assert!(wrong.contains("`grace`") && wrong.contains("from 1 to 60") && wrong.contains("`sure`"), "{wrong}");
}

#[test]
fn every_threshold_can_be_set() {
    let every =
        Settings::parse("every-key.toml", include_str!("../../../../../examples/every-key.toml")).expect("accepted");
    let idle = every.idle.expect("an `[idle]`");
    let Idle { report_only_names, report_only_types, .. } = idle.clone();
    assert_eq!((report_only_names.len(), report_only_types.len()), (2, 2));
    let default = Idle::default();
    let same = Idle {
        report_only_names: default.report_only_names.clone(),
        report_only_types: default.report_only_types.clone(),
        ..idle
    };
    assert_eq!(same, default, "examples/every-key.toml shows the defaults");
}
