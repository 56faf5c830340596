//! The owner of an instance: from its tags, the account mapping, the account's alternate contact, or the default. The
//! first source that has an answer decides, and the report names it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::config::{ByAccount, Channel, Settings};
use crate::engine::history::Notified;
use crate::engine::model::{Account, Tags};

/// An owner and the source of that information.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The owner's name; empty if unknown.
    pub name: Arc<str>,
    /// The source.
    pub by: OwnedBy,
}

/// The source of an owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnedBy {
    /// The tag with this key.
    Tag(String),
    /// This pattern in the account mapping.
    Account(String),
    /// The account's alternate contact.
    AlternateContact,
    /// The settings' default.
    Default,
    /// No source.
    Nobody,
    /// A source could not be read, for this cause. Later sources are not used instead.
    Unresolved(String),
}

impl Owner {
    /// The owner's name, if known.
    pub fn known(&self) -> Option<&str> {
        Some(&*self.name).filter(|name| !name.is_empty())
    }

    /// Whether the owner comes from the settings' default only.
    pub fn is_default(&self) -> bool {
        self.by == OwnedBy::Default
    }
}

/// As the report shows it: `tag:Owner`, `account:*-dev`, `alternate-contact`, `default`, `nobody`, `unresolved:…`.
impl fmt::Display for OwnedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(key) => write!(f, "tag:{key}"),
            Self::Account(pattern) => write!(f, "account:{pattern}"),
            Self::AlternateContact => f.write_str("alternate-contact"),
            Self::Default => f.write_str("default"),
            Self::Nobody => f.write_str("nobody"),
            Self::Unresolved(cause) => write!(f, "unresolved:{cause}"),
        }
    }
}

/// Alternate contacts by account id: an address, none, or why the lookup failed.
pub type Contacts = BTreeMap<Arc<str>, Result<Option<Arc<str>>, String>>;

/// The owner of an instance with these tags in this account. `contacts` has an entry for every account for which
/// [`needs_contact`] was true. A missing entry counts as a failed lookup.
pub fn resolve(settings: &Settings, tags: &Tags, account: &Account, contacts: &Contacts) -> Owner {
    let owners = &settings.owners;
    let owner = |name: &str, by| Owner { name: Arc::from(name), by };
    match owners.by_tag(tags) {
        Ok(Some((key, name))) => return owner(name, OwnedBy::Tag(key.to_owned())),
        Ok(None) => {}
        Err([one, other]) => {
            let cause = format!("its tags name two owners, `{one}` and `{other}`");
            return owner("", OwnedBy::Unresolved(cause));
        }
    }
    match owners.by_account(account) {
        ByAccount::Owner(pattern, name) => {
            return Owner { name: name.clone(), by: OwnedBy::Account(pattern.to_owned()) };
        }
        ByAccount::NameUnknown(pattern) => {
            let cause = format!("the account's name is unknown, and `{pattern}` in `[owners]` speaks of names");
            return owner("", OwnedBy::Unresolved(cause));
        }
        ByAccount::Nobody => {}
    }
    if owners.alternate_contact.is_some() {
        match contacts.get(&account.id) {
            Some(Ok(Some(name))) => return Owner { name: name.clone(), by: OwnedBy::AlternateContact },
            Some(Ok(None)) => {}
            Some(Err(cause)) => return owner("", OwnedBy::Unresolved(cause.clone())),
            None => {
                let cause = "the account was not asked for its alternate contact".to_owned();
                return owner("", OwnedBy::Unresolved(cause));
            }
        }
    }
    match &owners.default {
        Some(name) => Owner { name: name.clone(), by: OwnedBy::Default },
        None => owner("", OwnedBy::Nobody),
    }
}

/// Whether an account's alternate contact may decide, so that it has to be requested.
pub fn needs_contact(settings: &Settings, account: &Account) -> bool {
    settings.owners.alternate_contact.is_some() && settings.owners.by_account(account) == ByAccount::Nobody
}

/// An owner who can be notified, and how.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// The owner's name, which may hold several addresses.
    owner: &'a str,
    settings: &'a Settings,
}

impl<'a> Reach<'a> {
    /// How `owner` is notified; `None` if there is no channel.
    pub fn of(settings: &'a Settings, owner: &'a Owner) -> Option<Self> {
        let name = owner.known()?;
        let reached = !settings.owners.channels(name).is_empty();
        reached.then_some(Self { owner: name, settings })
    }

    /// Whether this owner received the notice at every place where the owner is notified now. If a place changed or
    /// was wrong, the owner has not received it.
    pub fn has_read(&self, notified: &Notified) -> bool {
        let places = self.settings.owners.channels(self.owner).into_iter().map(|(_, channel)| channel.place());
        *self.owner == *notified.owner && places.into_iter().all(|place| notified.has_reached(&place))
    }
}

/// The channels of an owner, each with the name or address that leads to it. If there are none, the operator is
/// notified instead, and no action follows.
pub fn channels_of<'a>(settings: &'a Settings, owner: &'a Owner) -> Vec<(&'a str, &'a Arc<Channel>)> {
    owner.known().map_or_else(Vec::new, |name| settings.owners.channels(name))
}

/// The channels of an owner's second contacts.
pub fn seconds_of<'a>(settings: &'a Settings, owner: &'a Owner) -> Vec<(&'a str, &'a Arc<Channel>)> {
    owner.known().map_or_else(Vec::new, |name| settings.owners.seconds(name))
}
