//! `[money]`: all of a second currency or none of it, and budgets to the last digit.

use idle_reaper::engine::config::{Money, Settings};
use idle_reaper::engine::model::{Locale, Tags, Usd};
use idle_reaper::render::money::{caveat, figure};

fn parse(money: &str) -> Result<Money, String> {
    let text = format!("version = 1\n[money]\n{money}\n");
    let said = |wrong: idle_reaper::engine::config::SettingsInvalid| {
        let one = |c: &idle_reaper::engine::config::Diagnostic| {
            format!("{}:{} {}; {}", c.line, c.column, c.message, c.hint.clone().unwrap_or_default())
        };
        wrong.mistakes.iter().map(one).collect::<Vec<_>>().join("\n")
    };
    Settings::parse("reaper.toml", &text).map(|settings| settings.money).map_err(said)
}

const YEN: &str = "currency = \"JPY\"\nrate = \"155.20\"\ndate = \"2026-11-20\"";

fn usd(text: &str) -> Usd {
    Usd::parse(text).unwrap()
}

#[test]
fn without_a_second_currency_figures_are_in_dollars_alone() {
    let money = parse("").unwrap();
    assert_eq!(money, Money::default());
    assert_eq!(figure(usd("1234.567"), &money, Locale::En), "USD 1,234.57");
    assert_eq!(figure(usd("1234.567"), &money, Locale::Ja), "1,234.57 USD");
}

#[test]
fn a_second_currency_stands_beside_every_figure_with_its_rate_and_its_day() {
    let money = parse(YEN).unwrap();
    assert_eq!(figure(usd("7.592"), &money, Locale::En), "USD 7.59 (JPY 1,178 at 155.20 of 2026-11-20)");
    assert_eq!(figure(usd("7.592"), &money, Locale::Ja), "7.59 USD(1,178円、2026-11-20のレート1 USD=155.20円)");
    let euro = parse("currency = \"EUR\"\nrate = \"0.9\"\ndate = \"2026-11-20\"").unwrap();
    assert_eq!(figure(usd("7.592"), &euro, Locale::En), "USD 7.59 (EUR 6.83 at 0.9 of 2026-11-20)");
    assert!(caveat(Locale::En).contains("before Savings Plans, reservations and tax"));
    assert_ne!(caveat(Locale::En), caveat(Locale::Ja));
}

#[test]
fn a_currency_without_its_rate_or_day_is_a_mistake() {
    for lacking in ["currency", "rate", "date"] {
        let rest: Vec<&str> = YEN.lines().filter(|line| !line.starts_with(lacking)).collect();
        let wrong = parse(&rest.join("\n")).unwrap_err();
        assert!(wrong.contains(&format!("[money] lacks `{lacking}`")), "{wrong}");
    }
    let wrong = parse("rate = \"1\"").unwrap_err();
    assert!(wrong.contains("`currency` and `date`"), "{wrong}");
}

#[test]
fn what_is_no_currency_rate_day_or_amount_is_reported_with_its_place_and_all_at_once() {
    let wrong = parse(
        "currency = \"yen\"\nrate = \"1e3\"\ndate = \"2026-02-30\"\n[money.budgets]\n\"a\" = -5\n\"b\" = \"5 USD\"\n\"c\" = inf\n\"d\" = true\n\"\" = 5",
    )
    .unwrap_err();
    for part in [
        "3:12 `yen` is not a second currency",
        "4:8 `1e3` is not a rate",
        "5:8 `2026-02-30` is not a date",
        "7:7 `-5` is not an amount",
        "8:7 `5 USD` is not an amount",
        "9:7 `inf` is not an amount",
        "10:7 `d` in `budgets` of [money] is a boolean",
        "11:1 a budget for no account",
    ] {
        assert!(wrong.contains(part), "`{part}` is not in:\n{wrong}");
    }
    for (key, value) in [("rate", "\"0\""), ("rate", "155.2"), ("currency", "\"USD\""), ("currency", "\"JPYX\"")] {
        let old = YEN.lines().find(|line| line.starts_with(key)).unwrap();
        assert!(parse(&YEN.replace(old, &format!("{key} = {value}"))).is_err(), "{key} = {value}");
    }
}

#[test]
fn a_budget_may_be_in_the_second_currency_and_in_no_other() {
    let budget = |amount: &str| {
        let money = parse(&format!("{YEN}\n[money.budgets]\n\"*\" = \"{amount}\""))?;
        Ok::<_, String>(figure(money.budget_of("111111111111", None).unwrap(), &money, Locale::En))
    };
    for text in ["75000 JPY", "JPY 75000", "75000JPY"] {
        assert_eq!(budget(text).unwrap(), "USD 483.25 (JPY 75,000 at 155.20 of 2026-11-20)", "{text}");
    }
    for text in ["75000 EUR", "75,000 JPY", "-5 JPY", "JPY", "JPY 5 JPY", "75000 jpy", "75000 USD"] {
        let wrong = budget(text).unwrap_err();
        assert!(wrong.contains(&format!("`{text}` is not an amount")) && wrong.contains("75000 JPY"), "{wrong}");
    }
    let wrong = parse("[money.budgets]\n\"*\" = \"75000 JPY\"").unwrap_err();
    assert!(wrong.contains("`75000 JPY` is not an amount"), "{wrong}");
}

#[test]
fn budgets_by_tag_name_the_tag_and_the_first_pattern_counts() {
    let money = parse(&format!(
        "{YEN}\ngroup-by-tag = \"CostCenter\"\n[money.tag-budgets]\n\"cc-1\" = \"15520 JPY\"\n\"CC-*\" = 5"
    ))
    .unwrap();
    let budget = |name: &str| money.tag_budgets.iter().find(|one| one.is_for(name)).map(|one| one.monthly);
    assert_eq!((budget("CC-1"), budget("CC-10"), budget("else")), (Some(usd("100")), Some(usd("5")), None));
    let group = |pairs: &[(&str, &str)]| money.group(&Tags::new(pairs.iter().copied())).map(str::to_owned);
    assert_eq!(group(&[("costcenter", " CC-1 "), ("Name", "x")]), Some("CC-1".to_owned()));
    assert_eq!((group(&[("CostCenter", " ")]), group(&[])), (None, None));
    assert_eq!(Money::default().group(&Tags::new([("CostCenter", "CC-1")])), None);
    let wrong = parse("[money.tag-budgets]\n\"CC-1\" = 5").unwrap_err();
    assert!(wrong.contains("3:8 `tag-budgets` without `group-by-tag`") && wrong.contains("CostCenter"), "{wrong}");
    let wrong = parse("group-by-tag = \"\"\n[money.tag-budgets]\n\"\" = 5\n\"x\" = true").unwrap_err();
    for part in ["3:16 `` cannot be a tag's key", "5:1 a budget for no value of the tag", "6:7 `x` in `tag-budgets`"] {
        assert!(wrong.contains(part), "`{part}` is not in:\n{wrong}");
    }
}

#[test]
fn the_bill_is_off_without_its_section_and_a_view_is_an_arn() {
    let read = |text: &str| Settings::parse("reaper.toml", &format!("version = 1\n{text}\n"));
    assert_eq!(read("").unwrap().bill, None);
    let own = read("[bill]").unwrap();
    assert_eq!(own.bill.as_ref().map(|bill| bill.view.clone()), Some(None));
    let warned = |settings: &Settings| {
        settings.warnings.iter().any(|one| one.diagnostic.message.contains("`[bill]` without `record`"))
    };
    assert!(warned(&own) && !warned(&read("[run]\nrecord = \"r\"\n[bill]").unwrap()));
    for view in
        ["arn:aws:billing::111111111111:billingview/primary", "arn:aws-cn:billing::111111111111:billingview/custom-5e"]
    {
        let read = read(&format!("[bill]\nview = \"{view}\"")).unwrap();
        assert_eq!(read.bill.and_then(|bill| bill.view).as_deref(), Some(view));
    }
    for view in ["", "primary", "arn:aws:billing::111111111111:billingview/", "arn:aws:s3:::x"] {
        let wrong = read(&format!("[bill]\nview = \"{view}\"")).unwrap_err();
        assert!(wrong.mistakes[0].message.contains("is not a billing view"), "{wrong}");
    }
}

#[test]
fn a_rate_older_than_35_days_is_warned_of_from_the_day_on_which_it_is() {
    let settings = Settings::parse("reaper.toml", &format!("version = 1\n[money]\n{YEN}\n")).unwrap();
    let warned = |now: &str| {
        let warnings = settings.warnings(now.parse().unwrap());
        warnings.iter().filter(|one| one.message.contains("older than 35 days")).map(|one| one.line).collect::<Vec<_>>()
    };
    assert_eq!(warned("2026-12-25T23:59:59Z"), [] as [usize; 0]);
    assert_eq!(warned("2026-12-26T00:00:00Z"), [5]);
    let old =
        |day: &str| settings.money.too_old(day.parse().unwrap()).map(|(second, days)| (second.code.clone(), days));
    assert_eq!(old("2026-12-25"), None);
    assert_eq!(old("2026-12-26"), Some(("JPY".to_owned(), 36)));
    assert_eq!(old("2026-01-01"), None, "a rate of a later day is not old");
}

#[test]
fn the_first_budget_in_the_file_that_matches_id_or_name_counts() {
    let money =
        parse("[money.budgets]\n\"222222222222\" = \"10.10\"\n\"*-DEV\" = 500.55\n\"1*\" = 3\n\"*\" = 1_000").unwrap();
    let budget = |id: &str, name: Option<&str>| money.budget_of(id, name).unwrap();
    assert_eq!(budget("222222222222", Some("shop-dev")), usd("10.1"));
    assert_eq!(budget("333333333333", Some("shop-dev")), usd("500.55"), "names have no case, and no float is near");
    assert_eq!(budget("111111111111", Some("shop-prod")), usd("3"));
    assert_eq!(budget("444444444444", None), usd("1000"));
    assert_eq!(Money::default().budget_of("444444444444", None), None);
}
