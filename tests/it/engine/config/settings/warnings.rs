//! What `check` warns of: each warning where it holds, and nowhere else.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Account, Instance, Reason};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::request::Scope;

use crate::fake::{Ask, EVENING, World, apply, at, instance, judge, plan, try_plan, with};

fn warnings(settings: &Settings) -> Vec<String> {
    settings.warnings(at(EVENING)).into_iter().map(|warning| warning.message.clone()).collect()
}

const OBSERVED: [(&str, &str); 2] = [("\"enforce\"", "\"observe\""), ("unannounced = true", "")];

#[test]
fn settings_that_can_act_and_look_first_are_warned_of_nothing() {
    assert_eq!(warnings(&with(&[])), Vec::<String>::new());
    let unarmed = [("armed = true", "armed = false"), ("record = \"record\"", "")];
    assert_eq!(warnings(&with(&unarmed)), Vec::<String>::new(), "what is not armed needs no record");
    let [stage, unannounced] = OBSERVED;
    let watching = with(&[stage, unannounced, unarmed[0], ("[busy]\ncpu-percent = 10", "[busy]\noff = true")]);
    assert_eq!(warnings(&watching), Vec::<String>::new(), "who stops nothing need not look at the last hour");
}

#[test]
fn each_warning_is_given_alone_where_it_holds() {
    let own = ("accounts = \"organization\"", "accounts = \"self\"");
    let selecting = |by: &'static str| ("match = { tags = [\"Env=dev\"] }", by);
    for (changes, expected) in [
        (vec![("record = \"record\"", "")], "`armed = true` without `record`"),
        (OBSERVED.to_vec(), "no policy has `stage = \"enforce\"`"),
        (vec![("[busy]\ncpu-percent = 10", "[busy]\noff = true")], "`[busy]` is off"),
        (vec![own, ("[busy]", "[never]\naccounts = [\"*-prod\"]\n[busy]")], "`[never]` names accounts"),
        (
            vec![own, selecting("match = { tags = [\"Env=dev\"], accounts = [\"*-dev\"] }")],
            "policy `dev` matches accounts by name",
        ),
        (vec![own, ("[busy]", "[owners]\naccounts = { \"*-dev\" = \"ana\" }\n[busy]")], "`[owners]` maps accounts"),
        (vec![selecting("match = { tags = [\"Env=dev\"], accounts = [] }")], "policy `dev` has an empty list"),
        (vec![selecting("match = { tags = [\"Env=dev\"], types = [] }")], "policy `dev` has an empty list"),
        (vec![selecting("match = { tags = [] }")], "policy `dev` has an empty list"),
        (vec![selecting("match = { tags = [\"Env=dev\"], without-tags = [] }")], "policy `dev` has an empty list"),
    ] {
        let said = warnings(&with(&changes));
        assert!(matches!(&said[..], [one] if one.contains(expected)), "{changes:?}: {said:?}");
    }
}

#[test]
fn a_region_that_this_release_does_not_know_is_warned_of_and_accepted() {
    let of = |regions: &str| {
        let settings = with(&[("regions = [\"ap-northeast-1\", \"us-east-1\"]", regions)]);
        settings
            .warnings(at(EVENING))
            .into_iter()
            .map(|one| (one.message.clone(), one.hint.clone()))
            .collect::<Vec<_>>()
    };
    let said = of("regions = [\"us-east-9\", \"us-east-1\"]");
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].0, "this release knows no Region `us-east-9`");
    assert!(said[0].1.as_deref().is_some_and(|hint| hint.contains("us-east-")), "{said:?}");
    assert_eq!(of("regions = [\"eu-central-2\", \"cn-north-1\", \"us-gov-west-1\", \"ap-southeast-7\"]"), []);
    assert_eq!(of("regions = \"enabled\"\nsts-region = \"ap-east-9\"").len(), 1);
}

#[test]
fn a_pattern_that_cannot_do_what_it_looks_like_is_warned_of_with_what_to_write() {
    let by = |keys: &str| with(&[("match = { tags = [\"Env=dev\"] }", &format!("match = {{ {keys} }}"))]);
    let never = |tag: &str| with(&[("[busy]", &format!("[never]\ntags = [\"{tag}\"]\n[busy]"))]);
    for (settings, hint) in [
        (never("Env = prod"), "write `Env=prod`"),
        (never("Env:prod"), "write `Env=prod`, or `Env:prod=*` if this is the key"),
        (never("Env!=dev"), "write `Env=dev` into `without-tags`; a pattern cannot negate"),
        (never("Env==prod"), "write `Env=prod`"),
        (never(" Env"), "write `Env`"),
        (by("tags = [\"Env = dev\"]"), "write `Env=dev`"),
        (by("types = [\"t3\"]"), "write `t3.*` for every size"),
        (by("types = [\"T3.*\"]"), "write `t3.*`"),
        (by("regions = [\"tokyo\"]"), "write a Region's code, such as `ap-northeast-1`, or a pattern such as `ap-*`"),
        (by("accounts = [\"1234\"]"), "an account id has twelve digits; keep the leading zeros and the quotes"),
        (by("accounts = [\"shop \"]"), "write the id or the name without blanks around it"),
    ] {
        let found = settings.warnings(at(EVENING));
        assert!(matches!(&found[..], [one] if one.hint.as_deref() == Some(hint)), "{hint}: {found:?}");
        assert!(found.iter().all(|one| one.message.starts_with("the pattern `")), "{found:?}");
    }
    for tag in ["Env=prod*", "aws:autoscaling:groupName", "idle-reaper:keep=*", "k8s.io/role:x", "Cost Center=a b", "*"]
    {
        assert_eq!(warnings(&never(tag)), Vec::<String>::new(), "{tag}");
    }
    for keys in
        ["types = [\"t3.*\", \"*\"]", "regions = [\"us-*\", \"us-east-1\"]", "accounts = [\"*-dev\", \"111111111111\"]"]
    {
        assert_eq!(warnings(&by(keys)), Vec::<String>::new(), "{keys}");
    }
}

#[test]
fn a_dry_run_of_everything_names_the_patterns_of_never_that_match_nothing() {
    let never = "[never]\naccounts = [\"9999*\", \"111111111111\"]\ntags = [\"Env=dev\", \"Env = prod\"]\n[busy]";
    let (settings, world) = (with(&[("[busy]", never)]), World::of([instance("i-1"), instance("i-2")]));
    let notes =
        |report: &Report| report.notes.iter().filter(|note| note.contains("[never]")).cloned().collect::<Vec<_>>();
    let pattern = |text: &str| format!("`[never]` pattern `{text}` matched 0 of 2 instances");
    assert_eq!(notes(&plan(&world, &settings, at(EVENING))), [pattern("9999*"), pattern("Env = prod")]);
    assert_eq!(notes(&plan(&world, &with(&[]), at(EVENING))), Vec::<String>::new());
    let part = Scope { instances: Some(vec!["i-1".to_owned()]), ..Scope::default() };
    let ask = Ask { scope: part, ..Ask::at(at(EVENING)) };
    assert_eq!(notes(&try_plan(&world, &settings, &ask).expect("a plan")), Vec::<String>::new(), "a part of the fleet");
    assert_eq!(notes(&apply(&world, &settings, at(EVENING))), Vec::<String>::new(), "only a dry run says so");
}

/// What is unknown could match: no pattern is said to match nothing on that account.
#[test]
fn a_pattern_over_something_unknown_is_not_said_to_match_nothing() {
    let never = with(&[("[busy]", "[never]\naccounts = [\"*-prod\"]\ntags = [\"a=b\"]\n[busy]")]).never;
    let left = |account: &Account, found: &Instance| {
        let mut unmatched = never.unmatched();
        unmatched.see(account, found);
        unmatched.patterns().map(str::to_owned).collect::<Vec<_>>()
    };
    let found = instance("i-1");
    let bare = Account::bare(found.id.place.account.clone());
    let named = Account { name: Some("shop-dev".into()), ..bare.clone() };
    assert_eq!(left(&named, &found), ["*-prod", "a=b"]);
    assert_eq!(left(&bare, &found), ["a=b"]);
    assert_eq!(left(&named, &Instance { tags_unreadable: true, ..found.clone() }), ["*-prod"]);
}

#[test]
fn a_policy_that_nothing_comes_to_is_warned_of_at_its_place() {
    let more = |first: &str, second: &str| {
        let one =
            |name: &str, by: &str| format!("\n[[policies]]\nname = \"{name}\"\nmatch = {by}\nschedule = \"office\"\n");
        let text = format!("{}{}{}", crate::fake::SETTINGS, one("first", first), one("second", second));
        warnings(&crate::fake::settings(&text))
    };
    let all = more("{ all = true }", "{ tags = [\"Env=stg\"] }");
    assert_eq!(all, ["policy `second` is never reached: `first` before it matches all that it matches"]);
    let open = more("{ accounts = [\"*\"], types = [\"*\"] }", "{ all = true }");
    assert!(matches!(&open[..], [one] if one.contains("`second` is never reached")), "{open:?}");
    let same = more("{ tags = [\"Env=dev\"] }", "{ all = true }");
    assert_eq!(same, ["policy `first` is never reached: `dev` before it matches all that it matches"]);
    assert_eq!(more("{ tags = [\"*\"] }", "{ all = true }"), Vec::<String>::new(), "what has no tags is left");
    assert_eq!(more("{ without-tags = [\"a\"], regions = [\"*\"] }", "{ all = true }"), Vec::<String>::new());
}

#[test]
fn a_zone_of_fixed_offset_is_warned_of_with_its_offset() {
    let zone = |name: &str| {
        let settings = with(&[("zone = \"Asia/Tokyo\"\ncalendar", &format!("zone = \"{name}\"\ncalendar"))]);
        warnings(&settings)
    };
    for (name, offset) in [("EST", "-05:00"), ("Etc/GMT+9", "-09:00"), ("Etc/GMT-9", "+09:00")] {
        assert_eq!(zone(name), [format!("the zone `{name}` is UTC{offset} in summer and in winter")]);
    }
    for name in ["UTC", "Etc/UTC", "GMT", "Asia/Tokyo", "Asia/Kolkata", "EST5EDT"] {
        assert_eq!(zone(name), Vec::<String>::new(), "{name}");
    }
    let within = warnings(&with(&[("mon-fri 20:00-05:00", "mon-fri 20:00-05:00 @ EST")]));
    assert_eq!(within.len(), 1, "{within:?}");
}

#[test]
fn a_calendar_is_warned_of_from_a_year_before_its_end() {
    let warned = |now: &str| !with(&[]).warnings(at(now)).is_empty();
    assert!(!warned("2034-12-31T12:00:00Z"), "365 days of holidays are left");
    assert!(warned("2035-01-01T12:00:00Z"));
}

/// Patterns over accounts, and whether each speaks of names.
const PATTERNS: [(&str, bool); 8] = [
    ("111111111111", false),
    ("9999*", false),
    ("1111????2222", false),
    ("*-prod", true),
    ("shop1", true),
    ("1-shop", true),
    ("*", true), // every name
    ("prod", true),
];

#[test]
fn a_pattern_of_digits_and_wildcards_speaks_of_ids_and_every_other_one_of_names() {
    for (pattern, names) in PATTERNS {
        let never = with(&[("[busy]", &format!("[never]\naccounts = [\"{pattern}\"]\n[busy]"))]).never;
        assert_eq!(never.needs_names(), names, "`{pattern}` in `[never]`");
        let owners = format!("[owners]\naccounts = {{ \"{pattern}\" = \"ana\" }}\n[busy]");
        assert_eq!(with(&[("[busy]", &owners)]).owners.needs_names(), names, "`{pattern}` in `[owners]`");
    }
    assert!(!with(&[]).never.needs_names() && !with(&[]).owners.needs_names());
}

#[test]
fn an_account_whose_name_is_unknown_is_protected_by_every_pattern_over_names() {
    let found = instance("i-1");
    assert_eq!(Account::bare(found.id.place.account.clone()).name, None);
    for (pattern, names) in PATTERNS {
        let settings = with(&[("[busy]", &format!("[never]\naccounts = [\"{pattern}\"]\n[busy]"))]);
        let listed = judge(&settings, &found, at(EVENING)).verdict.reason() == Reason::NeverListed;
        assert_eq!(listed, names || pattern == "111111111111", "`{pattern}`");
    }
}

#[test]
fn the_examples_are_without_a_warning() {
    let day = "2026-11-30T00:00:00Z".parse().expect("an instant");
    for (name, text) in [
        ("every-key.toml", include_str!("../../../../../examples/every-key.toml")),
        ("reaper.toml", include_str!("../../../../../examples/reaper.toml")),
        ("laptop.toml", include_str!("../../../../../examples/laptop.toml")),
        ("organization.toml", include_str!("../../../../../examples/organization.toml")),
    ] {
        let settings = Settings::parse(name, text).expect("accepted");
        let warnings: Vec<String> = settings.warnings(day).iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
    }
}

/// Settings in which the schedule of the policy is this one, beside two calendars.
fn scheduled(japan: &str, open: &str) -> Settings {
    with(&[
        ("holidays = [\"jp\"]", &format!("holidays = [{japan}]\n\n[calendars.america]\nholidays = [\"us\"]")),
        ("open = [\"mon-fri 09:00-18:00\"]", open),
    ])
}

#[test]
fn the_holidays_of_several_countries_over_hours_in_several_zones_are_warned_of() {
    let (tokyo, york) = ("\"mon-fri 09:00-18:00\"", "mon-fri 09:00-17:00 @ America/New_York");
    let two = format!("open = [{tokyo}, \"{york}\"]");
    let said = warnings(&scheduled("\"jp\", \"us\"", &two));
    let expected =
        "the holidays of jp, us in calendar `japan` close the hours of `office` in America/New_York, Asia/Tokyo alike";
    assert_eq!(said, [expected]);
    let own = format!("open = [{tokyo}, {{ open = \"{york}\", calendar = \"america\" }}]");
    for (holidays, open) in [
        ("\"jp\"", own.as_str()),
        ("\"jp\"", &two),
        ("\"jp\", \"us\"", &format!("open = [{tokyo}]")),
        ("\"jp\", \"us\"", &own),
        ("\"de-be\", \"de-by\"", &two),
    ] {
        assert_eq!(warnings(&scheduled(holidays, open)), Vec::<String>::new(), "{holidays} {open}");
    }
    // Two windows of one calendar in two zones, beside a third with its own.
    let three = format!(
        "open = [\"mon-fri 09:00-17:00 @ Europe/Berlin\", {tokyo}, {{ open = \"{york}\", calendar = \"america\" }}]"
    );
    assert_eq!(warnings(&scheduled("\"jp\", \"de\"", &three)).len(), 1);
}

#[test]
fn a_window_with_its_own_calendar_is_closed_on_its_days_alone() {
    let open = "open = [\"mon-fri 09:00-18:00\", { open = \"mon-fri 09:00-17:00 @ America/New_York\", calendar = \"america\" }]";
    let settings = scheduled("\"jp\"", open);
    let office = &settings.schedules["office"];
    for (instant, open) in [
        ("2026-11-23T12:00:00+09:00", false), // Labour Thanksgiving Day in Japan
        ("2026-11-23T12:00:00-05:00", true),
        ("2026-11-26T12:00:00+09:00", true),
        ("2026-11-26T12:00:00-05:00", false), // Thanksgiving in America
        ("2026-11-27T12:00:00-05:00", true),
    ] {
        assert_eq!(office.is_open(at(instant)), open, "{instant}");
    }
}

#[test]
fn mistakes_in_a_window_with_its_own_calendar_are_reported_in_their_place() {
    for (entry, wrong) in [
        ("{ open = \"mon-fri 09:00-17:00\", calendar = \"amerika\" }", "`amerika` is not a calendar of these settings"),
        ("{ open = \"mon-fri 9-17\", calendar = \"america\" }", "`9` is not a time of day"),
        ("{ open = \"mon-fri 09:00-17:00\" }", "names no calendar"),
        ("{ calendar = \"america\" }", "has no hours"),
        ("{ open = \"mon-fri 09:00-17:00\", calender = \"america\" }", "unknown key `calender`"),
        ("12", "a list of strings in quotes, or of tables"),
    ] {
        let text = format!(
            "version = 1\n[calendars.america]\nholidays = [\"us\"]\n[schedules.it]\nzone = \"Asia/Tokyo\"\nopen = [{entry}]\n"
        );
        let said = Settings::parse("reaper.toml", &text).expect_err(entry).to_string();
        assert!(said.contains(wrong), "{entry}: {said}");
    }
}

#[test]
fn a_period_that_is_over_is_warned_of_and_one_without_a_zone_refused() {
    let of = |now: &str| {
        let extra = "open = [\"mon-fri 09:00-18:00\"]\nextra = [\"2026-12-05 14:00..2026-12-06 02:00\"]";
        let settings = with(&[("open = [\"mon-fri 09:00-18:00\"]", extra)]);
        settings.warnings(at(now)).iter().map(|warning| warning.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("2026-12-07T23:00:00Z"), Vec::<String>::new());
    assert_eq!(of("2026-12-08T01:00:00Z"), ["the period `2026-12-05 14:00..2026-12-06 02:00` is over"]);
    for (extra, wrong) in [
        ("\"2026-12-05 14:00..2026-12-06 02:00\"", "has no time zone"),
        ("\"2026-12-05 14:00-18:00\"", "is not a period"),
        ("\"2026-12-05 14:00..2026-12-05 14:00 @ UTC\"", "ends before it begins"),
        ("\"2026-12-05 14:00..2026-12-05 15:00 @ JST\"", "write `Asia/Tokyo`"),
    ] {
        let text = format!("version = 1\n[schedules.it]\nopen = [\"always\"]\nextra = [{extra}]\n");
        let said = Settings::parse("reaper.toml", &text).expect_err(extra).to_string();
        assert!(said.contains(wrong), "{extra}: {said}");
    }
}
