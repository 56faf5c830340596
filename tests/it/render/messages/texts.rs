//! What messages say, in the form and within the limits of each channel; no limit drops an id, and nobody who
//! writes a tag speaks to a whole channel.

use std::collections::BTreeMap;

use chrono::Duration;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Contact, Item, Locale, Message, ResourceId, Skipped, Subject, Verdict};
use idle_reaper::engine::report::digest::{About, Digest, Entry, Reader};
use idle_reaper::render::{Frame, messages};
use proptest::prelude::*;
use serde_json::Value;

use super::samples::{item, owner, telling};
use crate::fake::{EVENING, at};
use crate::laws::arbitrary::for_all;

const CHANNELS: [&str; 3] = ["mail", "dev-chat", "slack"];

fn digest(settings: &Settings, channel: &str, items: Vec<Item>, reader: Reader) -> Digest {
    let entries = items.into_iter().map(|item| Entry { item, owner: owner("team-dev") }).collect();
    Digest { reader, channel: settings.channels[channel].clone(), entries, notes: Vec::new(), about: About::Stocktake }
}

fn first() -> Reader {
    Reader::Owner("team-dev".into(), Contact::First)
}

fn written(settings: &Settings, digest: &Digest, locale: Locale) -> Vec<Message> {
    let names = BTreeMap::from([("111111111111".into(), "web-dev".to_owned())]);
    messages(
        digest,
        &Frame {
            at: at(EVENING),
            locale,
            tags: &settings.tags,
            names: &names,
            money: &settings.money,
            links: settings.links.as_deref(),
            run: Some("1"),
        },
    )
}

fn one(channel: &str, item: Item) -> Message {
    let settings = telling();
    let mut parts = written(&settings, &digest(&settings, channel, vec![item], first()), Locale::En);
    assert_eq!(parts.len(), 1);
    parts.remove(0)
}

fn pretty(message: &Message) -> String {
    let body = serde_json::from_str::<Value>(&message.body);
    let body = body.map_or(message.body.clone(), |value| serde_json::to_string_pretty(&value).expect("JSON"));
    format!("Subject: {}\n\n{body}", message.subject)
}

#[test]
fn a_message_says_what_why_since_when_what_it_costs_when_it_stops_how_to_keep_it_and_how_to_see_why() {
    let settings = telling();
    let unknown = Item {
        subject: Subject::KeepEnds,
        name: "".into(),
        due: Some(at("2026-11-30T00:00:00+09:00")),
        monthly: None,
        note: "extended twice".to_owned(),
        reminder: true,
        hours: "mon-fri 10:00-20:00".into(),
        own_hours: true,
        notified: Some(("team-dev".into(), at("2026-11-20T09:00:00+09:00"))),
        ..item("i-0fedcba9876543210")
    };
    let items = || vec![item("i-0123456789abcdef0"), unknown.clone()];
    for (channel, name) in [("mail", "mail"), ("dev-chat", "chat"), ("slack", "slack")] {
        for locale in Locale::ALL {
            let parts = written(&settings, &digest(&settings, channel, items(), first()), *locale);
            insta::assert_snapshot!(format!("{name}_{locale}"), pretty(&parts[0]));
        }
    }
    let mut operator = digest(&settings, "mail", items(), Reader::Operator);
    operator.notes = vec!["channel `slack` was down".into()];
    insta::assert_snapshot!("operator", pretty(&written(&settings, &operator, Locale::En)[0]));
}

#[test]
fn a_database_is_named_as_one_and_started_by_its_own_command() {
    let settings = telling();
    let place = idle_reaper::engine::model::Target::new("111111111111", "ap-northeast-1");
    let db = |name: &str| Item { id: ResourceId::named(place.clone(), name), ..item("i-1") };
    let items = vec![item("i-1"), item("i-2"), db("db:orders"), db("cluster:main"), db("service:shop/web")];
    let mail = written(&settings, &digest(&settings, "mail", items, first()), Locale::En).remove(0);
    assert!(mail.subject.contains("2 instances, 2 databases and 1 service of team-dev"), "{}", mail.subject);
    for command in [
        "aws rds start-db-instance --region ap-northeast-1 --db-instance-identifier orders",
        "aws rds start-db-cluster --region ap-northeast-1 --db-cluster-identifier main",
        "aws ec2 start-instances --region ap-northeast-1 --instance-ids i-1",
        "aws ecs update-service --region ap-northeast-1 --cluster shop --service web --desired-count COUNT",
    ] {
        assert!(mail.body.contains(command), "{command} is missing in {}", mail.body);
    }
}

#[test]
fn the_tag_that_keeps_is_exact_and_within_what_the_settings_allow() {
    for (days, wanted) in [("90", "2026-12-25"), ("10", "2026-12-05"), ("0", "2026-11-26")] {
        let text = format!("{}{}\n[tags]\nmax-keep-days = {days}\n", crate::fake::SETTINGS, super::samples::TELLING);
        let settings = crate::fake::settings(&text);
        let parts = written(&settings, &digest(&settings, "mail", vec![item("i-1")], first()), Locale::En);
        let tag = format!("To keep it: idle-reaper:keep-until={wanted}\n");
        assert!(parts[0].body.contains(&tag), "{}", parts[0].body);
    }
    let ends = Item { subject: Subject::KeepEnds, due: Some(at("2026-12-10T00:00:00+09:00")), ..item("i-1") };
    assert!(one("mail", ends).body.contains("keep-until=2027-01-09\n"), "a month from the end of the keep");
    let lifted = Item { subject: Subject::Lifted, note: "its CPU was busy".to_owned(), ..item("i-1") };
    let body = one("mail", lifted).body;
    assert!(!body.contains("keep-until=") && body.contains("Note: its CPU was busy"), "{body}");
}

/// Texts that would call people, link or break out of what holds them.
const EVIL: &str = "<!channel> <@U1> @here @channel `x` ```y``` [a](https://evil) <https://evil|b> & \"q\"\n\u{7}*z*";

#[test]
fn what_a_team_writes_into_a_tag_calls_nobody_and_links_nowhere() {
    let keep = Verdict::Skip(Skipped::KeepUnreadable { value: EVIL.to_owned() });
    let evil = Item { name: EVIL.into(), kind: EVIL.into(), note: EVIL.into(), verdict: keep, ..item("i-1") };
    for channel in ["dev-chat", "slack"] {
        let body: Value = serde_json::from_str(&one(channel, evil.clone()).body).expect("JSON");
        for text in texts(&body) {
            for call in ["<!", "<@", "<h", "@here", "@channel", "](", "```", "\u{7}"] {
                assert!(!text.contains(call), "{call} in {text}");
            }
        }
    }
    let body = one("mail", evil).body;
    assert!(!body.contains('\u{7}') && body.contains("<!channel>"), "plain text is shown as it is: {body}");
}

/// Every text in JSON.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// What each channel takes at most.
fn check_limits(channel: &str, message: &Message) {
    let size = |text: &str| text.encode_utf16().count();
    let subject = &message.subject;
    assert!(subject.is_ascii() && subject.len() < 100 && !subject.contains(char::is_control), "{subject}");
    assert!(message.body.len() <= 256 * 1024);
    match channel {
        "dev-chat" => {
            let body: Value = serde_json::from_str(&message.body).expect("JSON");
            let text = |key: &str| body["content"][key].as_str().map_or(0, size);
            assert!((1..=250).contains(&text("title")) && (1..=8000).contains(&text("description")));
        }
        "slack" => {
            let body: Value = serde_json::from_str(&message.body).expect("JSON");
            let blocks = body["blocks"].as_array().expect("blocks");
            assert!(blocks.len() <= 50 && message.body.len() <= 40_000);
            assert!(size(&body["blocks"].to_string()) <= 13_000, "{}", size(&body["blocks"].to_string()));
            for block in blocks {
                let most = if block["type"] == "header" { 150 } else { 3000 };
                assert!((1..=most).contains(&size(block["text"]["text"].as_str().expect("a text"))), "{block}");
            }
        }
        _ => {}
    }
}

#[test]
fn every_id_stands_in_exactly_one_part_which_names_it_and_no_part_breaks_a_limit() {
    let text = || prop_oneof![Just(String::new()), "[a-z -]{0,30}", "[<>&@`\"\\\\あ漢😀]{0,400}"];
    let subject = prop::sample::select(vec![Subject::Idle, Subject::FirstStop, Subject::KeepEnds, Subject::Stopped]);
    let one = (text(), text(), text(), text(), subject, any::<bool>());
    let items = prop::collection::vec(one, 0..120);
    for_all(60, (items, 0..3_usize, text(), any::<bool>()), |(items, channel, owner, japanese)| {
        let settings = telling();
        let items = items.into_iter().enumerate().map(|(n, (name, kind, note, keep, subject, reminder))| Item {
            subject,
            name: name.into(),
            kind: kind.into(),
            note,
            verdict: Verdict::Skip(Skipped::KeepUnreadable { value: keep }),
            reminder,
            ..item(&format!("i-{n:017x}"))
        });
        let items: Vec<Item> = items.collect();
        let ids: Vec<String> = items.iter().map(|item| item.id.name.to_string()).collect();
        let reader = Reader::Owner(owner.as_str().into(), Contact::First);
        let locale = if japanese { Locale::Ja } else { Locale::En };
        let channel = CHANNELS[channel];
        let parts = written(&settings, &digest(&settings, channel, items, reader), locale);
        let named: Vec<&str> = parts.iter().flat_map(Message::ids).collect();
        assert_eq!(named, ids, "every id once, in order");
        for part in &parts {
            check_limits(channel, part);
            for id in &ids {
                assert_eq!(part.body.contains(id), part.ids().any(|named| named == id), "{id}");
            }
        }
    });
}

#[test]
fn a_message_in_parts_says_which_part_it_is() {
    let settings = telling();
    let items: Vec<Item> = (0..60).map(|n| item(&format!("i-{n:017x}"))).collect();
    let parts = written(&settings, &digest(&settings, "slack", items, first()), Locale::En);
    assert!(parts.len() > 1);
    let last = parts.last().expect("a part");
    assert!(last.body.contains(&format!("part {n} of {n}", n = parts.len())), "{}", last.body);
    assert!(parts[0].subject.starts_with(&format!("[1/{}] ", parts.len())));
}

#[test]
fn times_are_shown_in_the_zone_of_the_instance() {
    let abroad = Item { zone: chrono_tz::America::New_York, due: Some(at(EVENING) + Duration::days(1)), ..item("i-1") };
    assert!(one("mail", abroad).body.contains("will be stopped at Thu 2026-11-26 07:30 EST at the earliest"));
}

#[test]
fn a_stocktake_keeps_its_lines_and_loses_none_whatever_the_channel_holds() {
    let settings = telling();
    let lines: Vec<String> = (0..60).map(|n| format!("i-{n:03} {}", "box & <script> ".repeat(20))).collect();
    for channel in CHANNELS {
        let text = format!("Stocktake of 2026-11\n\n{}", lines.join("\n"));
        let digest = Digest { notes: vec![text.into()], ..digest(&settings, channel, Vec::new(), first()) };
        let parts = written(&settings, &digest, Locale::En);
        let all: String = parts.iter().map(|part| part.body.as_str()).collect();
        let found: Vec<usize> = (0..60).filter_map(|n| all.find(&format!("i-{n:03} "))).collect();
        assert!(found.len() == 60 && found.is_sorted(), "{channel}: {} of 60", found.len());
        assert!(parts.iter().all(|part| part.subject.contains("the monthly stocktake for team-dev")), "{parts:?}");
        let Ok(body) = serde_json::from_str::<Value>(&parts[0].body) else {
            assert!(parts[0].body.contains("Stocktake of 2026-11\n\ni-000 "), "{}", parts[0].body);
            continue;
        };
        for block in body["blocks"].as_array().into_iter().flatten() {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            assert!(text.encode_utf16().count() <= 3_000, "{}", text.len());
        }
    }
}
