//! `import`: it looks only, writes settings that observe, and says by its exit code whether something is left over.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use idle_reaper::engine::config::{Settings, Stage};
use serde_json::{Value, json};

/// The output of `aws ec2 describe-instances` with these tags, one instance each.
fn inventory(tags: &[(&str, &str)]) -> String {
    let one = |(n, (key, value)): (usize, &(&str, &str))| {
        json!({
            "InstanceId": format!("i-{n:017}"), "InstanceType": "m5.large", "State": {"Name": "running"},
            "LaunchTime": "2026-11-20T00:10:00+00:00", "RootDeviceType": "ebs", "PlatformDetails": "Linux/UNIX",
            "UsageOperation": "RunInstances", "Placement": {"AvailabilityZone": "us-east-1a", "Tenancy": "default"},
            "Tags": [{"Key": key, "Value": value}],
        })
    };
    let instances: Vec<Value> = tags.iter().enumerate().map(one).collect();
    json!({"Reservations": [{"OwnerId": "111111111111", "Instances": instances}]}).to_string()
}

fn import(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder).arg("import").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn settings_go_to_standard_output_and_notes_to_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let tags = [("maid_offhours", "off=(m-f,19);on=(m-f,7);tz=jst"), ("Maid_Offhours", "off")];
    fs::write(folder.path().join("inventory.json"), inventory(&tags)).unwrap();
    let output = import(folder.path(), &["--inventory", "inventory.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let settings = Settings::parse("moved.toml", &text(&output.stdout)).unwrap();
    assert!(!settings.run.armed && settings.policies.iter().all(|policy| policy.stage == Stage::Observe));
    assert_eq!(settings.tags.dialects.len(), 1);
    let notes = text(&output.stderr);
    for note in ["1 instance, mon-fri 07:00-19:00 @ Asia/Tokyo", "kept: never stopped", "two-tools: "] {
        assert!(notes.contains(note), "{note} is not in\n{notes}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a file was written");
}

#[test]
fn what_is_left_over_is_shown_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let tags = [("maid_offhours", "never"), ("Schedule", "24x7"), ("downtime", "on"), ("sched-stop", "u=1 H:M=17:00")];
    fs::write(folder.path().join("inventory.json"), inventory(&tags)).unwrap();
    let args = ["--inventory", "inventory.json", "--tag", "downtime=c7n mon-fri 08:00-20:00 @ UTC", "--format", "json"];
    let output = import(folder.path(), &args);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let values = found["values"].as_array().unwrap();
    let value = |name: &str| values.iter().find(|one| one["value"] == name).unwrap();
    assert_eq!(value("on")["means"], "the hours of the policy");
    assert_eq!((&value("on")["dialect"], &value("24x7")["dialect"]), (&json!("c7n"), &Value::Null));
    assert!(value("never")["why-not"].is_string() && value("24x7")["why-not"].is_string());
    assert!(found["left"][0].as_str().unwrap().contains("`sched-stop`"), "{}", found["left"]);
    assert!(found["settings"].as_str().unwrap().contains("c7n mon-fri 08:00-20:00 @ UTC"));
    assert_eq!(found["words"].as_array().unwrap().len(), 3);
}

#[test]
fn a_week_beside_the_old_tool_names_each_difference() {
    let folder = tempfile::tempdir().unwrap();
    let tags = [("maid_offhours", "off=(m-f,19);on=(m-f,7)"), ("maid_offhours", "never")];
    fs::write(folder.path().join("inventory.json"), inventory(&tags)).unwrap();
    let args = ["--inventory", "inventory.json", "--week", "2026-11-23"];
    let output = import(folder.path(), &args);
    let table = text(&output.stdout);
    assert!(table.starts_with("2 instances compared for a week: 6 differences\n"), "{table}");
    let line = "Mon 2026-11-23 19:00 EST to Tue 2026-11-24 07:00 EST: stopped by the old tool, running here (unreadable; \
                schedule-unreadable)";
    assert!(table.contains(line), "{table}");
    let json = import(folder.path(), &[&args[..], &["--format", "json"]].concat());
    let found: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(found["week"]["differences"].as_array().unwrap().len(), 6);
    assert_eq!(found["week"]["differences"][1]["from"], "2026-11-24T00:00:00Z");
}

#[test]
fn what_cannot_be_imported_is_an_error_that_says_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("inventory.json"), inventory(&[("Env", "dev")])).unwrap();
    fs::write(folder.path().join("policies.yml"), "policies:\n  - name: stop\n").unwrap();
    for (args, why) in [
        (vec![], "nothing to import; name an inventory"),
        (vec!["--inventory", "inventory.json"], "no instance has a tag of another tool that is read"),
        (vec!["custodian", "policies.yml"], "`policies.yml` is not JSON"),
        (vec!["custodian"], "<FILE>"),
        (vec!["--week", "2026-11-23"], "--inventory"),
        (vec!["--inventory", "inventory.json", "--tag", "downtime"], "`downtime` does not say how a tag is read"),
    ] {
        let output = import(folder.path(), &args);
        assert!(!output.status.success() && output.stdout.is_empty(), "{args:?}");
        assert!(text(&output.stderr).contains(why), "{args:?}: {}", text(&output.stderr));
    }
}
