//! `include`: further files with policies, schedules and calendars.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use idle_reaper::engine::config::{Fit, Included, Settings, SettingsInvalid};
use idle_reaper::engine::model::Account;
use idle_reaper::local::include::find;

use crate::fake::{HERE, SETTINGS, instance};

const TEAM: &str = "accounts = [\"*-shop\"]\n\n[calendars.shop]\nholidays = [\"de\"]\n\n[schedules.shop]\nzone = \"Europe/Berlin\"\ncalendar = \"shop\"\nopen = [\"mon-fri 08:00-17:00\"]\n\n[[policies]]\nname = \"shop\"\nmatch = { all = true }\nschedule = \"shop\"\n";

/// The settings with these files beside them.
fn read(include: &str, files: &[(&str, &str)]) -> Result<Settings, SettingsInvalid> {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("reaper.toml");
    let text = SETTINGS.replace("version = 1", &format!("version = 1\ninclude = {include}"));
    fs::write(&main, &text).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let name = main.display().to_string();
    Settings::parse_with(&name, &text, &|pattern| find(&main, pattern)).map_err(|wrong| {
        // What stands in a message is shorter without the folder.
        let mut wrong = wrong;
        let shorten = |text: &mut String| *text = text.replace(&format!("{}/", folder.path().display()), "");
        for one in &mut wrong.mistakes {
            shorten(&mut one.file);
            shorten(&mut one.message);
        }
        wrong
    })
}

/// File, line, column and words of every mistake.
fn said(include: &str, files: &[(&str, &str)]) -> Vec<String> {
    let wrong = read(include, files).expect_err("these settings are accepted");
    wrong.mistakes.into_iter().map(|one| format!("{}:{}:{}: {}", one.file, one.line, one.column, one.message)).collect()
}

fn names(settings: &Settings) -> Vec<&str> {
    settings.policies.iter().map(|policy| policy.name.as_str()).collect()
}

#[test]
fn the_policies_of_the_main_file_come_first_and_then_those_of_the_files_by_name() {
    let named = |name: &str| TEAM.replace("shop", name);
    let (a, b, c) = (named("a"), named("b"), named("c"));
    let files = [("teams/b.toml", b.as_str()), ("teams/a.toml", &a), ("c.team.toml", &c), ("teams/notes.txt", "no")];
    let settings = read("[\"teams/*.toml\", \"?.team.toml\", \"teams/a.toml\"]", &files).unwrap();
    assert_eq!(names(&settings), ["dev", "c", "a", "b"]);
    let short = |name: &String| Path::new(name).file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(settings.included.iter().map(short).collect::<Vec<_>>(), ["c.team.toml", "a.toml", "b.toml"]);
    assert!(settings.schedules.contains_key("b") && settings.calendars.contains_key("c"));
    assert!(!settings.included.is_empty() && read("[]", &files).unwrap().included.is_empty());
}

#[test]
fn a_file_may_use_what_another_defines_and_its_own_accounts_narrow_its_policies() {
    let other = "[[policies]]\nname = \"late\"\nmatch = { tags = [\"Env=stg\"] }\nschedule = \"office\"\n";
    let settings = read("[\"t/*.toml\"]", &[("t/team.toml", TEAM), ("t/late.toml", other)]).unwrap();
    let fit = |policy: &str, name: Option<&str>| {
        let account = Account { name: name.map(str::to_owned), ..Account::bare(HERE.0) };
        let policy = settings.policies.iter().find(|found| found.name == policy).expect("the policy");
        policy.matcher.fit(&instance("i-1"), &account)
    };
    assert_eq!(fit("shop", Some("Web-Shop")), Fit::Yes);
    assert_eq!(fit("shop", Some("pay")), Fit::No);
    assert!(matches!(fit("shop", None), Fit::Unknown(_)), "a name that is unknown may be in it");
    let nobody = TEAM.replace("[\"*-shop\"]", "[]");
    let settings = read("[\"t/*.toml\"]", &[("t/team.toml", &nobody)]).unwrap();
    let shop = settings.policies.iter().find(|policy| policy.name == "shop").unwrap();
    assert_eq!(shop.matcher.fit(&instance("i-1"), &Account::bare(HERE.0)), Fit::No, "an empty list is nobody");
}

#[test]
fn an_included_file_arms_nothing_and_widens_no_limit() {
    for table in [
        "[run]\narmed = true",
        "[caps]\nstops-per-run = 900",
        "[scope]\naccounts = \"organization\"",
        "[never]\naccounts = []",
        "[owners]\ndefault = \"me\"",
        "[notify]",
        "[tags]",
        "[busy]\noff = true",
        "[restart]",
        "[money]",
        "[idle]",
        "[channels.x]\nslack = \"ssm:/x\"",
        "include = [\"more.toml\"]",
    ] {
        let said = said("[\"t/*.toml\"]", &[("t/a.toml", table)]);
        assert!(said[0].starts_with("t/a.toml:1:") && said[0].contains("unknown key"), "{table}: {said:?}");
        assert!(said[0].contains("in an included file"), "{said:?}");
    }
}

#[test]
fn a_mistake_in_a_file_is_shown_with_that_file_and_all_are_shown_at_once() {
    let wrong = TEAM.replace("Europe/Berlin", "Europe/Berlim");
    let found = said("[\"t/*.toml\"]", &[("t/a.toml", &wrong), ("t/b.toml", "[[policies]]\nnam = \"x\"\n")]);
    assert!(found.iter().any(|one| one.starts_with("t/a.toml:7:8: ") && one.contains("Europe/Berlim")), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("t/b.toml:2:1: unknown key `nam`")), "{found:?}");
    let found = said("[\"t/*.toml\"]", &[("t/a.toml", "[[policies]\n"), ("t/b.toml", "x = \n")]);
    assert!(found[0].starts_with("t/a.toml:1:") && found.last().unwrap().starts_with("t/b.toml:1:"), "{found:?}");
}

#[test]
fn a_name_that_two_files_define_is_a_mistake_that_shows_both_places() {
    let again = "[schedules.office]\nopen = [\"always\"]\n[calendars.japan]\n[[policies]]\nname = \"dev\"\nmatch = { all = true }\nschedule = \"office\"\n";
    let found = said("[\"t/*.toml\"]", &[("t/a.toml", again), ("t/b.toml", TEAM), ("t/c.toml", TEAM)]);
    for (place, what) in [
        ("t/a.toml:1:12", "two schedules named `office`"),
        ("t/a.toml:3:12", "two calendars named `japan`"),
        ("t/a.toml:5:8", "two policies named `dev`"),
        ("t/c.toml:12:8", "two policies named `shop`"),
    ] {
        let one = found.iter().find(|one| one.starts_with(place)).unwrap_or_else(|| panic!("{place}: {found:?}"));
        assert!(one.contains(what) && one.contains("; the other is at "), "{one}");
    }
    assert!(found.iter().any(|one| one.ends_with("the other is at t/b.toml:12:8")), "{found:?}");
}

#[test]
fn a_pattern_stays_below_the_folder_of_the_settings_and_names_something() {
    for (pattern, why) in [
        ("/etc/x.toml", "names no files beside"),
        ("../x.toml", "names no files beside"),
        ("t/../x.toml", "names no files beside"),
        ("./x.toml", "names no files beside"),
        ("*/x.toml", "names no files beside"),
        ("**/x.toml", "names no files beside"),
        ("t/*", "names no files beside"),
        ("", "names no files beside"),
        ("s3://b/x.toml", "names no files beside"),
        ("t//x.toml", "names no files beside"),
        ("t/none-*.toml", "matches no file"),
        ("nowhere/*.toml", "cannot be read"),
        ("*.toml", "names the settings themselves"),
        ("t/b/*.toml", "matches no file"),
    ] {
        let found = said(&format!("[\"{pattern}\"]"), &[("t/a.toml", ""), ("t/b/.hidden.toml", "x")]);
        assert!(found.len() == 1 && found[0].starts_with("reaper.toml:3:12: ") && found[0].contains(why), "{found:?}");
    }
    assert!(said("\"t/a.toml\"", &[("t/a.toml", "")])[0].contains("a list of strings"));
    let plain = Settings::parse(
        "s3://b/reaper.toml",
        &SETTINGS.replace("version = 1", "version = 1\ninclude = [\"t/*.toml\"]"),
    );
    assert!(plain.unwrap_err().to_string().contains("write everything into one file"));
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_refused_and_one_within_is_read() {
    let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let main = folder.path().join("reaper.toml");
    fs::write(&main, "").unwrap();
    fs::write(outside.path().join("a.toml"), TEAM).unwrap();
    fs::create_dir(folder.path().join("t")).unwrap();
    symlink(outside.path().join("a.toml"), folder.path().join("t/link.toml")).unwrap();
    symlink(outside.path(), folder.path().join("out")).unwrap();
    for pattern in ["t/*.toml", "out/*.toml"] {
        let why = find(&main, pattern).unwrap_err();
        assert!(why.contains("leads out of the folder of the settings"), "{pattern}: {why}");
    }
    fs::remove_file(folder.path().join("t/link.toml")).unwrap();
    fs::write(folder.path().join("real.toml"), TEAM).unwrap();
    symlink("../real.toml", folder.path().join("t/link.toml")).unwrap();
    let Ok([Included { name, text }]) =
        find(&main, "t/*.toml").as_deref().map(|all| <[_; 1]>::try_from(all.to_vec()).unwrap())
    else {
        panic!("it is read")
    };
    assert!(name.ends_with("t/link.toml") && text == TEAM);
    symlink("nowhere.toml", folder.path().join("t/broken.toml")).unwrap();
    assert!(find(&main, "t/*.toml").unwrap_err().contains("cannot be read"));
}

#[test]
fn the_hash_covers_every_file_and_the_order_of_their_lines() {
    let hash = |files: &[(&str, &str)]| read("[\"t/*.toml\"]", files).unwrap().hash;
    let other = TEAM.replace("shop", "web");
    let both = hash(&[("t/a.toml", TEAM), ("t/b.toml", &other)]);
    assert_eq!(both, hash(&[("t/a.toml", TEAM), ("t/b.toml", &other)]));
    assert_ne!(both, hash(&[("t/b.toml", TEAM), ("t/a.toml", &other)]));
    assert_ne!(both, hash(&[("t/a.toml", TEAM)]));
    assert_ne!(hash(&[("t/a.toml", "\n"), ("t/b.toml", "")]), hash(&[("t/a.toml", ""), ("t/b.toml", "\n")]));
    let remark = format!("{TEAM}# a remark");
    assert_ne!(hash(&[("t/a.toml", TEAM)]), hash(&[("t/a.toml", &remark)]));
}
