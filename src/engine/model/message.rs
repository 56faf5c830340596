//! One message as a channel takes it, and which instances it names.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::model::{ResourceId, Subject};

/// A message, or one part of several where the limits of a channel split it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// For mail: at most 99 characters of ASCII on one line.
    pub subject: String,
    /// What is sent: plain text, or JSON in the form of the channel.
    pub body: String,
    /// Every instance that the body names. A receipt is given for these and for no other.
    pub named: Vec<Named>,
}

/// One instance that a message names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Which resource.
    pub id: ResourceId,
    /// What is said about it.
    pub subject: Subject,
    /// The policy of which is spoken.
    pub policy: String,
    /// Who owns it, by name; empty where nobody is known.
    pub owner: Arc<str>,
    /// Whether it said when the instance will be stopped, or when its keep ends.
    pub binding: bool,
    /// That instant.
    pub due: Option<DateTime<Utc>>,
}

impl Message {
    /// The names of the instances that the body lists.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|named| &*named.id.name)
    }
}
