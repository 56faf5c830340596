//! `init`: first settings from flags, answers and an inventory. They pass `check`, arm nothing and overwrite nothing.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use chrono_tz::Tz;
use idle_reaper::engine::config::{Accounts, Counted, Proposal, Settings, Stage, doubt, propose};
use idle_reaper::engine::model::Tags;
use idle_reaper::render::FirstSettings;
use serde_json::{Value, json};

use crate::fake::{EVENING, at};

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::new(pairs.iter().copied())
}

fn proposed(instances: &[Tags]) -> Proposal {
    propose(&instances.iter().collect::<Vec<_>>())
}

fn patterns(counted: &[Counted]) -> Vec<(&str, usize)> {
    counted.iter().map(|one| (one.pattern.as_str(), one.instances)).collect()
}

#[test]
fn environments_are_proposed_with_their_counts_and_production_is_set_apart() {
    let proposal = proposed(&[
        tags(&[("Env", "dev")]),
        tags(&[("Env", "dev"), ("Name", "web")]),
        tags(&[("env", "Staging")]),
        tags(&[("acme:environment", "QA-2")]),
        tags(&[("Environment", "Production")]),
        tags(&[("Stage", "live")]),
        tags(&[("Env", "blue")]),
        tags(&[("Env", "non-prod")]),
        tags(&[("Stage", "nonsense-prd")]),
        tags(&[("Env", "PreProd")]),
        tags(&[("環境", "開発環境")]),
        tags(&[("環境", "本番")]),
        tags(&[("Team", "dev"), ("Purpose", "test")]),
        tags(&[]),
    ]);
    let others = patterns(&proposal.others);
    assert_eq!(others[0], ("Env=dev", 2));
    for one in ["env=Staging", "acme:environment=QA-2", "Env=non-prod", "環境=開発環境"] {
        assert!(others.contains(&(one, 1)), "{one}: {others:?}");
    }
    assert_eq!(others.len(), 5, "{others:?}");
    let production = patterns(&proposal.production);
    assert_eq!(
        production,
        [
            ("Env=PreProd", 1),
            ("Environment=Production", 1),
            ("Stage=live", 1),
            ("Stage=nonsense-prd", 1),
            ("環境=本番", 1)
        ]
    );
    assert_eq!(patterns(&proposal.unclear), [("Env=blue", 1)]);
}

#[test]
fn names_are_proposed_where_an_instance_has_no_environment() {
    let named = |name: &str| tags(&[("Name", name)]);
    let names =
        ["dev-web", "dev-db", "web_test", "shop-qa-3", "Sandbox", "prod-dev-tools", "device-farm", "web", "latest"];
    let proposal = proposed(&names.map(named));
    let mut others = patterns(&proposal.others);
    others.sort_unstable();
    assert_eq!(others, [("Name=*-qa-*", 1), ("Name=*_test", 1), ("Name=Sandbox", 1), ("Name=dev-*", 2)]);
}

#[test]
fn a_pattern_that_may_match_production_is_no_proposal() {
    let proposal = proposed(&[
        tags(&[("Env", "dev"), ("Stage", "prod")]),
        tags(&[("Name", "test-web")]),
        tags(&[("Name", "test-pay"), ("Env", "production")]),
        tags(&[("Env", "qa"), ("Name", "prod-mirror")]),
        tags(&[("Env", "stg"), ("Tier", "blue")]),
    ]);
    assert_eq!(patterns(&proposal.others), [("Env=stg", 1)]);
    let unclear = patterns(&proposal.unclear);
    for one in ["Env=dev", "Name=test-*", "Env=qa"] {
        assert!(unclear.iter().any(|(pattern, _)| *pattern == one), "{one}: {unclear:?}");
    }
}

#[test]
fn what_names_production_in_any_word_or_tag_is_no_proposal() {
    let values = ["prod-non-pci", "prod+nonprod", "production non-EU", "live-non-critical", "non-critical-prod"];
    let all: Vec<Tags> = values.iter().map(|value| tags(&[("Environment", value)])).collect();
    assert_eq!(patterns(&proposed(&all).others), []);
    assert_eq!(proposed(&all).production.len(), values.len());
    let vetoed =
        [tags(&[("Environment", "stage"), ("Tier", "production")]), tags(&[("Env", "dev"), ("x", "is Live!")])];
    assert_eq!(patterns(&proposed(&vetoed).others), []);
    let named = [tags(&[("Env", "non-prod")]), tags(&[("Env", "nonprod2"), ("Team", "product")])];
    assert_eq!(patterns(&proposed(&named).others), [("Env=non-prod", 1), ("Env=nonprod2", 1)]);
}

/// Values that would break a file, a comment or a pattern.
const HOSTILE: [&str; 14] = [
    "dev\"\n[run]\narmed = true\n#",
    "dev\r\narmed = true",
    "dev'''",
    "dev\\",
    "dev*",
    "de?-test",
    "*",
    " dev ",
    "=dev",
    "dev=1",
    "test 🦀 dev",
    "dev\u{202e}dorp",
    "dev\u{e0041}",
    "dev\u{7f}\u{0}\t",
];

#[test]
fn whatever_the_tags_hold_the_settings_are_valid_quiet_and_armed_nowhere() {
    let mut instances = Vec::new();
    for value in HOSTILE {
        for key in ["Env", "a=b:env", "*:env", "x\n[run]\narmed = true\n:env", "env!", "\"stage\""] {
            instances.push(tags(&[(key, value)]));
            instances.push(tags(&[("Name", value)]));
            instances.push(tags(&[("Env", &format!("prod {value}"))]));
        }
    }
    instances.push(tags(&[("Env", "dev")]));
    let proposal = proposed(&instances);
    assert!(!proposal.others.is_empty() && !proposal.production.is_empty() && !proposal.unclear.is_empty());
    for organization in [false, true] {
        let first = FirstSettings {
            organization,
            zone: Tz::Asia__Tokyo,
            tags: proposal.others.clone(),
            proposal: proposal.clone(),
        };
        let text = first.text();
        let settings = Settings::parse("reaper.toml", &text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
        assert!(settings.warnings(at(EVENING)).is_empty(), "{text}");
        assert!(!settings.run.armed && settings.run.record.is_none());
        assert_eq!(
            settings.run.keep_people,
            Some(TimeDelta::days(90)),
            "as `make deploy` gives the bucket of a new hub"
        );
        assert!(settings.policies.iter().all(|policy| policy.stage == Stage::Observe));
        assert_eq!(settings.scope.accounts == Accounts::Organization, organization);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        // What the `#` of the proposal hides is valid, too.
        let lines: Vec<&str> = text.lines().collect();
        let never = lines.iter().position(|line| *line == "# [never]").expect("a proposal for production");
        let end = never + lines[never..].iter().position(|line| *line == "# ]").unwrap();
        let shown = |(n, line): (usize, &&str)| {
            let open = (never..=end).contains(&n);
            format!("{}\n", if open { line.trim_start_matches("# ").trim_start_matches('#') } else { line })
        };
        let open: String = lines.iter().enumerate().map(shown).collect();
        Settings::parse("reaper.toml", &open).unwrap_or_else(|wrong| panic!("{wrong}\n{open}"));
    }
}

#[test]
fn a_proposed_pattern_matches_what_it_was_counted_on_and_nothing_else() {
    let values = ["dev*", "dev", "devil", "dev?", "dev1", "dev=1", " dev", "DEV"];
    let instances = values.map(|value| tags(&[("Env", value)]));
    for Counted { pattern, instances: counted } in proposed(&instances).others {
        let exact = idle_reaper::engine::model::TagPattern::exact(&pattern);
        assert_eq!(instances.iter().filter(|tags| exact.find(tags).is_some()).count(), counted, "{pattern}");
        assert_eq!(doubt(&pattern), None);
    }
}

/// Runs the binary in `folder`, without a terminal.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    let ended = command.output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap())
}

const FLAGS: [&str; 7] = ["init", "--scope", "self", "--zone", "Asia/Tokyo", "--tag", "Env=dev"];

#[test]
fn without_a_terminal_the_flags_decide_and_what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, said) = run(folder.path(), &["init"]);
    assert!(code == Some(1) && said.contains("`--scope`, `--zone`, `--tag`"), "{said}");
    let (code, _, said) = run(folder.path(), &["init", "--scope", "self", "--tag", "Env=dev"]);
    assert!(code == Some(1) && said.contains("add `--zone`,"), "{said}");
    for (n, wrong) in [(2, "all"), (4, "JST"), (6, "=dev"), (6, "Env = dev"), (6, "Env:dev"), (6, "Env")] {
        let mut flags = FLAGS;
        flags[n] = wrong;
        let (code, _, said) = run(folder.path(), &flags);
        assert!(code == Some(1) && said.contains(&format!("'{wrong}'")), "{wrong}: {said}");
    }
    // A zone that `check` would warn about is refused before anything is written.
    let (code, _, said) = run(folder.path(), &["init", "--scope", "self", "--zone", "Etc/GMT-9", "--tag", "Env=dev"]);
    assert!(code == Some(1) && said.contains("Etc/GMT-9"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
    let (code, shown, said) = run(folder.path(), &FLAGS);
    assert_eq!((code, shown.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("idle-reaper check\n") && said.contains("idle-reaper plan"), "{said}");
    let (code, shown, _) = run(folder.path(), &["check"]);
    assert!(code == Some(0) && shown.contains("not armed") && !shown.contains("warning"), "{shown}");
}

#[test]
fn no_file_is_overwritten_and_the_terminal_can_have_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reaper.toml"), "mine").unwrap();
    let (code, _, said) = run(folder.path(), &FLAGS);
    assert!(code == Some(1) && said.contains("`reaper.toml` exists") && said.contains("--out"), "{said}");
    std::os::unix::fs::symlink("nowhere", folder.path().join("link.toml")).unwrap();
    assert_eq!(run(folder.path(), &[&FLAGS[..], &["-o", "link.toml"]].concat()).0, Some(1));
    assert_eq!(fs::read_to_string(folder.path().join("reaper.toml")).unwrap(), "mine");
    let (code, shown, said) = run(folder.path(), &[&FLAGS[..], &["-o", "-"]].concat());
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(Settings::parse("-", &shown).is_ok(), "{shown}");
    let (code, _, said) = run(folder.path(), &[&FLAGS[..], &["-o", "it's new.toml"]].concat());
    assert!(code == Some(0) && said.contains(r"idle-reaper --config 'it'\''s new.toml' check"), "{said}");
    assert_eq!(run(folder.path(), &["--config", "it's new.toml", "check"]).0, Some(0));
    assert_eq!(run(folder.path(), &[&FLAGS[..], &["-o", "no/where.toml"]].concat()).0, Some(1));
}

fn machine(n: usize, tags: &[(&str, &str)]) -> Value {
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    json!({"InstanceId": format!("i-{n:017x}"), "InstanceType": "t3.micro", "State": {"Name": "running"},
        "LaunchTime": "2026-11-25T00:30:00Z", "RootDeviceType": "ebs", "Tags": tags,
        "Placement": {"AvailabilityZone": "us-east-1a", "Tenancy": "default"},
        "BlockDeviceMappings": [{"Ebs": {"VolumeId": "vol-1"}}]})
}

#[test]
fn a_plan_over_the_same_inventory_would_stop_what_was_proposed_and_no_production() {
    let folder = tempfile::tempdir().unwrap();
    let mut machines = vec![
        machine(1, &[("Env", "dev")]),
        machine(2, &[("Env", "prod")]),
        machine(3, &[("Env", "blue")]),
        machine(4, &[("Name", "qa-runner")]),
        machine(5, &[("Env", "dev\"]\n[run]\narmed = true")]),
    ];
    machines.extend(HOSTILE.iter().enumerate().map(|(n, value)| machine(10 + n, &[("Env", &format!("prod{value}"))])));
    let inventory = json!({"Reservations": [{"OwnerId": "111111111111", "Instances": machines}]}).to_string();
    fs::write(folder.path().join("fleet.json"), inventory).unwrap();
    let flags = ["init", "--inventory", "fleet.json", "--scope", "organization", "--zone", "Asia/Tokyo"];
    let (code, _, said) = run(folder.path(), &flags);
    assert!(code == Some(0) && said.contains("plan --inventory 'fleet.json'"), "{said}");
    let (code, shown, _) = run(folder.path(), &["check"]);
    assert!(code == Some(0) && !shown.contains("warning"), "{shown}");
    let plan = ["plan", "--inventory", "fleet.json", "--at", EVENING, "--format", "json"];
    let (code, shown, said) = run(folder.path(), &plan);
    assert_eq!(code, Some(0), "{said}");
    let report: Value = serde_json::from_str(&shown).unwrap();
    let rows = report["resources"].as_array().unwrap();
    let mut stopped: Vec<&str> =
        rows.iter().filter(|row| row["verdict"] == "stop").map(|row| row["id"].as_str().unwrap()).collect();
    stopped.sort_unstable();
    let wanted: Vec<String> = [1, 4, 5].map(|n| format!("i-{n:017x}")).into();
    assert_eq!(stopped, wanted, "{}", fs::read_to_string(folder.path().join("reaper.toml")).unwrap());
    assert!(rows.iter().all(|row| row["armed"] != true));
    // An inventory that proposes nothing leaves the tag to be named.
    fs::write(folder.path().join("bare.json"), json!({"Reservations": []}).to_string()).unwrap();
    let flags = ["init", "-o", "new.toml", "--inventory", "bare.json", "--scope", "self", "--zone", "UTC"];
    let (code, _, said) = run(folder.path(), &flags);
    assert!(code == Some(1) && said.contains("add `--tag`"), "{said}");
}

#[test]
fn an_inventory_of_several_accounts_under_self_gets_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let reservation = |owner: &str, n| json!({"OwnerId": owner, "Instances": [machine(n, &[("Env", "dev")])]});
    let inventory =
        |owners: [&str; 2]| json!({"Reservations": [reservation(owners[0], 1), reservation(owners[1], 2)]}).to_string();
    fs::write(folder.path().join("one.json"), inventory(["111111111111", "111111111111"])).unwrap();
    fs::write(folder.path().join("two.json"), inventory(["111111111111", "222222222222"])).unwrap();
    for (scope, file, hint) in
        [("self", "two.json", true), ("self", "one.json", false), ("organization", "two.json", false)]
    {
        let flags = ["init", "-o", "-", "--inventory", file, "--scope", scope, "--zone", "Asia/Tokyo"];
        let (code, _, said) = run(folder.path(), &flags);
        assert_eq!(
            (code, said.contains("has 2 accounts, and `self` scans one")),
            (Some(0), hint),
            "{scope} {file}: {said}"
        );
    }
}

/// Runs the binary at a terminal that `script` makes, with these answers.
fn answered(folder: &Path, answers: &str) -> Option<String> {
    let binary = env!("CARGO_BIN_EXE_idle-reaper");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("env TZ=Europe/Berlin '{binary}' init"), "/dev/null"]).current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    Some(String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned())
}

#[test]
fn at_a_terminal_it_asks_and_offers_the_zone_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let Some(shown) = answered(folder.path(), "everything\norganization\n\nStage=test\n") else { return };
    let text = fs::read_to_string(folder.path().join("reaper.toml")).unwrap_or_else(|_| panic!("{shown}"));
    assert!(shown.contains("[self]") && shown.contains("[Europe/Berlin]"), "{shown}");
    assert!(shown.contains("write `self` or `organization`"), "{shown}");
    for part in ["accounts = \"organization\"", "zone = \"Europe/Berlin\"", "\"Stage=test\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
