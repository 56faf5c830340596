//! Inventories as people save them, through the binary: encodings, pages, several files, folders, and what is none.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::slice::from_ref;

use serde_json::{Value, json};
use tempfile::TempDir;

use idle_reaper::local::{layout, packed};

use crate::fake::{EVENING, SETTINGS};

const TOKYO: &str = "ap-northeast-1";

fn instance(id: &str, region: &str) -> Value {
    json!({
        "InstanceId": id, "InstanceType": "t3.micro", "State": {"Code": 16, "Name": "running"},
        "LaunchTime": "2026-11-25T00:30:00+00:00", "RootDeviceType": "ebs", "ImageId": "ami-1",
        "Placement": {"AvailabilityZone": format!("{region}a"), "Tenancy": "default"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}}],
        "NetworkInterfaces": [{"SourceDestCheck": true, "OwnerId": "111111111111"}],
        "Tags": [{"Key": "Env", "Value": "dev"}, {"Key": "Name", "Value": "開発"}],
    })
}

fn reservation(account: &str, instances: &[Value]) -> Value {
    json!({"OwnerId": account, "ReservationId": "r-1", "Instances": instances})
}

fn answer(account: &str, instances: &[Value]) -> Value {
    json!({"Reservations": [reservation(account, instances)]})
}

/// One instance of account 111111111111 in Tokyo.
fn one(id: &str) -> Value {
    answer("111111111111", &[instance(id, TOKYO)])
}

fn page(id: &str, region: &str, token: Option<&str>) -> Value {
    let mut page = answer("111111111111", &[instance(id, region)]);
    if let Some(token) = token {
        page["NextToken"] = token.into();
    }
    page
}

/// A folder with settings and files.
fn furnished(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// How a command ended, its output, and what it said beside it.
struct Ended {
    code: Option<i32>,
    out: String,
    said: String,
}

impl Ended {
    /// The ids of the instances in a report as JSON.
    fn ids(&self) -> Vec<String> {
        let report: Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}\n{}", self.out, self.said));
        let rows = report["resources"].as_array().expect("instances").iter();
        rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
    }
}

fn run(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.env_clear().current_dir(folder).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads no standard input may have ended before all of it is written.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let ended = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code(), out: text(ended.stdout), said: text(ended.stderr) }
}

/// A dry run over these inventories, as JSON.
fn plan(folder: &TempDir, inventories: &[&str], stdin: &[u8]) -> Ended {
    let named = inventories.iter().flat_map(|name| ["--inventory", name]);
    let arguments: Vec<&str> = ["plan", "--format", "json", "--at", EVENING].into_iter().chain(named).collect();
    run(folder.path(), &arguments, stdin)
}

/// A dry run over one file with these bytes.
fn over(bytes: &[u8]) -> Ended {
    plan(&furnished(&[("fleet.json", bytes)]), &["fleet.json"], b"")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    packed::packed(|out| out.write_all(bytes)).unwrap()
}

#[test]
fn a_compressed_inventory_is_read_by_its_contents_whatever_its_name() {
    let bytes = gzip(one("i-1").to_string().as_bytes());
    for name in ["fleet.json", "fleet.json.gz", "fleet"] {
        let ended = plan(&furnished(&[(name, &bytes)]), &[name], b"");
        assert_eq!((ended.code, ended.ids()), (Some(0), vec!["i-1".to_owned()]), "{name}: {}", ended.said);
    }
    let ended = over(&bytes[..bytes.len() - 9]);
    assert!(ended.code == Some(1) && ended.said.contains("damaged or cut short"), "{}", ended.said);
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF);
    mark.into_iter().chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn every_encoding_that_a_shell_writes_is_read() {
    let text = serde_json::to_string_pretty(&one("i-1")).unwrap().replace('\n', "\r\n");
    let marked = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
    for (name, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a byte order mark", marked.clone()),
        ("UTF-16 LE", utf_16(&text, u16::to_le_bytes, true)),
        ("UTF-16 BE", utf_16(&text, u16::to_be_bytes, true)),
        ("UTF-16 LE without a mark", utf_16(&text, u16::to_le_bytes, false)),
        ("UTF-16 BE without a mark", utf_16(&text, u16::to_be_bytes, false)),
        ("two files with marks", [marked.clone(), marked].concat()),
    ] {
        let ended = over(&bytes);
        assert_eq!((ended.code, ended.ids()), (Some(0), vec!["i-1".to_owned()]), "{name}: {}", ended.said);
        assert!(ended.out.contains("開発"), "{name}");
    }
}

#[test]
fn what_is_no_text_is_refused_and_no_character_is_replaced() {
    let text = one("i-1").to_string();
    let mut latin = text.clone().into_bytes();
    let at = text.find("開").unwrap();
    latin.splice(at..at + 6, [0x8A, 0x4A, 0x94, 0xAD]);
    let mut odd = utf_16(&text, u16::to_le_bytes, true);
    odd.pop();
    let byte = format!("neither UTF-8 nor UTF-16 (byte {})", at + 1);
    for (bytes, why) in [
        (latin, byte.as_str()),
        (odd, "damaged UTF-16"),
        (vec![0x1F, 0x8B, 8, 0, 0], "compressed with gzip"),
        (b"PK\x03\x04whatever".to_vec(), "a ZIP archive or a workbook"),
    ] {
        let ended = over(&bytes);
        assert!(ended.code == Some(1) && ended.said.contains(why), "{why}: {:?} {}", ended.code, ended.said);
    }
}

#[test]
fn other_outputs_are_named_with_what_to_do_instead() {
    let table = "-----------------\n|DescribeInstances|\n+---------------+\n";
    let explorer = json!({"Count": {"Complete": true}, "Resources": [{"Arn": "a"}], "ViewArn": "v"}).to_string();
    let config = json!({"configurationItems": [{"resourceId": "i-1"}]}).to_string();
    let parts = json!([{"InstanceId": "i-1", "InstanceType": "t3.micro", "State": {"Name": "running"}}]).to_string();
    let mut untagged = instance("i-1", TOKYO);
    for key in ["Tags", "ImageId"] {
        untagged.as_object_mut().unwrap().remove(key);
    }
    for (text, why, mend) in [
        ("", "`fleet.json` is empty", "run it again"),
        (" \r\n", "is empty", "run it again"),
        (table, "`fleet.json` is `--output table`", "`--output json`"),
        ("RESERVATIONS\t111111111111\tr-1\nINSTANCES\t0\tx86_64\n", "is `--output text`", "`--output json`"),
        ("i-0abc123\ti-0abc124\n", "is `--output text`", "`--output json`"),
        ("i-0abc123\n", "is `--output text`", "`--output json`"),
        ("Reservations:\n- Groups: []\n", "is `--output yaml`", "`--output json`"),
        ("- Reservations:\n  - Groups: []\n", "is `--output yaml-stream`", "`--output json`"),
        ("- AmiLaunchIndex: 0\n  InstanceId: i-1\n", "is `--output yaml`", "`--output json`"),
        (
            "Name,Instance ID,Instance state\nweb,i-1,Running\n",
            "is CSV, as the console exports it",
            "describe-instances",
        ),
        ("\"Name\",\"インスタンス ID\"\nweb,i-1\n", "is CSV, as the console exports it", "describe-instances"),
        ("account,region,id\n1,2,3\n", "is CSV", "describe-instances"),
        ("\n<!DOCTYPE html>\n<html><title>Sign in</title></html>", "is a web page", "describe-instances"),
        ("<?xml version=\"1.0\"?>\n<DescribeInstancesResponse/>", "is XML", "describe-instances"),
        (
            "\nAn error occurred (UnauthorizedOperation) when calling",
            "is an error message; it begins with `An error",
            "mend what",
        ),
        ("Unable to locate credentials. You can", "is an error message", "mend what"),
        ("null\n", "a `--query` that found nothing", "without `--query`"),
        ("[]", "holds an empty list", "without `--query`"),
        ("[[\"i-1\", \"running\"]]", "values that a `--query` chose", "without `--query`"),
        (&parts, "lack `LaunchTime`, `Placement`, `RootDeviceType`, `Tags`", "without `--query`"),
        (&untagged.to_string(), "lack `Tags`", "without `--query`"),
        (&config, "is an answer of AWS Config", "describe-instances"),
        (&explorer, "is an answer of Resource Explorer", "describe-instances"),
        (&json!({"InstanceStatuses": []}).to_string(), "describe-instance-status", "describe-instances"),
        (&json!({"run": "x", "health": "ok", "instances": []}).to_string(), "is a report of idle-reaper", "save it"),
        ("{}", "holds neither a snapshot nor the output", "describe-instances"),
        ("hello", "begins with `hello`", "describe-instances"),
        ("{\"Reservations\": [", "is not JSON from its document 1 on: EOF", ""),
    ] {
        let ended = over(text.as_bytes());
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{text}: {}", ended.said);
        assert!(ended.said.contains(why) && ended.said.contains(mend), "{text}: {}", ended.said);
    }
}

#[test]
fn an_instance_that_was_chosen_whole_is_accepted() {
    let (a, b) = (instance("i-1", TOKYO), instance("i-2", TOKYO));
    let mut bare = instance("i-3", TOKYO);
    bare["NetworkInterfaces"] = json!([]);
    let lines = [&a, &b].map(Value::to_string).join("\n");
    for (text, account) in [
        (json!([a, b]).to_string(), "111111111111"),
        (json!([[a], [b]]).to_string(), "111111111111"),
        (
            json!([reservation("222222222222", from_ref(&a)), reservation("222222222222", from_ref(&b))]).to_string(),
            "222222222222",
        ),
        (json!({"Instances": [a, b]}).to_string(), "111111111111"),
        (lines, "111111111111"),
        (json!([bare]).to_string(), "unknown"),
    ] {
        let ended = over(text.as_bytes());
        let report: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{text}: {}", ended.said));
        let rows = report["resources"].as_array().unwrap();
        assert_eq!((ended.code, rows.len()), (Some(0), if account == "unknown" { 1 } else { 2 }), "{text}");
        assert!(rows.iter().all(|row| row["account"] == account), "{text}: {rows:?}");
        let says = ended.said.contains("instances without an account (`OwnerId`) in the inventory: 1");
        assert_eq!(says, account == "unknown", "{}", ended.said);
    }
}

#[test]
fn documents_may_follow_each_other_and_a_missing_page_is_never_silent() {
    let text = |pages: &[Value]| pages.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let pretty = |pages: &[Value]| pages.iter().map(|page| format!("{page:#}")).collect::<String>();
    let (first, last) = (page("i-1", TOKYO, Some("more")), page("i-2", TOKYO, None));
    let empty = json!({"Reservations": []});
    let all = [first.clone(), last.clone()];
    let elsewhere = page("i-2", "us-east-1", None);
    for (text, code) in [
        (text(&all), 0),
        (pretty(&all), 0),
        (json!(all).to_string(), 0),
        (text(&[first.clone(), empty.clone(), last.clone()]), 0),
        (text(&[last.clone(), first.clone()]), 3),
        // A loop over Regions: the answer of the next Region is not the next page of this one.
        (text(&[first.clone(), elsewhere.clone()]), 3),
        (text(&[first.clone(), empty.clone(), elsewhere]), 3),
        (text(&[last.clone(), first.clone(), empty]), 3),
    ] {
        let folder = furnished(&[("fleet.json", text.as_bytes())]);
        let ended = plan(&folder, &["fleet.json"], b"");
        assert_eq!((ended.code, ended.ids()), (Some(code), vec!["i-1".to_owned(), "i-2".to_owned()]), "{text}");
        for arguments in [&["targets"][..], &["snapshot"], &["explain", "i-1"]] {
            let ended = run(folder.path(), &[arguments, &["--inventory", "fleet.json", "--at", EVENING]].concat(), b"");
            assert_eq!(ended.code, Some(code), "{arguments:?} {text}: {}{}", ended.out, ended.said);
            let both = ended.out + &ended.said;
            assert_eq!(both.contains("NextToken"), code == 3, "{arguments:?} {text}: {both}");
        }
    }
    let pages = furnished(&[("1.json", first.to_string().as_bytes()), ("2.json", last.to_string().as_bytes())]);
    let ended = plan(&pages, &["1.json", "2.json"], b"");
    assert_eq!(ended.code, Some(3), "in another file nothing says that it is the next page");
    assert!(ended.out.contains("`1.json` has a `NextToken`"), "{}", ended.out);
}

#[test]
fn several_inventories_are_one() {
    let folder = furnished(&[
        ("a.json", one("i-1").to_string().as_bytes()),
        ("b.json", answer("222222222222", &[instance("i-2", "us-east-1")]).to_string().as_bytes()),
    ]);
    let third = answer("111111111111", &[instance("i-3", "us-east-1")]).to_string();
    let ended = plan(&folder, &["a.json", "-", "b.json"], third.as_bytes());
    assert_eq!(
        (ended.code, ended.ids()),
        (Some(0), ["i-1", "i-3", "i-2"].map(str::to_owned).to_vec()),
        "{}",
        ended.said
    );
    let twice = plan(&folder, &["-", "-"], third.as_bytes());
    assert!(twice.code == Some(1) && twice.said.contains("standard input can be read once"), "{}", twice.said);
    let named = ["--inventory", "a.json", "--inventory", "b.json", "--at", EVENING];
    let targets = run(folder.path(), &[&["targets"][..], &named].concat(), b"");
    assert!(targets.out.contains("2 accounts, 2 targets\n"), "{}", targets.out);
    let explained = run(folder.path(), &[&["explain", "i-2"][..], &named].concat(), b"");
    assert!(explained.code == Some(0) && explained.out.contains("222222222222"), "{}", explained.said);
    let saved = run(folder.path(), &[&["snapshot", "--out", "all.json"][..], &named].concat(), b"");
    assert!(saved.code == Some(0) && saved.said.contains("2 instances saved"), "{}", saved.said);
    assert_eq!(plan(&folder, &["all.json"], b"").ids(), ["i-1", "i-2"]);
    let broken = plan(&folder, &["a.json", "reaper.toml"], b"");
    assert!(broken.code == Some(1) && broken.said.contains("`reaper.toml` "), "{}", broken.said);
}

#[test]
fn an_instance_in_two_files_counts_once_or_is_refused() {
    let mut changed = instance("i-1", TOKYO);
    changed["State"] = json!({"Code": 80, "Name": "stopped"});
    let unplaced = json!({"Reservations": [{"Instances": [instance("i-1", TOKYO)]}]});
    let folder = furnished(&[
        ("a.json", one("i-1").to_string().as_bytes()),
        ("same.json", json!([one("i-1"), one("i-2")]).to_string().as_bytes()),
        ("changed.json", answer("111111111111", &[changed.clone()]).to_string().as_bytes()),
        ("unplaced.json", unplaced.to_string().as_bytes()),
        ("other.json", answer("222222222222", &[instance("i-1", TOKYO)]).to_string().as_bytes()),
    ]);
    let same = plan(&folder, &["a.json", "same.json"], b"");
    assert_eq!((same.code, same.ids()), (Some(0), vec!["i-1".to_owned(), "i-2".to_owned()]));
    assert!(
        same.said.contains("instances in more than one file, with equal entries, each counted once: 1"),
        "{}",
        same.said
    );
    for (second, why) in
        [("changed.json", "its entries differ in `state`"), ("unplaced.json", "one of them does not say")]
    {
        let ended = plan(&folder, &["a.json", second], b"");
        let names = format!("`i-1` of 111111111111/{TOKYO} is in `a.json` and in `{second}`");
        assert!(ended.code == Some(1) && ended.said.contains(why), "{second}: {}", ended.said);
        assert!(second != "changed.json" || ended.said.contains(&names), "{}", ended.said);
    }
    assert_eq!(plan(&folder, &["a.json", "other.json"], b"").ids().len(), 2, "a name is one within its account only");
    // In one file the later entry counts, as of pages that overlap.
    let ended = over(json!([one("i-1"), answer("111111111111", &[changed])]).to_string().as_bytes());
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((report["resources"][0]["reason"].as_str(), ended.ids().len()), (Some("not-running"), 1));
}

/// A snapshot of one place at an instant.
fn snapshot(account: &str, region: &str, at: &str) -> Vec<u8> {
    let text = answer(account, &[instance("i-1", region)]).to_string();
    let folder = furnished(&[("fleet.json", text.as_bytes())]);
    let ended = run(folder.path(), &["snapshot", "--inventory", "fleet.json", "--at", at], b"");
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let mut saved: Value = serde_json::from_str(&ended.out).unwrap();
    saved["taken-at"] = at.into();
    saved.to_string().into_bytes()
}

#[test]
fn a_folder_by_account_and_region_is_one_inventory_and_says_so() {
    let (a, b) = (one("i-1").to_string(), answer("222222222222", &[instance("i-2", "us-east-1")]).to_string());
    let none = json!({"Reservations": []}).to_string();
    let folder = furnished(&[
        ("fleet/111111111111/ap-northeast-1.json", a.as_bytes()),
        ("fleet/111111111111/eu-west-1.json", none.as_bytes()),
        ("fleet/222222222222/us-east-1.ndjson", b.as_bytes()),
        ("fleet/222222222222/us-west-2.json.zip", b"PK"),
        ("fleet/.DS_Store", b"x"),
    ]);
    let ended = plan(&folder, &["fleet"], b"");
    assert_eq!((ended.code, ended.ids()), (Some(0), vec!["i-1".to_owned(), "i-2".to_owned()]), "{}", ended.said);
    assert!(ended.said.contains("`fleet` is taken for one inventory of 3 files: no two"), "{}", ended.said);
    assert!(
        ended.said.contains("files in `fleet` that are not read: 1, such as `fleet/222222222222/us-west-2.json.zip`"),
        "{}",
        ended.said
    );
    let explained = run(folder.path(), &["explain", "i-2", "--inventory", "fleet", "--at", EVENING], b"");
    assert_eq!(explained.code, Some(0), "{}", explained.said);
    let against = ["plan", "--inventory", "fleet", "--against", "reaper.toml", "--at", EVENING];
    let compared = run(folder.path(), &against, b"");
    assert!(compared.code == Some(0) && compared.out.lines().count() == 2, "{}{}", compared.out, compared.said);
    // Snapshots of several places, taken one after the other.
    let folder = furnished(&[
        ("fleet/a.json", &snapshot("111111111111", TOKYO, "2026-11-25T12:00:00Z")),
        ("fleet/b.json", &snapshot("222222222222", TOKYO, "2026-11-25T12:10:00Z")),
    ]);
    let ended = plan(&folder, &["fleet"], b"");
    assert!(ended.ids().len() == 2 && ended.said.contains("taken for one inventory"), "{}", ended.said);
}

#[test]
fn a_folder_by_day_is_a_backtest_and_says_so() {
    let folder = furnished(&[
        ("days/tue.json", &snapshot("111111111111", TOKYO, "2026-11-24T12:30:00Z")),
        ("days/wed.json", &snapshot("111111111111", TOKYO, "2026-11-25T12:30:00Z")),
        ("more/a.json", one("i-9").to_string().as_bytes()),
    ]);
    let over = |arguments: &[&str]| run(folder.path(), &[&["plan", "--inventory", "days"], arguments].concat(), b"");
    let ended = over(&["--format", "json"]);
    let days: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.said));
    let files: Vec<_> = days["days"].as_array().unwrap().iter().map(|day| day["file"].as_str().unwrap()).collect();
    assert_eq!((ended.code, files), (Some(0), vec!["tue.json", "wed.json"]));
    let why = format!("is taken for a backtest over 2 files: 111111111111/{TOKYO} is in `tue.json` and in");
    assert!(ended.said.contains(&why), "{}", ended.said);
    let more = over(&["--inventory", "more"]);
    assert!(more.code == Some(1) && more.said.contains("`days` is a backtest; give it alone"), "{}", more.said);
    let explained = run(folder.path(), &["explain", "i-1", "--inventory", "days"], b"");
    assert!(explained.code == Some(1) && explained.said.contains("a backtest is for `plan`"), "{}", explained.said);
}

#[test]
fn a_folder_that_may_be_both_or_neither_is_refused_with_the_mend() {
    let (a, b) = (one("i-1").to_string(), one("i-2").to_string());
    let both = furnished(&[
        ("fleet/a.json", &snapshot("111111111111", TOKYO, "2026-11-24T12:30:00Z")),
        ("fleet/b.json", &snapshot("222222222222", TOKYO, "2026-11-25T12:30:00Z")),
    ]);
    let neither = furnished(&[("fleet/mon.json", a.as_bytes()), ("fleet/tue.json", b.as_bytes())]);
    for (folder, why) in [(both, "they are of several days"), (neither, "does not say when it was taken")] {
        let ended = plan(&folder, &["fleet"], b"");
        assert_eq!(ended.code, Some(1), "{}", ended.out);
        for part in ["`fleet` may be one inventory or a backtest", why, "name each file with `--inventory`"] {
            assert!(ended.said.contains(part), "{part}: {}", ended.said);
        }
    }
    for files in [&[][..], &[("fleet/notes.txt", &b"x"[..])]] {
        let folder = furnished(files);
        let _ = fs::create_dir(folder.path().join("fleet"));
        let ended = plan(&folder, &["fleet"], b"");
        assert!(ended.code == Some(1) && ended.said.contains("holds no inventory"), "{}", ended.said);
    }
}

#[test]
fn a_folder_whose_names_have_days_is_judged_at_a_time_on_each_of_them() {
    let both = |id: &str| one(id).to_string().into_bytes();
    let named = furnished(&[("days/2026-11-24.json", &both("i-1")), ("days/dev-20261125.json", &both("i-1"))]);
    let other = answer("222222222222", &[instance("i-2", TOKYO)]).to_string().into_bytes();
    let nested = furnished(&[
        ("days/date=2026-11-24/a.json", &both("i-1")),
        ("days/date=2026-11-24/b.json", &other),
        ("days/date=2026-11-25/a.json", &both("i-1")),
        ("days/date=2026-11-25/b.json", &other),
    ]);
    for (folder, seen) in [(named, 1), (nested, 2)] {
        let over = |more: &[&str]| run(folder.path(), &[&["plan", "--inventory", "days"], more].concat(), b"");
        let unsaid = over(&[]);
        assert_eq!(unsaid.code, Some(1), "{}", unsaid.out);
        for part in ["names of its files have days", "does not say at which time; add it, such as `--at 22:00`"] {
            assert!(unsaid.said.contains(part), "{part}: {}", unsaid.said);
        }
        let ended = over(&["--at", "21:30", "--format", "json"]);
        let days: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.said));
        let days: Vec<_> = days["days"].as_array().unwrap().iter().map(|day| (&day["at"], &day["seen"])).collect();
        let (tuesday, wednesday) = (json!("2026-11-24T12:30:00Z"), json!("2026-11-25T12:30:00Z"));
        assert_eq!(days, [(&tuesday, &json!(seen)), (&wednesday, &json!(seen))]);
    }
}

#[test]
fn several_instants_of_one_day_stay_apart_whatever_folder_they_are_in() {
    let report = |at: &str| json!({"at": at, "instances": [], "unreachable": []}).to_string().into_bytes();
    let (early, late) = ("2026-11-24T09:00:00Z", "2026-11-24T21:00:00Z");
    let snapshots = furnished(&[
        ("days/2026-11-24/a.json", &snapshot("111111111111", TOKYO, early)),
        ("days/2026-11-24/b.json", &snapshot("111111111111", TOKYO, late)),
    ]);
    // As the record has its reports.
    let reports = furnished(&[
        ("days/date=2026-11-24/20261124T090000Z-1a2b3c4d/report.json", &report(early)),
        ("days/date=2026-11-24/20261124T210000Z-1a2b3c4d/report.json", &report(late)),
    ]);
    // As a later release wrote it, beside a report of an earlier one.
    let mixed = furnished(&[
        ("days/date=2026-11-24/20261124T090000Z-1a2b3c4d/report.json", &report(early)),
        ("days/date=2026-11-24/20261124T210000Z-1a2b3c4d/report.json.gz", &gzip(&report(late))),
    ]);
    for folder in [snapshots, reports, mixed] {
        let ended = run(folder.path(), &["plan", "--inventory", "days", "--format", "json"], b"");
        let days: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.said));
        let instants: Vec<_> = days["days"].as_array().unwrap().iter().map(|day| &day["at"]).collect();
        assert_eq!(instants, [&json!(early), &json!(late)], "{}", ended.said);
    }
}

#[test]
fn the_day_in_a_name_is_read_only_where_there_is_one() {
    let day = |path: &str| layout::day_of(path).map(|day| day.to_string());
    for path in [
        "2026-11-24.json",
        "date=2026-11-24/all.json",
        "開発-20261124.json",
        "20261124T1230Z.json",
        "2026-11-24/20261124.json",
    ] {
        assert_eq!(day(path).as_deref(), Some("2026-11-24"), "{path}");
    }
    for path in
        ["222222222222.json", "2026-11-24-to-2026-11-25.json", "2026-13-01.json", "120261124.json", "-.json", ""]
    {
        assert_eq!(day(path), None, "{path}");
    }
}

#[test]
fn a_backtest_against_other_settings_says_the_difference_in_dollars() {
    let mut priced = instance("i-1", TOKYO);
    (priced["PlatformDetails"], priced["UsageOperation"]) = ("Linux/UNIX".into(), "RunInstances".into());
    let fleet = answer("111111111111", &[priced]).to_string();
    let late = SETTINGS.replace("mon-fri 09:00-18:00", "mon-fri 09:00-22:00");
    let folder = furnished(&[("fleet.json", fleet.as_bytes()), ("late.toml", late.as_bytes())]);
    let compare = |new: &str, old: &str, more: &[&str]| {
        let arguments = ["--config", new, "plan", "--inventory", "fleet.json", "--against", old, "--at", EVENING];
        run(folder.path(), &[&arguments, more].concat(), b"")
    };
    let json: Value = serde_json::from_str(&compare("late.toml", "reaper.toml", &["--format", "json"]).out).unwrap();
    let usd = |key: &str| json["usd-month"][key].as_str().and_then(|text| text.parse::<f64>().ok()).unwrap();
    assert!(usd("before") > 5.0 && usd("now") == 0.0 && usd("difference") == -usd("before"), "{json}");
    let text = compare("late.toml", "reaper.toml", &[]).out;
    assert!(text.contains("$0.00 now (-$"), "{text}");
    let text = compare("reaper.toml", "late.toml", &[]).out;
    assert!(text.contains("a month: $0.00 before, $") && text.contains("(+$"), "{text}");
    let alone = run(folder.path(), &["plan", "--inventory", "fleet.json", "--at", EVENING], b"");
    assert!(!alone.out.contains("average of the snapshots"), "{}", alone.out);
}
