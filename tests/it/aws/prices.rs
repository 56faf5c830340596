//! The Price List, which the simulated AWS lacks: recorded answers of the documented shape from a small server on
//! loopback, asked by the real client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use idle_reaper::aws::{Aws, Pricing, all_loopback};
use idle_reaper::engine::cost::price::{Price, PriceKey, Prices};
use idle_reaper::ports::{PortError, PriceList as _};
use idle_reaper::run::prices::fill;
use serde_json::{Value, json};

use crate::engine::cost::prices::{key, product, usd};
use crate::fake::at;

/// A price list on loopback: answers in their order, the last one again and again, and what it was asked.
pub struct PriceServer {
    pub url: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl PriceServer {
    /// Serves until the test binary ends.
    pub fn start(answers: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let seen = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // One request a connection; a client that goes away is its own affair.
                let _ = answer(stream, &answers, &seen);
            }
        });
        Self { url, asked }
    }

    /// What was asked, with the operation's name.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }

    pub fn list(&self, region: &'static str) -> Pricing {
        Pricing::new(&Aws::of(self.sdk(region)))
    }

    pub fn sdk(&self, region: &'static str) -> SdkConfig {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard().with_max_attempts(1))
            .endpoint_url(&self.url)
            .build()
    }
}

fn answer(mut stream: TcpStream, answers: &[(u16, Value)], asked: &Mutex<Vec<(String, Value)>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut length, mut operation, mut line) = (0, String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "x-amz-target" => operation = value.trim().to_owned(),
            _ => {}
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let count = {
        let mut asked = asked.lock().unwrap();
        asked.push((operation, serde_json::from_slice(&body).unwrap_or_default()));
        asked.len()
    };
    let (status, answer) = &answers[(count - 1).min(answers.len() - 1)];
    let text = answer.to_string();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}

/// A page of the documented shape.
pub fn page(products: &[String], next: Option<&str>) -> (u16, Value) {
    let mut page = json!({ "FormatVersion": "aws_v1", "PriceList": products });
    if let Some(next) = next {
        page["NextToken"] = next.into();
    }
    (200, page)
}

fn of(price: &str) -> String {
    product(json!({}), &[("Hrs", price)])
}

fn why(answer: Result<Price, PortError>) -> String {
    let Err(PortError(why)) = answer else { panic!("{answer:?} is no failure") };
    why
}

#[tokio::test]
async fn the_price_of_a_key_is_asked_for_with_filters_that_name_one_product() {
    let server = PriceServer::start(vec![page(&[of("0.0136000000")], None)]);
    assert_eq!(server.list("ap-northeast-1").lookup(&key()).await, Ok(Price::Hourly(usd("0.0136"))));
    let (operation, asked) = server.asked().remove(0);
    assert_eq!(operation, "AWSPriceListService.GetProducts");
    assert_eq!((&asked["ServiceCode"], &asked["MaxResults"]), (&json!("AmazonEC2"), &json!(100)));
    let filters: Vec<String> = asked["Filters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["Type"], one["Field"], one["Value"]).replace('"', ""))
        .collect();
    assert_eq!(
        filters,
        [
            "TERM_MATCH instanceType t3.micro",
            "TERM_MATCH operation RunInstances",
            "TERM_MATCH tenancy Shared",
            "TERM_MATCH capacitystatus Used",
            "TERM_MATCH marketoption OnDemand",
            "TERM_MATCH regionCode ap-northeast-1",
        ]
    );
}

#[tokio::test]
async fn every_page_is_read_an_empty_one_included() {
    let pages = vec![page(&[], Some("a")), page(&[of("0.1")], Some("b")), page(&[of("0.2")], None)];
    let server = PriceServer::start(pages);
    let answer = server.list("us-east-1").lookup(&key()).await.unwrap();
    assert!(matches!(&answer, Price::Unknown(why) if why.contains("2 different prices")), "{answer:?}");
    let tokens: Vec<Value> = server.asked().into_iter().map(|(_, asked)| asked["NextToken"].clone()).collect();
    assert_eq!(tokens, [Value::Null, json!("a"), json!("b")]);
}

#[tokio::test]
async fn a_token_that_comes_again_and_pages_without_end_are_failures() {
    let server = PriceServer::start(vec![page(&[of("0.1")], Some("a"))]);
    assert!(why(server.list("us-east-1").lookup(&key()).await).contains("the same page token twice"));
    let endless = (0..9).map(|n| page(&[of("0.1")], Some(&n.to_string()))).collect();
    let server = PriceServer::start(endless);
    assert!(why(server.list("us-east-1").lookup(&key()).await).contains("more than 5 pages"));
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn a_throttled_or_denied_list_is_a_failure_with_its_cause_and_nothing_is_learnt() {
    let now = at("2026-11-25T00:00:00Z");
    for (status, code) in
        [(400, "ThrottlingException"), (400, "AccessDeniedException"), (500, "InternalErrorException")]
    {
        let refusal = json!({ "__type": code, "Message": "no" });
        let server = PriceServer::start(vec![(status, refusal)]);
        let mut prices = Prices::default();
        let causes = fill(&server.list("us-east-1"), &mut prices, [key()], now).await;
        assert!(causes[0].contains(code) && causes[0].contains("pricing:GetProducts"), "{causes:?}");
        assert_eq!(prices.text(), "");
        assert!(matches!(prices.find(&key(), now), Price::Unknown(why) if why.contains(code)));
    }
}

#[tokio::test]
async fn a_type_that_the_list_does_not_have_is_unknown_and_that_is_learnt() {
    let (server, now) = (PriceServer::start(vec![page(&[], None)]), at("2026-11-25T00:00:00Z"));
    let mut prices = Prices::default();
    assert!(fill(&server.list("us-east-1"), &mut prices, [key()], now).await.is_empty());
    fill(&server.list("us-east-1"), &mut prices, [key()], now).await;
    assert_eq!(server.asked().len(), 1);
    assert!(prices.text().contains("does not have it"));
}

#[tokio::test]
async fn a_partition_without_a_list_in_dollars_is_not_asked() {
    let server = PriceServer::start(vec![page(&[of("0.1")], None)]);
    let asked = |sdk: SdkConfig| Pricing::new(&Aws::of(sdk));
    let own = asked(server.sdk("cn-north-1"));
    let china = PriceKey { region: "cn-north-1".into(), ..key() };
    // An endpoint of one's own is asked: it is not AWS's.
    assert!(own.lookup(&china).await.is_ok());
    // Without credentials nobody knows the partition, and nothing is asked.
    let nobody = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
    let nobody = asked(nobody.region(Region::from_static("cn-north-1")).build());
    assert!(why(nobody.lookup(&china).await).contains("sts:GetCallerIdentity"));
    assert!(all_loopback(&server.sdk("us-east-1")));
    assert_eq!(server.asked().len(), 1);
}
