//! Who owns what: the first link of the chain that answers, and what is unknown is nobody's guess.

use std::collections::BTreeMap;
use std::sync::Arc;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::judge::owner::{Contacts, OwnedBy, Owner, channels_of, needs_contact, resolve, seconds_of};
use idle_reaper::engine::model::{Account, State, Tags};
use rust_decimal::Decimal;

use super::samples::{TELLING, owner, telling};
use crate::fake::{EVENING, SETTINGS, Shape, World, apply, at, instance, plan, settings};

fn account(name: Option<&str>) -> Account {
    Account { name: name.map(str::to_owned), ..Account::bare("111111111111") }
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::new(pairs.iter().copied())
}

/// The same with alternate contacts.
fn asking() -> Settings {
    settings(&format!("{SETTINGS}{}", TELLING.replace("default =", "alternate-contact = \"operations\"\ndefault =")))
}

fn said(owner: &Owner) -> (String, String) {
    (owner.name.to_string(), owner.by.to_string())
}

fn found(settings: &Settings, pairs: &[(&str, &str)], name: Option<&str>, contacts: &Contacts) -> (String, String) {
    said(&resolve(settings, &tags(pairs), &account(name), contacts))
}

fn is(name: &str, by: &str) -> (String, String) {
    (name.to_owned(), by.to_owned())
}

#[test]
fn the_first_tag_of_the_chain_that_names_somebody_counts() {
    let (settings, none) = (telling(), Contacts::new());
    let by = |pairs: &[(&str, &str)]| found(&settings, pairs, Some("web-dev"), &none);
    assert_eq!(by(&[("Team", "b"), ("owner", "ana@example.com")]), is("ana@example.com", "tag:Owner"));
    assert_eq!(by(&[("Owner", "  "), ("TEAM", " team-two ")]), is("team-two", "tag:Team"));
    assert_eq!(by(&[("Owner", ""), ("Name", "x")]), is("team-dev", "account:*-dev"));
}

#[test]
fn accounts_are_mapped_by_the_first_pattern_in_the_file_and_the_rest_falls_to_the_default() {
    let (settings, none) = (telling(), Contacts::new());
    assert_eq!(found(&settings, &[], Some("Web-DEV"), &none), is("team-dev", "account:*-dev"));
    assert_eq!(found(&settings, &[], Some("my-sandbox"), &none), is("nobody-special", "account:*-sandbox"));
    assert_eq!(found(&settings, &[], Some("prod"), &none), is("platform", "default"));
    let plain = settings_without_owners();
    assert_eq!(found(&plain, &[("Owner", "ana")], Some("prod"), &none), is("ana", "tag:Owner"));
    assert_eq!(found(&plain, &[], Some("prod"), &none), is("", "nobody"));
}

fn settings_without_owners() -> Settings {
    settings(SETTINGS)
}

#[test]
fn an_unknown_account_name_is_not_taken_for_another_one() {
    let (settings, none) = (telling(), Contacts::new());
    let (name, by) = found(&settings, &[], None, &none);
    assert_eq!(name, "");
    assert!(by.starts_with("unresolved:") && by.contains("*-sandbox"), "{by}");
}

#[test]
fn a_failed_lookup_of_the_contact_is_not_silently_the_default() {
    let settings = asking();
    let contacts = |answer| Contacts::from([(Arc::from("111111111111"), answer)]);
    let by = |contacts: &Contacts| found(&settings, &[], Some("prod"), contacts);
    assert_eq!(by(&contacts(Ok(Some("ops@example.com".into())))), is("ops@example.com", "alternate-contact"));
    assert_eq!(by(&contacts(Ok(None))), is("platform", "default"));
    assert_eq!(by(&contacts(Err("denied".to_owned()))), is("", "unresolved:denied"));
    assert!(by(&Contacts::new()).1.starts_with("unresolved:"), "one that was not asked is unknown too");
    assert!(needs_contact(&settings, &account(Some("prod"))));
    assert!(!needs_contact(&settings, &account(Some("web-dev"))), "the mapping has answered");
    assert!(!needs_contact(&telling(), &account(Some("prod"))), "the settings do not ask");
}

#[test]
fn owners_have_channels_by_the_first_pattern_and_nobody_has_none() {
    let settings = telling();
    let first = |owner: &Owner| channels_of(&settings, owner).first().map(|(_, channel)| channel.name.to_string());
    let channel = |name: &str| first(&owner(name));
    assert_eq!(channel("Team-Dev").as_deref(), Some("dev-chat"));
    assert_eq!(channel("team-two").as_deref(), Some("mail"));
    assert_eq!(channel("ana@example.com").as_deref(), Some("mail"));
    assert_eq!(channel("bob"), None);
    assert_eq!(channel(""), None);
    let catch_all = settings_with("channels = { \"*\" = \"mail\" }");
    let lost = Owner { name: "".into(), by: OwnedBy::Unresolved("denied".to_owned()) };
    assert_eq!(channels_of(&catch_all, &lost), [], "a pattern for everybody is no owner for nobody");
    let second = owner("team-dev");
    assert_eq!(seconds_of(&settings, &second).first().map(|(_, channel)| &*channel.name), Some("dev-lead"));
    assert_eq!(seconds_of(&settings, &owner("team-two")), []);
}

/// Each of four people has a channel; everybody else at example.org shares one.
fn people() -> Settings {
    let channels: String = ["ana", "ben", "eva", "rest", "web"]
        .map(|name| format!("[channels.{name}]\nsns = \"arn:aws:sns:us-east-1:111111111111:{name}\"\n"))
        .concat();
    let owners = "[owners]\n[owners.channels]\n\"ana@example.com\" = \"ana\"\n\"ben@example.com\" = \"ben\"\n\
        \"eva@example.com\" = \"eva\"\n\"*@example.org\" = \"rest\"\n\"team-web\" = \"web\"\n\"Doe, Jo\" = \"web\"\n\
        \"arn:*\" = \"web\"\n";
    settings(&format!("{}{owners}{channels}", crate::fake::SETTINGS))
}

#[test]
fn of_several_addresses_in_one_tag_each_has_its_channel_once() {
    let settings = people();
    let reached = |name: &str| -> Vec<String> {
        channels_of(&settings, &owner(name)).iter().map(|(_, channel)| channel.name.to_string()).collect()
    };
    for name in [
        "ana@example.com, ben@example.com",
        "ana@example.com,ben@example.com",
        "ana@example.com;ben@example.com",
        "ana@example.com ; ben@example.com;",
        "ana@example.com ben@example.com",
        "ana@example.com\tben@example.com\n",
        "Ana Doe <ana@example.com>, Ben <ben@example.com>",
        "Ana <ana@example.com> Ben <ben@example.com>",
        "\"Doe, Ana\" <ana@example.com>; ben@example.com",
        "mailto:ana@example.com, MAILTO:Ben@Example.com",
        "mailto:ana@example.com?subject=hello mailto:ben@example.com",
        "<mailto:ana@example.com>, (ben@example.com)",
        "ana@example.com / ben@example.com",
        "ana@example.com、ben@example.com",
        "ana@example.com, ANA@EXAMPLE.COM, ben@example.com, ben@example.com",
        "ana@example.com, nobody@example.net, ben@example.com",
    ] {
        assert_eq!(reached(name), ["ana", "ben"], "{name}");
    }
    assert_eq!(reached("Eva <eva@example.com>"), ["eva"]);
    assert_eq!(reached("one@example.org, two@example.org"), ["rest"], "two addresses behind one topic");
    assert_eq!(reached("team-web; eva@example.com"), ["web", "eva"]);
    assert_eq!(reached("Doe, Jo"), ["web"], "written out in the settings");
    assert_eq!(reached("arn:aws:iam::111111111111:user/x"), ["web"]);
    for name in ["", ",", ";;", "<>", "@", "nobody", "x@example.net y@example.net"] {
        assert_eq!(reached(name), [""; 0], "{name}");
    }
}

fn settings_with(owners: &str) -> Settings {
    settings(&format!("{SETTINGS}\n[owners]\n{owners}\n[channels.mail]\nsns = \"arn:aws:sns:r-1:111111111111:m\"\n"))
}

#[test]
fn the_report_says_who_owns_and_which_link_answered() {
    let world = World::of([instance("i-1").tag("Team", "team-two"), instance("i-2")]);
    let report = plan(&world, &telling(), at(EVENING));
    let json: serde_json::Value =
        serde_json::from_str(&idle_reaper::render::json(&report, false).expect("JSON")).expect("JSON");
    let line = |n: usize| (json["resources"][n]["owner"].clone(), json["resources"][n]["owner-by"].clone());
    assert_eq!(line(0), ("team-two".into(), "tag:Team".into()));
    assert!(line(1).1.as_str().expect("a text").contains(':'), "{:?}", line(1));
    let plain = plan(&World::of([instance("i-2")]), &settings_without_owners(), at(EVENING));
    let json = idle_reaper::render::json(&plain, false).expect("JSON");
    assert!(json.contains(r#""owner":null,"owner-by":"nobody""#), "{json}");
}

#[test]
fn money_is_weighed_by_environment_and_an_unknown_price_is_always_enough() {
    let notify = telling().notify;
    let weight = |pairs: &[(&str, &str)]| notify.weight(&tags(pairs)).to_string();
    assert_eq!(weight(&[("env", "Production")]), "3.0");
    assert_eq!(weight(&[("Env", "sandbox")]), "0.5");
    assert_eq!(weight(&[]), "1");
    let enough = |monthly: Option<&str>, weight: &str| {
        let decimal = |text: &str| text.parse::<Decimal>().expect("a decimal");
        notify.is_enough(monthly.map(decimal), decimal(weight))
    };
    assert!(enough(Some("10.50"), "1") && !enough(Some("10.49"), "1"));
    assert!(enough(Some("3.50"), "3") && !enough(Some("20.99"), "0.5"));
    assert!(enough(None, "0"));
    assert_eq!(notify.remind_after.num_days(), 3);
}

/// The complaints about settings with this in their sections.
fn complaints(telling: &str) -> String {
    let text = format!("{SETTINGS}{telling}");
    Settings::parse("reaper.toml", &text).expect_err("a complaint").to_string()
}

#[test]
fn every_mistake_about_owners_and_channels_is_a_complaint() {
    for (from, to, wanted) in [
        ("operator = \"mail\"", "operator = \"mial\"", "did you mean `mail`?"),
        ("\"dev-lead\" }", "\"dev-leed\" }", "`dev-leed` is not a channel"),
        ("= \"dev-chat\",", "= \"nowhere\",", "`nowhere` is not a channel"),
        ("tags = [\"Owner\", \"Team\"]", "tags = [\"\"]", "cannot be a tag's key"),
        ("default = \"platform\"", "default = \" \"", "an owner needs a name"),
        ("default =", "alternate-contact = \"legal\"\ndefault =", "not a value of `alternate-contact`"),
        ("format = \"chat\"", "format = \"html\"", "not a value of `format`"),
        ("sns = \"arn:aws:sns:ap-northeast-1:111111111111:mail\"", "", "channel `mail` leads nowhere"),
        (":111111111111:mail\"", ":111111111111:mail.fifo\"", "not the ARN of a standard SNS topic"),
        ("sns = \"arn:aws:sns:ap-northeast-1:111111111111:mail\"", "sns = 1", "a string in quotes is expected"),
        ("at-least = 10.5", "at-least = -1", "not a number of at least 0"),
        ("at-least = 10.5", "at-least = nan", "not a number of at least 0"),
        ("\"Env=sandbox\" = 0.5", "\"=sandbox\" = 0.5", "names no tag"),
        ("\"Env=sandbox\" = 0.5", "\"Env\" = \"much\"", "not a number of at least 0"),
        ("remind-after = \"3d\"", "remind-after = \"soon\"", "not a duration"),
        ("slack = \"ssm:", "format = \"text\"\nslack = \"ssm:", "`format` is for `sns` only"),
    ] {
        assert!(TELLING.contains(from), "{from}");
        let said = complaints(&TELLING.replace(from, to));
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert!(said.contains("1 mistake\n"), "{said}");
    }
}

#[test]
fn only_what_is_the_arn_of_a_standard_topic_is_a_topic() {
    let arn = "arn:aws:sns:ap-northeast-1:111111111111:mail";
    let parse = |topic: &str| Settings::parse("reaper.toml", &format!("{SETTINGS}{}", TELLING.replace(arn, topic)));
    let longest = format!("arn:aws-cn:sns:cn-north-1:111111111111:{}", "x".repeat(256));
    for topic in [arn, "arn:aws-us-gov:sns:us-gov-west-1:111111111111:A_b-1", &longest] {
        assert!(parse(topic).is_ok(), "{topic}");
    }
    for topic in [
        "arn:aws:sns:ap-northeast-1:111111111111:",
        "arn:aws:sns:ap-northeast-1:111111111111:two words",
        "arn:aws:sns:ap-northeast-1:111111111111:mail.fifo",
        "arn:aws:sns:ap-northeast-1:11111111111:mail",
        "arn:aws:sns:ap-northeast-1:1111111111111:mail",
        "arn:aws:sns:ap-northeast-1:11111111111x:mail",
        "arn:aws:sns::111111111111:mail",
        "arn:other:sns:ap-northeast-1:111111111111:mail",
        "arn:aws:sqs:ap-northeast-1:111111111111:mail",
        "arn:aws:sns:ap-northeast-1:111111111111:mail:0",
        &format!("{longest}x"),
    ] {
        let said = parse(topic).expect_err(topic).to_string();
        assert!(said.contains("is not the ARN of a standard SNS topic") && said.contains("1 mistake\n"), "{said}");
    }
}

#[test]
fn a_channel_leads_where_its_topic_or_its_secret_is() {
    let places: Vec<String> = telling().channels.values().map(|channel| channel.place()).collect();
    let expected = [
        "arn:aws:sns:us-east-1:111111111111:chat",
        "ssm:/idle-reaper/lead",
        "arn:aws:sns:ap-northeast-1:111111111111:mail",
        "secretsmanager:idle-reaper/slack",
    ];
    assert_eq!(places, expected);
}

#[test]
fn a_webhook_written_into_the_settings_is_refused_and_not_repeated() {
    for to in ["slack = \"https://hooks.slack.com/services/hunter2\"", "slack = \"hunter2\""] {
        let said = complaints(&TELLING.replace("slack = \"ssm:/idle-reaper/lead\"", to));
        assert!(said.contains("does not name a secret") && !said.contains("hunter2"), "{said}");
    }
    let both = "sns = \"arn:aws:sns:us-east-1:111111111111:x\"\nslack = \"https://hunter2\"";
    let said = complaints(&TELLING.replace("slack = \"ssm:/idle-reaper/lead\"", both));
    assert!(said.contains("has both") && !said.contains("hunter2"), "{said}");
}

#[test]
fn check_warns_of_names_that_nobody_knows_and_of_an_operator_that_is_missing() {
    let text = format!("{SETTINGS}{TELLING}").replace("accounts = \"organization\"", "accounts = [\"111111111111\"]");
    let said = |settings: Settings| {
        settings.warnings(at(EVENING)).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let warnings = said(settings(&text.replace("operator = \"mail\"", "")));
    assert!(warnings.contains("`[owners]` maps accounts by name") && warnings.contains("no `operator`"), "{warnings}");
    assert_eq!(said(telling()), said(settings(SETTINGS)));
    let map: BTreeMap<_, _> = telling().channels;
    assert_eq!(map.keys().map(String::as_str).collect::<Vec<_>>(), ["dev-chat", "dev-lead", "mail", "slack"]);
}

/// Both owners of a machine by one tag, each with a channel; the first stop is announced.
fn shared() -> (World, Settings) {
    let owners = "[owners]\nchannels = { \"ana@*\" = \"ana\", \"ben@*\" = \"ben\" }\n[channels.ana]\n\
        sns = \"arn:aws:sns:us-east-1:111111111111:ana\"\n[channels.ben]\n\
        sns = \"arn:aws:sns:us-east-1:111111111111:ben\"\n";
    let text = format!("{}{owners}", crate::fake::SETTINGS.replace("unannounced = true", ""));
    let tag = "Ana <ana@example.com>; mailto:ben@example.com, ANA@example.com";
    (World::of([instance("i-1").tag("Owner", tag)]), settings(&text))
}

/// How often each of the two was told.
fn told(world: &World) -> [usize; 2] {
    ["ana", "ben"].map(|channel| crate::engine::judge::forgotten::heard(world, channel).len())
}

#[test]
fn each_of_several_owners_is_notified_once_and_a_business_day_later_it_is_stopped() {
    let (world, settings) = shared();
    let evening = |day: &str| at(&format!("2026-11-{day}T21:30:00+09:00"));
    for (day, rests) in [("25", State::Running), ("26", State::Stopped)] {
        apply(&world, &settings, evening(day));
        assert_eq!((told(&world), world.rests("i-1")), ([1, 1], rests), "{day}");
    }
}

#[test]
fn nothing_is_stopped_before_every_owner_was_notified_and_nobody_reads_it_twice() {
    let (world, settings) = shared();
    let evening = |day: &str| at(&format!("2026-11-{day}T21:30:00+09:00"));
    world.mute("ben");
    for day in ["25", "26"] {
        apply(&world, &settings, evening(day));
        assert_eq!((told(&world), world.rests("i-1")), ([1, 0], State::Running), "{day}");
    }
    world.unmute();
    for (day, rests) in [("27", State::Running), ("30", State::Stopped)] {
        apply(&world, &settings, evening(day));
        assert_eq!((told(&world), world.rests("i-1")), ([1, 1], rests), "{day}: Ben had a business day, too");
    }
}
