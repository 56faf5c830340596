//! Acts with the acting role: tags, stops and starts only.

use aws_sdk_ec2::types::Tag;

use crate::aws::client::{Access, Kept, SdkClient};
use crate::aws::database_actor::OneDatabase;
use crate::aws::errors::acted;
use crate::aws::service_actor::OneService;
use crate::aws::{Aws, Role, Sessions, scaling_actor};
use crate::engine::config::{Accounts, Settings};
use crate::engine::model::{Kind, ResourceId, Suspended, Target};
use crate::ports::{Act, ActError};

/// The writing side of AWS.
pub struct AwsActor<'a> {
    aws: Aws,
    settings: &'a Settings,
    sessions: Sessions,
    kept: Kept,
    databases: Kept<aws_sdk_rds::Client>,
    services: Kept<aws_sdk_ecs::Client>,
    scaling: Kept<aws_sdk_applicationautoscaling::Client>,
}

impl<'a> AwsActor<'a> {
    /// AwsActor for one run.
    pub fn new(aws: &Aws, settings: &'a Settings, run: &str) -> Self {
        let role = Role::of(&settings.scope, &settings.scope.acting_role, run, false);
        let sessions = Sessions::new(aws, role);
        Self {
            aws: aws.clone(),
            settings,
            sessions,
            kept: Kept::default(),
            databases: Kept::default(),
            services: Kept::default(),
            scaling: Kept::default(),
        }
    }

    /// A client of one target, created once.
    async fn client<C: SdkClient>(&self, target: &Target, kept: &Kept<C>) -> Result<C, ActError> {
        let credentials = match self.settings.scope.accounts {
            Accounts::Own => None,
            // Without the role nothing can be done. Halving the batch would not help, and does no harm.
            Accounts::Organization | Accounts::List(_) => {
                Some(self.sessions.of(&target.account).await.map_err(ActError::Refused)?)
            }
        };
        Ok(kept.get(target, || Access { aws: &self.aws, target, credentials }.acting()))
    }

    async fn database(&self, target: &Target, names: &[Box<str>]) -> Result<OneDatabase, ActError> {
        let client = self.client(target, &self.databases).await?;
        let caller = self.aws.caller().await.map_err(ActError::NotSent)?;
        OneDatabase::of(client, target, names, &caller.partition)
    }

    async fn service(&self, target: &Target, names: &[Box<str>]) -> Result<OneService, ActError> {
        let client = self.client(target, &self.services).await?;
        let caller = self.aws.caller().await.map_err(ActError::NotSent)?;
        OneService::of(client, target, names, &caller.partition)
    }
}

fn strings(ids: &[Box<str>]) -> Option<Vec<String>> {
    Some(ids.iter().map(ToString::to_string).collect())
}

/// A service has a size.
fn sized() -> ActError {
    ActError::Refused("a service is scaled, not stopped or started".to_owned())
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
                let client = self.client(target, &self.kept).await?;
                acted("ec2:CreateTags", client.create_tags().set_resources(strings(ids)).tags(tag).send().await)
            }
            Kind::Database => self.database(target, ids).await?.tag(key, value).await,
            Kind::Service => self.service(target, ids).await?.tag(key, value).await,
        }
    }

    async fn untag(&self, target: &Target, ids: &[Box<str>], key: &str) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let tag = Tag::builder().key(key).build();
                let client = self.client(target, &self.kept).await?;
                acted("ec2:DeleteTags", client.delete_tags().set_resources(strings(ids)).tags(tag).send().await)
            }
            Kind::Database => self.database(target, ids).await?.untag(key).await,
            Kind::Service => self.service(target, ids).await?.untag(key).await,
        }
    }

    async fn stop(&self, target: &Target, ids: &[Box<str>], hibernate: bool) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target, &self.kept).await?.stop_instances().set_instance_ids(strings(ids));
                let call = if hibernate { call.hibernate(true) } else { call };
                acted("ec2:StopInstances", call.send().await)
            }
            Kind::Database => self.database(target, ids).await?.stop().await,
            Kind::Service => Err(sized()),
        }
    }

    async fn start(&self, target: &Target, ids: &[Box<str>]) -> Result<(), ActError> {
        match kind(ids) {
            Kind::Instance => {
                let call = self.client(target, &self.kept).await?.start_instances().set_instance_ids(strings(ids));
                acted("ec2:StartInstances", call.send().await)
            }
            Kind::Database => self.database(target, ids).await?.start().await,
            Kind::Service => Err(sized()),
        }
    }

    async fn scale(&self, target: &Target, service: &str, desired: u32) -> Result<(), ActError> {
        self.service(target, &[service.into()]).await?.scale(desired).await
    }

    async fn suspend(&self, target: &Target, service: &str, to: Suspended) -> Result<(), ActError> {
        let client = self.client(target, &self.scaling).await?;
        scaling_actor::suspend(&client, ResourceId::named(target.clone(), service).identifier(), to).await
    }
}
