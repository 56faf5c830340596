//! What the page for browsers leaves out, and what it says of that.

use chrono::Duration;
use idle_reaper::engine::model::{Locale, NotDue, ReportOnly, Target, Unreachable};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::forgotten::{Forgotten, NotScanned};
use idle_reaper::render::html::{Options, of_report, page};

use super::pages::{example, island, many, options, sheet, unscripted};
use crate::fake::{EVENING, World, at, instance, plan, with};

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
        report.unlisted = vec![Unreachable { account, region, cause: "AccessDenied".to_owned() }];
    };
    let with_kinds = |report: &mut Report| {
        let not_scanned = vec![NotScanned { target: target(1), kind: ReportOnly::Volume, cause: "refused".to_owned() }];
        report.forgotten = Some(Forgotten { after: Duration::days(7), lines: Vec::new(), not_scanned, waiting: 2 });
    };
    let with_unreachable = |report: &mut Report| {
        let Target { account, region } = target(4);
        report.unreachable = vec![Unreachable { account, region, cause: "timed out".to_owned() }];
    };
    let changes: [(&dyn Fn(&mut Report), &[&str]); 4] = [
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
    let mut report = whole;
    (with_not_due(&mut report), with_kinds(&mut report));
    let html = of_report(&report, &options).unwrap();
    let said = left_unscanned(&html).unwrap().matches("<li>").count();
    assert_eq!(said, 3, "not due, one kind, and what no run has scanned yet");
}

/// More rows need a person than a page has: its figure is that of the report.
#[test]
fn figures_count_the_rows_that_are_left_out() {
    let settings = example();
    let mut report = many();
    let one = report["instances"][0].clone();
    let row = |n: usize| {
        let mut one = one.clone();
        (one["id"], one["attention"]) = (format!("i-{n}").into(), true.into());
        one
    };
    report["instances"] = (0..20_007).map(row).collect();
    report["counts"]["found"] = 20_007.into();
    let html = page(&sheet(&report), None, &options(&settings, Locale::En)).unwrap();
    assert_eq!(unscripted(&html).matches("<dd>20007</dd>").count(), 2);
    assert_eq!(island(&html)["rows"].as_array().unwrap().len(), 20_000);
}
