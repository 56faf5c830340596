//! Acts with the acting role: tags, stops and starts only.

use aws_sdk_ec2::types::Tag;

use crate::aws::client::{Kept, acting_ec2};
use crate::aws::errors::act as translate;
use crate::aws::{Aws, Role, Sessions};
use crate::engine::config::{Accounts, Settings};
use crate::engine::model::Target;
use crate::ports::{Act, ActError};

/// The writing side of AWS.
pub struct AwsActor<'a> {
    aws: Aws,
    settings: &'a Settings,
    sessions: Sessions,
    kept: Kept,
}

impl<'a> AwsActor<'a> {
    /// AwsActor for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role::of(&settings.scope, &settings.scope.acting_role, run, false);
        Self { aws: aws.clone(), settings, sessions: Sessions::new(aws, role), kept: Kept::default() }
    }

    async fn client(&self, target: &Target) -> Result<aws_sdk_ec2::Client, ActError> {
        let credentials = match self.settings.scope.accounts {
            Accounts::Own => None,
            // Without the role nothing can be done. Halving the batch would not help, and does no harm.
            Accounts::Organization | Accounts::List(_) => {
                Some(self.sessions.of(&target.account).await.map_err(ActError::Refused)?)
            }
        };
        Ok(self.kept.get(target, || acting_ec2(&self.aws, target, credentials)))
    }
}

fn strings(ids: &[Box<str>]) -> Option<Vec<String>> {
    Some(ids.iter().map(ToString::to_string).collect())
}

impl Act for AwsActor<'_> {
    async fn tag(&self, target: &Target, ids: &[Box<str>], key: &str, value: &str) -> Result<(), ActError> {
        let tag = Tag::builder().key(key).value(value).build();
        let call = self.client(target).await?.create_tags().set_resources(strings(ids)).tags(tag).send().await;
        call.map(|_| ()).map_err(|error| translate("ec2:CreateTags", &error))
    }

    async fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> Result<(), ActError> {
        let tag = Tag::builder().key(key).build();
        let call = self.client(target).await?.delete_tags().set_resources(strings(ids)).tags(tag).send().await;
        call.map(|_| ()).map_err(|error| translate("ec2:DeleteTags", &error))
    }

    async fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> Result<(), ActError> {
        let call = self.client(target).await?.stop_instances().set_instance_ids(strings(ids));
        let call = if hibernate { call.hibernate(true) } else { call };
        call.send().await.map(|_| ()).map_err(|error| translate("ec2:StopInstances", &error))
    }

    async fn start(&self, target: &Target, ids: &[Box<str>]) -> Result<(), ActError> {
        let call = self.client(target).await?.start_instances().set_instance_ids(strings(ids)).send().await;
        call.map(|_| ()).map_err(|error| translate("ec2:StartInstances", &error))
    }
}
