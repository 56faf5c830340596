//! Every message in every language: nothing is missing, nothing is left in another language, and what was filled in
//! stands there.

pub mod samples;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use chrono::{Duration, TimeZone, Utc};
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::judge::{Judge, Known};
use idle_reaper::engine::model::Cap;
use idle_reaper::engine::model::{Account, Instance, Locale, Reason, Skipped, State, Verdict};
use idle_reaper::engine::model::{SkippedAccount, Unreachable};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::past::{Past, Recalled};
use idle_reaper::render::{Style, detail, explanation, hours, inputs, json, markdown, meaning, mend, recalled, table};

use crate::fake::{self, EVENING, SETTINGS, Shape, World, at, instance, plan, settings, with};

/// Names that are the same in Japanese, and the abbreviations of zones.
const NAMES: &[&str] = &[
    "Auto Scaling",
    "idle-reaper",
    "Always On",
    "Aurora",
    "AZ",
    "DB",
    "Limitless Database",
    "RDS Custom",
    "Express",
    "Fargate",
    "Serverless",
    "SQL Server",
    "API",
    "AWS",
    "Batch",
    "CloudWatch",
    "CPU",
    "EBS",
    "ECS",
    "GPU",
    "IANA",
    "ID",
    "JST",
    "Kubernetes",
    "Mac",
    "Session Manager",
    "UTC",
];

const PLAIN: Style = Style { colour: false, width: None };

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

/// Latin words that are neither in backticks, nor names, nor one of `values`.
fn left_over(text: &str, values: &[String]) -> Vec<String> {
    let mut rest: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let known = values.iter().map(String::as_str).chain(NAMES.iter().copied());
    for name in known.filter(|name| !name.is_empty()) {
        rest = rest.replace(name, " ");
    }
    let words = rest.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1);
    words.map(str::to_owned).collect()
}

/// One line of words in a language, with everything in it that was filled in.
fn check(text: &str, locale: Locale, values: &[String], whose: &str) {
    assert!(!text.trim().is_empty() && !text.contains('\n') && !text.contains("  "), "{whose}: {text:?}");
    assert_eq!(text.matches('`').count() % 2, 0, "{whose}: {text}");
    assert!(!text.contains("{'"), "{whose} is shown as its arguments: {text}");
    for value in values {
        assert!(text.contains(value.as_str()), "{whose} in {locale} lacks `{value}`: {text}");
    }
    match locale {
        Locale::En => assert!(!is_japanese(text), "{whose}: {text}"),
        Locale::Ja => {
            assert!(is_japanese(text), "{whose}: {text}");
            let left = left_over(text, values);
            assert!(left.is_empty(), "{whose} has {left:?} left: {text}");
        }
    }
}

#[test]
fn every_verdict_speaks_every_language_and_says_its_values() {
    for (verdict, values) in samples::verdicts() {
        for locale in Locale::ALL {
            check(&detail(&verdict, *locale), *locale, &values, &format!("{verdict:?}"));
        }
    }
}

#[test]
fn the_samples_hold_every_verdict_and_every_reason() {
    let verdicts = samples::verdicts();
    let words: BTreeSet<&str> = verdicts.iter().map(|(verdict, _)| verdict.as_str()).collect();
    assert_eq!(words.into_iter().collect::<Vec<_>>(), ["hibernate", "out-of-scope", "report", "skip", "start", "stop"]);
    let reasons: BTreeSet<Reason> = verdicts.iter().map(|(verdict, _)| verdict.reason()).collect();
    assert_eq!(reasons, Reason::ALL.iter().copied().collect());
    let asked: BTreeSet<Reason> = samples::inputs().iter().filter_map(|(inputs, _)| samples::asks(inputs)).collect();
    assert_eq!(asked, Reason::ALL.iter().copied().collect());
}

#[test]
fn every_reason_has_a_meaning_and_a_way_to_change_it_in_every_language() {
    for reason in Reason::ALL {
        for locale in Locale::ALL {
            for text in [meaning(*reason, *locale), mend(*reason, *locale)] {
                check(text, *locale, &[], reason.as_str());
                assert!(!text.ends_with(['.', '。']), "{reason}: {text}");
            }
        }
    }
}

#[test]
fn every_rule_says_in_every_language_what_it_looked_at() {
    for (looked_at, values) in samples::inputs() {
        for locale in Locale::ALL {
            check(&inputs(&looked_at, *locale), *locale, &values, &format!("{looked_at:?}"));
        }
    }
}

#[test]
fn dates_and_spans_stand_as_a_reader_of_the_language_writes_them() {
    let opens = Utc.with_ymd_and_hms(2026, 11, 25, 9, 0, 0).unwrap();
    let reopening = Verdict::Skip(Skipped::Reopening { opens, zone: chrono_tz::Asia::Tokyo });
    assert!(detail(&reopening, Locale::En).contains("Wed 2026-11-25 18:00 JST"));
    assert!(detail(&reopening, Locale::Ja).contains("2026-11-25(水) 18:00 JST"));
    for (minutes, english, japanese) in
        [(125, "2 h 05 min", "2 時間 5 分"), (120, "2 h", "2 時間"), (45, "45 min", "45 分"), (0, "0 min", "0 分")]
    {
        let age = Duration::minutes(minutes);
        let young = Verdict::Skip(Skipped::Young { age, grace: Duration::minutes(15) });
        assert_eq!(detail(&young, Locale::En), format!("started {english} ago; skipped for 15 min"));
        assert_eq!(detail(&young, Locale::Ja), format!("{japanese}前に起動。起動から 15 分は停止しない"));
    }
}

#[test]
fn a_launch_in_the_future_is_not_shown_as_a_negative_age() {
    let verdict = Verdict::Skip(Skipped::Young { age: Duration::minutes(-65), grace: Duration::minutes(15) });
    assert_eq!(detail(&verdict, Locale::En), "its launch lies 1 h 05 min in the future; skipped for 15 min");
    assert_eq!(detail(&verdict, Locale::Ja), "起動時刻が 1 時間 5 分先の未来。起動から 15 分は停止しない");
}

fn japanese() -> Settings {
    with(&[("armed = true\n", "armed = true\nlocale = \"ja\"\n")])
}

/// A few of everything, with names in Japanese and in Latin letters.
fn world() -> World {
    let of = |id: &str, name: &str| instance(id).tag("Name", name);
    let quiet = |id: &str, name: &str| of(id, name).untagged("Env");
    World::of([
        of("i-01", "夜間バッチ"),
        of("i-02", "web"),
        of("i-03", "検証用").tag("idle-reaper:keep", "yes"),
        of("i-04", "load-test").tag("idle-reaper:keep-until", "来週の金曜"),
        of("i-05", "node").tag("eks:cluster-name", "tokyo"),
        of("i-06", "夜勤").tag("idle-reaper:schedule", "mon-fri 9-18"),
        of("i-07", "昨日の停止").reaped(),
        quiet("i-08", "対象なし"),
        of("i-09", "別リージョン").region("us-east-1"),
        of("i-10", "検証環境").account("222222222222").state(State::Stopped),
    ])
    .with_account("111111111111", Some("開発環境"), None)
    .with_account("222222222222", Some("stg"), None)
}

fn report(settings: &Settings) -> Report {
    let mut report = plan(&world(), settings, at(EVENING));
    let (account, region) = ("333333333333".into(), "ap-northeast-1".into());
    report.unreachable.push(Unreachable { account, region, cause: "AccessDenied".to_owned() });
    let name = Some("休眠".to_owned());
    report.skipped.push(SkippedAccount { account: "444444444444".into(), name, because: "SUSPENDED".to_owned() });
    report
}

#[test]
fn a_japanese_table_is_as_people_see_it() {
    insta::assert_snapshot!(table(&report(&japanese()), PLAIN));
}

#[test]
fn a_japanese_report_in_markdown_is_as_people_see_it() {
    insta::assert_snapshot!(markdown(&report(&japanese())));
}

/// Columns of a terminal: the characters of Japanese take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[test]
fn the_columns_of_a_japanese_table_stand_beneath_each_other() {
    let report = report(&japanese());
    for width in [None, Some(160), Some(100)] {
        let shown = table(&report, Style { colour: false, width });
        let before = |line: &str, part: &str| line.split_once(part).map(|(before, _)| columns(before));
        let head = shown.lines().find_map(|line| before(line, "タイプ")).expect("a head");
        let types: Vec<usize> = shown.lines().filter_map(|line| before(line, "t3.micro")).collect();
        assert!(types.len() == 3 && types.iter().all(|place| *place == head), "{types:?} beneath {head}: {shown}");
    }
}

#[test]
fn a_language_changes_nothing_for_machines() {
    let strip = |report: &Report| {
        let mut value: serde_json::Value = serde_json::from_str(&json(report, false).unwrap()).unwrap();
        let rows = value["resources"].as_array_mut().unwrap();
        for remark in rows.iter_mut().filter_map(|row| row.get_mut("remarks")?.as_array_mut()).flatten() {
            assert!(remark.as_object_mut().unwrap().remove("detail").is_some());
        }
        let details: Vec<_> = rows.iter_mut().map(|row| row.as_object_mut().unwrap().remove("detail")).collect();
        value["plan"]["id"].take(); // another text of the settings
        value["plan"]["settings"].take();
        (value, details)
    };
    let (english, in_english) = strip(&report(&with(&[])));
    let (japanese, in_japanese) = strip(&report(&japanese()));
    assert_eq!(english, japanese);
    assert!(in_english.iter().zip(&in_japanese).all(|(a, b)| a.is_some() && a != b));
}

fn explained(instance: &Instance, locale: Locale) -> String {
    let settings = japanese();
    let (scope, history) = Default::default();
    let mut judge = Judge::new(&settings, &scope, &history, at(EVENING));
    let account = Account::bare(instance.id.place.account.clone());
    let known = Known::activity(idle_reaper::engine::rules::case::Activity::of_cpu(0.4));
    let (asked, _) = judge.with_case(instance, &account, &known, idle_reaper::engine::judge::explain::explain);
    let ruling = judge.rule_known(instance, &account, &known);
    explanation(instance, &asked, &ruling, locale)
}

#[test]
fn an_explanation_in_japanese_is_as_people_see_it() {
    insta::assert_snapshot!(explained(&instance("i-01").tag("Name", "夜間バッチ"), Locale::Ja));
}

#[test]
fn an_explanation_in_english_says_what_the_rule_means() {
    let text = explained(&instance("i-01").tag("idle-reaper:keep", ""), Locale::En);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("i-01 in 111111111111/ap-northeast-1: skip, by the rule `kept`"));
    assert_eq!(lines.next(), Some("  its team keeps it: tag `idle-reaper:keep`"));
    assert!(text.ends_with("What would change it: removing the tag; only its team should.\n"), "{text}");
}

#[test]
fn an_explanation_shows_the_tags_that_a_rule_read_as_they_are_written() {
    let tagged = instance("i-01")
        .tag("Idle-Reaper:Keep", "for the audit")
        .tag("IDLE-REAPER:keep-until", "2026-12-01 release")
        .tag("aws:autoscaling:groupName", "web");
    let text = explained(&tagged, Locale::En);
    for shown in [
        "tag `Idle-Reaper:Keep` = `for the audit`",
        "tag `IDLE-REAPER:keep-until` = `2026-12-01 release`",
        "tag `aws:autoscaling:groupName` = `web`",
    ] {
        assert!(text.contains(shown), "{shown} is not in\n{text}");
    }
}

#[test]
fn a_schedule_in_japanese_is_as_people_see_it() {
    let settings = settings(
        r#"
version = 1
[calendars.japan]
holidays = ["jp"]
closed = ["2026-11-27"]
like = { "2026-11-28" = "mon" }
freeze = ["2026-11-30..2026-12-01"]
[schedules.office]
zone = "Asia/Tokyo"
calendar = "japan"
open = ["mon-fri 09:00-18:00"]
"#,
    );
    insta::assert_snapshot!(hours(&settings.schedules["office"], at("2026-11-22T21:30:00+09:00"), 10, Locale::Ja));
}

#[test]
fn a_closed_day_of_ones_own_is_not_shown_as_a_provisional_holiday() {
    let text = SETTINGS.replace("holidays = [\"jp\"]\n", "holidays = [\"jp\"]\nclosed = [\"2030-03-20\"]\n");
    let schedule = &settings(&text).schedules["office"];
    let line = |locale| {
        let shown = hours(schedule, at("2030-03-20T08:00:00+09:00"), 1, locale);
        shown.lines().find_map(|line| line.split_once("| ").map(|(_, remark)| remark.to_owned()))
    };
    assert_eq!(line(Locale::En).as_deref(), Some("closed by the calendar"));
    assert_eq!(line(Locale::Ja).as_deref(), Some("カレンダーによる休業日"));
}

#[test]
fn the_settings_name_the_language_and_english_is_the_default() {
    assert_eq!(with(&[]).run.locale, Locale::En);
    assert_eq!(settings("version = 1\n").run.locale, Locale::En);
    assert_eq!(japanese().run.locale, Locale::Ja);
    let wrong = Settings::parse("reaper.toml", "version = 1\n[run]\nlocale = \"jp\"\n").unwrap_err().to_string();
    assert!(wrong.contains("reaper.toml:3:10: error: `jp` is not a value of `locale`"), "{wrong}");
    assert!(wrong.contains("hint: did you mean `ja`?"), "{wrong}");
    let far = Settings::parse("reaper.toml", "version = 1\n[run]\nlocale = \"japanese\"\n").unwrap_err().to_string();
    assert!(far.contains("hint: known: en, ja"), "{far}");
}

/// Runs the command line in an environment that holds nothing but `vars`.
fn run(folder: &std::path::Path, args: &[&str], vars: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    command.current_dir(folder).env_clear().args(args).envs(vars.iter().copied());
    command.output().expect("the binary")
}

#[test]
fn the_command_line_overrides_the_language_of_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let config = "version = 1\n[run]\nlocale = \"ja\"\n[schedules.office]\nzone = \"Asia/Tokyo\"\n\
                  open = [\"mon-fri 09:00-18:00\"]\n";
    std::fs::write(folder.path().join("reaper.toml"), config).unwrap();
    let first = |args: &[&str], vars: &[(&str, &str)]| {
        let output = run(folder.path(), &[&["schedule", "office", "--at", EVENING], args].concat(), vars);
        String::from_utf8(output.stdout).unwrap().lines().next().unwrap_or_default().to_owned()
    };
    let (english, japanese) =
        ("`office` is closed at Wed 2026-11-25 21:30 JST", "`office` は 2026-11-25(水) 21:30 JST の時点で稼働時間外");
    assert_eq!(first(&[], &[]), japanese);
    assert_eq!(first(&["--locale", "en"], &[]), english);
    assert_eq!(first(&[], &[("IDLE_REAPER_LOCALE", "en")]), english);
    assert_eq!(first(&["--locale", "ja"], &[("IDLE_REAPER_LOCALE", "en")]), japanese);
    let wrong = run(folder.path(), &["schedule", "office", "--locale", "jp"], &[]);
    let words = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(wrong.status.code(), Some(1), "{words}");
    assert!(words.contains("possible values: en, ja"), "{words}");
}

/// What a run did with one instance that it stopped.
fn past() -> Recalled {
    let report = fake::apply(&world(), &japanese(), at(EVENING));
    let recorded = serde_json::from_str::<Past>(&json(&report, false).unwrap()).unwrap();
    let of = |id: &str| id == "i-01";
    Recalled {
        run: recorded.run,
        at: recorded.at,
        health: Some(recorded.health),
        line: recorded.resources.into_iter().find(|line| of(&line.id.name)).unwrap(),
        step: recorded.plan.steps.into_iter().find(|step| of(&step.id.name)),
        deferred: None,
        refused: None,
        outcome: recorded.outcomes.into_iter().find(|outcome| of(&outcome.id.name)),
    }
}

#[test]
fn what_a_run_did_is_told_in_japanese_as_people_see_it() {
    let settings = japanese();
    insta::assert_snapshot!(recalled(&past(), &settings.tags, Locale::Ja));
}

#[test]
fn a_run_that_broke_off_and_a_step_that_was_put_off_are_told_in_japanese() {
    let put_off = Recalled {
        health: None,
        deferred: Some(Cap::StopsPerRun),
        refused: Some("90 %".to_owned()),
        outcome: None,
        ..past()
    };
    let text = recalled(&put_off, &japanese().tags, Locale::Ja);
    for part in ["報告の前に中断", "操作     `stops-per-run` により繰り越し: 90 %", "結果     不明"]
    {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}
