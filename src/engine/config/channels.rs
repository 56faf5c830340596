//! `[channels.…]`: how notices are delivered.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::engine::config::preferences::{self, Preferences};
use crate::engine::config::reader::{Section, Value};
use crate::engine::config::shape::Form;
use crate::engine::config::{Money, NAME, check_name};
use crate::engine::model::is_account;
use crate::engine::model::named;

/// One channel for notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The name in the settings; used in receipts and reports.
    pub name: Arc<str>,
    /// The kind of channel.
    pub way: Way,
    /// How its readers want their messages.
    pub prefers: Preferences,
}

impl Channel {
    /// The destination, regardless of the channel's name: the topic, or where the webhook's secret is stored.
    pub fn place(&self) -> String {
        match &self.way {
            Way::Sns { topic, format: _ } => topic.arn.clone(),
            Way::Slack(secret) => secret.to_string(),
        }
    }
}

/// The kind of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Way {
    /// An SNS topic.
    Sns { topic: Topic, format: Format },
    /// A Slack incoming webhook, whose URL is a secret.
    Slack(Secret),
}

/// An SNS topic by its ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic {
    /// `arn:aws:sns:REGION:ACCOUNT:NAME`
    pub arn: String,
    /// The Region in the ARN: the topic is called there.
    pub region: String,
}

named! {
    /// The format of messages to a topic.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Format {
        /// Plain text with a subject, for email.
        Text = "text",
        /// The custom notification of Amazon Q Developer in chat applications.
        Chat = "chat",
    }
}

/// Where a secret is stored; never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// In Secrets Manager, by name or ARN.
    SecretsManager(String),
    /// In an SSM parameter, by name.
    Parameter(String),
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecretsManager(name) => write!(f, "secretsmanager:{name}"),
            Self::Parameter(name) => write!(f, "ssm:{name}"),
        }
    }
}

/// The channels by name; `None` for one that has a mistake, so that its name is known anyway.
pub(crate) type Channels = BTreeMap<String, Option<Arc<Channel>>>;

/// The format that [`topic`] accepts.
const TOPIC: Form = Form::Like("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$");

/// The format that [`secret`] accepts.
const SECRET: Form = Form::Like("^(secretsmanager|ssm):.");

pub(crate) fn read(top: &Section<'_>, money: &Money) -> Channels {
    let mut channels = Channels::new();
    for (name, section) in top.named_sections("channels") {
        check_name(&section, "channel", &name);
        let way = way(&section, &name);
        let prefers = preferences::read(&section, money);
        let channel = way.map(|way| Arc::new(Channel { name: Arc::from(name.text), way, prefers }));
        channels.insert(name.text.to_owned(), channel);
        section.finish();
    }
    channels
}

fn way(section: &Section<'_>, name: &Value<'_>) -> Option<Way> {
    let (sns, slack) = (section.text_like("sns", TOPIC), section.text_like("slack", SECRET));
    let format = section.one_of("format", Format::ALL);
    match (sns, slack) {
        (Some(sns), None) => Some(Way::Sns { topic: topic(section, &sns)?, format: format.unwrap_or(Format::Text) }),
        (None, Some(slack)) => {
            if let Some(place) = section.place("format") {
                let hint = "leave it out: Slack has a form of its own".to_owned();
                section.complain(place, "`format` is for `sns` only", hint);
            }
            Some(Way::Slack(secret(section, &slack)?))
        }
        (Some(_), Some(slack)) => {
            let what = format!("channel `{}` has both `sns` and `slack`", name.text);
            section.source.complain_secretly(slack.span, what, "make two channels of it".to_owned());
            None
        }
        (None, None) => {
            if section.place("sns").is_none() && section.place("slack").is_none() {
                let hint = "write `sns = \"arn:aws:sns:…\"` or `slack = \"secretsmanager:NAME\"`".to_owned();
                section.complain(name.span.clone(), format!("channel `{}` leads nowhere", name.text), hint);
            }
            None
        }
    }
}

/// FIFO topics are refused: neither email nor a chat can subscribe to one.
fn topic(section: &Section<'_>, word: &Value<'_>) -> Option<Topic> {
    let named = |name: &str| {
        !name.is_empty()
            && name.len() <= 256
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let hint = "write `arn:aws:sns:REGION:ACCOUNT:NAME`; neither mail nor chats can subscribe to a FIFO topic";
    let parse = |text: &str| match text.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws") && !region.is_empty() && is_account(account) && named(name) =>
        {
            Some(Topic { arn: text.to_owned(), region: (*region).to_owned() })
        }
        _ => None,
    };
    section.parse(word, parse, "is not the ARN of a standard SNS topic", hint)
}

fn secret(section: &Section<'_>, word: &Value<'_>) -> Option<Secret> {
    let found = match word.text.split_once(':') {
        Some(("secretsmanager", name)) => Some(Secret::SecretsManager(name.to_owned())).filter(|_| !name.is_empty()),
        Some(("ssm", name)) => Some(Secret::Parameter(name.to_owned())).filter(|_| !name.is_empty()),
        Some(_) | None => None,
    };
    if found.is_none() {
        // The value may be the webhook URL itself, and diagnostics appear in logs. It is therefore not repeated.
        let hint = "put the webhook's URL into Secrets Manager or a secure SSM parameter, and write \
                    `secretsmanager:NAME` or `ssm:/NAME`";
        section.source.complain_secretly(word.span.clone(), "`slack` does not name a secret", hint.to_owned());
    }
    found
}

/// The channel that `word` names; an unknown name is a mistake.
pub(crate) fn channel(section: &Section<'_>, word: &Value<'_>, channels: &Channels) -> Option<Arc<Channel>> {
    match channels.get(word.text) {
        Some(channel) => channel.clone(),
        None => {
            section.complain_unknown(word, "a channel in `[channels]`", channels.keys().map(String::as_str));
            None
        }
    }
}

/// The format of a channel's name.
pub(crate) const CHANNEL: Form = NAME;
