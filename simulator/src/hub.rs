//! The hub's resources, and contacts: SSM parameters, secrets, SNS topics, alternate contacts, buckets.

use std::collections::BTreeMap;

use serde_json::json;

use crate::answer::{Answer, Refusal};
use crate::calls::unknown;
use crate::request::Call;
use crate::s3::Buckets;
use crate::spec::Spec;
use crate::world::World;

/// A topic, its subscribers, and its messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topic {
    pub(crate) heard_by_somebody: bool,
    /// Subscriptions that wait for their confirmation.
    pub(crate) pending: usize,
    pub(crate) said: Vec<serde_json::Value>,
}

/// The hub's resources.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) topics: BTreeMap<String, Topic>,
    pub(crate) buckets: Buckets,
    /// Addresses of alternate contacts, by the account's id.
    pub(crate) contacts: BTreeMap<String, String>,
}

impl Hub {
    pub(crate) fn of(spec: &Spec) -> Self {
        let buckets = spec.buckets.iter().map(|bucket| (bucket.clone(), BTreeMap::new())).collect();
        let contacts = spec.accounts.iter().filter_map(|account| Some((account.id.clone()?, account.contact.clone()?)));
        Self { parameters: spec.ssm.clone(), buckets, contacts: contacts.collect(), ..Self::default() }
    }
}

pub(crate) fn work(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    match (call.service.as_str(), call.action.as_str()) {
        ("ssm", "GetParameter") => {
            let name = call.text("Name").unwrap_or_default();
            let value = world.hub.parameters.get(name).ok_or_else(|| Refusal::new(400, "ParameterNotFound", ""))?;
            Ok(Answer::json(&json!({"Parameter": {"Name": name, "Type": "String", "Value": value, "Version": 1}})))
        }
        ("ssm", "PutParameter") => {
            let (name, value) = (call.text("Name").unwrap_or_default(), call.text("Value").unwrap_or_default());
            world.hub.parameters.insert(name.to_owned(), value.to_owned());
            Ok(Answer::json(&json!({"Version": 2, "Tier": "Standard"})))
        }
        ("ssm", "DescribeSessions") => {
            let one = |(n, id): (usize, &String)| json!({"SessionId": format!("somebody-{n}"), "Target": id, "Status": "Connected"});
            let sessions: Vec<_> = world.place(call).sessions.iter().enumerate().map(one).collect();
            Ok(Answer::json(&json!({"Sessions": sessions})))
        }
        ("secretsmanager", "GetSecretValue") => {
            let name = call.text("SecretId").unwrap_or_default();
            let missing =
                || Refusal::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
            let value = world.hub.secrets.get(name).ok_or_else(missing)?;
            Ok(Answer::json(&json!({"Name": name, "SecretString": value})))
        }
        ("account", "GetAlternateContact") => {
            let address = world.hub.contacts.get(&call.account);
            let words = "No contact of the inputted alternate contact type found.";
            let address = address.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", words))?;
            let kind = call.text("AlternateContactType").unwrap_or_default();
            Ok(Answer::json(&json!({"AlternateContact": {"EmailAddress": address, "AlternateContactType": kind,
                "Name": "somebody", "PhoneNumber": "1", "Title": "somebody"}})))
        }
        ("sns", _) => topic(world, call),
        _ => Err(unknown(call)),
    }
}

fn topic(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let arn = call.param("TopicArn").unwrap_or_default().to_owned();
    let missing = || Refusal::new(404, "NotFound", "Topic does not exist");
    let topic = world.hub.topics.get_mut(&arn).ok_or_else(missing)?;
    match call.action.as_str() {
        "ListSubscriptionsByTopic" => {
            let one = format!(
                "<member><SubscriptionArn>{arn}:simulated</SubscriptionArn><Owner>{}</Owner><Protocol>sqs</Protocol>\
                 <Endpoint>queue</Endpoint><TopicArn>{arn}</TopicArn></member>",
                call.account
            );
            let waiting = one.replace(&format!("{arn}:simulated"), "PendingConfirmation").repeat(topic.pending);
            let all = waiting + if topic.heard_by_somebody { &one } else { "" };
            Ok(Answer::query(&call.action, &format!("<Subscriptions>{all}</Subscriptions>")))
        }
        "Publish" => {
            topic.said.push(json!({"Subject": call.param("Subject"), "Message": call.param("Message")}));
            Ok(Answer::query("Publish", &format!("<MessageId>said-{}</MessageId>", topic.said.len())))
        }
        "GetTopicAttributes" => Ok(Answer::query(&call.action, "<Attributes/>")),
        _ => Err(unknown(call)),
    }
}
