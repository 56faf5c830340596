//! What the page for browsers leaves out, and what it says of that.

use chrono::Duration;
use idle_reaper::engine::model::{
    Action, Because, Kind, Locale, NotDue, Outcome, OutcomeKind, Remark, ReportOnly, ResourceId, Starter, Stopped,
    Target, Unlisted, Unreachable, Usd,
};
use idle_reaper::engine::report::forgotten::{Forgotten, NotScanned};
use idle_reaper::engine::report::{Report, Row};
use idle_reaper::engine::trends::LastWeeks;
use idle_reaper::render::html::{Options, Sheet, of_report, page};
use idle_reaper::render::markdown;
use serde_json::Value;

use super::pages::{example, fields, island, many, options, sheet, unscripted};
use crate::fake::{EVENING, Shape, World, at, instance, plan, with};

/// The list of what else was not scanned.
fn left_unscanned(html: &str) -> Option<&str> {
    Some(html.split("What else was not scanned").nth(1)?.split("<dl class=\"tiles\">").next().unwrap())
}

#[test]
fn what_was_not_scanned_stands_before_the_figures_and_nothing_claims_otherwise() {
    let settings = with(&[]);
    let whole = plan(&World::of([instance("i-1")]), &settings, at(EVENING));
    let target = |n: usize| Target::new("111111111111", format!("eu-west-{n}"));
    let with_denied = |report: &mut Report| report.denied = vec![target(1), target(2)];
    let with_not_due = |report: &mut Report| {
        let Target { account, region } = target(3);
        report.not_due = vec![NotDue { account, region, last_scan: at(EVENING) - Duration::hours(5) }];
    };
    let with_unlisted = |report: &mut Report| {
        let Target { account, region } = target(1);
        report.unlisted = vec![Unlisted { kind: Kind::Database, account, region, cause: "AccessDenied".to_owned() }];
    };
    let with_kinds = |report: &mut Report| {
        let not_scanned = vec![NotScanned { target: target(1), kind: ReportOnly::Volume, cause: "refused".to_owned() }];
        report.forgotten = Some(Forgotten { after: Duration::days(7), lines: Vec::new(), not_scanned, waiting: 2 });
    };
    let with_unreachable = |report: &mut Report| {
        let Target { account, region } = target(4);
        report.unreachable = vec![Unreachable { account, region, cause: "timed out".to_owned() }];
    };
    type Change<'a> = (&'a dyn Fn(&mut Report), &'a [&'a str]);
    let changes: [Change<'_>; 4] = [
        (&with_denied, &["2 targets in 1 account, 111111111111/eu-west-1 first"]),
        (&with_not_due, &["not due: 1 target in 1 account, empty when last scanned"]),
        (&with_unlisted, &["databases could not be listed in 1 target, 111111111111/eu-west-1 first: AccessDenied"]),
        (&with_kinds, &["volume", "refused"]),
    ];
    let options = Options::of(&settings);
    let html = of_report(&whole, &options).unwrap();
    assert!(html.contains("Everything was scanned") && left_unscanned(&html).is_none());
    for (change, expected) in changes {
        let mut report = whole.clone();
        change(&mut report);
        let html = of_report(&report, &options).unwrap();
        assert!(!html.contains("Everything was scanned"), "{expected:?}");
        let list = left_unscanned(&html).unwrap();
        assert!(expected.iter().all(|text| list.contains(text)), "{expected:?}: {list}");
        with_unreachable(&mut report);
        let html = of_report(&report, &options).unwrap();
        let before = html.split("What else was not scanned").next().unwrap();
        assert!(before.contains("<section class=\"alert\">") && left_unscanned(&html).is_some(), "{expected:?}");
    }
    // What the report says as a sentence is said in the same words.
    let mut report = whole;
    with_not_due(&mut report);
    with_kinds(&mut report);
    let (html, shown) = (of_report(&report, &options).unwrap(), markdown(&report));
    let said = left_unscanned(&html).unwrap().matches("<li>").count();
    assert_eq!(said, 3, "not due, one kind, and what no run has scanned yet");
    for line in left_unscanned(&html).unwrap().split("<li>").skip(1) {
        // The page has a time zone of its own.
        let line = line.split("</li>").next().unwrap().split("(oldest").next().unwrap();
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        assert!(letters(&shown).contains(&letters(line)), "{line}\n{shown}");
    }
}

#[test]
fn of_very_many_rows_none_is_left_out_that_matters() {
    let settings = with(&[]);
    let world = World::of([instance("i-open"), instance("i-kept").tag("idle-reaper:keep", "")]);
    let mut report = plan(&world, &settings, at(EVENING));
    let row = |id: &str| report.rows.iter().find(|row| &*row.id.name == id).unwrap().clone();
    let (acting, kept) = (row("i-open"), row("i-kept"));
    assert_eq!((acting.verdict.as_str(), kept.verdict.as_str()), ("stop", "skip"));
    let named =
        |row: &Row, name: String| Row { id: ResourceId::instance((*row.id.place).clone(), name), ..row.clone() };
    let dear = |n: usize| Row { monthly: Usd::parse("9999.004"), ..named(&kept, format!("i-dear-{n:05}")) };
    let mut again = named(&kept, "i-started-again".to_owned());
    let stopped = Stopped { at: at(EVENING), run: "run-0".to_owned(), because: Because::Hours };
    again.remarks = vec![Remark::StartedAgain { stopped, at: at(EVENING), by: Starter::Unknown }];
    let failed = named(&kept, "i-failed".to_owned());
    report.outcomes = vec![Outcome {
        id: failed.id.clone(),
        action: Action::Stop,
        outcome: OutcomeKind::Failed,
        detail: "refused".to_owned(),
        at: at(EVENING),
    }];
    report.rows = (0..20_005).map(dear).chain([failed, again, named(&acting, "i-stop".to_owned())]).collect();
    let options = Options::of(&settings);
    let html = of_report(&report, &options).unwrap();
    let rows = fields(&island(&html));
    assert_eq!(rows.len(), 20_000);
    for id in ["i-failed", "i-started-again", "i-stop", "i-dear-00000"] {
        assert!(rows.iter().any(|row| row["id"] == id), "{id}");
    }
    let text = idle_reaper::render::json(&report, false).unwrap();
    let of_record =
        page(&Sheet::parse(&text).unwrap(), report.trends.as_ref().map(LastWeeks::trends), &options).unwrap();
    assert!(html == of_record, "the page of the record differs from that of the run");
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let shown = unscripted(&html);
    assert!(shown.contains("<dt>Need a person</dt><dd>2</dd>"));
    for count in ["found", "candidates"] {
        assert!(shown.contains(&format!("<dd>{}</dd>", recorded["counts"][count])), "{count}");
    }
}

/// More rows need a person than a page has: its figure is that of the report.
#[test]
fn figures_count_the_rows_that_are_left_out() {
    let settings = example();
    let mut report = many();
    let one = report["resources"][0].clone();
    let row = |n: usize| {
        let mut one = one.clone();
        (one["id"], one["attention"]) = (format!("i-{n}").into(), true.into());
        one
    };
    report["resources"] = (0..20_007).map(row).collect();
    report["counts"]["found"] = 20_007.into();
    let html = page(&sheet(&report), None, &options(&settings, Locale::En)).unwrap();
    assert_eq!(unscripted(&html).matches("<dd>20007</dd>").count(), 2);
    assert_eq!(island(&html)["rows"].as_array().unwrap().len(), 20_000);
}
