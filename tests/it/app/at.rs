//! The instant of `--at`: with its offset, or as a clock shows it in the schedules' zone.

use std::fs;
use std::process::Command;

use chrono_tz::Tz;
use idle_reaper::engine::request::at::{AtInvalid, read_at};

use crate::fake::{EVENING, SETTINGS, at, settings};

const NOW: &str = "2026-11-25T20:00:00Z";

fn read(text: &str, zones: &[Tz]) -> Result<String, AtInvalid> {
    read_at(text, zones, at(NOW)).map(|(at, _)| at.to_rfc3339())
}

#[test]
fn a_time_of_the_clock_is_read_in_the_only_zone_and_on_its_own_day() {
    // In Tokyo it is already the 26th.
    for (text, wanted) in [
        ("22:00", "2026-11-26T13:00:00+00:00"),
        ("22:00:30", "2026-11-26T13:00:30+00:00"),
        (" 00:00 ", "2026-11-25T15:00:00+00:00"),
        ("2026-11-25 22:00", "2026-11-25T13:00:00+00:00"),
        ("2026-11-25T22:00", "2026-11-25T13:00:00+00:00"),
        ("2026-11-25T22:00:00Z", "2026-11-25T22:00:00+00:00"),
        ("2026-11-25T22:00:00+09:00", "2026-11-25T13:00:00+00:00"),
        ("22:00 @ Europe/Berlin", "2026-11-25T21:00:00+00:00"),
        ("2026-11-25 22:00@UTC", "2026-11-25T22:00:00+00:00"),
    ] {
        assert_eq!(read(text, &[Tz::Asia__Tokyo, Tz::Asia__Tokyo]).expect(text), wanted, "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused_and_shown() {
    for text in [
        "",
        "now",
        "22",
        "22:0",
        "24:00",
        "25:00",
        "12:60",
        "9pm",
        "+2:00",
        "22:00:60",
        "22:00+09:00",
        "2026-11-25",
        "2026-02-30 22:00",
        "25.11.2026 22:00",
        "2026-11-25  22:00",
        "２２:００",
        "9000-01-02 00:00",
        "@ Asia/Tokyo",
    ] {
        let wrong = read(text, &[Tz::Asia__Tokyo]).expect_err(text);
        assert_eq!(wrong, AtInvalid::Unreadable(text.to_owned()));
    }
    let wrong = read("22:00 @ JST", &[Tz::Asia__Tokyo]).expect_err("JST").to_string();
    assert!(wrong.contains("`JST`") && wrong.contains("Asia/Tokyo"), "{wrong}");
}

#[test]
fn several_zones_or_none_are_named_and_none_is_guessed() {
    let wrong = read("22:00", &[Tz::Europe__Berlin, Tz::Asia__Tokyo, Tz::Europe__Berlin]).unwrap_err().to_string();
    assert!(wrong.contains("`Asia/Tokyo`, `Europe/Berlin`") && wrong.contains("offset"), "{wrong}");
    assert!(matches!(read("22:00", &[]), Err(AtInvalid::NoZone { .. })));
    let both = settings(&SETTINGS.replace(
        "[[policies]]",
        "[schedules.b]\nopen = [\"mon 09:00-10:00 @ Europe/Berlin\"]\n[schedules.c]\nopen = [\"always\"]\n[[policies]]",
    ));
    assert!(both.schedules.len() > 2 && read("22:00", &both.zones()).is_ok(), "no policy uses the other zone");
}

#[test]
fn a_time_that_the_clocks_skipped_or_showed_twice_is_refused_and_the_instants_are_named() {
    let berlin = [Tz::Europe__Berlin];
    let wrong = read("2026-03-29 02:30", &berlin).unwrap_err();
    assert!(matches!(wrong, AtInvalid::Skipped { .. }), "{wrong}");
    let wrong = read("2026-10-25 02:30", &berlin).unwrap_err().to_string();
    for one in ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"] {
        assert!(wrong.contains(one) && read(one, &berlin).is_ok(), "{wrong}");
    }
    // The edges of both nights are plain times.
    for text in ["2026-03-29 01:59:59", "2026-03-29 03:00", "2026-10-25 01:59:59", "2026-10-25 03:00"] {
        assert!(read(text, &berlin).is_ok(), "{text}");
    }
    // A whole day that was left out, and half an hour.
    assert!(matches!(read("2011-12-30 12:00", &[Tz::Pacific__Apia]), Err(AtInvalid::Skipped { .. })));
    assert!(matches!(read("2026-04-05 01:45", &[Tz::Australia__Lord_Howe]), Err(AtInvalid::Twice { .. })));
}

#[test]
fn every_instant_is_found_again_by_what_the_clocks_showed() {
    for zone in [Tz::Europe__Berlin, Tz::America__St_Johns, Tz::Australia__Lord_Howe, Tz::Asia__Kathmandu] {
        for hour in 0..9000 {
            let at = at("2026-01-01T00:00:00Z") + chrono::Duration::minutes(59 * hour);
            let text = at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
            match read_at(&text, &[zone], at) {
                Ok((found, _)) => assert_eq!(found, at, "{text} in {zone}"),
                Err(AtInvalid::Twice { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn a_command_says_which_instant_it_used() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    fs::write(folder.path().join("fleet.json"), r#"{"Reservations": []}"#).unwrap();
    let ended = |arguments: &[&str], variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        command.env_clear().current_dir(folder.path()).args(["plan", "--inventory", "fleet.json"]).args(arguments);
        command.envs(variable.map(|at| ("IDLE_REAPER_AT", at)));
        let ended = command.output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
    };
    let said = "`2026-11-25 21:30` is 2026-11-25T21:30:00+09:00, in Asia/Tokyo";
    for (arguments, variable) in [(&["--at", "2026-11-25 21:30"][..], None), (&[], Some("2026-11-25 21:30"))] {
        let (code, shown, noted) = ended(arguments, variable);
        assert_eq!(code, Some(0), "{noted}");
        assert!(noted.contains(said), "{noted}");
        let judged = |shown: &str| shown.split_once(", judged at ").map(|(_, rest)| rest.to_owned());
        assert_eq!(judged(&shown), judged(&ended(&["--at", EVENING], None).1));
        assert!(judged(&shown).is_some(), "{shown}");
    }
    assert_eq!(ended(&["--at", EVENING], None).2, "", "an instant with its offset needs no explanation");
    let (code, _, noted) = ended(&["--at", "soon"], None);
    assert!(code == Some(1) && noted.contains("`soon` is no time"), "{noted}");
}

/// A folder with settings, and one below it.
fn below() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("teams").join("dev");
    fs::create_dir_all(&below).unwrap();
    (folder, below)
}

fn check(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    let ended = command.env_clear().current_dir(folder).args(arguments).output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn settings_are_found_in_the_nearest_folder_above_and_the_output_says_where() {
    let (folder, below) = below();
    let write = |folder: &std::path::Path, text: &str| fs::write(folder.join("reaper.toml"), text).unwrap();
    write(folder.path(), SETTINGS);
    let (code, shown, noted) = check(&below, &["check"]);
    let file = folder.path().canonicalize().unwrap().join("reaper.toml").display().to_string();
    assert_eq!((code, noted.trim()), (Some(0), format!("the settings are `{file}`").as_str()), "{shown}");
    // In the current folder nothing is said, and the nearer one counts.
    let (code, _, noted) = check(folder.path(), &["check"]);
    assert_eq!((code, noted.as_str()), (Some(0), ""));
    write(below.parent().unwrap(), "version = 2");
    let (code, _, noted) = check(&below, &["check"]);
    assert!(code == Some(1) && noted.contains("teams/reaper.toml:1:11: error"), "{noted}");
    // A file that is named is that file, and nothing else.
    let (code, _, noted) = check(&below, &["check", "--config", "reaper.toml"]);
    assert!(code == Some(1) && noted.contains("idle-reaper init"), "{noted}");
}

#[test]
fn what_acts_takes_no_settings_from_above_and_a_broken_link_hides_no_others() {
    let (folder, below) = below();
    fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    for command in [&["apply", "--yes"][..], &["undo", "20261125T123000Z-1a2b3c4d"]] {
        let (code, _, noted) = check(&below, command);
        assert!(code == Some(1) && noted.contains("to act by it, add `--config /"), "{command:?}: {noted}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("gone.toml", below.join("reaper.toml")).unwrap();
        let (code, _, noted) = check(&below, &["check"]);
        assert!(code == Some(1) && noted.contains("cannot read"), "{noted}");
    }
}

#[test]
fn the_record_of_settings_above_is_one_whatever_folder_the_command_runs_in() {
    let (folder, below) = below();
    let record = "armed = false\nrecord = \"record\"";
    assert!(SETTINGS.contains("record = \""), "the settings name a record");
    let text: String =
        SETTINGS.lines().filter(|line| !line.starts_with("record")).map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("reaper.toml"), text.replace("armed = true", record)).unwrap();
    fs::create_dir_all(folder.path().join("record")).unwrap();
    let (code, shown, noted) = check(&below, &["report"]);
    assert_eq!(code, Some(0), "{noted}");
    assert_eq!(shown, check(folder.path(), &["report"]).1);
}

#[test]
fn where_no_settings_are_found_the_folders_are_named_and_how_to_begin() {
    let (folder, below) = below();
    let (code, _, noted) = check(&below, &["check"]);
    let top = folder.path().canonicalize().unwrap();
    let named =
        format!("`{}`, `{}`, `{}`", top.join("teams/dev").display(), top.join("teams").display(), top.display());
    assert_eq!(code, Some(1));
    assert!(noted.contains(&named) && noted.contains("idle-reaper init") && noted.contains("--config"), "{noted}");
}
