//! What people and scripts are shown: one small report in every rendering, the words of the JSON contract, and
//! hostile text that does no harm.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Instance, Target};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::rules::case::Activity;
use idle_reaper::render::{Style, digest, json, markdown, table};
use serde_json::Value;

use crate::fake::{EVENING, Fault, Faults, HERE, SETTINGS, Shape, THERE, World, apply, at, instance, plan, with};

const PLAIN: Style = Style { colour: false, width: Some(100) };

/// [`SETTINGS`] and a policy for each thing that can be done outside hours.
fn several() -> Settings {
    let policy = |name: &str, outside: &str, stage: &str| {
        format!(
            "\n[[policies]]\nname = \"{name}\"\nstage = \"{stage}\"\nmatch = {{ tags = [\"Env={name}\"] }}\n\
            schedule = \"office\"\noutside = \"{outside}\"\nunannounced = true\n"
        )
    };
    let more = [
        policy("notebooks", "hibernate", "enforce"),
        policy("labs", "report", "observe"),
        policy("tests", "stop", "observe"),
    ];
    let text = SETTINGS
        .replace("stops-per-run = 1000", "stops-per-run = 4")
        .replace("armed = true", "armed = true\nmax-unreachable-percent = 50");
    crate::fake::settings(&(text + &more.concat()))
}

fn of(env: &str, id: &str) -> Instance {
    instance(id).untagged("Env").tag("Env", env)
}

/// A report that holds every verdict, something deferred, every kind of trouble and several outcomes.
fn small_report() -> Report {
    let fleet = [
        instance("i-01-stop").tag("Name", "web").launched("2026-11-20T09:00:00+09:00"),
        instance("i-02-protected").tag("Name", "db").launched("2026-11-20T10:00:00+09:00"),
        of("notebooks", "i-03-hibernate").launched("2026-11-20T11:00:00+09:00"),
        instance("i-04-late").launched("2026-11-25T19:00:00+09:00"),
        instance("i-05-deferred").launched("2026-11-25T19:15:00+09:00"),
        instance("i-06-start").reaped().tag("idle-reaper:schedule", "night"),
        of("labs", "i-07-report"),
        of("tests", "i-08-unarmed"),
        instance("i-09-kept").tag("idle-reaper:keep", "migration"),
        instance("i-10-unreadable").tag("idle-reaper:keep-until", "next friday"),
        instance("i-11-busy"),
        of("nobody", "i-12-stranger").region(THERE.1),
        instance("i-13-overtime").launched("2026-11-25T20:30:00+09:00").region(THERE.1),
    ];
    let world = World::of(fleet)
        .with_activity("i-11-busy", Activity::of_cpu(42.5))
        .with_account(HERE.0, Some("shop-dev"), None)
        .with_account("333333333333", Some("old"), Some("SUSPENDED"))
        .with_target(THERE.0, HERE.1)
        .with_target(THERE.0, THERE.1)
        .with_faults(Faults {
            unreachable: [Target::new(THERE.0, HERE.1)].into(),
            closed: [Target::new(THERE.0, THERE.1)].into(),
            ..Faults::one("i-02-protected", Fault::Protected)
        });
    let mut report = apply(&world, &several(), at(EVENING));
    // What comes from a clock, from hashes and from how often a port is called says nothing of the rendering.
    report.outcomes.iter_mut().for_each(|outcome| outcome.at = report.at);
    (report.plan.id, report.plan.settings) = ("0123456789ab".to_owned(), "0123456789abcdef".to_owned());
    report.calls = 42;
    report
}

pub(crate) static REPORT: LazyLock<Report> = LazyLock::new(small_report);

#[test]
fn the_table_shows_what_matters_first() {
    insta::assert_snapshot!("table", table(&REPORT, PLAIN));
}

#[test]
fn markdown_shows_the_same_in_a_ticket() {
    insta::assert_snapshot!("markdown", markdown(&REPORT));
}

#[test]
fn json_holds_everything() {
    insta::assert_snapshot!("json", json(&REPORT, true).expect("a report"));
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&json(report, false).expect("a report")).expect("JSON")
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn has(value: &Value, wanted: &[&str]) {
    let found = keys(value);
    let missing: Vec<_> = wanted.iter().filter(|key| !found.contains(**key)).collect();
    assert!(missing.is_empty(), "{missing:?} is missing in {found:?}");
}

#[test]
fn json_has_the_words_of_the_contract() {
    let report = value(&REPORT);
    assert_eq!(report["version"], 1);
    has(&report, &["run", "mode", "at", "health", "counts", "resources", "plan", "outcomes", "unreachable"]);
    has(
        &report["counts"],
        &["found", "candidates", "stopped", "started", "failed", "deferred", "unreachable", "calls"],
    );
    for line in report["resources"].as_array().expect("a list") {
        has(line, &["account", "region", "id", "name", "policy", "verdict", "armed", "reason", "detail"]);
    }
    has(&report["plan"], &["id", "made-at", "expires", "settings", "steps", "deferred"]);
    for step in report["plan"]["steps"].as_array().expect("a list") {
        has(step, &["id", "account", "region", "action"]);
        assert_eq!(keys(step).contains("not-after"), step["action"] != "start", "{step}");
    }
    has(&report["plan"]["deferred"][0], &["id", "account", "region", "action", "because"]);
    has(&report["outcomes"][0], &["id", "outcome", "detail"]);
    has(&report["unreachable"][0], &["account", "region", "cause"]);
}

#[test]
fn every_key_of_the_json_is_in_kebab_case() {
    fn check(value: &Value, path: &str) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                let fits = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                assert!(fits, "`{path}.{key}`");
                check(value, &format!("{path}.{key}"));
            }),
            Value::Array(list) => list.iter().for_each(|value| check(value, path)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    check(&value(&REPORT), "");
}

#[test]
fn the_words_of_the_report_are_those_of_the_contract() {
    let report = value(&REPORT);
    let words = |list: &Value, key: &str| -> BTreeSet<String> {
        list.as_array().expect("a list").iter().map(|one| one[key].as_str().expect("a word").to_owned()).collect()
    };
    let verdicts = words(&report["resources"], "verdict");
    assert_eq!(verdicts, ["hibernate", "out-of-scope", "report", "skip", "start", "stop"].map(str::to_owned).into());
    let actions = words(&report["plan"]["steps"], "action");
    assert_eq!(actions, ["hibernate", "start", "stop"].map(str::to_owned).into());
    let kinds = ["stopped", "stopping", "started", "already", "overtaken", "failed", "not-tried", "unverified"];
    assert!(words(&report["outcomes"], "outcome").iter().all(|word| kinds.contains(&word.as_str())));
    assert_eq!((&report["health"], &report["mode"]), (&"degraded".into(), &"apply".into()));
}

#[test]
fn under_observe_the_verdict_stands_unarmed_and_without_a_step() {
    let report = plan(&World::of([instance("i-1")]), &with(&[("\"enforce\"", "\"observe\"")]), at(EVENING));
    let report = value(&report);
    assert_eq!((&report["resources"][0]["verdict"], &report["resources"][0]["armed"]), (&"stop".into(), &false.into()));
    assert_eq!(report["plan"]["steps"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["counts"]["candidates"], 1);
}

#[test]
fn lambda_answers_the_figures_and_where_the_whole_report_is() {
    let answer = serde_json::to_value(digest(&REPORT, "s3://bucket/report.json".into())).expect("JSON");
    has(&answer, &["run", "mode", "health", "counts", "report"]);
    assert_eq!((&answer["report"], &answer["counts"]), (&"s3://bucket/report.json".into(), &value(&REPORT)["counts"]));
}

/// A world of three targets of which the first `unreachable` cannot be scanned, with the one machine in the last.
fn dim(unreachable: usize) -> Report {
    let targets = [(HERE.0, HERE.1), (THERE.0, HERE.1), (THERE.0, THERE.1)];
    let world = targets.iter().fold(
        World::of([instance("i-kept").account(THERE.0).region(THERE.1).tag("idle-reaper:keep", "")]),
        |world, (account, region)| world.with_target(account, region),
    );
    let unreachable =
        targets.iter().take(unreachable).map(|(account, region)| Target::new(*account, *region)).collect();
    plan(&world.with_faults(Faults { unreachable, ..Faults::default() }), &with(&[]), at(EVENING))
}

#[test]
fn a_report_never_says_nothing_where_nothing_is_known() {
    let whole = dim(0);
    for text in [table(&whole, PLAIN), markdown(&whole)] {
        assert!(text.contains("Nothing runs outside its hours."), "{text}");
        assert!(!text.contains("could be scanned"), "{text}");
    }
    let part = dim(2);
    for text in [table(&part, PLAIN), markdown(&part)] {
        assert!(text.contains("1 of 3 targets could be scanned; nothing is known of the others"), "{text}");
        assert!(text.contains("In the targets that were scanned, nothing runs outside its hours."), "{text}");
        assert!(!text.contains("Nothing runs outside its hours."), "{text}");
    }
    let none = dim(3);
    for text in [table(&none, PLAIN), markdown(&none)] {
        assert!(text.contains("0 of 3 targets could be scanned; nothing is known"), "{text}");
        assert!(!text.to_lowercase().contains("nothing runs outside"), "{text}");
    }
    assert_eq!(digest(&none, Value::Null).notes[0], "0 of 3 targets could be scanned; nothing is known");
    let japanese = Report { locale: idle_reaper::engine::model::Locale::Ja, ..none };
    for text in [table(&japanese, PLAIN), markdown(&japanese)] {
        assert!(text.contains("3 件の対象のうちスキャンできたのは 0 件"), "{text}");
        assert!(!text.contains("稼働時間外に動いているものはありません"), "{text}");
    }
}

#[test]
fn the_operators_message_says_how_much_could_be_scanned() {
    let told = |unreachable: usize| {
        let targets = [(HERE.0, HERE.1), (HERE.0, THERE.1)];
        let dark = targets.iter().take(unreachable).map(|(account, region)| Target::new(*account, *region)).collect();
        // Nobody's instance in the second target, which the operator hears of.
        let world = World::of([crate::engine::judge::forgotten::idle_box("i-1").region(THERE.1).untagged("Owner")])
            .with_target(HERE.0, HERE.1)
            .with_faults(Faults { unreachable: dark, ..Faults::default() });
        crate::engine::judge::forgotten::rests(&world, "i-1", at(crate::engine::judge::forgotten::NOON));
        let text = crate::fake::SETTINGS.replace("[calendars.japan]", crate::engine::judge::forgotten::TELLING);
        let text = text.replace("armed = true", "armed = true\nmax-unreachable-percent = 100");
        apply(&world, &crate::fake::settings(&text), at(crate::engine::judge::forgotten::NOON));
        let said = world.said().into_iter().filter(|(channel, _)| channel == "ops");
        said.map(|(_, message)| message.body).collect::<Vec<_>>().join("\n")
    };
    assert!(!told(0).contains("could be scanned"), "{}", told(0));
    assert!(told(1).contains("1 of 2 targets could be scanned; nothing is known of the others"), "{}", told(1));
    assert!(told(2).contains("0 of 2 targets could be scanned; nothing is known"), "{}", told(2));
}

#[test]
fn markdown_leaves_out_nothing_that_somebody_has_to_act_on() {
    let shown = markdown(&REPORT);
    for part in [
        "## Skipped, and a person must act",
        "| keep-unreadable | `i-10-unreadable` |  | shop-dev 111111111111 | ap-northeast-1 |",
        "Deferred to a later run: ",
        "- not scanned: 333333333333 (old): ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // One account whose Regions are all refused for one cause is one line, as in the table.
    let regions = ["ap-northeast-1", "us-east-1"];
    let cause = || "`sts:AssumeRole` was answered with `AccessDenied`".to_owned();
    let unreachable = regions.map(|region| idle_reaper::engine::model::Unreachable {
        account: THERE.0.into(),
        region: region.into(),
        cause: cause(),
    });
    let shown = markdown(&Report { unreachable: unreachable.to_vec(), ..dim(0) });
    assert_eq!(shown.matches("AccessDenied").count(), 1, "{shown}");
    assert!(shown.contains("ap-northeast-1, us-east-1"), "{shown}");
}

/// Every place into which a team can write, filled with what breaks terminals and tickets.
pub(crate) const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n| x |\\| <img src=x onerror=alert(1)> [a](javascript:b) `*_ \\<b>\u{0}";

fn hostile_report() -> Report {
    let keys = ["idle-reaper:keep", "idle-reaper:keep-until", "idle-reaper:schedule", "Role", HOSTILE];
    let tagged = |(n, key): (usize, &&str)| instance(&format!("i-{n}")).tag("Name", HOSTILE).tag(key, HOSTILE);
    let group = instance("i-9").tag("Name", HOSTILE).tag("aws:autoscaling:groupName", HOSTILE);
    plan(&World::of(keys.iter().enumerate().map(tagged).chain([group])), &with(&[]), at(EVENING))
}

#[test]
fn hostile_text_in_tags_does_no_harm_on_a_terminal() {
    let shown = table(&hostile_report(), PLAIN);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    // Colours are ours; whatever else comes after an escape is not.
    let coloured = table(&hostile_report(), Style { colour: true, width: Some(100) });
    for part in coloured.split('\u{1b}').skip(1) {
        assert!(
            part.starts_with('[')
                && part[1..]
                    .find(|c: char| !c.is_ascii_digit() && c != ';')
                    .is_some_and(|n| part[1 + n..].starts_with('m')),
            "{part:?}"
        );
    }
    let wide = table(&hostile_report(), Style { colour: false, width: None });
    assert!(wide.lines().count() < 60, "a tag has broken a line");
}

#[test]
fn hostile_text_in_tags_does_no_harm_in_a_ticket() {
    let shown = markdown(&hostile_report());
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
    for line in shown.lines().filter(|line| line.contains("onerror")) {
        // Each escaped pair taken away, no bar, bracket or angle is left but those of the table itself.
        let bare = line.replace("\\\\", "").replace("\\|", "").replace("\\<", "").replace("\\[", "").replace("\\]", "");
        assert!(!bare.contains('<') && !bare.contains('['), "{line}");
        assert!(line.starts_with("| ") && [4, 7, 10].contains(&bare.matches('|').count()), "{line}");
    }
}

#[test]
fn hostile_text_in_tags_stays_as_it_is_in_json() {
    let report = value(&hostile_report());
    assert!(report["resources"].as_array().expect("a list").iter().all(|line| line["name"] == HOSTILE));
    let text = json(&hostile_report(), false).expect("a report");
    assert!(!text.contains(char::is_control), "one line, whatever the tags hold");
}

#[test]
fn hostile_text_in_tags_does_no_harm_in_an_explanation() {
    let folder = tempfile::tempdir().expect("a folder");
    let hostile = serde_json::to_string(HOSTILE).expect("a string");
    let inventory = format!(
        r#"{{"Reservations": [{{"OwnerId": "111111111111", "Instances": [{{
            "InstanceId": "i-1", "InstanceType": "t3.micro", "State": {{"Name": "running"}}, "LaunchTime": "2026-11-25T00:30:00Z", "RootDeviceType": "ebs",
            "Placement": {{"AvailabilityZone": "us-east-1a"}}, "Tags": [{{"Key": "Env", "Value": "dev"}},
            {{"Key": "Name", "Value": {hostile}}}, {{"Key": "idle-reaper:schedule", "Value": {hostile}}},
            {{"Key": "idle-reaper:keep-until", "Value": {hostile}}}]}}]}}]}}"#
    );
    std::fs::write(folder.path().join("reaper.toml"), SETTINGS).expect("a file");
    std::fs::write(folder.path().join("fleet.json"), inventory).expect("a file");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    let command = command.env_clear().current_dir(folder.path()).args(["explain", "i-1", "--inventory", "fleet.json"]);
    let output = command.output().expect("the command");
    let shown = String::from_utf8(output.stdout).expect("text");
    assert!(shown.contains("keep-unreadable"), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
}
