//! The pages for browsers: what they say, byte by byte. The browser's tests (`tests/page`) open the files that are written
//! here.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::model::{Locale, Usd};
use idle_reaper::engine::report::difference::{Change, Judged};
use idle_reaper::engine::trends::{
    Comparison, DayNote, Event, HeatDay, HeatHour, HeatMap, LastWeeks, NearMisses, Trends, Week, What,
};
use idle_reaper::render::html::{BacktestDay, Options, Sheet, backtest, of_report, of_undo, page, schedule};
use serde_json::{Value, json};

use super::hostile::{HOSTILE, report};
use super::pages_forgotten::{found, section};
use crate::fake::{
    Ask, Back, EVENING, SETTINGS, Shape, World, apply, at, db, db_cluster, instance, plan, service, settings,
    try_apply, try_undo, with,
};

/// Text that breaks pages, beside what breaks everything else.
const MARKUP: [&str; 8] = [
    "</script><b>bold</b><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)' autofocus='",
    "<!--<script>",
    "]]>&#60;b&#62;{{ 7 * 7 }}{% raw %}",
    "שלום عربى",
    "\u{fdd0}\u{fffe}\u{1ffff}\u{10ffff}",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn options(settings: &Settings, locale: Locale) -> Options<'_> {
    Options { locale, ..Options::of(settings) }
}

/// The report of the example organisation as JSON.
fn organization(locale: Locale) -> Value {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
    binary.current_dir(root()).env_clear().env("IDLE_REAPER_LOCALE", locale.as_str());
    binary.args(["--config", "examples/organization.toml", "plan", "--inventory", "examples/organization.json"]);
    let output = binary.args(["--at", "2026-11-25T21:30:00+09:00", "--format", "json"]).output().unwrap();
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["run"] = "20261125T123000Z-1a2b3c4d".into();
    for line in report["resources"].as_array_mut().unwrap() {
        let id = line["id"].as_str().unwrap().to_owned();
        line["link"] =
            format!("https://example.awsapps.com/start/#/console?account_id=1&destination=https%3A%2F%2F{id}").into();
    }
    report["plan"]["id"] = "-".into();
    report["forgotten"] = section(found(), locale);
    report["money"]["saved"] = json!({
        "month": "2026-11", "usd": "2816.40", "hours": "9120.5", "unknown-hours": "0", "accounts": [], "policies": [], "owners": []
    });
    report
}

pub fn sheet(report: &Value) -> Sheet {
    Sheet::parse(&report.to_string()).unwrap()
}

/// A month of nights, in which a scan was missed, a day of 25 hours, a holiday and a freeze.
fn nights(zone: Tz, first: NaiveDate) -> HeatMap {
    let day = |date: NaiveDate| {
        let begin = zone.from_local_datetime(&date.and_hms_opt(0, 0, 0).unwrap()).earliest().unwrap().to_utc();
        let end = zone.from_local_datetime(&(date + Days::new(1)).and_hms_opt(0, 0, 0).unwrap()).earliest().unwrap();
        let hours = (0..(end.to_utc() - begin).num_hours()).map(|hour| begin + Duration::hours(hour));
        let notes = match date.day() {
            3 => vec![DayNote::Holiday { name: "Culture Day".to_owned(), provisional: false }],
            23 => vec![DayNote::Holiday { name: "Labor Thanksgiving Day".to_owned(), provisional: true }],
            30 => vec![DayNote::Beyond],
            _ => Vec::new(),
        };
        let works = date.weekday().number_from_monday() < 6 && notes.is_empty();
        let hour = |starts: DateTime<Utc>| {
            let clock = starts.with_timezone(&zone).hour();
            let open = works && (9..18).contains(&clock);
            let ran = (date.day() * 7 + clock * 3) % 11 + if works { 2 } else { 6 };
            let missed = date.day() == 12 && clock < 6;
            let running = if missed {
                None
            } else if open {
                Some(0)
            } else {
                Some(ran.saturating_sub(5))
            };
            let at_least = date.day() == 19 && clock == 22;
            HeatHour { starts, ends: starts + Duration::hours(1), open, running, at_least, events: Vec::new() }
        };
        HeatDay { date, notes: notes.clone(), hours: hours.map(hour).collect() }
    };
    let days = first.iter_days().take(31).map(day).collect();
    HeatMap { zone, schedules: vec!["tokyo-office".to_owned()], days, not_due: true }
}

fn trends() -> Trends {
    let monday = NaiveDate::from_ymd_opt(2026, 8, 31).unwrap();
    let usd = |cents: u32| Usd::parse(&format!("{}.{:02}", cents / 100, cents % 100));
    let week = |n: u32| Week {
        monday: monday + Days::new(u64::from(7 * n)),
        waste_usd: usd(96_000 - 5_200 * n),
        saved_usd: if n < 2 { None } else { usd(9_000 + 5_900 * n) },
        stops: if n < 2 { None } else { Some(20 + 3 * n) },
        undone_or_restarted: n % 3,
        near_misses: NearMisses { overtaken: Some(n % 4), held_back: Some(0), typo_tags: None },
        hours_known: if n == 12 { 61 } else { 168 },
    };
    let heat = Some(nights(Tz::Asia__Tokyo, NaiveDate::from_ymd_opt(2026, 10, 26).unwrap()));
    Trends { weeks: (0..13).map(week).collect(), heat, other_zones: Vec::new() }
}

/// Ten thousand instances, each with words of its own.
pub fn many() -> Value {
    let mut report = organization(Locale::En);
    let few = report["resources"].as_array().unwrap().clone();
    let one = |n: usize| {
        let mut one = few[n % few.len()].clone();
        one["id"] = format!("i-{n:017x}").into();
        one["name"] = format!("worker-{}-{n}", n % 97).into();
        one["owner"] = format!("team-{}", n % 140).into();
        one["policy"] = format!("policy-{}", n % 40).into();
        one["account"] = format!("{:012}", 100_000_000_000_u64 + (n % 200) as u64).into();
        let minutes = Duration::minutes((n * 7) as i64);
        one["launched"] = (at(EVENING) - minutes).to_rfc3339().into();
        one["usd-month"] = format!("{}.{:02}", n % 900, n % 100).into();
        let since = (at(EVENING) - minutes).format("%a %Y-%m-%d %H:%M JST");
        one["detail"] = format!("closed since {since}; opens Thu 2026-11-26 09:00 JST; last hour not measured").into();
        one
    };
    report["resources"] = (0..10_000).map(one).collect();
    report["counts"]["found"] = 10_000.into();
    report["views"]["accounts"][0]["outside-hours"] = 6_000.into();
    report
}

/// A report with hostile text in every field.
fn hostile() -> Value {
    let mut report = organization(Locale::En);
    let texts: Vec<String> = HOSTILE.iter().chain(&MARKUP).map(|text| (*text).to_owned()).collect();
    let long = "very-long-".repeat(300);
    let all = texts.iter().chain([&long]).enumerate().map(|(n, text)| {
        json!({
            "account": text, "region": text, "id": format!("i-{n} {text}"), "kind": "instance", "name": text, "type": text,
            "state": "running", "launched": "2026-11-25T00:30:00Z", "policy": text, "verdict": "stop", "armed": false,
            "owner": text, "owner-by": text, "launched-by": text, "reason": text, "detail": text, "usd-month": "1.00",
            "attention": true, "link": format!("javascript:alert(1)//{text}"), "remarks": [{"remark": text, "by": text, "detail": text}],
        })
    });
    report["resources"] = all.collect();
    report["notes"] = texts.clone().into();
    report["run"] = MARKUP[0].into();
    report["plan"]["settings"] = MARKUP[1].into();
    report["plan"]["refused"] = MARKUP[0].into();
    let place = |text: &String| json!({"account": text, "region": text, "cause": text});
    report["unreachable"] = texts.iter().map(place).collect();
    report["unlisted"] = texts.iter().map(place).collect();
    report["denied"] = report["unlisted"].clone();
    report["not-due"] = json!([{"account": MARKUP[0], "region": MARKUP[1], "last-scan": "2026-11-25T00:30:00Z"}]);
    let forgotten = |text: &String| {
        json!({
            "account": text, "region": text, "kind": text, "id": text, "name": text, "size": text, "detail": text,
            "standing": "forgotten", "owner": text, "usd-month": "1.00", "first-seen": "2026-11-01T00:00:00Z",
            "at-least": true, "command": text, "link": format!("javascript:alert(1)//{text}"), "managed": text,
        })
    };
    let mut resources: Vec<Value> = texts.iter().map(forgotten).collect();
    let managed = resources.clone().into_iter().map(|one| with_standing(one, "managed"));
    resources.extend(managed.chain([with_standing(forgotten(&long), "unheard-of")]));
    report["forgotten"] = json!({
        "forgotten": texts.len(), "usd-month": "9", "unknown-prices": 0, "resources": resources, "waiting": 1,
        "not-scanned": [{"account": MARKUP[0], "region": MARKUP[1], "kind": "volume", "cause": MARKUP[2]}],
    });
    report["not-in-scope"] = texts.iter().map(|text| json!({"account": text, "name": text, "because": text})).collect();
    let sums: Value =
        texts.iter().map(|text| json!({"name": text, "instances": 1, "monthly": "3.5", "unknown": 0})).collect();
    report["money"]["waste"] =
        json!({"instances": 9, "monthly": "31.5", "unknown": 1, "accounts": sums, "policies": sums, "owners": sums});
    report["money"]["note"] = MARKUP[0].into();
    report
}

fn with_standing(mut one: Value, standing: &str) -> Value {
    one["standing"] = standing.into();
    one
}

/// The data of the script.
pub fn island(page: &str) -> Value {
    let data = page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap();
    serde_json::from_str(data.split("</script>").next().unwrap()).unwrap()
}

/// A row of it by the names of its fields.
pub fn fields(data: &Value) -> Vec<Value> {
    let names = data["fields"].as_array().unwrap();
    let row = |row: &Value| -> Value {
        let cell = |(n, field): (usize, &Value)| {
            let value = &row[n];
            let word = |number: &Value| data["words"][number.as_u64().unwrap() as usize].as_str().unwrap().to_owned();
            let shown: Value = match value {
                Value::Array(parts) => parts.iter().map(word).collect::<Vec<_>>().join("; ").into(),
                value if field[2] == true => word(value).into(),
                value => value.clone(),
            };
            (field[0].as_str().unwrap().to_owned(), shown)
        };
        Value::Object(names.iter().enumerate().map(cell).collect())
    };
    data["rows"].as_array().unwrap().iter().map(row).collect()
}

/// The page without what only scripts read.
pub fn unscripted(page: &str) -> &str {
    page.split("<script").next().unwrap()
}

pub fn example() -> Settings {
    settings(&fs::read_to_string(root().join("examples/organization.toml")).unwrap())
}

#[test]
fn the_page_has_the_figures_of_the_json() {
    let settings = example();
    let report = organization(Locale::En);
    let html = page(&sheet(&report), None, &options(&settings, Locale::En)).unwrap();
    let rows = fields(&island(&html));
    assert_eq!(rows.len(), report["resources"].as_array().unwrap().len());
    for (row, line) in rows.iter().zip(report["resources"].as_array().unwrap()) {
        for field in ["id", "name", "region", "type", "verdict", "reason", "detail"] {
            assert_eq!(row[field], line[field], "{field}");
        }
        assert_eq!(row["usd-month"].as_str().unwrap(), line["usd-month"].as_str().unwrap_or_default());
    }
    let waste = Usd::parse(report["money"]["waste"]["monthly"].as_str().unwrap()).unwrap();
    assert!(unscripted(&html).contains(&format!("USD {waste}")));
    assert!(unscripted(&html).contains(&format!("<dd>{}</dd>", report["counts"]["found"])));
    assert!(unscripted(&html).contains(&format!("<dd>{}</dd>", report["counts"]["candidates"])));
}

#[test]
fn the_page_of_a_run_is_the_page_of_its_record_byte_by_byte() {
    let world = World::of((0..30).map(|n| instance(&format!("i-{n}")).tag("Name", "web").tag("Owner", "team-a")));
    let settings = with(&[]);
    let report = plan(&world, &settings, at(EVENING));
    let options = Options::of(&settings);
    let first = of_report(&report, &options).unwrap();
    assert_eq!(first, of_report(&report, &options).unwrap());
    let recorded = Sheet::parse(&idle_reaper::render::json(&report, false).unwrap()).unwrap();
    assert_eq!(first, page(&recorded, report.trends.as_ref().map(LastWeeks::trends), &options).unwrap());
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let settings = with(&[]);
    for text in HOSTILE.iter().chain(&MARKUP) {
        let report = report(text);
        let html = of_report(&report, &Options { names: true, ..Options::of(&settings) }).unwrap();
        for tag in ["<b>", "<img", "<script>alert", "onerror=alert(1)>", "<!--"] {
            assert!(!html.contains(tag), "{tag}: {text}");
        }
        assert_eq!(html.matches("</script>").count(), 2, "{text}");
        assert!(
            !html.chars().any(|c| matches!(c, '\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{0}' | '\u{fffe}')),
            "{text}"
        );
        assert_eq!(island(&html)["rows"].as_array().unwrap().len(), report.rows.len());
    }
}

#[test]
fn without_script_the_page_has_its_headline_its_map_and_its_rows() {
    let settings = example();
    let html = page(&sheet(&many()), Some(&trends()), &options(&settings, Locale::En)).unwrap();
    let shown = unscripted(&html);
    assert!(shown.contains("of 10000 instances"));
    let rows = shown.matches("<tr class=\"end\">").count() + shown.matches("<tr><th scope=\"row\">").count();
    assert!(rows > 200, "{rows}");
    assert!(shown.contains("class=\"heat\"") && shown.contains("Culture Day"));
    assert!(html.len() < 2_100_000, "{} bytes", html.len());
    println!("10,000 rows: {} bytes", html.len());
}

#[test]
fn nobody_is_named_unless_the_settings_ask_for_it() {
    let report = organization(Locale::En);
    let quiet = example();
    let html = page(&sheet(&report), None, &options(&quiet, Locale::En)).unwrap();
    assert!(!html.contains("@example.com") && html.contains("person 1"), "an address is in the page");
    let text = fs::read_to_string(root().join("examples/organization.toml")).unwrap() + "\n[page]\nnames = true\n";
    let named = settings(&text);
    let html = page(&sheet(&report), None, &options(&named, Locale::En)).unwrap();
    assert!(html.contains("ken@example.com") && !html.contains("person 1"));
}

#[test]
fn every_text_is_there_in_both_languages() {
    let settings = example();
    for locale in [Locale::En, Locale::Ja] {
        let html = page(&sheet(&hostile()), Some(&trends()), &options(&settings, locale)).unwrap();
        // A text that is missing is shown as its key.
        for key in ["page.", "word.", "money.", "sentence.", "?</th>"] {
            let found = unscripted(&html).split('>').any(|part| part.starts_with(key));
            assert!(!found, "{locale}: {key}");
        }
        assert!(html.contains(&format!("<html lang=\"{locale}\">")));
    }
}

#[test]
fn a_repeated_hour_is_there_twice_and_a_skipped_one_is_a_gap() {
    let zone = Tz::Europe__Berlin;
    for (first, columns, gaps) in [("2026-10-20", 25, 27), ("2026-03-20", 24, 1)] {
        let map = nights(zone, first.parse().unwrap());
        let html = schedule("berlin", &["open".to_owned()], &map, Locale::En).unwrap();
        let head = html.split("<thead>").nth(1).unwrap().split("</thead>").next().unwrap();
        assert_eq!(head.matches("<th").count(), 1 + columns, "{first}");
        assert_eq!(html.matches("<td class=\"gap\">").count(), gaps, "{first}");
    }
}

/// The pages of a run that has stopped instances, a database and a service, and of its undo.
fn acted() -> (String, String) {
    let settings = crate::fake::for_every_kind(SETTINGS);
    let named =
        |n: usize| instance(&format!("i-{n}")).tag("Name", &format!("checkout-{n}")).tag("Owner", "ken@example.com");
    let data = [db("orders").tag("Owner", "team-data"), db_cluster("ledger", |facts| facts), service("web")];
    let world = World::of((1..=6).map(named).chain(data));
    apply(&world, &settings, at("2026-11-25T17:45:00+09:00"));
    let run = "20261125T123000Z-1a2b3c4d";
    let report = try_apply(&world, &settings, &Ask { named: Some(run), ..Ask::at(at(EVENING)) }).expect("a report");
    let back = Back { undoes: run.to_owned(), at: at(EVENING) + Duration::minutes(30), apply: true, ..Back::default() };
    let undo = try_undo(&world, &settings, &back).expect("an undo");
    let options = Options::of(&settings);
    (of_report(&report, &options).unwrap(), of_undo(&undo, &options).unwrap())
}

/// What the browser's tests open: see `make page-check`.
#[test]
fn the_pages_for_the_browser_are_written() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&folder).unwrap();
    let settings = example();
    let write = |name: &str, html: String| fs::write(folder.join(name), html).unwrap();
    for locale in [Locale::En, Locale::Ja] {
        let options = options(&settings, locale);
        let html = page(&sheet(&organization(locale)), Some(&trends()), &options).unwrap();
        write(&format!("{locale}.html"), html);
        write(&format!("hostile-{locale}.html"), page(&sheet(&hostile()), Some(&trends()), &options).unwrap());
    }
    let options = options(&settings, Locale::En);
    write("many.html", page(&sheet(&many()), Some(&trends()), &options).unwrap());
    let (kinds, undo) = acted();
    write("kinds.html", kinds);
    write("undo.html", undo);
    let mut map = nights(Tz::Europe__Berlin, "2026-10-20".parse().unwrap());
    let hour = &mut map.days[2].hours[20];
    hour.events = [What::Stopped, What::Started, What::Undone, What::StartedByOthers]
        .map(|what| Event { at: hour.starts, what })
        .into();
    write("schedule.html", schedule("berlin-office", &["open".to_owned()], &map, Locale::En).unwrap());
    let judged =
        |verdict: &str| Some(Judged { name: MARKUP[0].into(), verdict: verdict.into(), reason: "young".into() });
    let change = Change {
        account: "111111111111".into(),
        region: "ap-northeast-1".into(),
        id: "i-1".into(),
        before: judged("skip"),
        after: judged("stop"),
    };
    let day = |hour: i64| BacktestDay {
        at: at(EVENING) + Duration::hours(hour),
        found: 29,
        unreachable: usize::from(hour == 0),
        candidates: Some(9),
        before: Some(7),
        changes: vec![change.clone()],
    };
    let old = nights(Tz::Asia__Tokyo, "2026-10-26".parse().unwrap());
    let (old_usd, new_usd) = (Usd::parse("700"), Usd::parse("900.5"));
    let compared = Comparison { new: old.clone(), old, old_usd, new_usd };
    write("backtest.html", backtest(&[day(0), day(24)], Some(&compared), &options).unwrap());
    let names: BTreeSet<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.len() >= 7);
}

/// Through the binary: the ending chooses the page, and what makes none says so and leaves no file.
#[test]
fn an_ending_chooses_the_page_and_other_commands_refuse_it() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut binary = Command::new(env!("CARGO_BIN_EXE_idle-reaper"));
        binary.current_dir(folder.path()).env_clear().args(["--at", "2026-11-25T21:30:00+09:00"]).args(words);
        let output = binary.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    fs::write(folder.path().join("reaper.toml"), SETTINGS).unwrap();
    let inventory = root().join("examples/inventory.json").display().to_string();
    let made = ["plan", "explain", "schedule"];
    for verb in made {
        let out = format!("{verb}.html");
        let words: &[&str] = match verb {
            "plan" => &["plan", "--inventory", &inventory, "--out", &out],
            "explain" => &["explain", "i-0a1b2c3d4e5f60002", "--inventory", &inventory, "--out", &out],
            _ => &["schedule", "office", "--out", &out],
        };
        let (code, noted) = run(words);
        assert_ne!(code, Some(1), "{verb}: {noted}");
        let html = fs::read_to_string(folder.path().join(&out)).unwrap();
        assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"), "{verb}");
    }
    for words in [&["check", "--out", "x.html"][..], &["targets", "--out", "x.html", "--inventory", &inventory]] {
        let (code, noted) = run(words);
        assert_eq!(code, Some(1), "{words:?}");
        assert!(noted.contains("makes no page"), "{noted}");
        assert!(!folder.path().join("x.html").exists());
    }
    let (code, noted) = run(&["plan", "--inventory", &inventory, "--out", "x.html", "--all"]);
    assert!(code == Some(1) && noted.contains("filters of its own"), "{noted}");
}
