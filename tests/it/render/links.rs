//! Links to the AWS console in everything that people read, and no other links.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Contact, ResourceId, Target, Text};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::difference::Change;
use idle_reaper::engine::report::digest::{About, Digest, Entry, Reader};
use idle_reaper::render::html::{BacktestDay, Options, backtest};
use idle_reaper::render::{Frame, Style, View, csv, json, markdown, messages, table};
use serde_json::Value;

use super::messages::samples::{TELLING, item, owner};
use crate::fake::{EVENING, SETTINGS, World, apply, at, instance, settings};

const CONSOLE: &str = "https://d-1.awsapps.com/start/#/console?account_id={account}&destination={url}";
const PAGE: &str = "https://d-1.awsapps.com/start/#/console?account_id=111111111111&destination=";

fn linked() -> Settings {
    let text = SETTINGS.lines().filter(|line| !line.starts_with("record")).collect::<Vec<_>>().join("\n");
    let text = text.replacen("[run]\n", "[run]\nrecord = \"s3://idle-reaper-111111111111-ap-northeast-1/record\"\n", 1);
    settings(&format!("{text}\n{TELLING}\n[links]\nconsole = \"{CONSOLE}\"\n"))
}

fn report(settings: &Settings) -> Report {
    apply(&World::of([instance("i-0123456789abcdef0"), instance("i](https://evil.example)")]), settings, at(EVENING))
}

#[test]
fn a_report_in_markdown_csv_and_json_leads_to_each_instance_and_to_itself() {
    let report = report(&linked());
    let shown = markdown(&report);
    assert!(shown.contains(&format!("[`i-0123456789abcdef0`]({PAGE}")), "{shown}");
    assert!(shown.contains(&format!("[The whole report]({PAGE}")), "{shown}");
    assert!(shown.contains("%252Freport.json.gz)"), "the object of this run: {shown}");
    assert!(!shown.contains("[`i]"), "an id that is none of AWS has no link: {shown}");
    let lines = csv(&report, &View::default()).expect("a table");
    assert!(lines.lines().next().is_some_and(|head| head.ends_with(",link")), "{lines}");
    assert_eq!(lines.matches(PAGE).count(), 1, "{lines}");
    let value: Value = serde_json::from_str(&json(&report, false).expect("JSON")).expect("JSON");
    let links: Vec<&Value> = value["resources"].as_array().expect("a list").iter().map(|one| &one["link"]).collect();
    assert_eq!(links.iter().filter(|link| link.as_str().is_some_and(|link| link.starts_with(PAGE))).count(), 1);
    let screen = table(&report, Style { colour: false, width: None });
    assert!(!screen.contains("awsapps"), "a terminal shows no addresses: {screen}");
}

#[test]
fn without_the_setting_everything_reads_as_before() {
    let report = report(&settings(&format!("{SETTINGS}{TELLING}")));
    assert!(!markdown(&report).contains("awsapps"));
    assert!(!csv(&report, &View::default()).expect("a table").contains("link"));
    assert!(!json(&report, false).expect("JSON").contains("\"link\""));
}

#[test]
fn a_message_leads_to_each_instance_and_the_operators_to_the_whole_report() {
    let settings = linked();
    let names = std::collections::BTreeMap::new();
    for channel in ["mail", "dev-chat", "slack"] {
        for reader in [Reader::Operator, Reader::Owner("team-dev".into(), Contact::First)] {
            for id in ["i-0123456789abcdef0", "i](https://evil.example)"] {
                let entries = vec![Entry { item: item(id), owner: owner("team-dev") }];
                let channel = settings.channels[channel].clone();
                let digest =
                    Digest { reader: reader.clone(), channel, entries, notes: Vec::new(), about: Default::default() };
                let (links, tags, money) = (settings.links.as_deref(), &settings.tags, &settings.money);
                let locale = settings.run.locale;
                let frame = Frame { at: at(EVENING), locale, tags, names: &names, money, links, run: Some("r1") };
                let body = messages(&digest, &frame).remove(0).body.replace("&amp;", "&");
                assert_eq!(body.matches("InstanceDetails").count(), usize::from(!id.contains(']')), "{body}");
                assert_eq!(body.contains("r1%252Freport.json.gz"), reader == Reader::Operator, "{body}");
                assert_eq!(body.matches("https://").count(), body.matches(PAGE).count(), "{body}");
            }
        }
    }
}

#[test]
fn a_text_in_a_message_leads_to_each_resource_that_it_names() {
    let settings = linked();
    let names = std::collections::BTreeMap::new();
    let place = Target::new("111111111111", "ap-northeast-1");
    let links = settings.links.as_deref().unwrap();
    let ids = [
        ResourceId::instance(place.clone(), "i-0123456789abcdef0"),
        ResourceId::db_cluster(place.clone(), "orders"),
        ResourceId::service(place, "arn:aws:ecs:ap-northeast-1:111111111111:cluster/web", "front"),
    ];
    let text: String = ids.iter().map(|id| format!("- {}: it is idle, since Monday\n", id.name)).collect();
    let text = Text::linking(text, ids.iter().map(|id| (id.name.to_string(), links.resource(id))));
    for channel in ["mail", "dev-chat", "slack"] {
        let reader = Reader::Owner("team-dev".into(), Contact::First);
        let digest = Digest::of(text.clone(), reader, &settings.channels[channel], About::Stocktake);
        let (tags, money, locale) = (&settings.tags, &settings.money, settings.run.locale);
        let frame = Frame { at: at(EVENING), locale, tags, names: &names, money, links: Some(links), run: Some("r1") };
        let body = messages(&digest, &frame).remove(0).body.replace("&amp;", "&");
        for page in ["InstanceDetails", "database%3Aid%3Dorders%3Bis-cluster%3Dtrue", "services%2Ffront%2Fhealth"] {
            assert_eq!(body.matches(page).count(), 1, "{page} in {channel}: {body}");
        }
        assert_eq!(body.matches("https://").count(), body.matches(PAGE).count(), "{body}");
    }
    // An id that occurs in two accounts leads nowhere.
    let two = [("i-1".to_owned(), Some("https://a".to_owned())), ("i-1".to_owned(), Some("https://b".to_owned()))];
    assert!(Text::linking("i-1".to_owned(), two.into_iter()).links.is_empty());
}

#[test]
fn the_page_of_a_backtest_leads_to_each_instance() {
    let settings = linked();
    let change = Change {
        account: "111111111111".into(),
        region: "ap-northeast-1".into(),
        id: "i-0123456789abcdef0".into(),
        before: None,
        after: None,
    };
    let (at, found, unreachable, candidates, before) = (at(EVENING), 1, 0, Some(1), Some(0));
    let day = BacktestDay { at, found, unreachable, candidates, before, changes: vec![change] };
    let html = backtest(&[day], None, &Options::of(&settings)).unwrap();
    assert_eq!(html.matches("InstanceDetails").count(), 1);
}
