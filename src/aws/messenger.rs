//! Sends notifications by SNS and by webhooks, with the hub's own credentials.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::secrets::Secrets;
use crate::aws::webhook::{Patience, Poster};
use crate::aws::{Aws, sns};
use crate::engine::config::{Channel, Topic, Way};
use crate::engine::model::Message;
use crate::ports::{Messenger, PortError};

type Open = Result<aws_sdk_sns::Client, String>;

/// The messenger of one run. Topics are checked and secrets are read once, and only if something is sent.
pub struct AwsMessenger {
    aws: Aws,
    topics: Mutex<BTreeMap<Topic, Arc<OnceCell<Open>>>>,
    secrets: Secrets,
    poster: OnceLock<Poster>,
    patience: Patience,
}

impl AwsMessenger {
    /// A messenger for one run.
    pub fn new(aws: &Aws) -> Self {
        Self::with_patience(aws, Patience::default())
    }

    /// The same with other times for webhooks.
    pub fn with_patience(aws: &Aws, patience: Patience) -> Self {
        Self {
            aws: aws.clone(),
            topics: Mutex::default(),
            secrets: Secrets::new(aws),
            poster: OnceLock::new(),
            patience,
        }
    }

    /// Whether a channel can deliver: its topic has a subscriber, or its secret holds a URL. Nothing is sent.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) async fn check(&self, channel: &Channel) -> Result<(), String> {
        match &channel.way {
            Way::Sns { topic, format: _ } => self.open(topic).await.map(|_| ()),
            Way::Slack(secret) => self.secrets.url(secret).await.map(|_| ()),
        }
    }

    /// A client of a topic that has a subscriber.
    async fn open(&self, topic: &Topic) -> Open {
        let cell = {
            let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
            topics.entry(topic.clone()).or_default().clone()
        };
        let check = || async {
            let client = sns::client(&self.aws, topic);
            sns::check_subscriber(&client, topic).await.map(|()| client)
        };
        cell.get_or_init(check).await.clone()
    }
}

impl Messenger for AwsMessenger {
    async fn send(&self, channel: &Channel, message: &Message) -> Result<(), PortError> {
        let sent = match &channel.way {
            Way::Sns { topic, format } => match self.open(topic).await {
                Ok(client) => sns::publish(&client, topic, *format, message).await,
                Err(why) => Err(why),
            },
            Way::Slack(secret) => match self.secrets.url(secret).await {
                Ok(url) => {
                    let poster = self.poster.get_or_init(|| Poster::new(self.patience));
                    poster.post(&url, &message.body).await
                }
                Err(why) => Err(why),
            },
        };
        sent.map_err(PortError)
    }
}
