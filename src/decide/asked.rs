//! What the function is sent: a request, or an event of AWS that is not a schedule.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::events::Event;
use super::request::{OWN_KEYS, Request, RequestInvalid};

/// One of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Somebody asks, or a schedule.
    Request(Box<Request>),
    /// AWS tells what has happened.
    Event(Event),
}

impl Asked {
    /// Reads what was sent. Whatever has a key of a request is a request: an event may narrow what is looked at, and
    /// can say nothing of what is done.
    ///
    /// # Errors
    /// [`RequestInvalid`] for what is neither.
    pub fn parse(text: &str) -> Result<Self, RequestInvalid> {
        let request = || Request::parse(text).map(|request| Self::Request(Box::new(request)));
        let Ok(keys) = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) else { return request() };
        if keys.contains_key("mode") || OWN_KEYS.iter().any(|own| keys.contains_key(*own)) {
            return request();
        }
        let Ok(event) = serde_json::from_str::<Value>(text) else { return request() };
        match Event::parse(&event) {
            Ok(Some(event)) => Ok(Self::Event(event)),
            Ok(None) => request(),
            Err(why) => Err(RequestInvalid::BrokenEvent { source_name: Event::source(&event).to_owned(), why }),
        }
    }
}
