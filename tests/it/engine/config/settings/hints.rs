//! The usual mistakes: each is told once, with what to write instead.

use idle_reaper::engine::config::Settings;

use super::{mistakes, said};
use crate::fake::SETTINGS;

const ZONE: &str = "zone = \"Asia/Tokyo\"\ncalendar";

#[test]
fn keys_from_other_tools_and_from_an_earlier_release_lead_to_ours() {
    for (from, to, hint) in [
        (ZONE, "timezone = \"Asia/Tokyo\"\ncalendar", "write `zone`"),
        ("open = ", "hours = ", "write `open`"),
        ("[[policies]]", "[[policy]]", "write `[[policies]]`, in the plural and with two brackets"),
        ("armed = true", "dry_run = false", "leave it out: `plan` is a dry run"),
        ("armed = true", "armed = true\nmax-blind-percent = 10", "write `max-unreachable-percent`"),
        ("[scope]", "[look]", "write `scope`"),
        ("cpu-percent = 10", "cpu-percent = 10\nunmeasured = \"spare\"", "write `skip`"),
        ("unannounced = true", "unannounced = true\novertime = 120", "`\"120m\"` for minutes, `\"120h\"` for hours"),
        ("match = { tags = [\"Env=dev\"] }", "match = { tags = \"Env=dev\" }", "write [\"Env=dev\"]"),
        ("\"us-east-1\"", "\"us-east-1\"]\nexclude-accounts = [222222222222", "a list of strings in quotes"),
        ("holidays = [\"jp\"]", "week = \"monday-friday\"", "write `mon-fri`"),
        ("mon-fri 20:00-05:00", "monday-friday 20:00-05:00", "write `mon-fri 20:00-05:00`"),
        ("mon-fri 20:00-05:00", "Mon, Weds 9:00-18:00", "write `mon.wed 09:00-18:00`"),
        ("mon-fri 20:00-05:00", "weekdays 9:00-18:00 @ Asia/Tokyo", "write `mon-fri 09:00-18:00 @ Asia/Tokyo`"),
    ] {
        assert!(said(from, to).contains(hint), "{to}: {}", said(from, to));
    }
}

#[test]
fn zones_and_countries_are_never_guessed_from_similar_names() {
    let zone = |text: &str| said(ZONE, &format!("zone = \"{text}\"\ncalendar"));
    for (text, named) in [
        ("JST", "Asia/Tokyo"),
        ("Tokyo", "Asia/Tokyo"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Osaka", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("PST", "America/Los_Angeles"),
        ("London", "Europe/London"),
    ] {
        assert!(zone(text).ends_with(&format!("; write `{named}`")), "{}", zone(text));
    }
    for text in ["Asia/Tokio", "CST", "IST", "BST", "UTC+9", "+09:00", "Nowhere", ""] {
        assert!(zone(text).contains("write a zone as the IANA database names it"), "{}", zone(text));
        assert!(!zone(text).contains("did you mean"), "{}", zone(text));
    }
    let within = said("mon-fri 20:00-05:00", "mon-fri 20:00-05:00 @ JST");
    assert!(within.contains("write `Asia/Tokyo`"), "{within}");
    let holidays = |code: &str| said("\"jp\"", &format!("\"{code}\""));
    for (code, hint) in
        [("JP", "write `jp`"), ("Germany", "write `de`"), ("uk", "write gb-eng,"), ("xx", "known: ad, ae")]
    {
        assert!(holidays(code).contains(hint), "{}", holidays(code));
    }
    for code in ["xx", "de-bz", "fx"] {
        assert!(!holidays(code).contains("did you mean"), "{}", holidays(code));
    }
}

#[test]
fn yaml_or_json_is_one_error() {
    for (text, is) in [
        ("# ours\nversion: 1\nrun:\n  armed: false\npolicies:\n  - name: dev\n", "this is YAML"),
        ("---\nversion: 1\n", "this is YAML"),
        ("{\n  \"version\": 1,\n  \"run\": {}\n}\n", "this is JSON"),
    ] {
        let wrong = mistakes(text);
        let [one] = wrong.mistakes.as_slice() else { panic!("{wrong}") };
        assert!(one.message.starts_with(is) && one.message.contains("TOML"), "{wrong}");
    }
}

#[test]
fn a_mark_stands_under_what_is_meant_after_japanese_text() {
    let text = SETTINGS
        .replace("record = \"record\"", "record = \"記録\" # 東京\nwidth = 0 # 幅")
        .replace("match = { tags = [\"Env=dev\"] }", "match = { tags = [\"環境=開発\"], typ = [] }");
    let wrong = Settings::parse("reaper.toml", &text).expect_err("mistakes").to_string();
    let lines: Vec<&str> = wrong.lines().collect();
    let line = lines.iter().position(|line| line.contains("環境=開発")).expect("the line");
    // Each of the four letters is two columns wide.
    let before = lines[line].find("typ").expect("the key") - 4;
    assert_eq!(lines[line + 1].find('^'), Some(before), "{wrong}");
    assert!(wrong.contains("reaper.toml:"), "{wrong}");
}
