//! Messages to readers: a digest in the format of its channel, in as many parts as the channel's limits require. A
//! limit splits a message, and never drops an id.

mod chat;
mod cost;
mod facts;
mod pack;
mod slack;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::config::{Format, Links, Money, Way};
use crate::engine::model::{Contact, Item, Locale, Message, Subject};
use crate::engine::report::digest::{About, Digest, Reader};
use crate::engine::tags::TagNames;

use crate::render::catalogue::{Counted, Head, Letter, head, letter};
use crate::render::edge;
use crate::render::edge::unlinked;
use crate::render::message::facts::short;

/// The data for messages, beside the digest.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The instant of the run.
    pub at: DateTime<Utc>,
    /// The reader's language.
    pub locale: Locale,
    /// The names of the tags that keep an instance.
    pub tags: &'a TagNames,
    /// The names of accounts, if known.
    pub names: &'a BTreeMap<Arc<str>, String>,
    /// The second currency.
    pub money: &'a Money,
    /// How resources and runs are linked, if they are.
    pub links: Option<&'a Links>,
    /// The run's id, if its report is in the record.
    pub run: Option<&'a str>,
}

/// The messages for `digest`, in order, as its channel wants them. Each entry is named by at most one of them, and by
/// exactly one unless the channel limits the lines.
pub fn messages(digest: &Digest, frame: &Frame<'_>) -> Vec<Message> {
    let prefers = &digest.channel.prefers;
    let money = prefers.money(frame.money);
    let frame = &Frame { locale: prefers.locale.unwrap_or(frame.locale), money: &money, ..*frame };
    match &digest.channel.way {
        Way::Sns { format: Format::Text, topic: _ } => text::messages(digest, frame),
        Way::Sns { format: Format::Chat, topic: _ } => chat::messages(digest, frame),
        Way::Slack(_) => slack::messages(digest, frame),
    }
}

/// The maximum length of an owner's name in a title, in UTF-16 units: Slack's header allows 150 in total.
const OWNER: usize = 60;

/// The title in the reader's language, with the part number where there are several.
fn title(digest: &Digest, frame: &Frame<'_>, part: usize, of: usize) -> String {
    let title = letter(frame.locale, titled(digest, &owner(digest)));
    if of == 1 { title } else { format!("{title}, {}", letter(frame.locale, Letter::Part { part, of })) }
}

fn morning_title(owner: Option<&str>, started: usize, kinds: [usize; 3]) -> Letter<'_> {
    let [instances, databases, services] = kinds;
    let counted = Counted::Kinds { instances, databases, services };
    Letter::MorningTitle { owner, started, of: kinds.iter().sum(), others: databases > 0 || services > 0, counted }
}

fn titled<'a>(digest: &Digest, owner: &'a str) -> Letter<'a> {
    let instances: BTreeSet<_> = digest.entries.iter().map(|entry| &entry.item.id).collect();
    let (count, counted) = (instances.len(), Counted::of(instances.iter().map(|id| id.kind)));
    match &digest.reader {
        // A digest without entries has only notes.
        Reader::Owner(_, Contact::First) if count == 0 => match digest.about {
            About::News | About::Forgotten | About::Several => Letter::ForgottenTitle { owner },
            About::Stocktake => Letter::StocktakeTitle { owner },
            About::Morning { started, of } => morning_title(Some(owner), started, of),
        },
        Reader::Owner(_, Contact::First) => Letter::Title { owner, counted },
        Reader::Owner(_, Contact::Second) => Letter::SecondTitle { owner, counted },
        Reader::Operator => match digest.about {
            About::Morning { started, of } => morning_title(None, started, of),
            About::News | About::Stocktake | About::Forgotten | About::Several => {
                Letter::OperatorTitle { count, counted }
            }
        },
    }
}

fn owner(digest: &Digest) -> String {
    match &digest.reader {
        Reader::Owner(name, _) => short(name, OWNER),
        Reader::Operator => String::new(),
    }
}

/// The subject of an email: SNS requires ASCII on one line, less than 100 characters.
fn subject(digest: &Digest, part: usize, of: usize) -> String {
    let ascii = |c: char| match c {
        edge::BREAK => ' ',
        c if c.is_ascii() => c,
        _ => '?',
    };
    let ascii: String = unlinked(&owner(digest)).chars().map(ascii).collect();
    let title = letter(Locale::En, titled(digest, &ascii));
    let whole = if of == 1 { title } else { format!("[{part}/{of}] {title}") };
    whole.chars().take(99).collect()
}

/// The lines above the entries.
fn intro(digest: &Digest, frame: &Frame<'_>) -> Vec<String> {
    if digest.entries.is_empty() {
        return Vec::new();
    }
    let say = |intro| letter(frame.locale, intro);
    let mut lines: Vec<String> = match &digest.reader {
        Reader::Owner(_, Contact::First) => owners_intro(digest).into_iter().map(say).collect(),
        Reader::Owner(_, Contact::Second) => vec![say(Letter::SecondIntro)],
        Reader::Operator => vec![say(Letter::OperatorIntro)],
    };
    lines.push(cost::total(digest, frame));
    lines
}

/// The most accounts of an owner whose part of the record is linked. All channels have room for so many.
const LINKED: usize = 3;

/// What the record has on this run for the reader: labels and addresses.
fn recorded(digest: &Digest, frame: &Frame<'_>) -> Vec<(String, String)> {
    let Some((links, run)) = frame.links.zip(frame.run) else { return Vec::new() };
    let accounts: BTreeSet<_> = digest.entries.iter().map(|entry| &entry.item.id.place.account).collect();
    let own = |account: &&Arc<str>| {
        let label = letter(frame.locale, Letter::OfAccount { account });
        Some((label, links.own(account)?))
    };
    match &digest.reader {
        Reader::Operator => {
            let whole = links.run(run, frame.at).map(|link| (head(frame.locale, Head::Record).to_owned(), link));
            whole.into_iter().collect()
        }
        Reader::Owner(..) => accounts.iter().filter_map(own).take(LINKED).collect(),
    }
}

/// The options of an owner, depending on the entries.
fn owners_intro(digest: &Digest) -> Vec<Letter<'static>> {
    let any = |is: fn(&Item) -> bool| digest.entries.iter().any(|entry| is(&entry.item));
    let ends = any(|item| item.due.is_some());
    let stopped = any(|item| item.subject == Subject::Stopped);
    let intro = ends.then_some(Letter::Intro).into_iter().chain(stopped.then_some(Letter::StoppedIntro));
    if ends || stopped { intro.collect() } else { vec![Letter::NothingIntro] }
}
