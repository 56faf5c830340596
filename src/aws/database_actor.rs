//! Acts on one database with the acting role: tags, stops and starts only. RDS takes one database in a call, and answers for
//! Neptune and DocumentDB, too.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::Tag;

use crate::aws::errors::acted;
use crate::engine::model::{ResourceId, Target};
use crate::ports::ActError;

/// The database that a call is about.
pub(crate) struct OneDatabase {
    client: Client,
    id: ResourceId,
    arn: String,
}

impl OneDatabase {
    /// The only database among `names`. A call for several is refused without being sent, so that the caller halves it.
    ///
    /// # Errors
    /// There are several.
    pub(crate) fn of(client: Client, target: &Target, names: &[Box<str>], partition: &str) -> Result<Self, ActError> {
        let [name] = names else { return Err(ActError::Refused("RDS takes one database in a call".to_owned())) };
        Ok(Self { client, id: ResourceId::named(target.clone(), &**name), arn: arn(target, partition, name) })
    }

    pub(crate) async fn tag(&self, key: &str, value: &str) -> Result<(), ActError> {
        let tag = Tag::builder().key(key).value(value).build();
        let call = self.client.add_tags_to_resource().resource_name(&self.arn).tags(tag);
        acted("rds:AddTagsToResource", call.send().await)
    }

    pub(crate) async fn untag(&self, key: &str) -> Result<(), ActError> {
        let call = self.client.remove_tags_from_resource().resource_name(&self.arn).tag_keys(key);
        acted("rds:RemoveTagsFromResource", call.send().await)
    }

    /// Without a snapshot: one would be new waste, and would need further permissions.
    pub(crate) async fn stop(&self) -> Result<(), ActError> {
        let (client, name) = (&self.client, self.id.identifier());
        if self.id.is_db_cluster() {
            return acted("rds:StopDBCluster", client.stop_db_cluster().db_cluster_identifier(name).send().await);
        }
        acted("rds:StopDBInstance", client.stop_db_instance().db_instance_identifier(name).send().await)
    }

    pub(crate) async fn start(&self) -> Result<(), ActError> {
        let (client, name) = (&self.client, self.id.identifier());
        if self.id.is_db_cluster() {
            return acted("rds:StartDBCluster", client.start_db_cluster().db_cluster_identifier(name).send().await);
        }
        acted("rds:StartDBInstance", client.start_db_instance().db_instance_identifier(name).send().await)
    }
}

/// The ARN of a database: its name is the end of it.
pub(crate) fn arn(target: &Target, partition: &str, name: &str) -> String {
    let Target { account, region } = target;
    format!("arn:{partition}:rds:{region}:{account}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_has_the_partition_and_the_kind() {
        let place = Target::new("111111111111", "cn-north-1");
        assert_eq!(arn(&place, "aws-cn", "cluster:orders"), "arn:aws-cn:rds:cn-north-1:111111111111:cluster:orders");
    }
}
