//! The input of the function: a request, an AWS event other than a schedule, a batch of such events from a queue, or
//! one stage of a run.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use thiserror::Error;

use crate::engine::request::events::Event;
use crate::engine::request::stage::{Stage, StageInvalid};
use crate::engine::request::{OWN_KEYS, Request, RequestInvalid, Scope, doctor};

/// One kind of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A request by a person or a schedule.
    Request(Box<Request>),
    /// A check-up of the accounts and Regions that it selects.
    Doctor(Scope),
    /// An event of AWS.
    Event(Event),
    /// Events from a queue.
    Queue(Vec<Queued>),
    /// One stage of a run, requested by a state machine.
    Stage(Stage),
}

/// One message of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// The id with which the function asks the queue to deliver the message again.
    pub message_id: String,
    /// The event.
    body: String,
}

impl Queued {
    /// Reads the event in the message. A principal with write access to the queue can narrow the scan, but cannot
    /// request anything: a request or a stage is refused.
    ///
    /// # Errors
    /// [`AskedInvalid`] for anything that is not an event.
    pub fn event(&self) -> Result<Event, AskedInvalid> {
        match Asked::parse(&self.body)? {
            Asked::Event(event) => Ok(event),
            Asked::Request(_) | Asked::Doctor(_) | Asked::Queue(_) | Asked::Stage(_) => {
                Err(RequestInvalid::NotARequest("a queue delivers events of AWS only".to_owned()).into())
            }
        }
    }
}

/// The input is not supported; nothing was scanned.
#[derive(Debug, Error)]
pub enum AskedInvalid {
    /// It is not a request either.
    #[error(transparent)]
    Request(#[from] RequestInvalid),
    /// It has the key `stage`, but is not a valid stage.
    #[error(transparent)]
    Stage(#[from] StageInvalid),
}

impl Asked {
    /// Reads the input. Input with a key of a request is a request. An event may narrow the scan, but cannot choose
    /// what is done.
    ///
    /// # Errors
    /// [`AskedInvalid`] for any other input.
    pub fn parse(text: &str) -> Result<Self, AskedInvalid> {
        let request = || Ok(Self::Request(Box::new(Request::parse(text)?)));
        let Ok(keys) = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) else { return request() };
        if keys.contains_key("stage") {
            return Ok(Self::Stage(Stage::parse(text)?));
        }
        if serde_json::from_str::<Value>(text).is_ok_and(|event| event.get("mode").is_some_and(|mode| mode == "doctor"))
        {
            return Ok(Self::Doctor(doctor::parse(text)?));
        }
        if keys.contains_key("mode") || OWN_KEYS.split(' ').any(|own| keys.contains_key(own)) {
            return request();
        }
        let Ok(event) = serde_json::from_str::<Value>(text) else { return request() };
        if let Some(messages) = queue(&event)? {
            return Ok(Self::Queue(messages));
        }
        match Event::parse(&event) {
            Ok(Some(event)) => Ok(Self::Event(event)),
            Ok(None) => request(),
            Err(why) => Err(RequestInvalid::BrokenEvent { source_name: Event::source(&event).to_owned(), why }.into()),
        }
    }
}

/// The messages of an SQS batch; `None` for any other input.
fn queue(event: &Value) -> Result<Option<Vec<Queued>>, AskedInvalid> {
    let of_sqs = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs");
    let Some(records) = event.get("Records").and_then(Value::as_array).filter(|records| records.iter().any(of_sqs))
    else {
        return Ok(None);
    };
    let broken = |why: String| RequestInvalid::BrokenEvent { source_name: "aws:sqs".to_owned(), why };
    if !records.iter().all(of_sqs) {
        return Err(broken("it holds records of something else, too".to_owned()).into());
    }
    let message = |record: &Value| Queued::deserialize(record).map_err(|error| broken(error.to_string()));
    Ok(Some(records.iter().map(message).collect::<Result<_, _>>()?))
}
