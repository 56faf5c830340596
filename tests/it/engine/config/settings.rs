//! Settings: every mistake with its place, the line and a hint, all of them at once; and what is accepted.

mod hints;
mod include;
mod limits;
mod links;
mod warnings;

use idle_reaper::engine::config::{Settings, SettingsInvalid};

use crate::fake::{SETTINGS, at, with};

fn mistakes(text: &str) -> SettingsInvalid {
    Settings::parse("reaper.toml", text).expect_err("these settings are accepted")
}

/// Line, column and words of every complaint.
fn complaints(text: &str) -> Vec<(usize, usize, String)> {
    mistakes(text).mistakes.into_iter().map(|one| (one.line, one.column, one.message)).collect()
}

/// The complaints about [`SETTINGS`] with one change, in words and hints.
fn said(from: &str, to: &str) -> String {
    assert!(SETTINGS.contains(from), "the settings do not hold `{from}`");
    let wrong = mistakes(&SETTINGS.replace(from, to));
    let one = |complaint: idle_reaper::engine::config::Diagnostic| {
        complaint.hint.map_or(complaint.message.clone(), |hint| format!("{}; {hint}", complaint.message))
    };
    wrong.mistakes.into_iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_mistake_is_reported_at_once_with_its_place_and_a_hint() {
    insta::assert_snapshot!("mistakes_in_run_look_and_tags", mistakes(include_str!("settings/run_look_tags.toml")));
    insta::assert_snapshot!("mistakes_in_calendars_and_schedules", mistakes(include_str!("settings/calendars.toml")));
    insta::assert_snapshot!("mistakes_in_policies", mistakes(include_str!("settings/policies.toml")));
}

#[test]
fn what_is_no_toml_is_reported_with_its_place() {
    insta::assert_snapshot!(
        "mistakes_of_syntax",
        mistakes("version = 1\n[run\narmed = true\n\n[scope]\nregions = [\"a\"\n")
    );
    insta::assert_snapshot!("a_key_written_twice", mistakes("version = 1\n[run]\narmed = false\narmed = true\n"));
}

#[test]
fn the_example_is_accepted_and_acts_on_nothing() {
    let example =
        Settings::parse("reaper.toml", include_str!("../../../../examples/reaper.toml")).expect("the example");
    assert!(!example.run.armed);
    assert_eq!(example.policies.len(), 5);
    assert!(example.warnings(at("2026-11-25T00:00:00Z")).is_empty());
}

#[test]
fn the_hash_is_of_the_text_and_changes_with_every_character() {
    let hash = |text: &str| crate::fake::settings(text).hash;
    assert_eq!(hash(SETTINGS), hash(SETTINGS));
    assert_eq!(hash(SETTINGS).len(), 16);
    for change in [
        SETTINGS.replace("cpu-percent = 10", "cpu-percent = 11"),
        format!("{SETTINGS}\n"),
        format!("{SETTINGS}# a remark"),
    ] {
        assert_ne!(hash(SETTINGS), hash(&change));
    }
}

#[test]
fn a_version_is_needed_and_there_is_only_one() {
    for text in ["", "version = 2", "version = \"1\"", "version = 0", "version = 1.0", "[run]\narmed = false"] {
        assert_eq!(complaints(text).len(), 1, "{text}");
    }
    assert_eq!(complaints("\n\nversion = 2")[0].0, 3);
}

#[test]
fn an_unknown_key_is_fatal_wherever_it_stands() {
    for (from, to) in [
        ("version = 1", "version = 1\narmed = true"),
        ("[busy]", "[bussy]"),
        ("armed = true", "armd = true"),
        ("regions =", "region ="),
        ("stops-per-run", "stops_per_run"),
        ("cpu-percent", "cpu"),
        ("holidays", "holiday"),
        ("calendar = \"japan\"", "calender = \"japan\""),
        ("unannounced", "unanounced"),
        ("tags = [\"Env=dev\"]", "tag = [\"Env=dev\"]"),
    ] {
        assert!(said(from, to).contains("unknown key"), "`{to}`: {}", said(from, to));
    }
    assert!(said("unannounced", "unanounced").contains("did you mean `unannounced`?"));
    assert!(said("[busy]", "[bussy]").contains("did you mean `busy`?"));
}

#[test]
fn an_impossible_date_is_fatal() {
    for date in [
        "2026-02-30",
        "2026-13-01",
        "2026-1-1",
        "26-01-01",
        "2026/01/01",
        "tomorrow",
        "",
        "2026-01-01..",
        "..2026-01-01",
        "2026- 1- 1",
        "+2026-1-11",
        "2026-1-1  ",
    ] {
        let text = format!("closed = [\"{date}\"]");
        assert!(said("holidays = [\"jp\"]", &text).contains("there is no date"), "{date}");
        let text = format!("freeze = [\"{date}\"]");
        assert!(said("holidays = [\"jp\"]", &text).contains("there is no date"), "{date}");
    }
    assert!(said("holidays = [\"jp\"]", "closed = [\"2026-01-02..2026-01-01\"]").contains("ends before it begins"));
}

#[test]
fn britain_has_no_holidays_of_its_own() {
    let words = said("\"jp\"", "\"gb\"");
    assert!(words.contains("gb-eng, gb-wls, gb-sct or gb-nir"), "{words}");
    assert!(said("\"jp\"", "\"jpn\"").contains("; write `jp`"));
}

#[test]
fn an_unknown_code_lists_those_that_exist_and_a_part_of_a_country_has_a_file() {
    let unknown = said("\"jp\"", "\"zz\"");
    assert!(unknown.contains("there are no holidays for `zz`"), "{unknown}");
    for code in ["ad, ", "br, ", "de-by, ", "gb-eng, ", " zw"] {
        assert!(unknown.contains(code), "{code}: {unknown}");
    }
    assert!(said("\"jp\"", "\"us-ca\"").contains("write the holidays of a part of `us` as `[holidays.us-ca]`"));
    assert!(said("\"jp\"", "\"France\"").contains("; write `fr`"));
}

#[test]
fn holidays_of_the_settings_are_a_set_beside_those_of_countries() {
    let own = |lines: &str| said("[calendars.", &format!("[holidays.us-ca]\n{lines}\n[calendars."));
    let whole = "years = \"2026..2027\"\ndays = { \"2026-03-31\" = \"Cesar Chavez Day\" }";
    for (lines, message) in [
        ("days = {}", "does not say for which years it holds"),
        ("years = \"2026..2027\"", "has no days"),
        ("years = \"2027..2026\"\ndays = {}", "is not a range of years"),
        ("years = \"2026..2027\"\ndays = { \"2028-03-31\" = \"Late\" }", "there is no date `2028-03-31` in the years"),
        ("years = \"2026..2027\"\ndays = { \"2026-02-30\" = \"Never\" }", "there is no date `2026-02-30`"),
        (&format!("{whole}\nprovisional = [\"2026-04-01\"]"), "`2026-04-01` is not one of the `days`"),
    ] {
        let words = own(lines);
        assert!(words.contains(message), "{lines}: {words}");
    }
    let taken = said("[calendars.", "[holidays.fr]\nyears = \"2026..2027\"\ndays = {}\n[calendars.");
    assert!(taken.contains("the holidays for `fr` are already known"), "{taken}");
    let text = format!(
        "version = 1\n[holidays.us-ca]\n{whole}\n[calendars.it]\nholidays = [\"us\", \"us-ca\"]\n[schedules.it]\n\
         zone = \"America/Los_Angeles\"\ncalendar = \"it\"\nopen = [\"mon-fri 09:00-18:00\"]\n"
    );
    let settings = Settings::parse("reaper.toml", &text).expect("settings");
    let noon = |date: &str| settings.schedules["it"].at(at(&format!("{date}T12:00:00-07:00")));
    assert!(!noon("2026-03-31").open && noon("2026-04-01").open && !noon("2026-07-03").open);
    assert!(noon("2028-03-31").exhausted.is_some() && noon("2027-03-30").exhausted.is_none());
}

#[test]
fn a_date_is_either_closed_or_like_another_day() {
    let both = "closed = [\"2026-11-27..2026-11-29\"]\nlike = { \"2026-11-28\" = \"mon\" }";
    assert!(said("holidays = [\"jp\"]", both).contains("2026-11-28 is also closed by `2026-11-27..2026-11-29`"));
}

#[test]
fn an_enforced_policy_needs_more_than_an_absence_and_owners_who_were_notified() {
    assert!(said("unannounced = true", "").contains("`unannounced = true`"));
    assert!(said("unannounced = true", "unannounced = false").contains("`unannounced = true`"));
    assert!(said("match = { tags = [\"Env=dev\"] }", "match = { without-tags = [\"Env\"] }").contains("absence"));
    let beside = |more: &str| format!("match = {{ without-tags = [\"Env\"], {more} }}");
    for more in ["accounts = [\"*-dev\"]", "regions = [\"us-*\"]", "types = [\"t3.*\"]", "tags = [\"Team\"]"] {
        with(&[("match = { tags = [\"Env=dev\"] }", &beside(more))]);
    }
    for nothing in ["accounts = [\"*\"]", "regions = [\"us-*\", \"*\"]", "types = [\"**\"]", "tags = [\"*=*\"]"] {
        assert!(said("match = { tags = [\"Env=dev\"] }", &beside(nothing)).contains("absence"), "{nothing}");
    }
}

#[test]
fn two_policies_cannot_share_a_name() {
    let again = format!("{SETTINGS}\n[[policies]]\nname = \"dev\"\nmatch = {{ all = true }}\nschedule = \"office\"\n");
    assert!(mistakes(&again).to_string().contains("two policies named `dev`"));
}

#[test]
fn names_that_would_not_fit_into_a_tag_are_refused() {
    let long = "x".repeat(65);
    for name in ["", "two words", "a=b", "ünlaut", &long] {
        assert!(
            said("name = \"dev\"", &format!("name = \"{name}\"")).contains("cannot be the name of a policy"),
            "{name}"
        );
    }
    with(&[("name = \"dev\"", &format!("name = \"{}\"", &long[1..]))]);
}

#[test]
fn numbers_are_whole_and_in_range() {
    for (from, to) in [
        ("stops-per-run = 1000", "stops-per-run = 1000001"),
        ("stops-per-run = 1000", "stops-per-run = -1"),
        ("stops-per-run = 1000", "stops-per-run = 1.5"),
        ("stops-per-run = 1000", "stops-per-run = \"1000\""),
        ("stops-percent = 100", "stops-percent = 101"),
        ("cpu-percent = 10", "cpu-percent = 0"),
        ("cpu-percent = 10", "cpu-percent = 100.1"),
        ("cpu-percent = 10", "cpu-percent = nan"),
        ("cpu-percent = 10", "cpu-percent = inf"),
        ("armed = true", "armed = true\nwidth = 0"),
        ("armed = true", "armed = true\nmax-unreachable-percent = 101"),
    ] {
        assert!(said(from, to).contains(" is not a"), "{to}: {}", said(from, to));
    }
    assert_eq!(with(&[("cpu-percent = 10", "cpu-percent = 2.5")]).busy.map(|busy| busy.cpu_percent), Some(2.5));
    assert_eq!(with(&[("stops-per-run = 1000", "stops-per-run = 0x10")]).caps.stops_per_run, 16);
}

#[test]
fn durations_are_written_with_their_units() {
    let overtime = |text: &str| format!("unannounced = true\novertime = \"{text}\"");
    for (text, minutes) in [("0m", 0), ("90s", 1), ("2h", 120), ("1h30m", 90), ("1d", 1440), ("366d", 527_040)] {
        let settings = with(&[("unannounced = true", &overtime(text))]);
        assert_eq!(settings.policies[0].overtime.num_minutes(), minutes, "{text}");
    }
    for text in ["", "2", "h", "2 h", "-2h", "2H", "1.5h", "2w", "367d", "99999999999999999999d", "2h,"] {
        assert!(said("unannounced = true", &overtime(text)).contains("is not a duration"), "{text}");
    }
    assert!(said("unannounced = true", "unannounced = true\novertime = 2").contains("a string in quotes is expected"));
}

#[test]
fn a_name_that_nothing_bears_is_fatal() {
    assert!(said("schedule = \"office\"", "schedule = \"offices\"").contains("did you mean `office`?"));
    assert!(said("calendar = \"japan\"", "calendar = \"jp\"").contains("is not a calendar of these settings"));
    assert!(said("zone = \"Asia/Tokyo\"\ncalendar", "calendar").contains("has no time zone"));
    for name in ["always", "closed", "never", "Never"] {
        assert!(said("[schedules.night]", &format!("[schedules.{name}]")).contains("cannot name a schedule"));
    }
}

#[test]
fn hours_that_never_open_are_written_closed_and_never_is_refused_with_a_hint() {
    with(&[("mon-fri 20:00-05:00", "closed")]);
    for value in ["never", "Never", "never @ Asia/Tokyo"] {
        let wrong = said("mon-fri 20:00-05:00", value);
        assert!(wrong.contains("never open or never stopped"), "{wrong}");
        assert!(wrong.contains("; for hours that never open write `open = [\"closed\"]`"), "{wrong}");
    }
}

#[test]
fn accounts_regions_and_units_are_ids_and_codes() {
    for (from, to) in [
        ("accounts = \"organization\"", "accounts = \"all\""),
        ("accounts = \"organization\"", "accounts = [\"12345678901\"]"),
        ("accounts = \"organization\"", "accounts = [123456789012]"),
        ("accounts = \"organization\"", "accounts = \"organization\"\nexclude-accounts = [\"prod\"]"),
        ("accounts = \"organization\"", "accounts = \"organization\"\norganizational-units = [\"Sandbox\"]"),
        ("accounts = \"organization\"", "accounts = \"self\"\norganizational-units = [\"ou-ab12-34cd56ef\"]"),
        ("\"us-east-1\"", "\"us-east\""),
        ("\"us-east-1\"", "\"virginia\""),
        ("\"us-east-1\"", "\"*\""),
        ("regions = [\"ap-northeast-1\", \"us-east-1\"]", "regions = \"all\""),
        ("accounts = \"organization\"", "accounts = \"organization\"\nreading-role = \"arn:aws:iam::1:role/x\""),
    ] {
        assert_eq!(mistakes(&SETTINGS.replace(from, to)).mistakes.len(), 1, "{to}: {}", said(from, to));
    }
}

#[test]
fn every_complaint_marks_its_own_place_even_after_wide_letters_and_tabs() {
    let text = "version = 1\n# é｜\n[run]\n\tarmed = \"ja\"\n[caps]\r\nstops-percent = 101 # zu viel\n";
    let wrong = mistakes(text);
    let places: Vec<_> = wrong.mistakes.iter().map(|one| (one.line, one.column)).collect();
    assert_eq!(places, [(4, 10), (6, 17)]);
    let shown = wrong.to_string();
    assert!(
        shown.contains("reaper.toml:4:10: error: ") && shown.contains("4 |     armed = \"ja\"\n  |             ^^^^"),
        "{shown}"
    );
    assert!(!shown.contains('\r'), "{shown:?}");
}

#[test]
fn nothing_that_is_typed_can_make_the_reader_panic() {
    for n in 0..SETTINGS.len() {
        if let (Some(head), Some(tail)) = (SETTINGS.get(..n), SETTINGS.get(n + 1..)) {
            let _ = Settings::parse("reaper.toml", head);
            let _ = Settings::parse("reaper.toml", &format!("{head}{tail}"));
        }
    }
}

#[test]
fn a_file_that_is_no_settings_at_all_gives_an_error_that_somebody_can_read() {
    let line = format!("# {}", "\u{1}".repeat(100_000));
    let wrong = Settings::parse("reaper.toml", &line).expect_err("no settings");
    assert_eq!(wrong.mistakes.len(), 200);
    let words = wrong.to_string();
    assert!(words.starts_with("the settings in `reaper.toml` have 200 mistakes or more\n"), "{}", &words[..200]);
    assert!(words.len() < 200_000, "{} bytes", words.len());
    // Of a long line the place is shown, with the mark beneath it.
    let long = format!("version = 1\nx = \"{}\" y\n", "a".repeat(1_000));
    let words = Settings::parse("reaper.toml", &long).expect_err("no settings").to_string();
    let lines: Vec<&str> = words.lines().collect();
    let shown = lines.iter().position(|line| line.starts_with("2 | ...")).expect("the line");
    let mark = lines[shown + 1].chars().position(|c| c == '^').expect("a mark");
    assert_eq!(lines[shown].chars().nth(mark), Some('y'), "{words}");
}

#[test]
fn one_slip_is_one_complaint_that_says_what_to_write() {
    let policies = SETTINGS.matches("[[policies]]").count();
    assert_eq!(policies, 1, "the settings of the tests have one policy");
    let matches = SETTINGS.lines().find(|line| line.starts_with("match = ")).expect("a match");
    let second = "[[policies]]\nname = \"two\"\nstage = \"observe\"\nmatch = { all = true }\nschedule = \"office\"\n";
    let twice = format!("{SETTINGS}\n{second}").replace("[[policies]]", "[policies]");
    let role = |line: &str| SETTINGS.replace("[scope]\n", &format!("[scope]\n{line}\n"));
    for (text, what, hint) in [
        (
            SETTINGS.replace("version = 1", "version = 2"),
            "`version` at the top level is not 1, the only one that this release reads",
            "",
        ),
        (SETTINGS.replace("version = 1", "version = \"1\""), "`version` at the top level is not 1", "without quotes"),
        (
            SETTINGS.replace("[[policies]]", "[policies]"),
            "`policies` at the top level is a table; a list of tables",
            "`[[policies]]`, with two brackets",
        ),
        (twice, "`[policies]` is written more than once", "`[[policies]]`, with two brackets"),
        (
            SETTINGS.replace(matches, "match = { tags = { Env = \"dev\" } }"),
            "`tags` in `match` of [[policies]] is a table",
            "write [\"Env=dev\"]",
        ),
        (
            SETTINGS.replace(matches, "match = { tags = { Env = \"dev\", Team = \"a\" } }"),
            "is a table",
            "write [\"Env=dev\", \"Team=a\"]",
        ),
        (
            SETTINGS.replace(matches, "match = { tags = \"Env=dev\" }"),
            "`tags` in `match` of [[policies]] is a string",
            "",
        ),
        (SETTINGS.replace(matches, "match = { tag = [\"Env=dev\"] }"), "unknown key `tag`", "`tags`"),
        (SETTINGS.replace(matches, "match = {}"), "an empty `match` matches nothing", "all = true"),
        (role("reading-role = \"\""), "`reading-role` is empty", "the role's name"),
        (role("acting-role = \"/\""), "`/` is not the name of a role", "the role's name"),
        (role("acting-role = \"arn:aws:iam::111111111111:role/R\""), "is not the name of a role", "without `arn:`"),
        (format!("{SETTINGS}\n[scope]\n"), "`[scope]` is written more than once", "under one `[scope]`"),
    ] {
        let wrong = mistakes(&text);
        let [one] = wrong.mistakes.as_slice() else { panic!("{wrong}") };
        assert!(one.message.contains(what), "{wrong}");
        assert!(one.hint.as_deref().unwrap_or_default().contains(hint), "{wrong}");
    }
}
