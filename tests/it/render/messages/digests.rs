//! Who is told what: one digest an owner, the operator for what has nobody, and nothing that is not worth it.

use idle_reaper::engine::history::weekly::Gathered;
use idle_reaper::engine::model::{Contact, Text};
use idle_reaper::engine::report::digest::{Digest, News, Reader, digests};
use rust_decimal::Decimal;

use super::samples::{item, news, telling};
use crate::fake::{SETTINGS, settings};

fn ids(digest: &Digest) -> Vec<&str> {
    digest.entries.iter().map(|entry| &*entry.item.id.name).collect()
}

#[test]
fn an_owner_gets_one_digest_and_the_operator_hears_of_what_has_no_channel() {
    let all = vec![
        news(item("i-3"), "team-dev"),
        news(item("i-1"), "Team-Dev"),
        news(item("i-2"), "platform"),
        news(item("i-4"), "bob"),
        news(item("i-5"), ""),
    ];
    let digests = digests(&telling(), all, Vec::new(), &Gathered::Held);
    let owners: Vec<_> = digests.owners.iter().map(|digest| (&*digest.channel.name, ids(digest))).collect();
    assert_eq!(owners, [("slack", vec!["i-2"]), ("dev-chat", vec!["i-1", "i-3"])]);
    let operator = digests.operator.expect("a digest of the operator's");
    assert_eq!((&operator.reader, ids(&operator)), (&Reader::Operator, vec!["i-4", "i-5"]));
    assert!(digests.filtered.is_empty() && digests.unheard.is_empty());
}

#[test]
fn what_costs_too_little_is_not_sent_and_an_unknown_price_is() {
    let cheap = News {
        item: idle_reaper::engine::model::Item { monthly: Some(Decimal::ONE), ..item("i-1") },
        ..news(item("i-1"), "team-dev")
    };
    let prized = News { weight: Decimal::from(11), ..cheap.clone() };
    let unknown = idle_reaper::engine::model::Item { monthly: None, ..item("i-3") };
    let digests =
        digests(&telling(), vec![cheap.clone(), prized, news(unknown, "team-dev")], Vec::new(), &Gathered::Held);
    assert_eq!(digests.filtered, [cheap]);
    assert_eq!(ids(&digests.owners[0]), ["i-1", "i-3"]);
}

#[test]
fn the_second_contact_is_notified_apart_and_one_that_is_not_there_is_nobodys() {
    let second = |name: &str| News { contact: Contact::Second, ..news(item("i-1"), name) };
    let digests = digests(
        &telling(),
        vec![second("team-dev"), second("platform"), news(item("i-2"), "team-dev")],
        vec![],
        &Gathered::Held,
    );
    let readers: Vec<_> = digests.owners.iter().map(|digest| (&digest.reader, &*digest.channel.name)).collect();
    let reader = |contact| Reader::Owner("team-dev".into(), contact);
    assert_eq!(readers, [(&reader(Contact::First), "dev-chat"), (&reader(Contact::Second), "dev-lead")]);
    assert_eq!(digests.unheard, [second("platform")]);
    assert_eq!(digests.operator, None, "the first contact was told");
}

#[test]
fn without_an_operator_nobody_is_notified_and_that_is_said() {
    let none = digests(&settings(SETTINGS), vec![news(item("i-1"), "bob")], vec!["a note".to_owned()], &Gathered::Held);
    assert_eq!((none.owners.len(), none.operator, none.unheard.len()), (0, None, 1));
    let quiet = digests(&telling(), Vec::new(), Vec::new(), &Gathered::Held);
    assert_eq!((quiet.owners.len(), quiet.operator), (0, None), "no news, no message");
    let noted = digests(&telling(), Vec::new(), vec!["a note".to_owned()], &Gathered::Held);
    assert_eq!(noted.operator.expect("a digest").notes, [Text::from("a note")]);
}
