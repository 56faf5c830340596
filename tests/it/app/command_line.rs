//! What the binary prints about itself: completions and the manual page.

use std::fs::{self, OpenOptions};
use std::process::{Command, Output, Stdio};

use clap::CommandFactory;
use idle_reaper::app::Args;

/// Runs the binary with a clean environment and answers its standard output.
fn printed(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_idle-reaper")).env_clear().args(arguments).output().unwrap();
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn verbs() -> Vec<String> {
    Args::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect()
}

#[test]
fn every_verb_stands_in_the_help_in_one_line() {
    let help = printed(&["--help"]);
    for verb in verbs() {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{verb} ")));
        assert!(line.is_some_and(|line| line.trim().len() > verb.len() + 10), "{verb} in {help}");
    }
    assert!(Args::command().get_subcommands().all(|verb| !verb.is_hide_set()));
}

/// What bash is offered for the last of these words, in a folder with settings.
fn offered(words: &[&str]) -> Vec<String> {
    let (_folder, mut command) = judging(&["--", "idle-reaper"]);
    let index = words.len().to_string();
    command.args(words).env("IDLE_REAPER_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
    let ended = command.output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{words:?}: {ended:?}");
    String::from_utf8(ended.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_shell_has_its_script_and_completes_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["generate", shell]);
        assert!(script.contains("IDLE_REAPER_COMPLETE") && script.contains("idle-reaper"), "{shell}: {script}");
    }
    let offered = offered(&[""]);
    for verb in verbs() {
        assert!(offered.contains(&verb), "{verb} is not among {offered:?}");
    }
}

#[test]
fn completions_know_the_policies_schedules_and_regions_of_the_settings() {
    assert_eq!(offered(&["plan", "--policy", ""]), ["dev"]);
    assert_eq!(offered(&["plan", "-p", "x"]), Vec::<String>::new());
    assert_eq!(offered(&["plan", "--region", ""]), ["ap-northeast-1", "us-east-1"]);
    assert!(offered(&["schedule", "o"]).contains(&"office".to_owned()));
    assert_eq!(offered(&["-c", "missing.toml", "plan", "--policy", ""]), Vec::<String>::new());
    assert!(offered(&["plan", "--detailed"]).contains(&"--detailed-exitcode".to_owned()));
}

#[test]
fn the_manual_page_describes_every_verb_with_its_own_options_and_the_exit_codes() {
    let page = printed(&["generate", "man"]);
    for verb in verbs() {
        assert!(page.contains(&format!(".SH \"idle-reaper {verb}\"")), "the page leaves {verb} out");
    }
    assert_eq!(page.matches(".TH ").count(), 1);
    assert_eq!(page.matches("\\-\\-inventory\\fR \\fI").count(), 1, "the options of all verbs stand once");
    for part in ["\\-\\-detailed\\-exitcode", "\\-\\-run\\fR", "Exit codes"] {
        assert!(page.contains(part), "the page leaves {part} out");
    }
}

/// A folder with settings and an inventory of one machine, and the binary in it.
fn judging(arguments: &[&str]) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reaper.toml"), crate::fake::SETTINGS).unwrap();
    let inventory = r#"{"Reservations": [{"OwnerId": "111111111111", "Instances": [{"InstanceId": "i-1",
        "InstanceType": "t3.micro", "State": {"Name": "running"}, "LaunchTime": "2026-11-25T00:30:00Z",
        "RootDeviceType": "ebs", "Placement": {"AvailabilityZone": "us-east-1a"}, "Tags": [{"Key": "Env", "Value": "dev"}]}]}]}"#;
    fs::write(folder.path().join("fleet.json"), inventory).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder.path()).args(arguments);
    (folder, command)
}

const PLAN: &[&str] = &["plan", "--at", crate::fake::EVENING, "--inventory", "fleet.json"];

#[test]
fn a_result_that_cannot_be_written_is_an_error_and_leaves_what_was_there() {
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    for out in ["/nonexistent/r.json", "/dev/full", "/"] {
        let (_folder, mut command) = judging(&[PLAN, &["--out", out]].concat());
        let ended = command.output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains(&format!("cannot write `{out}`")), "{ended:?}");
    }
    let (_folder, mut command) = judging(PLAN);
    assert_eq!(command.stdout(full()).status().unwrap().code(), Some(1), "a full standard output");
    let (_folder, mut command) = judging(PLAN);
    assert_eq!(command.stderr(full()).stdout(Stdio::null()).status().unwrap().code(), Some(0), "a full standard error");
    // An error that nobody can read keeps its code, too.
    let (_folder, mut command) = judging(&["plan", "--config", "missing.toml"]);
    assert_eq!(command.stderr(full()).status().unwrap().code(), Some(1));
    // A reader that has gone away, such as `head`, is no error of a command that changes nothing.
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    let (_folder, mut command) = judging(PLAN);
    assert_eq!(command.stdout(pipe).stderr(Stdio::null()).status().unwrap().code(), Some(0));

    // A command that fails leaves an older result as it was, and no empty new one.
    let (folder, mut command) =
        judging(&["plan", "--account", "nobody", "--inventory", "fleet.json", "--out", "r.json"]);
    let path = folder.path().join("r.json");
    assert_eq!((command.status().unwrap().code(), path.exists()), (Some(1), false));
    fs::write(&path, "older, and longer than what comes").unwrap();
    assert_eq!((command.status().unwrap().code(), fs::read(&path).unwrap().len()), (Some(1), 33));
    let (_, mut command) = judging(&["generate", "schema"]);
    assert!(command.current_dir(folder.path()).args(["--out", "r.json"]).status().unwrap().success());
    serde_json::from_slice::<serde_json::Value>(&fs::read(&path).unwrap()).expect("nothing of the older one is left");
}

#[test]
fn markdown_is_what_it_says_for_every_command_or_is_refused() {
    is_fenced(&["check"], "policy dev");
    is_fenced(&["schedule", "mon-fri 09:00-18:00 @ Asia/Tokyo"], "Asia/Tokyo");
    let inventory = ["--at", crate::fake::EVENING, "--inventory", "fleet.json"];
    is_fenced(&[&["targets"], &inventory[..]].concat(), "us-east-1");
    is_fenced(&[&["explain", "i-1"], &inventory[..]].concat(), "outside-hours");
    for verb in [&["generate", "schema"][..], &["snapshot", "--inventory", "fleet.json"], &["generate", "bash"]] {
        let (_folder, mut command) = judging(&[verb, &["--format", "markdown"]].concat());
        let ended = command.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{verb:?}: {said}");
        assert!(said.contains("leave `--format` out"), "{verb:?}: {said}");
    }
}

/// The command's Markdown is a block of code that holds what its table shows.
fn is_fenced(arguments: &[&str], part: &str) {
    let (_folder, mut command) = judging(&[arguments, &["--format", "markdown"]].concat());
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(said.starts_with("```text\n") && said.ends_with("\n```\n") && said.contains(part), "{arguments:?}: {said}");
}

#[test]
fn check_gives_every_diagnostic_with_its_place_as_json() {
    let said = |from: &str, to: &str| {
        let (folder, mut command) = judging(&["check", "-f", "json"]);
        assert!(crate::fake::SETTINGS.contains(from), "{from}");
        fs::write(folder.path().join("reaper.toml"), crate::fake::SETTINGS.replace(from, to)).unwrap();
        let ended = command.output().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
        (ended.status.code(), value)
    };
    let (code, warned) = said("[busy]", "[never]\ntags = [\"Env = prod\"]\n[busy]");
    assert_eq!((code, warned["settings"].is_string()), (Some(0), true), "{warned}");
    let expected = serde_json::json!({
        "file": "reaper.toml", "line": warned["diagnostics"][0]["line"], "column": 9, "severity": "warning",
        "message": "the pattern `Env = prod` has blanks or an operator, which are taken for part of the tag",
        "hint": "write `Env=prod`",
    });
    assert_eq!(warned["diagnostics"], serde_json::json!([expected]));
    let (code, refused) = said("version = 1", "version = 2");
    assert_eq!((code, refused["settings"].is_null()), (Some(1), true), "{refused}");
    let one = &refused["diagnostics"][0];
    assert_eq!((&one["severity"], &one["line"], &one["column"]), (&"error".into(), &2.into(), &11.into()), "{one}");
}

#[test]
fn a_mistyped_name_is_explained_with_the_most_similar_one() {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    binary.env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    let files = ["--config", "examples/organization.toml", "--inventory", "examples/organization.json"];
    let output = binary.args(["explain", "load-generater-1"]).args(files).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("`load-generater-1` is not in the accounts")
            && error.contains("did you mean `load-generator-1`?"),
        "{error}"
    );
}
