//! Not told is not acted on: a receipt for what a channel accepted, and for nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use idle_reaper::engine::config::Channel;
use idle_reaper::engine::history::weekly::Gathered;
use idle_reaper::engine::model::{Contact, Item, Locale, Message};
use idle_reaper::engine::report::digest::{Digests, News, digests};
use idle_reaper::ports::{Messenger, PortError};
use idle_reaper::render::Frame;
use idle_reaper::run::{Clock, Delivery, OPERATOR, deliver};

use super::samples::{item, news, telling};
use crate::fake::{EVENING, at};

/// Channels that take everything, but for those that are down, hang, or refuse a message that names an id.
#[derive(Default)]
struct Post {
    down: Vec<&'static str>,
    hangs: Vec<&'static str>,
    refuses: Vec<String>,
    taken: RefCell<Vec<(String, Vec<String>)>>,
    tried: RefCell<usize>,
}

impl Messenger for Post {
    async fn send(&self, channel: &Channel, message: &Message) -> Result<(), PortError> {
        *self.tried.borrow_mut() += 1;
        if self.hangs.contains(&&*channel.name) {
            std::future::pending::<()>().await;
        }
        let refused = message.ids().any(|id| self.refuses.iter().any(|refused| refused == id));
        if self.down.contains(&&*channel.name) || refused {
            return Err(PortError("it is down".to_owned()));
        }
        self.taken.borrow_mut().push((channel.name.to_string(), message.ids().map(str::to_owned).collect()));
        Ok(())
    }
}

async fn delivered(post: &Post, digests: &Digests, left: Option<Duration>) -> Delivery {
    let (settings, names) = (telling(), BTreeMap::new());
    let frame = Frame {
        at: at(EVENING),
        locale: Locale::En,
        tags: &settings.tags,
        names: &names,
        money: &settings.money,
        links: settings.links.as_deref(),
        run: Some("1"),
    };
    deliver(post, digests, &frame, Clock::start(at(EVENING), left), Duration::ZERO).await
}

fn some() -> Digests {
    let second = News { contact: Contact::Second, ..news(item("i-1"), "team-dev") };
    let all = [("i-1", "team-dev"), ("i-2", "platform"), ("i-3", "bob"), ("i-4", "team-two")];
    let mut all: Vec<News> = all.into_iter().map(|(id, name)| news(item(id), name)).collect();
    all.push(second);
    digests(&telling(), all, Vec::new(), &Gathered::Held)
}

/// Id, owner, channel and contact of each receipt.
fn receipts(of: &[idle_reaper::engine::model::Receipt]) -> BTreeSet<(&str, &str, &str, Contact)> {
    of.iter().map(|one| (&*one.id.name, &*one.owner, &*one.channel, one.contact)).collect()
}

#[tokio::test]
async fn an_owner_who_was_notified_has_a_receipt_and_the_operators_is_nobodys_notice() {
    let delivery = delivered(&Post::default(), &some(), None).await;
    let wanted = [
        ("i-1", "team-dev", "dev-chat", Contact::First),
        ("i-1", "team-dev", "dev-lead", Contact::Second),
        ("i-2", "platform", "slack", Contact::First),
        ("i-4", "team-two", "mail", Contact::First),
    ];
    assert_eq!(receipts(&delivery.receipts), BTreeSet::from(wanted));
    assert_eq!(receipts(&delivery.operator), BTreeSet::from([("i-3", OPERATOR, "mail", Contact::First)]));
    assert_eq!((delivery.messages, delivery.troubles.len()), (5, 0));
    assert!(delivery.receipts.iter().all(|one| one.at == at(EVENING) && one.policy == "dev"));
}

#[tokio::test]
async fn a_channel_that_is_down_is_a_trouble_and_the_others_go_on() {
    let delivery = delivered(&Post { down: vec!["dev-chat", "mail"], ..Post::default() }, &some(), None).await;
    let told: Vec<_> = receipts(&delivery.receipts).into_iter().map(|(id, _, channel, _)| (id, channel)).collect();
    assert_eq!(told, [("i-1", "dev-lead"), ("i-2", "slack")]);
    assert!(delivery.operator.is_empty());
    assert_eq!(delivery.troubles.len(), 3, "{:?}", delivery.troubles);
    assert!(delivery.troubles[0].contains("`dev-chat`") && delivery.troubles[0].contains("it is down"));
}

/// So many that a message of Slack's does not hold them.
fn many() -> (Digests, Vec<String>) {
    let ids: Vec<String> = (0..200).map(|n| format!("i-{n:017x}")).collect();
    let all = ids.iter().map(|id| news(Item { name: "x".repeat(80).into(), ..item(id) }, "platform")).collect();
    (digests(&telling(), all, Vec::new(), &Gathered::Held), ids)
}

#[tokio::test]
async fn a_part_that_is_refused_keeps_its_own_ids_from_being_notified_and_no_others() {
    let (digests, ids) = many();
    let post = Post { refuses: vec![ids[0].clone()], ..Post::default() };
    let delivery = delivered(&post, &digests, None).await;
    let taken: BTreeSet<String> = post.taken.borrow().iter().flat_map(|(_, ids)| ids.clone()).collect();
    let told: BTreeSet<String> = delivery.receipts.iter().map(|one| one.id.name.to_string()).collect();
    assert_eq!(told, taken);
    assert!(!told.contains(&ids[0]) && told.contains(&ids[199]) && told.len() < ids.len());
    assert_eq!((delivery.troubles.len(), delivery.messages), (1, post.taken.borrow().len()));
}

#[tokio::test]
async fn a_channel_that_keeps_failing_is_left_alone_until_the_next_run() {
    let (digests, _) = many();
    let post = Post { down: vec!["slack"], ..Post::default() };
    let delivery = delivered(&post, &digests, None).await;
    assert_eq!((*post.tried.borrow(), delivery.receipts.len(), delivery.messages), (3, 0, 0));
    let last = delivery.troubles.last().expect("a trouble");
    assert!(last.contains("kept back"), "{:?}", delivery.troubles);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_ends_with_the_deadline_and_does_not_count() {
    let post = Post { hangs: vec!["slack"], ..Post::default() };
    let delivery = delivered(&post, &some(), Some(Duration::from_secs(60))).await;
    assert!(!delivery.receipts.iter().any(|one| &*one.channel == "slack"));
    assert_eq!(delivery.receipts.len(), 3);
    assert_eq!(delivery.troubles.len(), 1, "{:?}", delivery.troubles);
    assert!(delivery.troubles[0].contains("no time left"));
}

#[tokio::test]
async fn nobody_is_notified_where_there_is_no_news() {
    let delivery =
        delivered(&Post::default(), &digests(&telling(), Vec::new(), Vec::new(), &Gathered::Held), None).await;
    assert_eq!(delivery, Delivery::default());
}
