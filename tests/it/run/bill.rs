//! The bill in runs: asked for once a month, shown to owners and the operator, and the net of savings by it.

use idle_reaper::engine::config::Settings;
use idle_reaper::engine::cost::bill::{About, Group};
use idle_reaper::engine::model::{Health, State};
use idle_reaper::engine::report::Report;
use idle_reaper::render::{Style, json, table};

use crate::engine::cost::bill::{cost, group, hours, services};
use crate::engine::judge::forgotten::TELLING;
use crate::engine::judge::worth_knowing::priced;
use crate::fake::{HERE, SETTINGS, Shape, World, apply, at, settings};

const FIRST: &str = "2026-11-01T00:10:00+09:00";

/// Another account in scope, in which no instance runs.
const SHOP: &str = "222222222222";

fn billed(rate: &str, date: &str) -> Settings {
    let money = format!(
        "[bill]\nview = \"arn:aws:billing::999999999999:billingview/custom-1\"\n[money]\ncurrency = \"JPY\"\nrate = \"{rate}\"\ndate = \"{date}\"\n[calendars.japan]"
    );
    let telling = TELLING.replace("[owners]", "[owners]\naccounts = { \"111111111111\" = \"ana\" }");
    settings(&SETTINGS.replace("[calendars.japan]", &telling).replace("[calendars.japan]", &money))
}

fn october() -> Settings {
    billed("150", "2026-10-30")
}

fn world() -> World {
    let world = World::of([priced("i-1", "ana")]).with_target(SHOP, HERE.1);
    world.now_costs(About::Services, Ok(services()));
    let covered =
        [hours(HERE.0, "Usage", "250", "50", "50"), hours(HERE.0, "SavingsPlanCoveredUsage", "750", "150", "90")];
    world.now_costs(About::Hours, Ok(covered.to_vec()));
    world
}

fn file(world: &World, part: &str) -> String {
    let found = world.recorded(part);
    assert_eq!(found.len(), 1, "{part}: {:?}", found.iter().map(|(key, _)| key).collect::<Vec<_>>());
    found.into_iter().next().map(|(_, text)| text).unwrap_or_default()
}

fn notes(report: &Report) -> String {
    report.notes.join("\n")
}

#[test]
fn every_service_stands_in_the_stocktake_of_its_account_and_in_the_operators_page() {
    let world = world();
    let report = apply(&world, &october(), at(FIRST));
    assert_eq!(report.health(), Health::Ok, "{}", notes(&report));
    let view = Some("arn:aws:billing::999999999999:billingview/custom-1".to_owned());
    assert_eq!(world.asked_costs(), [(About::Services, view.clone()), (About::Hours, view)]);
    let own = file(&world, &format!("stocktake/month=2026-11/{}.md", HERE.0));
    for part in [
        "Billed in 2026-10: USD 947.51 (JPY 142,126 at 150 of 2026-10-30), net amortised USD 917.50",
        "the month before USD 1,268.00 (JPY 190,200 at 150 of 2026-10-30), a change of USD -320.49",
        "AWS may still change the amounts of 2026-10",
        "1000 h, by list price USD 200.00 (JPY 30,000 at 150 of 2026-10-30), net USD 140.00",
        "which is 70 %; of the hours 75 % covered by Savings Plans, 0 % by Reserved Instances",
        "By list price, a month of what runs now is 37 % of that, about USD 51.10",
        "## Bill of 2026-10",
        "| Service | USD 2026-10 | USD 2026-09 | Change | Net amortised, USD |",
        "| Amazon Kendra | 810.00 | 0.00 | USD +810.00 | 810.00 |",
        "| AWS CloudHSM | 0.00 | 1,168.00 | USD -1,168.00 | 0.00 |",
        "| AWS Credits | -12.50 | 0.00 | USD -12.50 | -12.50 |",
    ] {
        assert!(own.contains(part), "`{part}` is not in:\n{own}");
    }
    let shop = file(&world, &format!("stocktake/month=2026-11/{SHOP}.md"));
    assert!(shop.contains("Running: 0") && shop.contains("| 2,000.00 |"), "nothing runs, and it costs: {shop}");
    assert!(shop.contains("Left out because they are under a cent: 1") && !shop.contains("Key Management"), "{shop}");
    let page = file(&world, "bill/month=2026-11/bill.md");
    assert!(
        page.contains("Billed in 2026-10: USD 2,947.51") && page.contains("| 222222222222 | Amazon Elastic"),
        "{page}"
    );
    let data: serde_json::Value =
        serde_json::from_str(&file(&world, &format!("stocktake/month=2026-11/{}.json", HERE.0))).unwrap();
    assert_eq!(data["bill"]["accounts"][0]["services"][0]["service"], "Amazon Kendra");
    assert_eq!(data["bill"]["accounts"][0]["hours"]["net_usd"], "140");
    let said = world.said();
    let operator = said.iter().find(|(_, message)| message.body.contains("Bill of 2026-10")).expect("a message");
    assert_eq!(operator.0, "ops");
    assert!(!operator.1.body.contains("Key Management"), "under a cent: {}", operator.1.body);
    assert!(
        operator.1.body.contains("bill/month=2026-11/bill") && operator.1.body.contains("Amazon Kendra: USD 810.00"),
        "{}",
        operator.1.body
    );
}

#[test]
fn it_is_asked_for_once_a_month_and_a_repeated_stocktake_has_it_from_the_record() {
    let (world, settings) = (world(), october());
    world.mute("ana");
    apply(&world, &settings, at(FIRST));
    apply(&world, &settings, at("2026-11-01T00:25:00+09:00"));
    assert_eq!(world.asked_costs().len(), 2, "ana's stocktake is repeated, and nothing is paid for again");
    let operator = |world: &World| world.said().iter().filter(|(_, one)| one.body.contains("Bill of")).count();
    assert_eq!(operator(&world), 1);
    world.unmute();
    apply(&world, &settings, at("2026-11-01T00:40:00+09:00"));
    let to_ana = world.said().into_iter().find(|(to, one)| to == "ana" && one.body.contains("Billed in 2026-10"));
    assert!(to_ana.is_some() && world.asked_costs().len() == 2 && operator(&world) == 1);
    apply(&world, &settings, at("2026-12-01T00:10:00+09:00"));
    assert_eq!(world.asked_costs().len(), 4, "the next month asks anew");
}

#[test]
fn a_refusal_is_a_note_and_the_stocktake_goes_on() {
    let (world, settings) = (world(), october());
    world.now_costs(About::Services, Err("`ce:GetCostAndUsage` was answered with `AccessDeniedException`".into()));
    let report = apply(&world, &settings, at(FIRST));
    assert_eq!(report.health(), Health::Ok);
    assert!(notes(&report).contains("the bill is unknown: `ce:GetCostAndUsage` was answered"), "{}", notes(&report));
    let own = file(&world, &format!("stocktake/month=2026-11/{}.md", HERE.0));
    assert!(own.contains("Running: 1") && !own.contains("Billed"), "{own}");
    let said = world.said();
    assert!(said.iter().any(|(to, one)| to == "ops" && one.body.contains("The bill is unknown: `ce:GetCostAndUsage`")));
    apply(&world, &settings, at("2026-11-01T00:25:00+09:00"));
    assert_eq!(world.asked_costs().len(), 1);
    // Without the hours the rest is shown, and net prices are unknown.
    let world = self::world();
    world.now_costs(About::Hours, Err("throttled".into()));
    let report = apply(&world, &settings, at(FIRST));
    assert!(notes(&report).contains("net prices are unknown: throttled"), "{}", notes(&report));
    let own = file(&world, &format!("stocktake/month=2026-11/{}.md", HERE.0));
    assert!(own.contains("Billed in 2026-10") && !own.contains("EC2 instances without Spot"), "{own}");
    // What cannot be read to the end is not shown as less.
    let world = self::world();
    world.now_costs(About::Services, Ok(vec![Group::default()]));
    assert!(
        notes(&apply(&world, &settings, at(FIRST))).contains("the bill is unknown: Cost Explorer returned a group")
    );
}

#[test]
fn without_the_section_nobody_asks() {
    let world = world();
    let without = settings(&SETTINGS.replace("[calendars.japan]", TELLING));
    apply(&world, &without, at(FIRST));
    assert_eq!((world.asked_costs(), world.recorded("bill/")), (Vec::new(), Vec::new()));
    assert!(!file(&world, &format!("stocktake/month=2026-11/{}.md", HERE.0)).contains("Bill"));
}

#[test]
fn with_two_rates_the_change_is_split_into_usage_and_exchange_rate() {
    let world = world();
    apply(&world, &october(), at(FIRST));
    let of = |month: &str, amount: &str| cost(month, HERE.0, "Amazon Kendra", amount, amount);
    world.now_costs(About::Services, Ok(vec![of("2026-10", "100"), of("2026-11", "120")]));
    world.now_costs(About::Hours, Ok(Vec::new()));
    apply(&world, &billed("160", "2026-11-30"), at("2026-12-01T00:10:00+09:00"));
    let own = file(&world, &format!("stocktake/month=2026-12/{}.md", HERE.0));
    let split = "The change in JPY: +4,200, by usage +3,000 and by the exchange rate +1,200 (150 of 2026-10-30, 160 of 2026-11-30)";
    assert!(own.contains(split), "{own}");
    assert!(!own.contains("EC2 instances without Spot"), "no hours are no line: {own}");
}

#[test]
fn savings_are_told_by_list_price_and_net() {
    let (world, settings) = (world(), october());
    world.add(priced("i-2", "ana").account(SHOP));
    apply(&world, &settings, at("2026-11-25T12:00:00+09:00"));
    let stopped = apply(&world, &settings, at("2026-11-25T21:30:00+09:00"));
    assert_eq!((world.rests("i-1"), world.rests("i-2")), (State::Stopped, State::Stopped), "{stopped:#?}");
    let report = apply(&world, &settings, at("2026-11-26T07:30:00+09:00"));
    let shown = table(&report, Style { colour: false, width: None });
    // Ten hours of two instances at $0.10: one at 70 % of list price, one of unknown rate.
    let text =
        "about USD 0.70 (JPY 105 at 150 of 2026-10-30) net, by the effective rate of each account, without USD 1.00";
    assert!(shown.contains("Saved in 2026-11: USD 2.00") && shown.contains(text), "{shown}");
    let data: serde_json::Value = serde_json::from_str(&json(&report, false).unwrap()).unwrap();
    let saved = |key: &str| data["money"]["saved"][key].as_str().expect("an amount").parse::<f64>().expect("a number");
    let near = |key: &str, wanted: f64| (saved(key) - wanted).abs() < 0.001;
    assert!(near("net-usd", 0.7) && near("unknown-net-usd", 1.0), "{}", data["money"]["saved"]);
    // A bill without a known rate tells nothing net.
    let unknown = [group("2026-10", [HERE.0, "DiscountedUsage"], &[("UsageQuantity", "744"), ("UnblendedCost", "0")])];
    world.now_costs(About::Hours, Ok(unknown.to_vec()));
    world.lose("bill/month=2026-11/bill.json");
    world.lose("state/stocktake");
    let shown = table(&apply(&world, &settings, at("2026-11-26T07:45:00+09:00")), Style { colour: false, width: None });
    assert!(shown.contains("Saved in 2026-11") && !shown.contains("effective rate"), "{shown}");
}

/// Two instances of one cost centre in two accounts, one of another, and one of none.
fn centres() -> World {
    let of = |id: &str, account: &str, centre: &str| priced(id, "ana").account(account).tag("costcenter", centre);
    World::of([of("i-1", HERE.0, "CC-1"), of("i-2", SHOP, "CC-1"), of("i-3", SHOP, "CC-2"), priced("i-4", "ana")])
}

fn grouped() -> Settings {
    let money =
        "[money]\ngroup-by-tag = \"CostCenter\"\n[money.tag-budgets]\n\"CC-1\" = 100\n\"CC-*\" = 73\n[calendars.japan]";
    settings(&SETTINGS.replace("[calendars.japan]", TELLING).replace("[calendars.japan]", money))
}

#[test]
fn costs_are_grouped_by_a_tag_and_whatever_is_over_its_budget_in_all_accounts_is_named() {
    let world = centres();
    let report = apply(&world, &grouped(), at("2026-11-25T12:00:00+09:00"));
    let shown = table(&report, Style { colour: false, width: None });
    // $0.10 an hour is $73 a month: CC-1 has two of them, and CC-2 is exactly at its budget.
    let over = "Over budget: CostCenter CC-1. What runs with this tag value in all accounts costs USD 146.00 a month, 146 % of USD 100.00";
    assert!(shown.contains(over) && !shown.contains("CostCenter CC-2"), "{shown}");
    let data: serde_json::Value = serde_json::from_str(&json(&report, false).unwrap()).unwrap();
    let budgets = &data["money"]["budgets"];
    assert_eq!(
        (&budgets[0]["name"], &budgets[0]["monthly"], &budgets[0]["budget"]),
        (&"CC-1".into(), &"146.00".into(), &"100".into())
    );
    assert_eq!((&budgets[1]["name"], budgets.as_array().map(Vec::len)), (&"CC-2".into(), Some(2)));
    let shop = file(&world, &format!("stocktake/month=2026-11/{SHOP}.md"));
    for part in ["| CostCenter | Instances | A month by list price |", "| CC-1 | 1 | USD 73.00 |", over] {
        assert!(shop.contains(part), "`{part}` is not in:\n{shop}");
    }
    let own = file(&world, &format!("stocktake/month=2026-11/{}.csv", HERE.0));
    assert!(
        own.lines().next().is_some_and(|head| head.ends_with(",price_note,group"))
            && own.lines().any(|line| line.ends_with(",CC-1")),
        "{own}"
    );
    assert!(
        file(&world, &format!("stocktake/month=2026-11/{}.md", HERE.0)).contains("| - | 1 |"),
        "no tag is a group of its own"
    );
    // After hours all of them are waste, grouped by the tag as well.
    let evening = apply(&world, &grouped(), at("2026-11-25T21:30:00+09:00"));
    let data: serde_json::Value = serde_json::from_str(&json(&evening, false).unwrap()).unwrap();
    let tags = data["money"]["waste"]["tags"].as_array().expect("groups");
    let named = |value: &serde_json::Value| (value["name"].clone(), value["instances"].clone());
    assert_eq!(
        tags.iter().map(named).collect::<Vec<_>>(),
        [(serde_json::Value::Null, 1.into()), ("CC-1".into(), 2.into()), ("CC-2".into(), 1.into())]
    );
    let shown = table(&evening, Style { colour: false, width: None });
    assert!(
        shown.lines().any(|line| line.contains("CostCenter") && line.contains("CC-1") && line.contains("146.00")),
        "{shown}"
    );
}

#[test]
fn an_owner_over_the_budget_is_named_in_the_stocktakes_of_the_accounts_where_something_runs() {
    let of = |id: &str, account: &str, owner: &str| priced(id, owner).account(account);
    let world = World::of([of("i-1", HERE.0, "ana"), of("i-2", SHOP, "ana"), of("i-3", SHOP, "team-b")]);
    let money = "[money]\ncurrency = \"JPY\"\nrate = \"150\"\ndate = \"2026-11-20\"\n\
                 owner-budgets = { ana = \"15000 JPY\", \"team-*\" = 73 }\n[calendars.japan]";
    let settings = settings(&SETTINGS.replace("[calendars.japan]", TELLING).replace("[calendars.japan]", money));
    let report = apply(&world, &settings, at("2026-11-25T12:00:00+09:00"));
    let over = "Over budget: owner ana. What runs with this owner in all accounts costs USD 146.00 \
                (JPY 21,900 at 150 of 2026-11-20) a month, 146 % of USD 100.00 (JPY 15,000 at 150 of 2026-11-20)";
    let shown = table(&report, Style { colour: false, width: None });
    assert!(shown.contains(over) && !shown.contains("owner team-b"), "{shown}");
    for account in [HERE.0, SHOP] {
        let stocktake = file(&world, &format!("stocktake/month=2026-11/{account}.md"));
        assert!(stocktake.contains(over), "{stocktake}");
    }
    let data: serde_json::Value = serde_json::from_str(&json(&report, false).unwrap()).unwrap();
    let budgets = &data["money"]["budgets"];
    assert_eq!(
        (&budgets[1]["of"], &budgets[1]["name"], &budgets[1]["budget"]),
        (&"owner".into(), &"team-b".into(), &"73".into())
    );
}

#[test]
fn without_the_tag_nothing_is_grouped_by_it() {
    let world = centres();
    let settings = settings(&SETTINGS.replace("[calendars.japan]", TELLING));
    let report = apply(&world, &settings, at("2026-11-25T21:30:00+09:00"));
    let data: serde_json::Value = serde_json::from_str(&json(&report, false).unwrap()).unwrap();
    assert_eq!((data["money"].get("budgets"), data["money"]["waste"].get("tags")), (None, None));
    assert!(!file(&world, &format!("stocktake/month=2026-11/{SHOP}.md")).contains("CC-1"));
}
