//! Publishes to SNS topics, each in its own Region, with the hub's own credentials.

use aws_config::Region;
use aws_sdk_sns::Client;

use crate::aws::{Aws, pages, words};
use crate::engine::config::{Format, Topic};
use crate::engine::model::Message;

/// The values in place of a subscription's ARN while it is not confirmed, and after it was deleted.
const NOT_CONFIRMED: [&str; 3] = ["PendingConfirmation", "Deleted", ""];

pub(crate) fn client(aws: &Aws, topic: &Topic) -> Client {
    aws.client(Some(Region::new(topic.region.clone())))
}

/// Whether the topic has a subscriber. A topic without a confirmed subscription accepts every message and drops it. The
/// subscriptions are listed, because the counts among the topic's attributes lag behind.
///
/// # Errors
/// What went wrong, or that there is no subscriber.
pub(crate) async fn check_subscriber(client: &Client, topic: &Topic) -> Result<(), String> {
    const OPERATION: &str = "sns:ListSubscriptionsByTopic";
    let (mut is_subscribed, mut pending) = (false, 0);
    let each = async |token| {
        let page = client.list_subscriptions_by_topic().topic_arn(&topic.arn).set_next_token(token).send().await;
        let page = page.map_err(|error| format!("{} for `{}`", words(OPERATION, &error), topic.arn))?;
        let arns: Vec<&str> =
            page.subscriptions().iter().map(|one| one.subscription_arn().unwrap_or_default()).collect();
        is_subscribed = arns.iter().any(|arn| !NOT_CONFIRMED.contains(arn));
        pending += arns.iter().filter(|arn| **arn == NOT_CONFIRMED[0]).count();
        Ok::<_, String>(page.next_token.filter(|_| !is_subscribed))
    };
    pages(OPERATION, each).await?;
    if is_subscribed {
        return Ok(());
    }
    let waiting = if pending > 0 { format!(" ({pending} not confirmed yet)") } else { String::new() };
    Err(format!(
        "the topic `{}` has no confirmed subscriber{waiting}; subscribe somebody, and follow the link in the mail that SNS \
         sends",
        topic.arn
    ))
}

/// Publishes one message.
///
/// # Errors
/// Why the topic did not accept it.
pub(crate) async fn publish(client: &Client, topic: &Topic, format: Format, message: &Message) -> Result<(), String> {
    let subject = match format {
        Format::Text => Some(message.subject.clone()),
        Format::Chat => None,
    };
    let call = client.publish().topic_arn(&topic.arn).message(&message.body).set_subject(subject);
    call.send().await.map(|_| ()).map_err(|error| format!("{} for `{}`", words("sns:Publish", &error), topic.arn))
}
