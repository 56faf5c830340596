//! The monthly stocktake: everything that runs, everything kept, what nobody has confirmed, against the budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Asia::Tokyo;
use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::price::Price;
use idle_reaper::engine::model::Unreachable;
use idle_reaper::engine::model::month::Month;
use idle_reaper::engine::model::{Instance, Locale, State};
use idle_reaper::engine::report::stocktake::{Line, Owner, Stocktake, Taking, is_due};
use idle_reaper::engine::tags::keep::Kept;
use idle_reaper::engine::tags::keep_until::KeepUntil;
use idle_reaper::local::folder::Folder;
use idle_reaper::render::stocktake::{markdown, message};
use idle_reaper::render::{STOCKTAKE_COLUMNS, stocktake_csv, stocktake_json};
use idle_reaper::run::stocktake::{done, due, write};

use super::prices::usd;
use crate::fake::{Shape, at, db, instance, judge, service, settings, with};

const NOW: &str = "2026-11-02T00:30:00Z";

const STARTED: &str = "2026-10-20T18:45:00+09:00";

fn money() -> Settings {
    settings(
        "version = 1\n[money]\ncurrency = \"JPY\"\nrate = \"155.20\"\ndate = \"2026-10-30\"\n[money.budgets]\n\"*-dev\" = 5\n",
    )
}

fn line(instance: &Instance) -> Line {
    let line = Line::of(instance, Kept::read(&instance.tags, &money().tags, None, None, at(NOW)));
    Line { price: Price::Hourly(usd("0.0136")), ..line }
}

fn ana() -> Option<Owner> {
    Some(Owner { name: "ana".into(), how: "tag `Owner`".into(), by_default: false })
}

fn take(lines: Vec<Line>, unreachable: &[Unreachable]) -> Vec<Stocktake> {
    let (settings, names) = (money(), BTreeMap::from([("111111111111".into(), "shop-dev".to_owned())]));
    let month = Month::parse("2026-11").unwrap();
    let taking = Taking {
        month,
        at: at(NOW),
        zone: Tokyo,
        money: &settings.money,
        names: &names,
        links: settings.links.as_ref(),
    };
    Stocktake::all(taking, lines, unreachable)
}

/// One owned, one forgotten, one kept and stopped, one of unknown price that somebody has seen.
pub fn sample() -> Stocktake {
    let mut owned = line(&instance("i-1").tag("Name", "build box").launched("2026-10-01T09:00:00+09:00"));
    owned.owner = ana();
    owned.created = Some(at("2026-01-15T03:00:00Z"));
    owned.launched_by = Some("ben".into());
    owned.policy = Some("dev".into());
    let forgotten = line(&instance("i-2").launched(STARTED).tag("Name", "=cmd|'/c calc'!A1").region("us-east-1"));
    let kept = line(
        &instance("i-3")
            .launched(STARTED)
            .state(State::Stopped)
            .tag("idle-reaper:keep-until", "2026-12-31 load | test"),
    );
    let mut seen = line(&instance("i-4").launched(STARTED));
    seen.seen = true;
    seen.price = Price::Unknown("the price list does not have it".into());
    let unreachable =
        Unreachable { account: "111111111111".into(), region: "eu-west-1".into(), cause: "denied".into() };
    let mut all = take(vec![forgotten, seen, kept, owned], &[unreachable]);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn everything_that_runs_or_is_kept_stands_in_it_in_one_order_and_nothing_else() {
    let ids = |stocktake: &Stocktake| stocktake.lines.iter().map(|line| line.id.name.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&sample()), ["i-1", "i-3", "i-4", "i-2"], "by Region and id");
    let states = [State::Stopped, State::Terminated, State::ShuttingDown, State::Stopping, State::Unknown];
    assert_eq!(take(states.map(|state| line(&instance("i-9").state(state))).into(), &[]), [], "neither runs nor kept");
    let gone = instance("i-9").tag("idle-reaper:keep", "").state(State::Terminated);
    assert_eq!(take(vec![line(&gone)], &[]), [], "what is gone is kept by nobody");
    assert_eq!(take(vec![line(&instance("i-9").state(State::Pending))], &[])[0].cost().instances, 1);
}

#[test]
fn an_account_that_nobody_could_see_has_a_stocktake_that_says_so() {
    let unreachable =
        Unreachable { account: "999999999999".into(), region: "*".into(), cause: "`sts:AssumeRole` denied".into() };
    let all = take(vec![line(&instance("i-1"))], &[unreachable]);
    assert_eq!(all.iter().map(|one| &*one.account).collect::<Vec<_>>(), ["111111111111", "999999999999"]);
    let text = markdown(&all[1], &money().money, Locale::En);
    assert!(text.contains("could not be scanned: `sts:AssumeRole` denied"), "{text}");
    let tags = money().tags;
    for text in [text, message(&all[1], &money().money, &tags, "s3://b/k", Locale::En).text] {
        assert!(text.contains("Running: unknown, because not every Region could be scanned"), "{text}");
        assert!(!text.contains("Kept by") && !text.contains(": 0"), "no figure stands for what is unknown: {text}");
    }
    // Where one Region of several could not be scanned, the figures are a lower bound.
    let text = markdown(&sample(), &money().money, Locale::En);
    assert!(text.contains("Running: at least 3") && text.contains("≥"), "{text}");
}

#[test]
fn a_stocktake_warns_of_an_old_rate() {
    let old = Stocktake { at: at("2026-12-05T00:00:00Z"), ..sample() };
    for (stocktake, wanted) in [(sample(), false), (old, true)] {
        let text = markdown(&stocktake, &money().money, Locale::En);
        assert_eq!(text.contains("The rate of 2026-10-30 is 36 days old: amounts in JPY"), wanted, "{text}");
    }
}

#[test]
fn what_runs_without_keep_owner_or_a_word_is_confirmed_by_nobody() {
    let plain = line(&instance("i-1"));
    assert!(plain.unconfirmed());
    let by_default = Owner { by_default: true, ..ana().unwrap() };
    assert!(Line { owner: Some(by_default), ..plain.clone() }.unconfirmed(), "the default owner is nobody");
    assert!(!Line { owner: ana(), ..plain.clone() }.unconfirmed());
    assert!(!Line { seen: true, ..plain.clone() }.unconfirmed());
    assert!(!Line { state: State::Stopped, ..plain }.unconfirmed());
    let forgotten: Vec<String> = sample().unconfirmed().map(|line| line.id.name.to_string()).collect();
    assert_eq!(forgotten, ["i-2"]);
}

#[test]
fn keep_tags_are_read_once_for_the_rules_and_the_stocktake() {
    let until = |value: &str| Kept::Until { value: value.into(), until: KeepUntil::parse(value).unwrap() };
    let kept = |key: &str, value: &str| line(&instance("i-1").tag(key, value)).kept;
    let for_good = |key: &str| Kept::ForGood { key: key.into(), value: String::new() };
    assert_eq!(kept("Idle-Reaper:Keep", ""), for_good("Idle-Reaper:Keep"));
    assert_eq!(kept("idle-reaper:keep-until", "2026-11-01"), until("2026-11-01"));
    assert_eq!(kept("idle-reaper:keep-until", "2026-10-31"), Kept::No, "over everywhere");
    assert_eq!(kept("idle-reaper:keep-until", "soon"), Kept::Unreadable { value: "soon".into() });
    // The instant itself is 09:30 in Tokyo.
    for (value, expected) in [
        ("2026-11-02T09:00+09:00", Kept::No),
        ("2026-11-02T09:30+09:00", Kept::No),
        ("2026-11-02T09:31+09:00", until("2026-11-02T09:31+09:00")),
    ] {
        assert_eq!(kept("idle-reaper:keep-until", value), expected);
    }
    let settings = with(&[("[busy]", "[tags]\nalso-keep = [\"DoNotStop\"]\n\n[busy]")]);
    let judged = |tagged: Instance, time: &str| judge(&settings, &tagged, at(time)).kept;
    assert_eq!(judged(instance("i-1").tag("DoNotStop", ""), NOW), for_good("DoNotStop"));
    // On a Sunday a keep until Friday still holds: the office opens on Monday.
    let friday = instance("i-1").tag("idle-reaper:keep-until", "2026-11-27");
    assert_eq!(judged(friday.clone(), "2026-11-29T12:00:00Z"), until("2026-11-27"));
    assert_eq!(judged(friday.clone(), "2026-11-30T00:00:00Z"), Kept::No);
    // With hours of its own it is its own opening that ends the keep: on Monday at 20:00, not at 09:00.
    let night = friday.tag("idle-reaper:schedule", "mon-fri 20:00-05:00");
    assert_eq!(judged(night.clone(), "2026-11-30T00:00:00Z"), until("2026-11-27"));
    assert_eq!(judged(night, "2026-11-30T11:00:00Z"), Kept::No);
}

#[test]
fn cost_is_a_sum_that_knows_what_it_does_not_know() {
    let cost = sample().cost();
    assert_eq!((cost.instances, cost.monthly, cost.unknown), (3, usd("19.856"), 1));
    assert_eq!(sample().budget, Some(usd("5")));
}

#[test]
fn it_is_written_in_markdown_csv_and_json() {
    let (stocktake, money) = (sample(), money().money);
    insta::assert_snapshot!("stocktake_markdown", markdown(&stocktake, &money, Locale::En));
    insta::assert_snapshot!("stocktake_markdown_ja", markdown(&stocktake, &money, Locale::Ja));
    insta::assert_snapshot!("stocktake_csv", stocktake_csv(&stocktake, &money).unwrap());
    insta::assert_snapshot!("stocktake_json", stocktake_json(&stocktake, &money).unwrap());
}

#[test]
fn the_message_is_short_and_names_what_nobody_has_confirmed() {
    let (stocktake, settings) = (sample(), money());
    let say = |stocktake: &Stocktake, locale| {
        message(stocktake, &settings.money, &settings.tags, "s3://b/stocktake/month=2026-11/111111111111.md", locale)
            .text
    };
    insta::assert_snapshot!("stocktake_message", say(&stocktake, Locale::En));
    insta::assert_snapshot!("stocktake_message_ja", say(&stocktake, Locale::Ja));
    let many: Vec<Line> = (0..500).map(|n| line(&instance(&format!("i-{n:03}")))).collect();
    let text = say(&take(many, &[])[0], Locale::En);
    assert!(text.contains("and 490 more") && text.len() < 4_000, "{} bytes: {text}", text.len());
}

#[test]
fn databases_and_services_are_in_it_with_their_kind() {
    let stocktake = &take(vec![line(&instance("i-1")), line(&db("orders")), line(&service("web"))], &[])[0];
    let (csv, money) = (stocktake_csv(stocktake, &money().money).unwrap(), money().money);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next_back(), Some("kind"));
    let kinds: Vec<String> = reader.records().map(|row| row.unwrap().iter().next_back().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["instance", "database", "service"]);
    let json: serde_json::Value = serde_json::from_str(&stocktake_json(stocktake, &money).unwrap()).unwrap();
    assert_eq!(json["resources"][1]["kind"], "database");
    let page = markdown(stocktake, &money, Locale::En);
    assert!(page.contains("| Resource |") && page.contains("| `service:shop/web` |"), "{page}");
}

#[test]
fn no_cell_of_the_table_is_a_formula() {
    for name in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u{ff1d}1", "\r\n=1"] {
        let text =
            stocktake_csv(&take(vec![line(&instance("i-1").tag("Name", name))], &[])[0], &money().money).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(&row[5], format!("'{name}"), "{name:?}");
    }
    let plain = "a \"quoted\", name\nof two lines";
    let text = stocktake_csv(&take(vec![line(&instance("i-1").tag("Name", plain))], &[])[0], &money().money).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), STOCKTAKE_COLUMNS.split(',').collect::<Vec<_>>());
    assert_eq!(&reader.records().next().unwrap().unwrap()[5], plain);
}

#[test]
fn table_and_json_have_the_same_fields_and_the_json_is_one_line() {
    let text = stocktake_json(&sample(), &money().money).unwrap();
    assert_eq!(text.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut fields: Vec<&String> = json["resources"][0].as_object().unwrap().keys().collect();
    let mut columns: Vec<String> = STOCKTAKE_COLUMNS.split(',').map(str::to_owned).collect();
    fields.sort();
    columns.sort();
    assert_eq!(fields, columns.iter().collect::<Vec<_>>());
}

#[test]
fn stock_is_taken_by_the_first_run_of_each_month_of_the_zone() {
    let month = |text: &str| Month::parse(text).unwrap();
    let last = Some(month("2026-10"));
    assert_eq!(is_due(last, at("2026-10-31T14:59:00Z"), Tokyo), None);
    assert_eq!(is_due(last, at("2026-10-31T15:00:00Z"), Tokyo), Some(month("2026-11")));
    assert_eq!(is_due(Some(month("2026-11")), at("2026-11-30T14:00:00Z"), Tokyo), None);
    assert_eq!(is_due(None, at(NOW), Tokyo), Some(month("2026-11")), "the first run of all");
    assert_eq!(
        is_due(Some(month("2099-01")), at(NOW), Tokyo),
        Some(month("2026-11")),
        "a wrong clock puts nothing off"
    );
    for text in ["2026-13", "2026-1", "2026-11-01", "", "26-11"] {
        assert_eq!(Month::parse(text), None, "{text}");
    }
}

#[tokio::test]
async fn the_files_of_each_account_stand_in_the_record_and_once_a_month_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Folder::new(folder.path());
    let settings = money();
    let month = due(&hub, at(NOW), Tokyo).await.unwrap().unwrap();
    let written = write(&hub, &[sample()], &settings.money, &idle_reaper::render::html::Options::of(&settings)).await;
    let place = written[0].1.clone().unwrap();
    assert_eq!(written[0].0, Arc::from("111111111111"));
    assert!(place.ends_with("by-account/111111111111/stocktake/month=2026-11.md"), "{place}");
    for kind in ["md", "csv", "json"] {
        assert!(folder.path().join(format!("stocktake/month=2026-11/111111111111.{kind}")).is_file(), "{kind}");
    }
    assert_eq!(due(&hub, at(NOW), Tokyo).await.unwrap(), Some(month), "what broke off is done again");
    done(&hub, month).await.unwrap();
    assert_eq!(due(&hub, at(NOW), Tokyo).await.unwrap(), None);
}
