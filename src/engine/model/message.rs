//! One message in the form of a channel, and the instances that it names.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::engine::model::{ResourceId, Subject};

/// A message, or one part of a message that the limits of a channel split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// For email: at most 99 ASCII characters on one line.
    pub subject: String,
    /// The content: plain text, or JSON in the form of the channel.
    pub body: String,
    /// Every instance that the body names. Receipts are given for these instances only.
    pub named: Vec<Named>,
}

/// One instance that a message names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Which resource.
    pub id: ResourceId,
    /// What the message is about.
    pub subject: Subject,
    /// The policy that the message is about.
    pub policy: String,
    /// The owner's name; empty where the owner is unknown.
    pub owner: Arc<str>,
    /// Whether the message said when the instance will be stopped, or when its keep ends.
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
