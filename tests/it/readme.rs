//! Every command of the README: it exists, and what needs no AWS runs as written.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The lines of every `sh` block, in order.
fn lines() -> Vec<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const INVENTORY: &str = r#"{"Reservations": [{"OwnerId": "222222222222", "Instances": [{
    "InstanceId": "i-0123456789abcdef0", "InstanceType": "t3.micro", "LaunchTime": "2026-11-25T00:05:00+00:00",
    "State": {"Name": "running"}, "Placement": {"AvailabilityZone": "ap-northeast-1a"}, "RootDeviceType": "ebs",
    "Tags": [{"Key": "Env", "Value": "dev"}]}]}]}"#;

#[test]
fn it_begins_with_the_two_commands() {
    assert_eq!(lines()[..2], ["make demo", "make test"]);
}

#[test]
fn every_verb_of_make_that_is_named_exists() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let named = readme.split("`make ").skip(1).filter_map(|rest| rest.split(['`', ' ']).next()).map(str::to_owned);
    let written = lines().into_iter().filter_map(|line| line.strip_prefix("make ").map(str::to_owned));
    for verb in named.chain(written) {
        assert!(makefile.contains(&format!("\n{verb}:")), "there is no `make {verb}`");
    }
}

#[test]
fn every_command_that_needs_no_aws_runs_as_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inventory.json"), INVENTORY).unwrap();
    fs::create_dir(folder.path().join("examples")).unwrap();
    fs::copy(root().join("examples/reaper.toml"), folder.path().join("examples/reaper.toml")).unwrap();
    let (mut settings, mut ran) = (None, 0);
    for line in lines() {
        match (&mut settings, line.as_str()) {
            (None, line) if line.starts_with("cat > reaper.toml") => settings = Some(String::new()),
            (Some(text), "EOF") => {
                fs::write(folder.path().join("reaper.toml"), text).unwrap();
                settings = None;
            }
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, line) => ran += run(folder.path(), line),
        }
    }
    assert!(ran >= 4, "only {ran} commands of the README were run");
}

/// Runs one line if it is the tool's and needs no AWS.
fn run(folder: &Path, line: &str) -> usize {
    let line = line.split("   #").next().unwrap_or(line);
    let Some(arguments) = line.strip_prefix("idle-reaper ") else { return 0 };
    if !arguments.contains("--inventory") && arguments != "check" {
        return 0;
    }
    let binary = env!("CARGO_BIN_EXE_idle-reaper");
    let output = Command::new(binary).env_clear().current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    1
}
