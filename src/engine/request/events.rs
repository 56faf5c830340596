//! Events of AWS: an instance started, an unusual cost, a launch. Only the necessary fields are read, so AWS may add
//! others.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::model::{Kind, is_account, sane};
use crate::engine::request::Scope;

/// A supported event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// EC2 state change to `running`: the run assesses this one instance now.
    Running {
        /// Account id.
        account: String,
        /// Region.
        region: String,
        /// Instance id.
        instance: String,
    },
    /// EC2 state change to any other state: there is nothing to assess.
    OtherState {
        /// The state.
        state: String,
    },
    /// A `RunInstances` or `StartInstances` call that failed, or that names no instance.
    NothingLaunched {
        /// The reason, as text.
        why: String,
    },
    /// A Cost Anomaly Detection event.
    Anomaly(Anomaly),
    /// A CloudTrail event of `RunInstances` or `StartInstances`.
    Launched(Launched),
}

/// An unusual cost, and where AWS found it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Anomaly {
    /// The id of the anomaly.
    pub id: String,
    /// The total impact in US dollars, as the event has it.
    pub impact: Option<String>,
    /// The monitored dimension: usually a service.
    pub what: Option<String>,
    /// Its first day.
    pub since: Option<String>,
    /// The link to the AWS console.
    pub link: Option<String>,
    /// The accounts and Regions of its root causes that belong to EC2, or to an unnamed service.
    pub places: BTreeSet<(String, String)>,
    /// The kinds of resources besides instances that are looked for there.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub others: BTreeSet<Kind>,
    /// Root causes that lead to no instance: they belong to another service, or lack an account or Region.
    pub foreign: Vec<Cause>,
}

/// A root cause of an anomaly that leads to no instance, as AWS names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cause {
    /// The service.
    pub service: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
}

/// Who launched or started which instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Launched {
    /// Account id.
    pub account: String,
    /// Region.
    pub region: String,
    /// Instance ids.
    pub instances: Vec<String>,
    /// The person, or the closest identity that the event contains.
    pub by: String,
    /// When.
    #[serde(deserialize_with = "sane")]
    pub at: DateTime<Utc>,
    /// The event's id, because AWS may deliver the same event twice.
    pub event: String,
    /// Whether the instances existed before and were started again.
    #[serde(default)]
    pub again: bool,
}

impl Anomaly {
    /// The same, where these kinds of resources are listed: the root causes of their services are followed, too.
    #[must_use]
    pub fn with_kinds(mut self, kinds: &[Kind]) -> Self {
        for cause in std::mem::take(&mut self.foreign) {
            match cause.kind().filter(|kind| kinds.contains(kind)).zip(cause.place()) {
                Some((kind, place)) => {
                    self.others.insert(kind);
                    self.places.insert(place);
                }
                None => self.foreign.push(cause),
            }
        }
        self
    }
}

impl Cause {
    /// The kind of resource, besides instances, that the service bills. The former name of EKS begins with that of ECS.
    fn kind(&self) -> Option<Kind> {
        match self.service.as_deref()? {
            "Amazon Relational Database Service" | "Amazon Neptune" => Some(Kind::Database),
            "Amazon Elastic Container Service" => Some(Kind::Service),
            service if service.starts_with("Amazon DocumentDB") => Some(Kind::Database),
            _ => None,
        }
    }

    /// Its account and Region, if it has both.
    fn place(&self) -> Option<(String, String)> {
        let place = self.account.clone().zip(self.region.clone());
        place.filter(|(account, region)| is_account(account) && is_word(region))
    }
}

impl Event {
    /// Reads an event in EventBridge's format or inside an SNS envelope, as a function or a queue receives it; `None`
    /// for any other input.
    ///
    /// # Errors
    /// The field that a supported event lacks.
    pub fn parse(event: &Value) -> Result<Option<Self>, String> {
        if let Some(message) = event.pointer("/Records/0/Sns/Message").and_then(Value::as_str) {
            return in_topic(event, message).map(Some);
        }
        let word = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default();
        if word("Type") == "Notification" && event.get("TopicArn").is_some() {
            return in_topic(event, word("Message")).map(Some);
        }
        let detail = event.get("detail").unwrap_or(&Value::Null);
        match (word("source"), word("detail-type")) {
            ("aws.ec2", "EC2 Instance State-change Notification") => {
                state_change(word("account"), word("region"), detail).map(Some)
            }
            ("aws.ce", "Anomaly Detected") => Ok(Some(Self::Anomaly(anomaly(detail)))),
            ("aws.ec2", "AWS API Call via CloudTrail") => launched(word("account"), detail),
            (_, _) => Ok(None),
        }
    }

    /// The source that an event names.
    pub fn source(event: &Value) -> &str {
        let topic = event.pointer("/Records/0/EventSource").and_then(Value::as_str);
        event.get("source").and_then(Value::as_str).or(topic).unwrap_or_default()
    }

    /// The name in responses.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Running { .. } | Self::OtherState { .. } => "instance-state",
            Self::Anomaly(_) => "cost-anomaly",
            Self::Launched(_) | Self::NothingLaunched { .. } => "launch",
        }
    }

    /// The scope of the scan for this event: only what it names, and nothing where it names nothing.
    pub fn scope(&self) -> Scope {
        let mut scope = Scope { places: Some(BTreeSet::new()), ..Scope::default() };
        match self {
            Self::Running { account, region, instance } => {
                scope.places = Some([(account.clone(), region.clone())].into());
                scope.instances = Some(vec![instance.clone()]);
            }
            Self::Anomaly(anomaly) => scope.places = Some(anomaly.places.clone()),
            Self::OtherState { .. } | Self::Launched(_) | Self::NothingLaunched { .. } => {}
        }
        scope
    }
}

/// Reads the message of an SNS topic. SNS delivers one message at a time; a second one would be lost with the first.
fn in_topic(event: &Value, message: &str) -> Result<Event, String> {
    if event.get("Records").and_then(Value::as_array).is_some_and(|records| records.len() > 1) {
        return Err("it holds more than one record, and SNS delivers one".to_owned());
    }
    let message: Value = serde_json::from_str(message).map_err(|_| "its SNS message is no JSON".to_owned())?;
    let found = message.get("anomalyId").map(|_| Event::Anomaly(anomaly(&message)));
    found.ok_or_else(|| "its SNS message has no `anomalyId`, so it is no anomaly of cost".to_owned())
}

/// Whether it is an instance id. The id becomes a filter of an API call, where `*` would match every instance.
fn is_instance(id: &str) -> bool {
    id.strip_prefix("i-").is_some_and(is_word)
}

/// Whether it consists of letters, digits and hyphens, at least one and not too many.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
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
    if !is_account(account) || !is_word(region) {
        return Err("it names no account or no Region".to_owned());
    }
    if !is_instance(instance) {
        return Err("its `instance-id` is not the id of an instance".to_owned());
    }
    Ok(Event::Running { account: account.to_owned(), region: region.to_owned(), instance: instance.to_owned() })
}

/// The AWS console. Links in an event to any other address are not shown, because readers would follow them.
pub(crate) const CONSOLE: &str = "https://console.aws.amazon.com/";

/// Reads both spellings: SNS writes `dimensionalValue`, EventBridge `dimensionValue`. The other fields are the same.
fn anomaly(detail: &Value) -> Anomaly {
    let word = |pointer: &str| text(detail, pointer).map(str::to_owned);
    let mut found = Anomaly {
        id: word("/anomalyId").unwrap_or_else(|| "unnamed".to_owned()),
        impact: detail.pointer("/impact/totalImpact").filter(|impact| impact.is_number()).map(ToString::to_string),
        what: word("/dimensionValue").or_else(|| word("/dimensionalValue")),
        since: word("/anomalyStartDate").map(|day| day.chars().take(10).collect()),
        link: word("/anomalyDetailsLink").filter(|link| is_console(link)),
        ..Anomaly::default()
    };
    for cause in detail.get("rootCauses").and_then(Value::as_array).into_iter().flatten() {
        let name = |pointer: &str| text(cause, pointer).map(str::to_owned);
        let cause = Cause { service: name("/service"), account: name("/linkedAccount"), region: name("/region") };
        match cause.place().filter(|_| is_of_ec2(&cause)) {
            Some(place) => _ = found.places.insert(place),
            None => found.foreign.push(cause),
        }
    }
    found
}

/// A root cause without a service may belong to EC2, and a scan costs nothing.
fn is_of_ec2(cause: &Cause) -> bool {
    let service = cause.service.as_deref().unwrap_or_default();
    service.is_empty() || service.contains("Elastic Compute Cloud") || service.starts_with("EC2")
}

fn is_console(link: &str) -> bool {
    link.starts_with(CONSOLE) && link.len() <= 300 && link.chars().all(|c| c.is_ascii_graphic())
}

/// `envelope` is the account in which the event happened according to AWS. It cannot be forged.
fn launched(envelope: &str, detail: &Value) -> Result<Option<Event>, String> {
    let again = match text(detail, "/eventName") {
        Some("RunInstances") => false,
        Some("StartInstances") => true,
        _ => return Ok(None),
    };
    if let Some(code) = text(detail, "/errorCode") {
        return Ok(Some(Event::NothingLaunched { why: format!("the call failed with `{code}`") }));
    }
    let items = detail.pointer("/responseElements/instancesSet/items").and_then(Value::as_array);
    let instances: Vec<String> =
        items.into_iter().flatten().filter_map(|item| text(item, "/instanceId").map(str::to_owned)).collect();
    if instances.is_empty() {
        return Ok(Some(Event::NothingLaunched { why: "the call names no instance".to_owned() }));
    }
    if !instances.iter().all(|id| is_instance(id)) {
        return Err("one of its instances has no id of an instance".to_owned());
    }
    let lacks = |what: &str| format!("its `detail` has no `{what}`");
    let need = |pointer: &str| text(detail, pointer).ok_or_else(|| lacks(pointer.trim_start_matches('/')));
    let at = need("/eventTime")?.parse().map_err(|_| lacks("eventTime"))?;
    let account = text(detail, "/recipientAccountId").or_else(|| text(detail, "/userIdentity/accountId"));
    let account = account.ok_or_else(|| lacks("recipientAccountId"))?;
    if !is_account(account) || !envelope.is_empty() && envelope != account {
        return Err("it comes from one account and speaks of another".to_owned());
    }
    Ok(Some(Event::Launched(Launched {
        account: account.to_owned(),
        region: need("/awsRegion")?.to_owned(),
        instances,
        by: launcher(detail.get("userIdentity").unwrap_or(&Value::Null)),
        at,
        event: need("/eventID")?.to_owned(),
        again,
    })))
}

/// The prefix of the roles that IAM Identity Center creates. No other principal can create such a role.
const IDENTITY_CENTER: &str = "AWSReservedSSO_";

/// The value in CloudTrail for a service that does not name itself.
const UNNAMED_SERVICE: &str = "AWS Internal";

/// The person behind a call, as far as the event shows. A session of IAM Identity Center has the user's name, in any
/// format. Where a service made the call, the service chose the session's name, so the service is named. Any other
/// session may have a person's name or a number, so the role is the better name.
fn launcher(identity: &Value) -> String {
    let session = text(identity, "/principalId").and_then(|id| id.split_once(':')).map(|(_, session)| session);
    let role = text(identity, "/sessionContext/sessionIssuer/userName");
    let source = text(identity, "/sessionContext/sourceIdentity");
    let person = |name: &&str| name.contains('@') || !name.chars().any(|c| c.is_ascii_digit());
    let user = session.filter(|_| role.is_some_and(|role| role.starts_with(IDENTITY_CENTER)));
    let service = text(identity, "/invokedBy").filter(|service| *service != UNNAMED_SERVICE);
    let by = match text(identity, "/type").unwrap_or_default() {
        "IAMUser" => text(identity, "/userName"),
        "Root" => Some("root"),
        "AWSService" => text(identity, "/invokedBy"),
        "AssumedRole" | "FederatedUser" => source.or(user).or(service).or(session.filter(person)).or(role).or(session),
        _ => text(identity, "/onBehalfOf/userId").or(text(identity, "/userName")),
    };
    by.or(text(identity, "/arn")).or(text(identity, "/invokedBy")).unwrap_or("unknown").to_owned()
}
