//! What the pages for browsers show of resources that are only reported.

use chrono::Duration;
use idle_reaper::engine::config::Money;
use idle_reaper::engine::history::forgotten::Sighting;
use idle_reaper::engine::judge::Owner;
use idle_reaper::engine::judge::owner::OwnedBy;
use idle_reaper::engine::model::{Locale, ReportOnly, Tags, Target, Unused, UnusedId, Usd, WhyUnused};
use idle_reaper::engine::report::Report;
use idle_reaper::engine::report::forgotten::{Forgotten, Line, NotScanned, Standing};
use idle_reaper::engine::report::stocktake::Stocktake;
use idle_reaper::engine::trends::LastWeeks;
use idle_reaper::render::html::{Options, Sheet, of_report, page, stocktake};
use serde_json::Value;

use super::pages::{options, unscripted};
use crate::fake::{EVENING, World, at, instance, plan, with};

/// One resource: its account, kind and id, name and size, why, the command, its owner and its dollars a month.
type One = (
    &'static str,
    ReportOnly,
    &'static str,
    (&'static str, &'static str),
    WhyUnused,
    &'static str,
    (&'static str, Option<&'static str>),
);

fn line((account, kind, id, (name, size), why, command, (owner, usd)): One) -> Line {
    let unused = Unused {
        id: UnusedId { place: Target::new(account, "ap-northeast-1").into(), kind, id: id.into() },
        why,
        size: size.into(),
        tags: if name.is_empty() { Tags::default() } else { Tags::new([("Name", name)]) },
        not_before: None,
        managed: None,
        priced_in: "ap-northeast-1".into(),
        billed: Vec::new(),
        unpriced: None,
        command: format!("aws {command} --region ap-northeast-1").into(),
    };
    let first_seen = at(EVENING) - Duration::days(23);
    let by = if owner.is_empty() { OwnedBy::Nobody } else { OwnedBy::Tag("Owner".to_owned()) };
    Line {
        sighting: Sighting {
            unused,
            first_seen,
            at_least: kind == ReportOnly::Volume,
            last_seen: at(EVENING),
            notified: false,
        },
        owner: Owner { name: owner.into(), by },
        standing: Standing::Forgotten,
        monthly: usd.map(Usd::parse).map(Option::unwrap).ok_or_else(|| "not in the price list".to_owned()),
    }
}

/// One of each kind, and three that are not in the sum.
pub fn found() -> Forgotten {
    let (dev, data, sandbox) = ("222222222222", "444444444444", "555555555555");
    let replaced = WhyUnused::Replaced { by: "orders".into() };
    let of_stopped =
        WhyUnused::OfStopped { instance: "i-d636fad3ec7ec3a0a".into(), others: Box::default(), by_reaper: true };
    let all: [One; 7] = [
        (
            dev,
            ReportOnly::ReplacedDatabase,
            "db:orders-old1",
            ("", "db.r6g.large postgres"),
            replaced,
            "rds delete-db-instance --db-instance-identifier orders-old1 --final-db-snapshot-identifier orders-old1-final",
            ("shop@example.com", Some("213.16")),
        ),
        (
            data,
            ReportOnly::EksCluster,
            "spark-poc",
            ("", ""),
            WhyUnused::NoNodes,
            "eks delete-cluster --name spark-poc",
            ("", Some("73.00")),
        ),
        (
            dev,
            ReportOnly::NatGateway,
            "nat-0f1e2d3c4b5a69788",
            ("old-egress", ""),
            WhyUnused::NoTraffic { days: 32, routed: false },
            "ec2 delete-nat-gateway --nat-gateway-id nat-0f1e2d3c4b5a69788",
            ("platform", Some("48.91")),
        ),
        (
            dev,
            ReportOnly::LoadBalancer,
            "app/shop-old/50dc6c495c0c9188",
            ("", ""),
            WhyUnused::NoTargets { days: 14 },
            "elbv2 delete-load-balancer --load-balancer-arn arn:aws:elasticloadbalancing:ap-northeast-1:222222222222:loadbalancer/app/shop-old/50dc6c495c0c9188",
            ("ana@example.com", Some("24.97")),
        ),
        (
            data,
            ReportOnly::Volume,
            "vol-0a1b2c3d4e5f60718",
            ("old-data", "125 GiB gp3"),
            WhyUnused::Unattached,
            "ec2 delete-volume --volume-id vol-0a1b2c3d4e5f60718",
            ("ken@example.com", Some("12.00")),
        ),
        (
            dev,
            ReportOnly::Volume,
            "vol-681d73caedcff09ce",
            ("", "100 GiB gp2"),
            of_stopped,
            "ec2 describe-volumes --volume-ids vol-681d73caedcff09ce",
            ("", Some("12.00")),
        ),
        (
            sandbox,
            ReportOnly::Address,
            "eipalloc-0123456789abcdef0",
            ("", ""),
            WhyUnused::Unassociated,
            "ec2 release-address --allocation-id eipalloc-0123456789abcdef0",
            ("yuki@example.com", None),
        ),
    ];
    let mut lines: Vec<Line> = all.into_iter().map(line).collect();
    for (standing, id) in
        [(Standing::Young, "vol-young"), (Standing::Kept, "vol-kept"), (Standing::Advice, "vol-advice")]
    {
        let one = line((dev, ReportOnly::Volume, id, ("", "8 GiB gp2"), WhyUnused::Unattached, id, ("", Some("1.00"))));
        lines.push(Line { standing, ..one });
    }
    Forgotten { after: Duration::days(14), lines, not_scanned: Vec::new(), waiting: 0 }
}

/// A report with these resources.
fn report(found: Forgotten, locale: Locale) -> Report {
    let links = "[links]\nconsole = \"https://sso.example/#/console?account_id={account}&destination={url}\"\n\n[busy]";
    let report = plan(&World::of([instance("i-1")]), &with(&[("[busy]", links)]), at(EVENING));
    Report { forgotten: Some(found), locale, ..report }
}

/// The same as JSON.
pub fn section(found: Forgotten, locale: Locale) -> Value {
    let json: Value = serde_json::from_str(&idle_reaper::render::json(&report(found, locale), false).unwrap()).unwrap();
    json["forgotten"].clone()
}

/// The rows of the list.
fn list(html: &str) -> &str {
    let list = unscripted(html).split("<section class=\"forgotten\">").nth(1).expect("the list");
    list.split("</section>").next().unwrap()
}

#[test]
fn each_forgotten_resource_has_owner_since_price_and_command_without_script() {
    let settings = with(&[]);
    for locale in [Locale::En, Locale::Ja] {
        let html = of_report(&report(found(), locale), &options(&settings, locale)).unwrap();
        let (list, json) = (list(&html), section(found(), locale));
        assert_eq!(list.matches("<tr><th scope=\"row\">").count(), 7, "{list}");
        for one in json["resources"].as_array().unwrap() {
            let text = |key: &str| one[key].as_str().unwrap_or_default().replace('&', "&amp;");
            let is_forgotten = one["standing"] == "forgotten";
            for key in ["id", "name", "size", "detail", "kind", "command", "link"] {
                assert_eq!(
                    list.contains(&text(key)),
                    is_forgotten || text(key).is_empty() || key == "detail" || key == "kind",
                    "{key}: {one}"
                );
            }
            if is_forgotten {
                let usd = if text("usd-month").is_empty() {
                    "–".to_owned()
                } else {
                    format!("<td class=\"n\">{}</td>", text("usd-month"))
                };
                assert!(list.contains(&usd), "{usd}: {list}");
            }
        }
        let sum = json["usd-month"].as_str().unwrap();
        assert_eq!(sum, "384.04");
        let figure = if locale == Locale::En { format!("<dd>USD {sum}</dd>") } else { format!("<dd>{sum} USD</dd>") };
        assert!(unscripted(&html).contains(&figure), "{figure}");
        assert!(
            !html.contains("@example.com") && list.contains(if locale == Locale::En { "person 1" } else { "個人 1" })
        );
        let since = if locale == Locale::En { "at least 2026-11-02" } else { "2026-11-02以前" };
        assert!(list.contains(since), "{since}: {list}");
    }
}

#[test]
fn what_is_not_in_the_sum_is_counted_and_the_page_of_a_record_is_that_of_the_run() {
    let settings = with(&[]);
    let report = report(found(), Locale::En);
    let options = Options::of(&settings);
    let html = of_report(&report, &options).unwrap();
    assert!(list(&html).contains("2 more not in the sum: 1 for less than 14 days, 1 kept by a tag"), "{}", list(&html));
    assert!(list(&html).contains("1 volume would cost USD 1.00 a month less as gp3"), "{}", list(&html));
    let mut recorded: Value = serde_json::from_str(&idle_reaper::render::json(&report, false).unwrap()).unwrap();
    let trends = report.trends.as_ref().map(LastWeeks::trends);
    assert!(html == page(&Sheet::parse(&recorded.to_string()).unwrap(), trends, &options).unwrap());
    // The record is a file that somebody may have written to.
    recorded["forgotten"]["resources"][0]["link"] = "javascript:alert(1)".into();
    let html = page(&Sheet::parse(&recorded.to_string()).unwrap(), None, &options).unwrap();
    assert!(!html.contains("javascript:") && list(&html).contains("orders-old1"));
    // A record of before has none of these fields.
    for gone in ["resources", "after-hours", "unknown-prices"] {
        recorded["forgotten"].as_object_mut().unwrap().remove(gone);
    }
    let html = page(&Sheet::parse(&recorded.to_string()).unwrap(), None, &options).unwrap();
    assert!(unscripted(&html).contains("<dd>USD 384.04</dd>"));
}

#[test]
fn a_long_list_is_cut_and_says_so_and_nothing_is_a_list_of_nothing() {
    let settings = with(&[]);
    let options = Options::of(&settings);
    let many = |n: usize| {
        let one = found().lines.swap_remove(0);
        Forgotten { lines: vec![one; n], ..found() }
    };
    let html = of_report(&report(many(60), Locale::En), &options).unwrap();
    assert_eq!(list(&html).matches("<tr><th scope=\"row\">").count(), 50);
    assert!(list(&html).contains("and 10 more, which cost less"));
    let html = of_report(&report(Forgotten { lines: Vec::new(), ..found() }, Locale::En), &options).unwrap();
    assert!(!html.contains("class=\"forgotten\""));
}

#[test]
fn an_account_s_own_page_has_its_own_resources_and_no_others() {
    let settings = with(&[]);
    let mut whole = report(found(), Locale::En);
    let cause = "AccessDenied for 444444444444".to_owned();
    let target = Target::new("222222222222", "us-east-1");
    whole.forgotten.as_mut().unwrap().not_scanned = vec![NotScanned { target, kind: ReportOnly::Volume, cause }];
    let part = whole.of_account(&"222222222222".into());
    let html = of_report(&part, &Options::of(&settings).within(&part.links)).unwrap();
    assert_eq!(list(&html).matches("<tr><th scope=\"row\">").count(), 4);
    assert!(
        !html.contains("444444444444") && !html.contains("555555555555") && !html.contains("vol-0a1b2c3d4e5f60718")
    );
    assert!(unscripted(&html).contains("<dd>USD 299.04</dd>"));
}

#[test]
fn the_stocktake_s_page_has_every_forgotten_resource_of_its_account() {
    let settings = with(&[]);
    let found = found().within("222222222222");
    for (locale, word) in [(Locale::En, "Forgotten resources (4)"), (Locale::Ja, "放置されたリソース (4 件)")]
    {
        let one = Stocktake { forgotten: Some(found.clone()), ..crate::engine::cost::stocktake::sample() };
        let html = stocktake(&one, &Money::default(), &options(&settings, locale)).unwrap();
        let list = list(&html);
        for line in found.forgotten() {
            assert!(list.contains(&*line.sighting.unused.command) && list.contains(&*line.id().id), "{list}");
        }
        assert!(
            list.contains(word) && list.contains("<td class=\"n\">213.16</td>") && !html.contains("<script"),
            "{list}"
        );
    }
}
