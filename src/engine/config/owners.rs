//! `[owners]`: who owns an instance, and by which channel the owner is notified.

use std::sync::Arc;

use wildmatch::WildMatch;

use crate::engine::config::channels::{CHANNEL, Channel, Channels, channel};
use crate::engine::config::never::is_id;
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::tag_names::{KEY, check_key};
use crate::engine::model::named;
use crate::engine::model::{Account, Tags};
use crate::engine::tags::TagNames;

/// `[owners]`. Patterns ignore case; the first matching one in the file counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Owners {
    /// The tags that name the owner, in order of precedence.
    pub tags: Vec<String>,
    accounts: Vec<(String, WildMatch, Arc<str>)>,
    /// The alternate contact of an account that is queried; `None` where none is.
    pub alternate_contact: Option<ContactType>,
    /// The owner of instances without another owner.
    pub default: Option<Arc<str>>,
    channels: Vec<(String, WildMatch, Arc<Channel>)>,
    second: Vec<(String, WildMatch, Arc<Channel>)>,
}

named! {
    /// The alternate contacts that an account may have.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum ContactType {
        /// For operations.
        Operations = "operations",
        /// For billing.
        Billing = "billing",
        /// For security.
        Security = "security",
    }
}

/// The result of `accounts` for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByAccount<'a> {
    /// This pattern assigns this owner.
    Owner(&'a str, &'a Arc<str>),
    /// The account's name is unknown, and this pattern matches names: the owner is unknown.
    NameUnknown(&'a str),
    /// No pattern matches.
    Nobody,
}

impl Owners {
    /// The tag that names an owner, and the owner. If the value is empty, the next tag is used.
    ///
    /// # Errors
    /// Two owners. AWS keys are case-sensitive, so two keys that differ only in case may name two owners.
    pub fn by_tag<'a>(&'a self, tags: &'a Tags) -> Result<Option<(&'a str, &'a str)>, [&'a str; 2]> {
        for key in &self.tags {
            let mut values = tags.any_case(key).map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
            let Some(value) = values.next() else { continue };
            return match values.find(|other| !other.eq_ignore_ascii_case(value)) {
                Some(other) => Err([value, other]),
                None => Ok(Some((key.as_str(), value))),
            };
        }
        Ok(None)
    }

    /// The result of the mapping of accounts. A name pattern cannot be checked against an account whose name is
    /// unknown. Later entries in the file are then not used instead.
    pub fn by_account(&self, account: &Account) -> ByAccount<'_> {
        for (pattern, glob, owner) in &self.accounts {
            if glob.matches(&account.id) || account.name.as_ref().is_some_and(|name| glob.matches(name)) {
                return ByAccount::Owner(pattern, owner);
            }
            if account.name.is_none() && !is_id(pattern) {
                return ByAccount::NameUnknown(pattern);
            }
        }
        ByAccount::Nobody
    }

    /// Whether any owner can be notified.
    pub fn has_channels(&self) -> bool {
        !self.channels.is_empty()
    }

    /// Every recipient that `owner` names, with the matching channel. Each channel occurs once.
    pub fn channels<'a>(&'a self, owner: &'a str) -> Vec<(&'a str, &'a Arc<Channel>)> {
        readers(&self.channels, owner)
    }

    /// The second contacts of every recipient that `owner` names.
    pub fn seconds<'a>(&'a self, owner: &'a str) -> Vec<(&'a str, &'a Arc<Channel>)> {
        readers(&self.second, owner)
    }

    /// Whether the account names are required to find an account's owner.
    pub fn needs_names(&self) -> bool {
        self.accounts.iter().any(|(pattern, _, _)| !is_id(pattern))
    }
}

/// The recipients in `owner` that are in `table`. A name that the settings contain in full is one owner,
/// even if it contains separators. So is a name of which no part has a channel.
fn readers<'a>(table: &'a [(String, WildMatch, Arc<Channel>)], owner: &'a str) -> Vec<(&'a str, &'a Arc<Channel>)> {
    let find = |name: &str| table.iter().find(|(_, glob, _)| glob.matches(name)).map(|(_, _, channel)| channel);
    let whole = || find(owner).map(|channel| (owner, channel)).into_iter().collect();
    if table.iter().any(|(text, _, _)| text.eq_ignore_ascii_case(owner)) {
        return whole();
    }
    let mut readers: Vec<(&str, &Arc<Channel>)> = Vec::new();
    for (name, channel) in addresses(owner).into_iter().filter_map(|name| Some((name, find(name)?))) {
        if readers.iter().all(|(_, known)| known.place() != channel.place()) {
            readers.push((name, channel));
        }
    }
    if readers.is_empty() { whole() } else { readers }
}

/// The parts of an owner's name: email addresses side by side, `Ana <ana@x.example>, mailto:ben@x.example`, and names
/// without an address.
fn addresses(owner: &str) -> Vec<&str> {
    let parts = owner.split([',', ';', '、', '，', '；', '\n']).map(str::trim).filter(|part| !part.is_empty());
    // None of these characters occurs in an address; all of them may surround one.
    let beside = |c: char| c.is_whitespace() || "<>()[]\"'|/?&:".contains(c);
    let mut found = Vec::new();
    for part in parts {
        let is_name = !part.contains('@');
        found.extend(is_name.then_some(part));
        found.extend(part.split(beside).filter(|word| word.contains('@')));
    }
    found
}

/// Any text that is not empty.
const SOME: Form = Form::Like("^[\\s\\S]");

pub(crate) fn read(section: &Section<'_>, names: &TagNames, channels: &Channels) -> Owners {
    let own_tags = |tags: Vec<Value<'_>>| {
        tags.iter().for_each(|tag| check_key(section, tag));
        tags.iter().map(|tag| tag.text.to_owned()).collect()
    };
    let owner = |word: Value<'_>| {
        named(section, &word);
        Arc::from(word.text)
    };
    let by_account = section.named_texts("accounts", SOME, SOME).into_iter();
    Owners {
        tags: section.texts_like("tags", KEY).map_or_else(|| vec![names.owner.clone()], own_tags),
        accounts: by_account.map(|(account, of)| (account.text.to_owned(), glob(&account), owner(of))).collect(),
        alternate_contact: section.one_of("alternate-contact", ContactType::ALL),
        default: section.text_like("default", SOME).map(owner),
        channels: by_owner(section, "channels", channels),
        second: by_owner(section, "second", channels),
    }
}

/// Owner patterns with their channels.
fn by_owner(section: &Section<'_>, key: &'static str, channels: &Channels) -> Vec<(String, WildMatch, Arc<Channel>)> {
    let pairs = section.named_texts(key, SOME, CHANNEL).into_iter();
    pairs
        .filter_map(|(owner, word)| Some((owner.text.to_owned(), glob(&owner), channel(section, &word, channels)?)))
        .collect()
}

fn glob(word: &Value<'_>) -> WildMatch {
    WildMatch::new_case_insensitive(word.text)
}

fn named(section: &Section<'_>, owner: &Value<'_>) {
    if owner.text.trim().is_empty() {
        section.complain(owner.span.clone(), "an owner needs a name", None);
    }
}
