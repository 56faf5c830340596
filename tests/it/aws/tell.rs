//! Messages against real parts: topics with and without a subscriber, secrets, alternate contacts, and webhooks that
//! answer, refuse, hang. What is secret stands in no error and in no log.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use idle_reaper::aws::{Aws, AwsMessenger, AwsReader, Patience};
use idle_reaper::engine::config::{Channel, Settings};
use idle_reaper::engine::model::{Message, Named, Subject};
use idle_reaper::ports::{Messenger, Scan};
use serde_json::{Value, json};

use super::world::{World, row};
use crate::fake::SETTINGS;

/// The path of every webhook here.
const SECRET: &str = "/services/T000/B000/hunter2";

fn world() -> World {
    World::of(&json!({"accounts": [{"name": "web-dev"}], "reading-role": "Read"}))
}

fn aws(world: &World) -> Aws {
    let hub = &world.get("/world")["hub"];
    let key = |name: &str| hub[name].as_str().unwrap().to_owned();
    let credentials = Credentials::new(key("access-key"), key("secret-key"), None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&world.endpoint)
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Aws::of(sdk)
}

/// Short enough for a test, long enough for a slow machine.
const PATIENCE: Patience = Patience {
    attempt: Duration::from_millis(1_500),
    pause: Duration::from_millis(1),
    longest: Duration::from_secs(2),
};

fn settings(channels: &str) -> Settings {
    Settings::parse("reaper.toml", &format!("{SETTINGS}\n{channels}")).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn channel(way: &str) -> Arc<Channel> {
    settings(&format!("[channels.c]\n{way}\n")).channels["c"].clone()
}

fn message() -> Message {
    let named = Named {
        id: crate::fake::here("i-1"),
        subject: Subject::Idle,
        policy: "dev".into(),
        owner: "ana".into(),
        binding: false,
        due: None,
    };
    Message {
        subject: "idle-reaper: 1 instance of ana".into(),
        body: r#"{"text":"i-1 あ"}"#.into(),
        named: vec![named],
    }
}

async fn send(world: &World, way: &str) -> Result<(), String> {
    let messenger = AwsMessenger::with_patience(&aws(world), PATIENCE);
    messenger.send(&channel(way), &message()).await.map_err(|error| error.to_string())
}

fn topic(world: &World, about: &Value) -> String {
    world.post("/topic", about)["arn"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_topic_hears_mail_with_a_subject_and_chats_without_one_in_its_own_region() {
    let world = world();
    let mail = topic(&world, &json!({"name": "mail"}));
    let chat = topic(&world, &json!({"name": "chat", "region": "us-east-1"}));
    assert_eq!(send(&world, &format!("sns = \"{mail}\"")).await, Ok(()));
    assert_eq!(send(&world, &format!("sns = \"{chat}\"\nformat = \"chat\"")).await, Ok(()));
    let heard = world.get("/heard");
    assert_eq!(heard["mail"][0]["Subject"], message().subject.as_str());
    assert_eq!(heard["mail"][0]["Message"], message().body.as_str());
    assert_eq!(heard["chat"][0]["Message"], message().body.as_str());
    assert_eq!(heard["chat"][0]["Subject"], Value::Null);
}

#[tokio::test]
async fn a_topic_without_a_subscriber_or_that_is_gone_notifies_no_owner() {
    let world = world();
    let lonely = topic(&world, &json!({"name": "lonely", "subscriber": false}));
    let said = send(&world, &format!("sns = \"{lonely}\"")).await.unwrap_err();
    assert!(said.contains("no confirmed subscriber") && said.contains("lonely"), "{said}");
    let gone = lonely.replace("lonely", "gone");
    let said = send(&world, &format!("sns = \"{gone}\"")).await.unwrap_err();
    assert!(said.contains("gone"), "{said}");
    assert!(!world.calls().iter().any(|call| call["action"] == "Publish"));
}

#[tokio::test]
async fn a_topic_is_checked_once_a_run() {
    let world = world();
    let mail = topic(&world, &json!({"name": "mail"}));
    let (messenger, channel) = (AwsMessenger::new(&aws(&world)), channel(&format!("sns = \"{mail}\"")));
    for _ in 0..3 {
        messenger.send(&channel, &message()).await.unwrap();
    }
    let count = |action: &str| world.calls().iter().filter(|call| call["action"] == action).count();
    assert_eq!((count("ListSubscriptionsByTopic"), count("Publish")), (1, 3));
}

/// A webhook that answers each request with the next of these, and the last one ever after; an empty one hangs.
struct Webhook {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Webhook {
    fn answering(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}{SECRET}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answers, noted) = (answers.iter().map(ToString::to_string).collect::<Vec<_>>(), requests.clone());
        // It ends with the test's process.
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let request = read(&mut stream);
                let count = {
                    let mut noted = noted.lock().unwrap();
                    noted.push(request);
                    noted.len()
                };
                match answers[(count - 1).min(answers.len() - 1)].as_str() {
                    "" => held.push(stream),
                    answer => {
                        let _ = stream.write_all(answer.as_bytes());
                    }
                }
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// One whole request.
fn read(stream: &mut TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut part) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            Ok(_) | Err(_) => return text,
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// What came of sending to a webhook that answers so, and how many requests it got.
async fn posted(world: &World, name: &str, answers: &[&str]) -> (Result<(), String>, Vec<String>) {
    let webhook = Webhook::answering(answers);
    world.post("/secret", &json!({"name": name, "value": webhook.url}));
    let sent = send(world, &format!("slack = \"secretsmanager:{name}\"")).await;
    if let Err(said) = &sent {
        assert!(!said.contains("hunter2") && !said.contains("127.0.0.1"), "{said}");
    }
    (sent, webhook.requests())
}

#[tokio::test]
async fn a_webhook_is_posted_to_by_a_secret_of_either_kind() {
    let world = world();
    let ok = answer("200 OK", "", "ok");
    let (sent, requests) = posted(&world, "slack", &[&ok]).await;
    assert_eq!((sent, requests.len()), (Ok(()), 1));
    assert!(requests[0].starts_with(&format!("POST {SECRET} HTTP/1.1\r\n")), "{}", requests[0]);
    assert!(requests[0].to_lowercase().contains("content-type: application/json"));
    assert!(requests[0].ends_with(&message().body));

    let webhook = Webhook::answering(&[&ok]);
    world.post("/parameter", &json!({"name": "/slack", "value": webhook.url}));
    let (messenger, channel) = (AwsMessenger::new(&aws(&world)), channel("slack = \"ssm:/slack\""));
    world.forget_calls();
    for _ in 0..2 {
        messenger.send(&channel, &message()).await.unwrap();
    }
    assert_eq!(webhook.requests().len(), 2);
    assert_eq!(world.calls().len(), 1, "the secret is read once a run");
}

#[tokio::test]
async fn a_webhook_that_is_busy_or_broken_is_tried_once_more() {
    let world = world();
    let (ok, broken) = (answer("200 OK", "", "ok"), answer("500 Oops", "", ""));
    let busy = |seconds: u32| answer("429 Slow", &format!("retry-after: {seconds}\r\n"), "");
    for (name, answers, accepted, tried) in [
        ("a", vec![&*busy(0), &ok], true, 2),
        ("b", vec![&*broken, &ok], true, 2),
        ("c", vec![&*broken, &broken, &ok], false, 2),
        ("d", vec![&*busy(3_600), &ok], false, 1),
    ] {
        let (sent, requests) = posted(&world, name, &answers).await;
        assert_eq!((sent.is_ok(), requests.len()), (accepted, tried), "{name}: {sent:?}");
    }
}

#[tokio::test]
async fn a_webhook_that_refuses_hangs_or_is_away_is_an_error_without_the_secret() {
    let world = world();
    let refused = answer("404 Not Found", "", "no_service");
    let echo = answer("400 Bad", "", "hunter");
    let moved = answer("302 Found", "location: http://127.0.0.1:1/hunter2\r\n", "");
    for (name, answers, wanted) in [
        ("a", vec![&*refused], "404 with `no_service`"),
        ("b", vec![""], "did not answer within"),
        ("c", vec![&*echo], "answered 400"),
        ("d", vec![&*moved], "answered 302"),
    ] {
        let (sent, requests) = posted(&world, name, &answers).await;
        let said = sent.unwrap_err();
        assert!(said.contains(wanted) && !said.contains("hunter"), "{name}: {said}");
        assert_eq!(requests.len(), 1, "{name}: nobody knows whether it was taken, or it never will be");
    }
    for (name, value, wanted) in [
        ("away", "http://127.0.0.1:1/hunter2", "cannot be reached"),
        ("plain", "http://hooks.example.com/hunter2", "no URL that begins with `https://`"),
        ("nonsense", "hunter2", "no URL that begins with `https://`"),
    ] {
        world.post("/secret", &json!({"name": name, "value": value}));
        let said = send(&world, &format!("slack = \"secretsmanager:{name}\"")).await.unwrap_err();
        assert!(said.contains(wanted) && !said.contains("hunter2"), "{said}");
    }
    let said = send(&world, "slack = \"secretsmanager:missing\"").await.unwrap_err();
    assert!(said.contains("secretsmanager:GetSecretValue") && said.contains("missing"), "{said}");
}

/// A log that is kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_secret_stands_in_no_log_however_much_is_logged() {
    let world = world();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let quiet = tracing::subscriber::set_default(subscriber);
    let (sent, _) = posted(&world, "slack", &[&answer("200 OK", "", "ok")]).await;
    let webhook = Webhook::answering(&[&answer("404 Gone", "", "")]);
    world.post("/parameter", &json!({"name": "/slack", "value": webhook.url}));
    assert!(send(&world, "slack = \"ssm:/slack\"").await.is_err());
    drop(quiet);
    assert_eq!(sent, Ok(()));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!log.is_empty(), "nothing was logged at all");
    let line = log.lines().find(|line| line.contains("hunter2"));
    assert_eq!(line, None);
}

const OWNERS: &str = "[owners]\nalternate-contact = \"operations\"\ndefault = \"platform\"\n";

#[tokio::test]
async fn the_alternate_contact_is_asked_for_in_the_account_by_the_reading_role() {
    let world = world();
    let settings = Settings::parse(
        "reaper.toml",
        &format!("version = 1\n[scope]\naccounts = \"organization\"\nreading-role = \"Read\"\n{OWNERS}"),
    )
    .unwrap();
    let account: Arc<str> = world.get("/world")["accounts"]["web-dev"].as_str().unwrap().into();
    let ask = || async {
        let aws = aws(&world);
        AwsReader::new(&aws, &settings, "run").alternate_contact(&account).await.map_err(|error| error.to_string())
    };
    assert_eq!(ask().await, Ok(None));
    world.post("/contact", &json!({"account": "web-dev", "type": "operations", "email": "ops@example.com"}));
    assert_eq!(ask().await, Ok(Some("ops@example.com".to_owned())));
    let calls = world.calls();
    let session = calls.iter().find(|call| call["action"] == "AssumeRole").expect("a session");
    assert!(session["session-policy"].as_str().unwrap().contains("account:GetAlternateContact"));
    world.fault(&json!({"action": "*", "role": "Read", "code": "AccessDeniedException", "status": 403}));
    let said = ask().await.unwrap_err();
    assert!(said.contains("account:GetAlternateContact") && said.contains("AccessDenied"), "{said}");
}

#[test]
fn the_report_of_the_binary_names_the_contact_as_the_owner_of_what_no_tag_owns() {
    let world = World::of_stories();
    let settings = world.settings(&[]);
    let text = std::fs::read_to_string(&settings).unwrap();
    let (tags, rest) = text.split_once("\n[").expect("sections");
    std::fs::write(&settings, format!("{tags}\n{OWNERS}\n[{rest}")).unwrap();
    let all = world.instances();
    let one = all.values().find(|one| one["tags"]["Owner"].is_null()).expect("an instance without an owner");
    let names = world.get("/world")["accounts"].clone();
    let name = names.as_object().unwrap().iter().find(|(_, id)| **id == one["account"]).unwrap().0.clone();
    world.post("/contact", &json!({"account": name, "type": "operations", "email": "ops@example.com"}));
    world.forget_calls();
    let report = world.plan(&settings, super::world::EVENING);
    let row = row(&report, one["id"].as_str().unwrap());
    assert_eq!((&row["owner"], &row["owner-by"]), (&json!("ops@example.com"), &json!("alternate-contact")));
    let asked = world.calls().into_iter().filter(|call| call["action"] == "GetAlternateContact");
    let mut accounts: Vec<String> = asked.map(|call| call["account"].as_str().unwrap().to_owned()).collect();
    let count = accounts.len();
    accounts.sort_unstable();
    accounts.dedup();
    assert!(count > 0 && count == accounts.len(), "each account is asked once: {count}");
}
