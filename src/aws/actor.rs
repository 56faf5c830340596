//! Acts with the acting role: tags, stops and starts only.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::types::Tag;

use crate::aws::client::{Kept, acting_ec2};
use crate::aws::database_actor::{self, OneDatabase};
use crate::aws::errors::act as translate;
use crate::aws::{Aws, Role, Sessions};
use crate::engine::config::{Accounts, Settings};
use crate::engine::model::{Kind, Target};
use crate::ports::{Act, ActError};

/// The writing side of AWS.
pub struct AwsActor<'a> {
    aws: Aws,
    settings: &'a Settings,
    sessions: Sessions,
    kept: Kept,
    databases: Kept<aws_sdk_rds::Client>,
}

impl<'a> AwsActor<'a> {
    /// AwsActor for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role::of(&settings.scope, &settings.scope.acting_role, run, false);
        let sessions = Sessions::new(aws, role);
        Self { aws: aws.clone(), settings, sessions, kept: Kept::default(), databases: Kept::default() }
    }

    async fn credentials(&self, target: &Target) -> Result<Option<SharedCredentialsProvider>, ActError> {
        match self.settings.scope.accounts {
            Accounts::Own => Ok(None),
            // Without the role nothing can be done. Halving the batch would not help, and does no harm.
            Accounts::Organization | Accounts::List(_) => {
                self.sessions.of(&target.account).await.map(Some).map_err(ActError::Refused)
            }
        }
    }

    async fn client(&self, target: &Target) -> Result<aws_sdk_ec2::Client, ActError> {
        let credentials = self.credentials(target).await?;
        Ok(self.kept.get(target, || acting_ec2(&self.aws, target, credentials)))
    }

    async fn database(&self, target: &Target, names: &[Box<str>]) -> Result<OneDatabase, ActError> {
        let credentials = self.credentials(target).await?;
        let caller = self.aws.caller().await.map_err(ActError::NotSent)?;
        let client = self.databases.get(target, || database_actor::client(&self.aws, target, credentials));
        OneDatabase::of(client, target, names, &caller.partition)
    }
}

fn strings(ids: &[Box<str>]) -> Option<Vec<String>> {
    Some(ids.iter().map(ToString::to_string).collect())
}

/// No policy for services can be enforced.
fn unknown() -> ActError {
    ActError::Refused("services cannot be stopped or started yet".to_owned())
}

/// The kind of the resources of one call.
fn kind(ids: &[Box<str>]) -> Kind {
    ids.first().map_or(Kind::Instance, |id| Kind::of(id))
}

impl Act for AwsActor<'_> {
    async fn tag(&self, target: &Target, ids: &[Box<str>], key: &str, value: &str) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let tag = Tag::builder().key(key).value(value).build();
                let call = self.client(target).await?.create_tags().set_resources(strings(ids)).tags(tag).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:CreateTags", &error))
            }
            Kind::Database => self.database(target, ids).await?.tag(key, value).await,
            Kind::Service => Err(unknown()),
        }
    }

    async fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let tag = Tag::builder().key(key).build();
                let call = self.client(target).await?.delete_tags().set_resources(strings(ids)).tags(tag).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:DeleteTags", &error))
            }
            Kind::Database => self.database(target, ids).await?.untag(key).await,
            Kind::Service => Err(unknown()),
        }
    }

    async fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target).await?.stop_instances().set_instance_ids(strings(ids));
                let call = if hibernate { call.hibernate(true) } else { call };
                call.send().await.map(|_| ()).map_err(|error| translate("ec2:StopInstances", &error))
            }
            Kind::Database => self.database(target, ids).await?.stop().await,
            Kind::Service => Err(unknown()),
        }
    }

    async fn start(&self, target: &Target, ids: &[Box<str>]) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target).await?.start_instances().set_instance_ids(strings(ids)).send().await;
                call.map(|_| ()).map_err(|error| translate("ec2:StartInstances", &error))
            }
            Kind::Database => self.database(target, ids).await?.start().await,
            Kind::Service => Err(unknown()),
        }
    }
}
