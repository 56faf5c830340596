//! Who owns an instance: the chain of its tags, the mapping of accounts, the account's alternate contact, the
//! default. The first link that answers decides, and the report says which it was.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::engine::config::{ByAccount, Channel, Settings};
use crate::engine::history::notices::Told;
use crate::engine::model::{Account, Tags};

/// An owner, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The owner's name; empty where nobody is known.
    pub name: Arc<str>,
    /// Which link of the chain answered.
    pub by: OwnedBy,
}

/// Which link of the chain answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OwnedBy {
    /// The tag with this key.
    Tag(String),
    /// This pattern in the mapping of accounts.
    Account(String),
    /// The account's alternate contact.
    AlternateContact,
    /// The settings' default.
    Default,
    /// No link.
    Nobody,
    /// A link could not be asked, for this cause. What stands behind it in the chain is not taken in its place.
    Unresolved(String),
}

impl Owner {
    /// The owner's name, if anybody is known.
    pub fn known(&self) -> Option<&str> {
        Some(&*self.name).filter(|name| !name.is_empty())
    }

    /// Whether an owner is known by the settings' default only.
    pub fn is_default(&self) -> bool {
        match self.by {
            OwnedBy::Default => true,
            OwnedBy::Tag(_)
            | OwnedBy::Account(_)
            | OwnedBy::AlternateContact
            | OwnedBy::Nobody
            | OwnedBy::Unresolved(_) => false,
        }
    }
}

/// As the report has it: `tag:Owner`, `account:*-dev`, `alternate-contact`, `default`, `nobody`, `unresolved:…`.
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

/// What accounts' alternate contacts were found to be, by account id: an address, that there is none, or why
/// nobody knows.
pub type Contacts = BTreeMap<Arc<str>, Result<Option<Arc<str>>, String>>;

/// The owner of an instance with these tags in this account. `contacts` has an entry for every account for which
/// [`needs_contact`] was true; one that is missing counts as a failed lookup.
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

/// Whether an account's alternate contact may be what decides, so that it has to be asked for.
pub fn needs_contact(settings: &Settings, account: &Account) -> bool {
    settings.owners.alternate_contact.is_some() && settings.owners.by_account(account) == ByAccount::Nobody
}

/// Somebody who can be told, and how.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    /// The owner's name, which may hold several addresses.
    owner: &'a str,
    settings: &'a Settings,
}

impl<'a> Reach<'a> {
    /// How `owner` is told; `None` where nobody can be.
    pub fn of(settings: &'a Settings, owner: &'a Owner) -> Option<Self> {
        let name = owner.known()?;
        let reached = !settings.owners.channels(name).is_empty();
        reached.then_some(Self { owner: name, settings })
    }

    /// Whether it was this owner who was told, and everywhere where the owner is told now: who has moved since, or was
    /// looked for in the wrong place, has not read it.
    pub fn has_read(&self, told: &Told) -> bool {
        let places = self.settings.owners.channels(self.owner).into_iter().map(|(_, channel)| channel.place());
        *self.owner == *told.owner && places.into_iter().all(|place| told.has_reached(&place))
    }
}

/// The channels by which an owner is told, each with the name or address that leads there. None: the operator hears of
/// it, and nothing is acted on.
pub fn channels_of<'a>(settings: &'a Settings, owner: &'a Owner) -> Vec<(&'a str, &'a Arc<Channel>)> {
    owner.known().map_or_else(Vec::new, |name| settings.owners.channels(name))
}

/// The channels of an owner's second contacts.
pub fn seconds_of<'a>(settings: &'a Settings, owner: &'a Owner) -> Vec<(&'a str, &'a Arc<Channel>)> {
    owner.known().map_or_else(Vec::new, |name| settings.owners.seconds(name))
}
