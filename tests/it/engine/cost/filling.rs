//! Filling the table: only what is missing or old, a failure is not learnt, and many failures end it.

use std::sync::Mutex;

use idle_reaper::engine::cost::price::{Price, PriceKey, Prices};
use idle_reaper::local::folder::Folder;
use idle_reaper::ports::{PortError, PriceList};
use idle_reaper::run::prices::{fill, read, write};

use super::prices::{key, usd};
use crate::fake::at;

/// A list that knows every price, but for types that begin with `bad`.
#[derive(Default)]
struct List(Mutex<Vec<PriceKey>>);

impl PriceList for List {
    async fn lookup(&self, key: &PriceKey) -> Result<Price, PortError> {
        self.0.lock().unwrap().push(key.clone());
        if key.kind.starts_with("bad") {
            return Err(PortError("`pricing:GetProducts` was answered with `ThrottlingException`".into()));
        }
        Ok(Price::Hourly(usd("0.5")))
    }
}

impl List {
    fn asked(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

fn of(kind: &str) -> PriceKey {
    PriceKey { kind: kind.into(), ..key() }
}

#[tokio::test]
async fn each_price_is_asked_for_once_and_then_known_for_a_month() {
    let (list, now) = (List::default(), at("2026-11-25T00:00:00Z"));
    let mut prices = Prices::default();
    assert!(fill(&list, &mut prices, [key(), of("m7i.large"), key()], now).await.is_empty());
    assert_eq!(list.asked(), 2);
    fill(&list, &mut prices, [key(), of("c7i.large")], now + chrono::Duration::days(29)).await;
    assert_eq!(list.asked(), 3);
    fill(&list, &mut prices, [key()], now + chrono::Duration::days(30)).await;
    assert_eq!(list.asked(), 4);
}

#[tokio::test]
async fn a_lookup_that_failed_is_unknown_with_its_cause_and_asked_again_by_the_next_run() {
    let (list, now) = (List::default(), at("2026-11-25T00:00:00Z"));
    let mut prices = Prices::default();
    let causes = fill(&list, &mut prices, [of("bad"), key()], now).await;
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert!(matches!(prices.find(&of("bad"), now), Price::Unknown(why) if why.contains("ThrottlingException")));
    assert_eq!(prices.find(&key(), now), Price::Hourly(usd("0.5")), "one failure spoils nothing else");
    assert!(!prices.text().contains("bad"), "a failure is no knowledge");
    assert_eq!(Prices::parse(&prices.text()).missing([of("bad"), key()], now).len(), 1);
}

#[tokio::test]
async fn a_list_that_is_down_is_given_up_after_a_few_lookups() {
    let (list, now) = (List::default(), at("2026-11-25T00:00:00Z"));
    let mut prices = Prices::default();
    let keys: Vec<PriceKey> = (0..100).map(|n| of(&format!("bad{n}"))).collect();
    fill(&list, &mut prices, keys.clone(), now).await;
    assert!(list.asked() <= 4, "{} lookups, three failures and one in flight", list.asked());
    assert!(keys.iter().all(|key| prices.find(key, now).known().is_none()));
}

#[tokio::test]
async fn what_is_too_much_for_one_run_is_unknown_and_learnt_by_the_next() {
    let (list, now) = (List::default(), at("2026-11-25T00:00:00Z"));
    let mut prices = Prices::default();
    let keys: Vec<PriceKey> = (0..301).map(|n| of(&format!("t{n}"))).collect();
    fill(&list, &mut prices, keys.clone(), now).await;
    assert_eq!(keys.iter().filter(|key| prices.find(key, now).known().is_none()).count(), 1);
    fill(&list, &mut prices, keys.clone(), now).await;
    assert_eq!(list.asked(), 301);
    assert!(keys.iter().all(|key| prices.find(key, now).known().is_some()));
}

#[tokio::test]
async fn the_table_stands_in_the_record_from_run_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, now) = (Folder::new(folder.path()), at("2026-11-25T00:00:00Z"));
    let mut prices = read(&hub).await.unwrap();
    assert_eq!(prices, Prices::default());
    prices.learn(key(), Price::Hourly(usd("0.5")), now);
    write(&hub, &prices).await.unwrap();
    assert_eq!(read(&hub).await.unwrap(), prices);
}
