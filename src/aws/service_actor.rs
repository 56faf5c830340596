//! Acts on one service with the acting role: its tags and its desired count.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::Tag;

use crate::aws::errors::acted;
use crate::engine::model::{ResourceId, Target};
use crate::ports::ActError;

/// The service that a call is about.
pub(crate) struct OneService {
    client: Client,
    cluster: String,
    name: String,
    arn: String,
}

impl OneService {
    /// The only service among `names`.
    ///
    /// # Errors
    /// There are several, or it has no cluster.
    pub(crate) fn of(client: Client, target: &Target, names: &[Box<str>], partition: &str) -> Result<Self, ActError> {
        let [name] = names else { return Err(ActError::Refused("ECS takes one service in a call".to_owned())) };
        let id = ResourceId::named(target.clone(), &**name);
        let Some((cluster, name)) = id.service_parts() else {
            return Err(ActError::Refused("it has no cluster".to_owned()));
        };
        let Target { account, region } = target;
        let arn = format!("arn:{partition}:ecs:{region}:{account}:service/{cluster}/{name}");
        Ok(Self { client, cluster: cluster.to_owned(), name: name.to_owned(), arn })
    }

    pub(crate) async fn tag(&self, key: &str, value: &str) -> Result<(), ActError> {
        let tag = Tag::builder().key(key).value(value).build();
        acted("ecs:TagResource", self.client.tag_resource().resource_arn(&self.arn).tags(tag).send().await)
    }

    pub(crate) async fn untag(&self, key: &str) -> Result<(), ActError> {
        acted("ecs:UntagResource", self.client.untag_resource().resource_arn(&self.arn).tag_keys(key).send().await)
    }

    /// Sets the desired count, and nothing else: that begins no deployment.
    pub(crate) async fn scale(&self, desired: u32) -> Result<(), ActError> {
        let count = i32::try_from(desired).unwrap_or(i32::MAX);
        let call = self.client.update_service().cluster(&self.cluster).service(&self.name).desired_count(count);
        acted("ecs:UpdateService", call.send().await)
    }
}
