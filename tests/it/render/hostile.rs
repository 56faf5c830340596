//! Text that others wrote, one list of it, in every rendering: it does nothing there but stand and be read.

use std::process::Command;
use std::sync::Arc;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::judge::owner::{OwnedBy, Owner};
use idle_reaper::engine::model::{Action, Contact, Item, Locale, ResourceId, Subject, Target};
use idle_reaper::engine::model::{Outcome, OutcomeKind, SkippedAccount, Unreachable};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::digest::{About, Digest, Entry, Reader};
use idle_reaper::engine::report::stocktake::{Stocktake, Taking};
use idle_reaper::engine::tags::keep::Kept;
use idle_reaper::local::packed;
use idle_reaper::render::{
    Frame, Style, edge, json, markdown, messages, stocktake, stocktake_csv, stocktake_json, table, write_json,
};
use idle_reaper::run::tables;
use serde_json::Value;

use crate::fake::{EVENING, SETTINGS, Shape, World, at, instance, plan, settings, with};

/// What breaks terminals, tickets, chats, mail and spreadsheets.
pub const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}click",
    "one\r\n| two |\n\n# three",
    "\u{9b}31mred\u{7f}\u{0}\u{85}",
    "a\u{202e}txt.exe\u{202c}",
    "\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}",
    "a\u{2028}b\u{2029}c",
    "\u{feff}\u{200b}\u{200d}\u{2060}\u{ad}\u{3164}",
    "\u{e0041}\u{e007f}",
    "https://evil.example/login?a=b",
    "HTTPS://EVIL.EXAMPLE",
    "ftp://192.0.2.1/x",
    "www.evil.example",
    "pay at evil.example/now, 例え.テスト",
    "https://console.aws.amazon.com@evil.example/",
    "https://console.aws.amazon.com.evil.example/",
    "s3://bucket/https://evil.example",
    "mailto:a@evil.example",
    "[click](https://evil.example)",
    "![image](http://evil.example/x.png)",
    "<https://evil.example|click>",
    "@team and @channel",
    "<!channel> <@U123> <#C1>",
    "#12 owner/repo#12",
    "&#64;team &lt;",
    "`code` ``` ```",
    "*bold* _it_ ~~gone~~",
    "| a | b \\| c |",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\u{202e}=1",
    "\u{ff1d}1",
];

fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c as u32, 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff
            | 0xe0000..=0xe007f)
}

/// Nothing hidden but line breaks and, where `ours` are allowed, the zero-width spaces that we put in ourselves.
#[track_caller]
fn shows_everything(text: &str, ours: bool) {
    let found = text.chars().find(|c| hidden(*c) && *c != '\n' && !(ours && *c == '\u{200b}'));
    assert_eq!(found, None, "{text:?}");
}

/// No address with a scheme, and no name of a host, but the console's and places in S3.
#[track_caller]
fn has_no_link(text: &str) {
    // The address of a mailbox opens no page.
    let lower = text.to_lowercase().replace("a@evil.example", "").replace("com@evil.example", "");
    for (start, _) in lower.match_indices("://") {
        assert!(lower[..start].ends_with("s3"), "{text:?}");
    }
    for end in [".example", "evil.", ".テスト"] {
        assert!(!lower.contains(end) || lower.contains(&format!("{end}\u{200b}")), "{end}: {text:?}");
    }
}

/// Nobody is mentioned.
#[track_caller]
fn calls_nobody(text: &str) {
    let called = text.match_indices('@').any(|(at, _)| {
        let mailbox = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        !mailbox && !text[at..].starts_with("@\u{200b}")
    });
    assert!(!called, "{text:?}");
}

/// A report in which `text` stands wherever something stands that is not ours.
pub fn report(text: &str) -> Report {
    let key = if text.is_empty() { "x" } else { text };
    let keys = ["idle-reaper:keep", "idle-reaper:keep-until", "idle-reaper:schedule", "aws:autoscaling:groupName", key];
    let tagged = |(n, key): (usize, &&str)| instance(&format!("i-{n}")).tag("Name", text).tag(key, text);
    let mut report = plan(&World::of(keys.iter().enumerate().map(tagged)), &with(&[]), at(EVENING));
    let target = Arc::new(Target::new(text, text));
    for row in &mut report.rows {
        (row.id.place, row.id.name, row.kind) = (target.clone(), text.into(), text.into());
        row.launched_by = Some(text.into());
        row.owner = Arc::new(Owner { name: text.into(), by: OwnedBy::Tag(text.into()) });
    }
    let unreachable = Unreachable { account: text.into(), region: text.into(), cause: text.to_owned() };
    let outcome = Outcome {
        id: ResourceId::instance(Target::new(text, text), text),
        action: Action::Stop,
        outcome: OutcomeKind::Failed,
        detail: text.to_owned(),
        at: report.at,
    };
    let skipped = SkippedAccount { account: text.into(), name: Some(text.to_owned()), because: text.to_owned() };
    Report {
        unreachable: vec![unreachable],
        outcomes: vec![outcome],
        skipped: vec![skipped],
        names: [(text.into(), text.to_owned())].into(),
        notes: vec![text.to_owned()],
        plan: report.plan.clone().refuse(text.to_owned(), idle_reaper::engine::model::Cap::TooManyUnreachable),
        ..report
    }
}

#[test]
fn a_terminal_shows_it_and_obeys_none_of_it() {
    for text in HOSTILE {
        shows_everything(&table(&report(text), Style { colour: false, width: None }), false);
        let lines = table(&report(text), Style { colour: false, width: None }).lines().count();
        assert!(lines < 60, "a name has broken a line: {text:?}");
    }
}

#[test]
fn json_keeps_every_character_of_it_and_shows_none_that_is_hidden() {
    for text in HOSTILE {
        let report = report(text);
        let line = json(&report, false).expect("JSON");
        shows_everything(&line, false);
        assert!(!line.contains('\n'));
        let mut pretty = Vec::new();
        write_json(&report, true, &mut pretty).expect("JSON");
        let pretty = String::from_utf8(pretty).expect("text");
        shows_everything(&pretty, false);
        for written in [line, pretty] {
            let value: Value = serde_json::from_str(&written).expect("JSON");
            for key in ["id", "name", "account", "region", "launched-by", "owner"] {
                assert_eq!(value["resources"][0][key], **text, "{key}");
            }
            assert_eq!((&value["unreachable"][0]["cause"], &value["notes"][0]), (&(**text).into(), &(**text).into()));
        }
        let unpacked = |bytes: std::io::Result<Option<Vec<u8>>>| {
            let whole = packed::unpacked(&bytes.expect("no error").expect("lines"));
            String::from_utf8(whole.expect("gzip")).expect("text")
        };
        let verdicts = unpacked(packed::lines(tables::verdicts(&report)));
        for lines in [verdicts, unpacked(packed::lines(tables::outcomes(&(&report).into())))] {
            shows_everything(&lines, false);
            let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
            assert_eq!(first["id"], **text);
        }
    }
}

#[test]
fn markdown_makes_no_link_mention_or_markup_of_it() {
    for text in HOSTILE {
        let shown = markdown(&report(text));
        shows_everything(&shown, true);
        for line in shown.lines().filter(|line| !line.starts_with('#')) {
            // What stands in a code span is not markup; each escaped character taken away, none is left.
            let mut bare = String::new();
            let mut escaped = false;
            for c in line.chars() {
                if !escaped && c != '\\' {
                    bare.push(c);
                }
                escaped = c == '\\' && !escaped;
            }
            assert_eq!(bare.matches('`').count() % 2, 0, "{line}");
            let outside: String = bare.split('`').step_by(2).collect();
            calls_nobody(&outside);
            has_no_link(&outside);
            for mark in ['<', '[', ']', '#'] {
                assert!(!outside.contains(mark), "{mark}: {line}");
            }
            assert!(!outside.replace("&amp;", "").contains('&'), "{line}");
        }
    }
    let kept = "AWS shows it at https://console.aws.amazon.com/cost-management/home#/anomaly_detection?x=1&y=2";
    assert!(edge::cell(kept).ends_with("home#/anomaly_detection?x=1&y=2"), "the console's own pages stay links");
    assert_eq!(edge::unlinked("in s3://bucket/stocktake/a.b/c.md."), "in s3://bucket/stocktake/a.b/c.md.");
    assert_eq!(edge::unlinked("t3.micro m7i.metal-24xl 7.59 a. b"), "t3.micro m7i.metal-24xl 7.59 a. b");
}

const CHANNELS: &str = "\n[channels.mail]\nsns = \"arn:aws:sns:eu-west-1:111111111111:mail\"\n\
    [channels.q]\nsns = \"arn:aws:sns:eu-west-1:111111111111:q\"\nformat = \"chat\"\n\
    [channels.slack]\nslack = \"ssm:/idle-reaper/slack\"\n";

fn talkative() -> Settings {
    settings(&format!("{SETTINGS}{CHANNELS}"))
}

/// A digest that says `text` wherever it can.
fn digest(settings: &Settings, channel: &str, text: &str, reader: Reader) -> Digest {
    let row = report(text).rows.remove(0);
    let item = Item {
        subject: Subject::FirstStop,
        id: ResourceId::instance(Target::new(text, text), text),
        name: text.into(),
        kind: text.into(),
        policy: text.into(),
        verdict: row.verdict,
        since: None,
        due: Some(at(EVENING)),
        zone: row.zone,
        monthly: None,
        note: text.to_owned(),
        reminder: false,
        hours: text.into(),
        own_hours: true,
        notified: Some((text.into(), at(EVENING))),
    };
    let owner = Owner { name: text.into(), by: OwnedBy::Tag(text.into()) };
    let channel = settings.channels.get(channel).expect("a channel").clone();
    Digest { reader, channel, entries: vec![Entry { item, owner }], notes: vec![text.into()], about: About::News }
}

#[test]
fn mail_and_chats_make_no_link_and_no_call_of_it() {
    let settings = talkative();
    for text in HOSTILE {
        let names = [((*text).into(), (*text).to_owned())].into();
        let frame = Frame {
            at: at(EVENING),
            locale: Locale::En,
            tags: &settings.tags,
            names: &names,
            money: &settings.money,
            links: settings.links.as_deref(),
            run: Some("1"),
        };
        for channel in ["mail", "q", "slack"] {
            for reader in [Reader::Operator, Reader::Owner((*text).into(), Contact::First)] {
                for message in messages(&digest(&settings, channel, text, reader), &frame) {
                    shows_everything(&message.subject, false);
                    // Of mail the subject is ASCII: a space stands where other text has a break of no width.
                    has_no_link(&message.subject.replace(": //", ":\u{200b}//").replace(". ", ".\u{200b}"));
                    assert!(message.subject.is_ascii());
                    if channel == "mail" {
                        shows_everything(&message.body, true);
                        has_no_link(&message.body);
                        continue;
                    }
                    let body: Value = serde_json::from_str(&message.body).expect("JSON");
                    // The header of Slack is plain text, in which no markup is read.
                    let header = body.pointer("/blocks/0/text/text").and_then(Value::as_str).unwrap_or_default();
                    let mut said = Vec::new();
                    strings(&body, &mut said);
                    for line in said {
                        shows_everything(&line, true);
                        has_no_link(&line);
                        calls_nobody(&line);
                        let markup = line.contains('<') || line.contains("](");
                        assert!(!markup || line == header, "{line}");
                    }
                }
            }
        }
    }
}

fn strings(value: &Value, said: &mut Vec<String>) {
    match value {
        Value::String(text) => said.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| strings(one, said)),
        Value::Object(map) => map.values().for_each(|one| strings(one, said)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn the_stocktake_is_no_formula_no_link_and_no_markup() {
    let settings = talkative();
    for text in HOSTILE {
        let machine = instance(text).tag("Name", text).tag("idle-reaper:keep-until", text);
        let kept = Kept::read(&machine.tags, &settings.tags, None, None, at(EVENING));
        let line = idle_reaper::engine::report::stocktake::Line::of(&machine, kept);
        let line = idle_reaper::engine::report::stocktake::Line { launched_by: Some((*text).to_owned()), ..line };
        let names = [("111111111111".into(), (*text).to_owned())].into();
        let month = idle_reaper::engine::model::month::Month::parse("2026-11").expect("a month");
        let taking = Taking {
            month,
            at: at(EVENING),
            zone: chrono_tz::Tz::UTC,
            money: &settings.money,
            names: &names,
            links: settings.links.as_ref(),
        };
        let unreachable =
            Unreachable { account: "111111111111".into(), region: (*text).into(), cause: (*text).to_owned() };
        let stock = Stocktake::all(taking, [line], &[unreachable]).remove(0);
        let csv = stocktake_csv(&stock, &settings.money).expect("a table");
        shows_everything(&csv.replace(['\t', '\r'], " "), false);
        for record in csv::Reader::from_reader(csv.as_bytes()).records() {
            for cell in &record.expect("a record") {
                let first = cell.trim_start().chars().next().unwrap_or('x');
                assert!(!"=+-@\u{ff1d}".contains(first), "{cell}");
            }
        }
        let value = stocktake_json(&stock, &settings.money).expect("JSON");
        shows_everything(&value, false);
        let value: Value = serde_json::from_str(&value).expect("JSON");
        assert_eq!((&value["resources"][0]["id"], &value["account_name"]), (&(**text).into(), &(**text).into()));
        for locale in [Locale::En, Locale::Ja] {
            let shown = stocktake::markdown(&stock, &settings.money, locale);
            shows_everything(&shown, true);
            shows_everything(
                &stocktake::message(&stock, &settings.money, &settings.tags, "s3://b/k", locale).text,
                false,
            );
        }
    }
}

/// Runs the command over an inventory in which `text` stands wherever it can.
fn command(text: &str, arguments: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("reaper.toml"), SETTINGS).expect("a file");
    let tag = |key: &str, value: &str| serde_json::json!({"Key": key, "Value": value});
    let inventory = serde_json::json!({"Reservations": [{"OwnerId": text, "Instances": [{
        "InstanceId": text, "InstanceType": text, "State": {"Name": "running"}, "LaunchTime": "2026-11-25T00:30:00Z",
        "RootDeviceType": "ebs", "Placement": {"AvailabilityZone": text},
        "Tags": [tag("Env", "dev"), tag("Name", text), tag("idle-reaper:schedule", text), tag("idle-reaper:keep-until", text)],
    }]}]});
    std::fs::write(folder.path().join("fleet.json"), inventory.to_string()).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    let at = ["--at", EVENING, "--inventory", "fleet.json"];
    let output = command.env_clear().current_dir(folder.path()).args(arguments).args(at).output().expect("the command");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn no_command_hands_it_to_the_terminal_as_it_is() {
    // One of each kind of harm, without the byte that no argument can hold.
    for text in ["\u{1b}[2J\u{9b}31m\u{7}", "a\u{202e}b\u{2066}c\u{2028}d\u{feff}", "one\r\ntwo\u{e0041}"] {
        for verb in [
            &["plan"][..],
            &["plan", "--format", "json"],
            &["targets"],
            &["targets", "--format", "json"],
            &["snapshot"],
        ] {
            let (out, err) = command(text, verb);
            shows_everything(&out, false);
            shows_everything(&err, false);
            assert!(!out.is_empty(), "{verb:?}: {err}");
        }
        for verb in
            [&["explain", text][..], &["explain", text, "--format", "json"], &["schedule", text], &["explain", "i-1"]]
        {
            let (out, err) = command(text, verb);
            shows_everything(&out, false);
            shows_everything(&err, false);
        }
    }
}
