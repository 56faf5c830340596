//! What the function is sent: a request, an event of AWS that is not a schedule, or one part of a run.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;
use thiserror::Error;

use super::events::Event;
use super::fan_out::{Stage, StageInvalid};
use super::request::{OWN_KEYS, Request, RequestInvalid};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Somebody asks, or a schedule.
    Request(Box<Request>),
    /// AWS tells what has happened.
    Event(Event),
    /// A state machine asks for one part of a run.
    Stage(Stage),
}

/// It is none of them; nothing was looked at.
#[derive(Debug, Error)]
pub enum AskedInvalid {
    /// Nor is it a request.
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    /// It has `stage`, and is no stage.
    #[error(transparent)]
    Stage(#[from] StageInvalid),
}

impl Asked {
    /// Reads what was sent. Whatever has a key of a request is a request: an event may narrow what is looked at, and
    /// can say nothing of what is done.
    ///
    /// # Errors
    /// [`AskedInvalid`] for what is none of them.
    pub fn parse(text: &str) -> Result<Self, AskedInvalid> {
        let request = || Ok(Self::Request(Box::new(Request::parse(text)?)));
        let Ok(keys) = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) else { return request() };
        if keys.contains_key("stage") {
            return Ok(Self::Stage(Stage::parse(text)?));
        }
        if keys.contains_key("mode") || OWN_KEYS.iter().any(|own| keys.contains_key(*own)) {
            return request();
        }
        let Ok(event) = serde_json::from_str::<Value>(text) else { return request() };
        match Event::parse(&event) {
            Ok(Some(event)) => Ok(Self::Event(event)),
            Ok(None) => request(),
            Err(why) => Err(RequestInvalid::BrokenEvent { source_name: Event::source(&event).to_owned(), why }.into()),
        }
    }
}
