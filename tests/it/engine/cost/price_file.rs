//! Prices that the operator gives in a file, where the Price List is out of reach.

use idle_reaper::engine::cost::parts::parts;
use idle_reaper::engine::cost::price::{Price, PriceKey, Prices, Tenancy};
use idle_reaper::engine::cost::price_file::read;
use idle_reaper::engine::model::Usd;

use super::prices::{key, linux, usd};
use crate::fake::{EVENING, SETTINGS, World, apply, at, db, plan, row, settings};

const TAIL: &str = "[money]\nprice-file = \"prices.csv\"\n[channels.ops]\nsns = \"arn:aws:sns:us-east-1:111111111111:ops\"\n\
                    [notify]\noperator = \"ops\"\n";
/// While the office is open, so that nothing is stopped.
const NOON: &str = "2026-11-25T12:00:00+09:00";
const HEAD: &str = "instance-type,region,operation,tenancy,usd-hour\n";

fn of(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (prices, wrong) = read(text);
    let words = |(key, usd): (PriceKey, Usd)| {
        let PriceKey { product: _, kind, region, operation, tenancy } = key;
        (format!("{kind} {region} {operation} {}", tenancy.as_str()), usd.0.to_string())
    };
    (prices.into_iter().map(words).collect(), wrong)
}

#[test]
fn a_file_gives_a_price_for_each_line_in_any_order_of_columns() {
    let plain = format!("{HEAD}t3.micro,us-gov-west-1,RunInstances,Shared,0.0122\n");
    let wanted = vec![("t3.micro us-gov-west-1 RunInstances Shared".to_owned(), "0.0122".to_owned())];
    assert_eq!(of(&plain), (wanted.clone(), Vec::new()));
    for same in [
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        format!("{HEAD}# GovCloud\n t3.micro , us-gov-west-1 ,, ,0.0122\n"),
        "usd-hour,region,instance-type\n0.0122,us-gov-west-1,t3.micro\n".to_owned(),
        format!("{plain}t3.micro,us-gov-west-1,RunInstances,default,0.0122\n"),
    ] {
        assert_eq!(of(&same), (wanted.clone(), Vec::new()), "{same}");
    }
    assert_eq!(of(HEAD), (Vec::new(), Vec::new()));
    assert_eq!(of(""), (Vec::new(), Vec::new()));
}

#[test]
fn a_line_that_cannot_be_read_is_reported_and_spoils_no_other() {
    let good = "m5.large,us-gov-west-1,RunInstances:0002,Dedicated,0.2\n";
    for (bad, word) in [
        ("t3.micro,us-gov-west-1,RunInstances,Shared,0", "no price"),
        ("t3.micro,us-gov-west-1,RunInstances,Shared,-1", "no price"),
        ("t3.micro,us-gov-west-1,RunInstances,Shared,NaN", "no price"),
        ("t3.micro,us-gov-west-1,RunInstances,Shared,1e400", "no price"),
        ("t3.micro,us-gov-west-1,RunInstances,Shared,", "no price"),
        ("t3.micro,us-gov-west-1,RunInstances,host,1", "no tenancy"),
        (",us-gov-west-1,RunInstances,Shared,1", "names no instance type"),
        ("t3.micro,us-gov-west-1", "fields"),
        ("m5.large,us-gov-west-1,RunInstances:0002,Dedicated,0.3", "another price"),
    ] {
        let (prices, wrong) = of(&format!("{HEAD}{good}{bad}\n{}", good.replace("m5", "m6i")));
        assert_eq!((prices.len(), wrong.len()), (2, 1), "{bad}: {wrong:?}");
        assert!(wrong[0].contains("entry 3") && wrong[0].contains(word), "{bad}: {wrong:?}");
    }
    let many = format!("{HEAD}{}", "x,y,z,Shared,0\n".repeat(500));
    assert_eq!(of(&many).1.len(), 11, "ten are told, and how many more there are");
}

#[test]
fn a_price_of_the_file_comes_before_the_lists_and_is_not_asked_for() {
    let given = [(key(), usd("0.5"))].into();
    let mut prices = Prices::default().with(given);
    let now = at(EVENING);
    assert!(prices.missing([key()], now).is_empty());
    prices.learn(key(), Price::Hourly(usd("0.1")), now);
    assert_eq!(prices.find(&key(), now), Price::Hourly(usd("0.5")));
    let dedicated = PriceKey { tenancy: Tenancy::Dedicated, ..key() };
    assert_eq!(prices.missing([dedicated.clone()], now), [dedicated].into());
    assert!(!prices.text().contains("0.5"), "the table holds what the list answered");
}

#[test]
fn runs_and_dry_runs_read_the_file_of_the_record_and_say_what_is_wrong_with_it() {
    let settings = settings(&(SETTINGS.to_owned() + TAIL));
    let world = World::of([linux("i-1")]);
    let report = apply(&world, &settings, at(NOON));
    assert!(
        report.notes.iter().any(|note| note.contains("`prices.csv`: it is neither in the record")),
        "{:?}",
        report.notes
    );
    world.put("prices.csv", &format!("{HEAD}t3.micro,ap-northeast-1,RunInstances,Shared,1\nbroken\n"));
    for report in [plan(&world, &settings, at(NOON)), apply(&world, &settings, at(NOON))] {
        assert_eq!(row(&report, "i-1").monthly, Some(usd("730")), "730 hours of a dollar");
        assert!(report.notes.iter().any(|note| note.contains("`prices.csv`: entry 3")), "{:?}", report.notes);
    }
}

#[test]
fn databases_and_fargate_have_lines_of_their_own() {
    let priced = |line: &str| of(&format!("{HEAD}{line}\n"));
    for (line, key) in [
        ("db.t3.medium,eu-west-1,postgres,,0.08", "db.t3.medium eu-west-1 PostgreSQL|||Single-AZ| Shared"),
        ("db.t3.medium,eu-west-1, postgres  multi-az ,,0.08", "db.t3.medium eu-west-1 PostgreSQL|||Multi-AZ| Shared"),
        (
            "db.m5.large,eu-west-1,oracle-se2 license-included,,0.08",
            "db.m5.large eu-west-1 Oracle|Standard Two|License included|Single-AZ| Shared",
        ),
        (
            "db.r6g.large,eu-west-1,aurora-mysql io-optimized,,0.08",
            "db.r6g.large eu-west-1 Aurora MySQL|||Single-AZ|InstanceUsageIOOptimized Shared",
        ),
        ("Fargate-GB-Hours,eu-west-1,,,0.08", "Fargate-GB-Hours eu-west-1  Shared"),
        ("Fargate-EphemeralStorage-GB-Hours,eu-west-1,,,0.08", " eu-west-1  Shared"),
    ] {
        assert_eq!(priced(line), (vec![(key.to_owned(), "0.08".to_owned())], Vec::new()), "{line}");
    }
    for (line, word) in [
        ("db.t3.medium,eu-west-1,,,0.08", "write the engine"),
        ("db.t3.medium,eu-west-1,cockroach,,0.08", "`cockroach`"),
        ("db.t3.medium,eu-west-1,postgres multi,,0.08", "`multi`"),
        ("db.t3.medium,eu-west-1,postgres io-optimized,,0.08", "`io-optimized`"),
        ("db.m5.large,eu-west-1,oracle-se2,,0.08", "licence"),
        ("db.serverless,eu-west-1,aurora-mysql,,0.08", "serverless"),
    ] {
        let (prices, wrong) = priced(line);
        assert!(prices.is_empty() && wrong[0].contains("entry 2") && wrong[0].contains(word), "{line}: {wrong:?}");
    }
}

#[test]
fn a_line_for_a_database_gives_the_price_of_such_a_database() {
    let (given, wrong) = read(&format!("{HEAD}db.t3.medium,ap-northeast-1,postgres,,0.1\n"));
    assert!(wrong.is_empty(), "{wrong:?}");
    let prices = Prices::default().with(given);
    assert_eq!(prices.total(&parts(&db("orders")).unwrap(), at(EVENING)), Price::Hourly(usd("0.1")));
}
