//! What AWS's own events say: an instance came up, money is spent as never before, somebody launched something.
//! Only what is needed is read; AWS may add to its events what it likes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One that is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// EC2 state change to `running`: that one instance is judged now.
    Running {
        /// Account id.
        account: String,
        /// Region.
        region: String,
        /// Instance id.
        instance: String,
    },
    /// EC2 state change to anything else: nobody has to be judged.
    OtherState {
        /// The state.
        state: String,
    },
    /// Cost Anomaly Detection.
    Anomaly(Anomaly),
    /// CloudTrail `RunInstances`.
    Launched(Launched),
}

/// An unusual cost, and where it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anomaly {
    /// Its id.
    pub id: String,
    /// What it costs in all, in US dollars, as written.
    pub impact: Option<String>,
    /// The accounts and Regions of its causes that are EC2's, or of an unnamed service.
    pub places: BTreeSet<(String, String)>,
    /// Causes that lead nowhere: of another service, or without an account or Region; in words.
    pub foreign: Vec<String>,
}

/// Who launched what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Launched {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Instance ids.
    pub instances: Vec<String>,
    /// The person, or what comes closest, as far as the event tells.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The event's id: the same event may come twice.
    pub event: String,
}

impl Event {
    /// Reads an event, in EventBridge's spelling or inside an SNS envelope; `None` for one that is none of these.
    ///
    /// # Errors
    /// What an event that is one of these lacks.
    pub fn parse(event: &Value) -> Result<Option<Self>, String> {
        if let Some(message) = event.pointer("/Records/0/Sns/Message").and_then(Value::as_str) {
            let message: Value = serde_json::from_str(message).map_err(|_| "its SNS message is no JSON".to_owned())?;
            return Ok(message.get("anomalyId").map(|_| Self::Anomaly(anomaly(&message))));
        }
        let word = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
        let detail = event.get("detail").unwrap_or(&Value::Null);
        match (word("source"), word("detail-type")) {
            ("aws.ec2", "EC2 Instance State-change Notification") => {
                state_change(word("account"), word("region"), detail).map(Some)
            }
            ("aws.ce", "Anomaly Detected") => Ok(Some(Self::Anomaly(anomaly(detail)))),
            ("aws.ec2", "AWS API Call via CloudTrail") => launched(detail),
            (_, _) => Ok(None),
        }
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn state_change(account: &str, region: &str, detail: &Value) -> Result<Event, String> {
    let state = text(detail, "/state").ok_or("its `detail` has no `state`")?;
    if state != "running" {
        return Ok(Event::OtherState { state: state.to_owned() });
    }
    let instance = text(detail, "/instance-id").ok_or("its `detail` has no `instance-id`")?;
    if account.is_empty() || region.is_empty() {
        return Err("it names no account or no Region".to_owned());
    }
    Ok(Event::Running { account: account.to_owned(), region: region.to_owned(), instance: instance.to_owned() })
}

/// Both spellings: SNS writes `dimensionalValue`, EventBridge `dimensionValue`; what is needed is spelt alike.
fn anomaly(detail: &Value) -> Anomaly {
    let mut found = Anomaly {
        id: text(detail, "/anomalyId").unwrap_or("unnamed").to_owned(),
        impact: detail.pointer("/impact/totalImpact").filter(|impact| impact.is_number()).map(ToString::to_string),
        ..Anomaly::default()
    };
    for cause in detail.get("rootCauses").and_then(Value::as_array).into_iter().flatten() {
        let service = text(cause, "/service").unwrap_or_default();
        let ec2 = service.is_empty() || service.contains("Elastic Compute Cloud") || service.starts_with("EC2");
        match (text(cause, "/linkedAccount"), text(cause, "/region")) {
            (Some(account), Some(region)) if ec2 => {
                found.places.insert((account.to_owned(), region.to_owned()));
            }
            (account, region) => found.foreign.push(format!(
                "{} in {} of {}",
                if service.is_empty() { "an unnamed service" } else { service },
                region.unwrap_or("an unnamed Region"),
                account.unwrap_or("an unnamed account"),
            )),
        }
    }
    found
}

fn launched(detail: &Value) -> Result<Option<Event>, String> {
    // A call that failed has launched nothing.
    if text(detail, "/eventName") != Some("RunInstances") || text(detail, "/errorCode").is_some() {
        return Ok(None);
    }
    let items = detail.pointer("/responseElements/instancesSet/items").and_then(Value::as_array);
    let instances: Vec<String> =
        items.into_iter().flatten().filter_map(|item| text(item, "/instanceId").map(str::to_owned)).collect();
    let lacks = |what: &str| format!("its `detail` has no `{what}`");
    let need = |pointer: &str| text(detail, pointer).ok_or_else(|| lacks(&pointer[1..]));
    let at = need("/eventTime")?.parse().map_err(|_| lacks("eventTime"))?;
    let account = text(detail, "/recipientAccountId").or_else(|| text(detail, "/userIdentity/accountId"));
    Ok(Some(Event::Launched(Launched {
        account: account.ok_or_else(|| lacks("recipientAccountId"))?.to_owned(),
        region: need("/awsRegion")?.to_owned(),
        instances,
        by: launcher(detail.get("userIdentity").unwrap_or(&Value::Null)),
        at,
        event: need("/eventID")?.to_owned(),
    })))
}

/// The person behind a call, as far as the event tells: a session of IAM Identity Center or of a federation bears
/// the person's name; a session of a service bears a number, so that its role is the better name.
fn launcher(identity: &Value) -> String {
    let session = text(identity, "/principalId").and_then(|id| id.split_once(':')).map(|(_, session)| session);
    let role = text(identity, "/sessionContext/sessionIssuer/userName");
    let source = text(identity, "/sessionContext/sourceIdentity");
    let person = |name: &&str| name.contains('@') || !name.chars().any(|c| c.is_ascii_digit());
    let by = match text(identity, "/type").unwrap_or_default() {
        "IAMUser" => text(identity, "/userName"),
        "Root" => Some("root"),
        "AWSService" => text(identity, "/invokedBy"),
        "AssumedRole" | "FederatedUser" => source.or(session.filter(person)).or(role).or(session),
        _ => text(identity, "/onBehalfOf/userId").or(text(identity, "/userName")),
    };
    by.or(text(identity, "/arn")).or(text(identity, "/invokedBy")).unwrap_or("unknown").to_owned()
}
